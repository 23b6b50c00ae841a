"""What scores are made of: for each task, how many samples ended how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmark.store.config import AskedTask
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
class Counts:
    """Samples with an end, and how many of them are correct."""

    samples: int
    correct: int

    @property
    def rate(self) -> float | None:
        """The share of correct samples, which is pass@1; None without samples."""
        return self.correct / self.samples if self.samples else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solve:
    """Where a task was solved first."""

    round: int
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One task of a run."""

    task: AskedTask
    is_asked: bool
    """Whether any call for it went out; a run may stop before it comes to a task."""
    samples: int
    """Samples with an end: judged, or an answer without a program."""
    correct: int
    unanswered: int
    """Samples that the run asks for, as far as is known, and that have no end yet."""
    first: Counts
    """Of the first round, in which all tasks are asked alike and nothing is shown.

    A further round asks only what is still unsolved, and with what others solved before its eyes:
    its samples are drawn otherwise, and no estimate of pass@k may mix them with these.
    """
    outcomes: Mapping[str, int]
    solved_by: Solve | None
    best: Best | None

    @property
    def is_solved(self) -> bool:
        """Whether some sample is correct."""
        return self.correct > 0

    @property
    def group(self) -> str:
        """The class of the published tables: `arithmetic once` and so on."""
        return f"{self.task.kind} {self.task.reads}"


def drawn(run: RunView) -> tuple[SampleView, ...]:
    """Return the samples with an end in the order in which they are asked for.

    Round by round; in a round all tasks get a first sample before any gets a second one.
    """
    place = {task.name: number for number, task in enumerate(run.config.tasks)}
    return tuple(sorted(run.settled, key=lambda each: (each.round, each.sample, place[each.task])))


def tallies(run: RunView, samples: Iterable[SampleView] | None = None) -> tuple[Tally, ...]:
    """Count the samples of each task, in the order of the tasks.

    Args:
        samples: only these, of those that have an end; None for all.
    """
    by_task: dict[str, list[SampleView]] = {task.name: [] for task in run.config.tasks}
    for sample in run.settled if samples is None else samples:
        by_task[sample.task].append(sample)
    wanted, first = _wanted(run), _first(run)
    touched = {each.task for each in run.samples}
    return tuple(
        _tally(task, by_task[task.name], wanted[task.name], task.name in touched, first)
        for task in run.config.tasks
    )


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


def _wanted(run: RunView) -> Mapping[str, int]:
    """Return how many samples a run asks for, by task."""
    if not run.rounds:
        return {task.name: run.config.samples for task in run.config.tasks}
    wanted: Counter[str] = Counter()
    for asked in run.rounds:
        wanted.update(dict.fromkeys(asked.tasks, asked.samples))
    return wanted


def _first(run: RunView) -> int:
    """Return how many samples of a task the first round asks for; others come by a choice."""
    return run.rounds[0].samples if run.rounds else run.config.samples


def _tally(
    task: AskedTask, samples: list[SampleView], wanted: int, is_asked: bool, first: int
) -> Tally:
    correct = [each for each in samples if each.is_correct]
    early = [each for each in samples if each.round == 0 and each.sample < first]
    solve = min(correct, key=lambda each: (each.round, each.sample), default=None)
    return Tally(
        task=task,
        is_asked=is_asked,
        samples=len(samples),
        correct=len(correct),
        unanswered=max(0, wanted - len(samples)),
        first=Counts(samples=len(early), correct=sum(each.is_correct for each in early)),
        outcomes=Counter(sample.outcome for sample in samples),
        solved_by=None if solve is None else Solve(round=solve.round, sample=solve.sample),
        best=best_of(samples),
    )
