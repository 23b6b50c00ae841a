"""Judging in processes of their own: many answers, by workers that are replaced when they break.

An answer's text goes out with a nonce, and passes only by a whole report that carries the nonce.
A worker that ends, is late, says too much, or says anything else costs one verdict.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from queue import LifoQueue
from types import TracebackType
from typing import IO, Any

from aspl.checker import Linearity
from benchmark.judge.early import Checkup, checkup_from_json
from benchmark.judge.find import find_task, settled
from benchmark.judge.frames import Ended, Late, TooLong, receive, send
from benchmark.judge.identity import versions
from benchmark.judge.jobs import Job, Work
from benchmark.judge.limits import Limits, ending
from benchmark.judge.nursery import Nursery
from benchmark.judge.reading import overlong
from benchmark.judge.record import from_json
from benchmark.judge.seeds import Seeds, secret_seeds
from benchmark.judge.verdict import Outcome, Verdict
from benchmark.tasks.task import Task
from benchmark.verification import Verification, verification_from_json

_SHOWN = 1000
NOT_OURS = "a report that is not whole, or not ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict, and the place of its answer among those that were given."""

    place: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What came of a job: a report that carries its nonce, or how the worker ended."""

    report: dict[str, Any] | None = None
    outcome: Outcome = Outcome.CRASHED
    reason: str = ""
    good: bool = False
    """Whether the worker may go on."""


class JudgePool:
    """Workers that judge; several threads may ask at once.

    Inputs are drawn from seeds that are made when the pool is, and that no answer can know.
    """

    def __init__(
        self,
        jobs: int = 2,
        *,
        limits: Limits | None = None,
        seeds: Seeds | None = None,
        linearity: Linearity = "strict",
    ) -> None:
        self.jobs = jobs
        self.limits = limits or Limits()
        self.seeds = secret_seeds() if seeds is None else seeds
        self.linearity: Linearity = linearity
        self._nursery = Nursery(self.limits)
        self._free: LifoQueue[_Worker | None] = LifoQueue()
        for _ in range(jobs):
            self._free.put(None)
        self._closed = False

    def __enter__(self) -> JudgePool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def judge(self, task: Task | str, text: str, *, seeds: Seeds | None = None) -> Verdict:
        """Judge one answer; waits until a worker is free.

        Args:
            task: one of the table, its name, or the path of a file that defines one.
            seeds: those of a verdict that is to be made again; None for the pool's own.

        Errors: TaskError for a task that is not there, RuntimeError for a pool that is closed.
        """
        job = self._job(task, text, seeds=seeds)
        long = overlong(text)
        if long is not None:
            one = find_task(task) if isinstance(task, str) else task
            made = {**versions(one), "linearity": self.linearity}
            return job.rejected(Outcome.UNPARSEABLE, (long,), made)
        told = self._run(job)
        if told.report is None:
            return job.broken(told.outcome, told.reason)
        verdict = _trusted(told.report, job)
        return verdict or job.broken(Outcome.CRASHED, NOT_OURS)

    def check(self, task: Task | str, text: str) -> Checkup:
        """Read and check one answer, and judge no value of it.

        Errors: as `judge`.
        """
        job = self._job(task, text, work="check")
        long = overlong(text)
        if long is not None:
            return Checkup(outcome=Outcome.UNPARSEABLE, diagnostics=(long,))
        told = self._run(job)
        if told.report is None:
            return Checkup(outcome=told.outcome, reason=told.reason)
        try:
            return checkup_from_json(told.report["checkup"])
        except (KeyError, ValueError, TypeError, AttributeError):
            return Checkup(outcome=Outcome.CRASHED, reason=NOT_OURS)

    def verify(self, task: Task | str) -> Verification:
        """Hold a task to account.

        Errors: as `judge`.
        """
        job = self._job(task, "", work="verify")
        told = self._run(job)
        if told.report is None:
            return Verification(task=job.task, problems=(told.reason,))
        try:
            return verification_from_json(told.report["verification"])
        except (KeyError, TypeError):
            return Verification(task=job.task, problems=(NOT_OURS,))

    def _job(
        self, task: Task | str, text: str, *, seeds: Seeds | None = None, work: Work = "judge"
    ) -> Job:
        source = task if isinstance(task, str) else task.name
        return Job(
            task=find_task(source).name if isinstance(task, str) else task.name,
            source=settled(source),
            text=text,
            seeds=self.seeds if seeds is None else seeds,
            linearity=self.linearity,
            work=work,
        )

    def _run(self, job: Job) -> _Told:
        """Have a worker do a job; one that breaks is replaced."""
        worker = self._free.get()
        try:
            worker = worker or self._new()
            told = worker.run(job, self.limits)
            if not told.good:
                self._drop(worker)
                worker = None
            return told
        except BaseException:
            if worker is not None:
                self._drop(worker)
                worker = None
            raise
        finally:
            if worker is not None and self._closed:
                self._drop(worker)
                worker = None
            self._free.put(worker)

    def map(self, answers: Iterable[tuple[Task | str, str]]) -> Iterator[Judged]:
        """Judge many answers, and yield each verdict as it comes."""
        numbered = enumerate(answers)
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="judge") as threads:
            waiting: set[Future[Judged]] = set()
            try:
                while True:
                    for place, (task, text) in islice(numbered, 2 * self.jobs - len(waiting)):
                        waiting.add(threads.submit(self._judged, place, task, text))
                    if not waiting:
                        return
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for each in done:
                        yield each.result()
            except (KeyboardInterrupt, SystemExit):
                # nobody waits for what is under way
                self.close()
                raise
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End all workers; what is under way comes to no verdict."""
        self._closed = True
        # those at work end with it, and are dropped by who waits for them
        self._nursery.close()
        idle = [self._free.get_nowait() for _ in range(self._free.qsize())]
        for worker in idle:
            if worker is not None:
                self._drop(worker)
            self._free.put(None)

    def _judged(self, place: int, task: Task | str, text: str) -> Judged:
        return Judged(place=place, verdict=self.judge(task, text))

    def _new(self) -> _Worker:
        if self._closed:
            raise RuntimeError("the pool is closed")
        return _Worker(self._nursery)

    def _drop(self, worker: _Worker) -> None:
        with suppress(Ended):
            worker.end()
        worker.close()


