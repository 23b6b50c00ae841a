"""The scores of a run, whole and in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.scores.intervals import LEAST_TASKS, Estimate, Interval, estimate, wilson
from benchmark.scores.learning import Curve, RoundScore, curve, rounds
from benchmark.scores.passing import ks_for, pass_at
from benchmark.scores.tally import Tally, tallies
from benchmark.store.view import RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """How many tasks have a correct sample."""

    solved: int
    tasks: int
    """Of the run."""
    tried: int
    """Tasks with samples; what was never answered tells nothing of who answers."""
    unasked: int
    """Tasks that the run stopped before: no call for them went out."""
    interval: Interval | None
    """Wilson's, of the tried tasks; None for fewer than three."""

    @property
    def share(self) -> float:
        """The share of solved tasks among the tried ones."""
        return self.solved / self.tried if self.tried else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The scores of some tasks."""

    name: str
    solved: Solved
    pass_at_1: Estimate | None
    """Of the first round, over tasks with samples in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of a run."""

    solved: Solved
    pass_at: Mapping[int, Estimate]
    """By k, over tasks with samples in the first round; k up to the least samples of such a task.

    Unbiased estimates need samples that are drawn alike and whose number does not hang on how they
    went. Only the first round is such: later ones ask what is unsolved, with exemplars.
    """
    families: tuple[Part, ...]
    classes: tuple[Part, ...]
    outcomes: Mapping[str, int]
    """Most frequent first, then by name."""
    samples: int
    correct: int
    unanswered: int
    curve: Curve
    rounds: tuple[RoundScore, ...]


def scores(run: RunView, seed: int = 0) -> Scores:
    """Return the scores of a run.

    Args:
        seed: where the bootstrap starts; the same for all runs that are compared.
    """
    counted = tallies(run)
    outcomes: Counter[str] = Counter()
    for each in counted:
        outcomes.update(each.outcomes)
    return Scores(
        solved=_solved(counted),
        pass_at=_pass_at(counted, seed),
        families=_parts(counted, lambda each: each.task.family, seed),
        classes=_parts(counted, lambda each: each.group, seed),
        outcomes=dict(sorted(outcomes.items(), key=lambda each: (-each[1], each[0]))),
        samples=sum(each.samples for each in counted),
        correct=sum(each.correct for each in counted),
        unanswered=sum(each.unanswered for each in counted),
        curve=curve(run),
        rounds=rounds(run),
    )


def _solved(counted: Sequence[Tally]) -> Solved:
    solved = sum(each.is_solved for each in counted)
    tried = sum(each.samples > 0 for each in counted)
    return Solved(
        solved=solved,
        tasks=len(counted),
        tried=tried,
        unasked=sum(not each.is_asked for each in counted),
        interval=wilson(solved, tried) if tried >= LEAST_TASKS else None,
    )


def _pass_at(counted: Sequence[Tally], seed: int) -> dict[int, Estimate]:
    first = [each.first for each in counted if each.first.samples]
    found: dict[int, Estimate] = {}
    for k in ks_for(each.samples for each in first):
        estimated = estimate([pass_at(k, each.samples, each.correct) for each in first], seed)
        if estimated is not None:
            found[k] = estimated
    return found


def _parts(
    counted: Sequence[Tally], name_of: Callable[[Tally], str], seed: int
) -> tuple[Part, ...]:
    by_name: dict[str, list[Tally]] = {}
    for each in counted:
        by_name.setdefault(name_of(each), []).append(each)
    return tuple(
        Part(
            name=name,
            solved=_solved(part),
            pass_at_1=estimate(
                [each.first.rate for each in part if each.first.rate is not None], seed
            ),
        )
        for name, part in by_name.items()
    )
