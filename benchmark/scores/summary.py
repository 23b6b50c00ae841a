"""The scores of a run, whole and in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.scores.intervals import Estimate, Interval, estimate, wilson
from benchmark.scores.passing import ks_for, pass_at
from benchmark.scores.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """How many tasks have a correct sample; a task without samples counts as not solved."""

    solved: int
    tasks: int
    interval: Interval | None
    """Wilson's."""

    @property
    def share(self) -> float:
        """The share of solved tasks."""
        return self.solved / self.tasks if self.tasks else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The scores of some tasks."""

    name: str
    solved: Solved
    pass_at_1: Estimate | None
    """Over tasks with samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of a run."""

    solved: Solved
    pass_at: Mapping[int, Estimate]
    """By k, over tasks with samples; k up to the least samples of such a task."""
    families: tuple[Part, ...]
    classes: tuple[Part, ...]
    outcomes: Mapping[str, int]
    """Most frequent first, then by name."""
    samples: int
    correct: int
    unanswered: int
    curve: tuple[int, ...]
    """Tasks that are solved by the first 0, 1, 2 ... samples of each."""


def scores(tallies: Sequence[Tally], seed: int = 0) -> Scores:
    """Return the scores of a run.

    Args:
        seed: where the bootstrap starts; the same for all runs that are compared.
    """
    outcomes: Counter[str] = Counter()
    for each in tallies:
        outcomes.update(each.outcomes)
    return Scores(
        solved=_solved(tallies),
        pass_at=_pass_at(tallies, seed),
        families=_parts(tallies, lambda each: each.task.family, seed),
        classes=_parts(tallies, lambda each: each.group, seed),
        outcomes=dict(sorted(outcomes.items(), key=lambda each: (-each[1], each[0]))),
        samples=sum(each.samples for each in tallies),
        correct=sum(each.correct for each in tallies),
        unanswered=sum(each.unanswered for each in tallies),
        curve=_curve(tallies),
    )


def _solved(tallies: Sequence[Tally]) -> Solved:
    solved = sum(each.is_solved for each in tallies)
    return Solved(solved=solved, tasks=len(tallies), interval=wilson(solved, len(tallies)))


def _pass_at(tallies: Sequence[Tally], seed: int) -> dict[int, Estimate]:
    asked = [each for each in tallies if each.samples]
    found: dict[int, Estimate] = {}
    for k in ks_for(each.samples for each in asked):
        estimated = estimate([pass_at(k, each.samples, each.correct) for each in asked], seed)
        if estimated is not None:
            found[k] = estimated
    return found


def _parts(
    tallies: Sequence[Tally], name_of: Callable[[Tally], str], seed: int
) -> tuple[Part, ...]:
    by_name: dict[str, list[Tally]] = {}
    for each in tallies:
        by_name.setdefault(name_of(each), []).append(each)
    return tuple(
        Part(
            name=name,
            solved=_solved(part),
            pass_at_1=estimate([each.rate for each in part if each.rate is not None], seed),
        )
        for name, part in by_name.items()
    )


def _curve(tallies: Sequence[Tally]) -> tuple[int, ...]:
    most = max((each.samples for each in tallies), default=0)
    firsts = [each.first_correct for each in tallies if each.first_correct is not None]
    return tuple(sum(first <= count for first in firsts) for count in range(most + 1))