class _Worker:
    """One worker as the pool sees it."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        jobs, self._jobs = os.pipe()
        self._reports, reports = os.pipe()
        self._printed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as the worker
        try:
            self._pid = nursery.start([jobs, reports, self._printed.fileno()])
        except BaseException:
            self.close()
            raise
        finally:
            os.close(jobs)
            os.close(reports)

    def run(self, job: Job, limits: Limits) -> _Told:
        """Do a job, and tell what came of it."""
        nonce = secrets.token_hex(16)
        try:
            send(self._jobs, job.message(nonce))
            report = receive(self._reports, limits.output_bytes, limits.wall_s)
        except Late:
            return _Told(outcome=Outcome.LIMIT, reason=f"more than {limits.wall_s:g} s")
        except TooLong:
            words = f"more than {limits.output_bytes} bytes of output, or no report"
            return _Told(outcome=Outcome.LIMIT, reason=words)
        except Ended:
            return self._ended(limits)
        given = report.get("nonce")
        if not isinstance(given, str) or not secrets.compare_digest(given.encode(), nonce.encode()):
            return _Told(outcome=Outcome.CRASHED, reason=NOT_OURS)
        return _Told(report=report, good=report.get("last") is False)

    def _ended(self, limits: Limits) -> _Told:
        try:
            limited, reason = ending(self.end(), limits)
        except Ended:
            limited, reason = False, "the workers were ended"
        if not limited:
            reason = f"{reason}{self._last_words()}"
        return _Told(outcome=Outcome.LIMIT if limited else Outcome.CRASHED, reason=reason)

    def _last_words(self) -> str:
        """Return the end of what was printed."""
        size = self._printed.seek(0, os.SEEK_END)
        self._printed.seek(max(0, size - _SHOWN))
        words = " ".join(self._printed.read().decode("utf-8", "replace").split())
        return f": {words}" if words else ""

    def end(self) -> int:
        """Kill it; return the status that it ended with, 0 when that is not known any more.

        Errors: Ended where the nursery is gone.
        """
        pid, self._pid = self._pid, 0
        return self._nursery.end(pid) if pid else 0

    def close(self) -> None:
        """Close its pipes."""
        for each in (self._jobs, self._reports):
            if each >= 0:
                os.close(each)
        self._jobs = self._reports = -1
        self._printed.close()


def _trusted(report: dict[str, Any], job: Job) -> Verdict | None:
    """Return the verdict of a report that is the answer to this job, and whole."""
    try:
        verdict = from_json(report["verdict"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    ours = (job.task, job.text, job.seeds)
    if (verdict.task, verdict.program, verdict.seeds) != ours:
        return None
    if verdict.is_correct and (verdict.cost is None or verdict.mismatches):
        return None
    return verdict
