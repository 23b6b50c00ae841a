"""What scores are made of: for each task, how many samples ended how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.store.events import AskedTask
from benchmark.store.view import RunView, SampleView


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The correct solution of the fewest cycles; of equal ones the shorter, then the earlier."""

    sample: int
    cycles: int | None
    """None where the judge told none."""
    length: int
    """Characters of the program."""
    program: str
    """Its digest."""
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One task of a run."""

    task: AskedTask
    samples: int
    """Samples with an end: judged, or an answer without a program."""
    correct: int
    unanswered: int
    """Samples that the run asks for and that have no end yet."""
    outcomes: Mapping[str, int]
    first_correct: int | None
    """How many samples it took, in the order of samples."""
    best: Best | None

    @property
    def is_solved(self) -> bool:
        """Whether some sample is correct."""
        return self.correct > 0

    @property
    def rate(self) -> float | None:
        """The share of correct samples, which is pass@1; None without samples."""
        return self.correct / self.samples if self.samples else None

    @property
    def group(self) -> str:
        """The class of the published tables: `arithmetic once` and so on."""
        return f"{self.task.kind} {self.task.reads}"


def tallies(run: RunView) -> tuple[Tally, ...]:
    """Count the samples of each task, in the order of the tasks."""
    by_task: dict[str, list[SampleView]] = {task.name: [] for task in run.config.tasks}
    for sample in run.settled:
        by_task[sample.task].append(sample)
    return tuple(_tally(task, by_task[task.name], run.config.samples) for task in run.config.tasks)


def best_of(samples: list[SampleView]) -> Best | None:
    """Return the best correct one of some samples of a task."""
    found = [
        Best(
            sample=sample.sample,
            cycles=sample.judged.cycles,
            length=sample.judged.length,
            program=sample.judged.program,
            verdict=sample.judged.verdict,
        )
        for sample in samples
        if sample.is_correct and sample.judged is not None
    ]
    return min(found, key=_worth, default=None)


def _worth(best: Best) -> tuple[bool, int, int, int]:
    return best.cycles is None, best.cycles or 0, best.length, best.sample


def _tally(task: AskedTask, samples: list[SampleView], wanted: int) -> Tally:
    correct = [place for place, sample in enumerate(samples, start=1) if sample.is_correct]
    return Tally(
        task=task,
        samples=len(samples),
        correct=len(correct),
        unanswered=max(0, wanted - len(samples)),
        outcomes=Counter(sample.outcome for sample in samples),
        first_correct=correct[0] if correct else None,
        best=best_of(samples),
    )
