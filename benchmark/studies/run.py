"""A study's run, and a sweep of them over several processes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from benchmark.studies.experiment import Study
from benchmark.studies.result import StudyResult

if TYPE_CHECKING:
    from concurrent.futures import Future


class StudyFailed(Exception):
    """A simulation did not end: one line that says why."""


class Observer(Protocol):
    """Someone who follows a sweep."""

    def begin(self, total: int) -> None:
        """Learn how many runs there are."""
        ...

    def done(self, label: str, result: StudyResult) -> None:
        """Learn of a run that has ended."""
        ...


def run_study(study: Study) -> StudyResult:
    """Simulate a study.

    Errors: StudyFailed when the simulation does not end, as with queues that are too short.
    """
    from simulator.simulate import SimulationFailed, simulate  # compiles its engine

    begin = time.perf_counter()
    built = study.experiment()
    try:
        report = simulate(built.checked, built.machine, dict(built.inputs)).report
    except SimulationFailed as failure:
        why = "; ".join(each.message for each in failure.diagnostics)
        words = "longer queues may help, as --depth sets where a study has it"
        raise StudyFailed(f"{study.label}: {why}; {words}") from failure
    return StudyResult(
        measures=built.measures,
        cycles=report.cycles,
        simulated_bytes=report.off_chip_bytes,
        flops=report.flops,
        simulated_compute=report.allocated_flops_per_cycle,
        peak_bytes_per_cycle=report.peak_bytes_per_cycle,
        seconds=time.perf_counter() - begin,
    )


def sweep(
    studies: Mapping[str, Study], processes: int, observer: Observer
) -> dict[str, StudyResult]:
    """Simulate studies, the longest first; return their results by the same keys.

    Errors: StudyFailed as from `run_study`.
    """
    observer.begin(len(studies))
    found: dict[str, StudyResult] = {}
    for key, result in _ended(_longest_first(studies), min(processes, len(studies))):
        observer.done(studies[key].label, result)
        found[key] = result
    return {key: found[key] for key in studies}


def _longest_first(studies: Mapping[str, Study]) -> list[tuple[str, Study]]:
    return sorted(studies.items(), key=lambda item: -item[1].weight)


def _ended(
    studies: Sequence[tuple[str, Study]], processes: int
) -> Iterator[tuple[str, StudyResult]]:
    """Walk the results as they come."""
    if processes <= 1:
        for key, study in studies:
            yield key, run_study(study)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    from simulator.engine.run import warm_up

    # here first, so that the engine is compiled once, and not once a process
    warm_up()
    # a fresh interpreter: a copy of one with threads may wait for a lock for ever
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    try:
        waiting: dict[Future[StudyResult], str] = {
            pool.submit(run_study, study): key for key, study in studies
        }
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
