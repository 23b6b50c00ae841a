"""How a run went on: solved tasks over samples drawn, and what each round brought."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.scores.tally import drawn
from benchmark.store.config import Usage
from benchmark.store.events import RoundBegan
from benchmark.store.view import RunView, SampleView, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Solved tasks over samples drawn in all: what was spent, in a unit that all policies share.

    Samples count in the order in which they are asked for, not in that in which they came back.
    """

    samples: int
    """How many were drawn in all."""
    solves: tuple[int, ...]
    """After how many samples a task was solved, one number for each, ascending."""
    begins: tuple[int, ...]
    """After how many samples each round began."""

    def solved(self, samples: int) -> int:
        """Return how many tasks the first so many samples solve."""
        return bisect_right(self.solves, samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundScore:
    """What one round asked for, and what it brought."""

    asked: RoundBegan
    samples: int
    """With an end."""
    correct: int
    solved: tuple[str, ...]
    """Tasks that no round before solved, in the order of the suite."""
    solved_in_all: int
    samples_in_all: int
    usage: Usage


def curve(run: RunView) -> Curve:
    """Return the learning curve of a run."""
    found = drawn(run)
    seen: set[str] = set()
    solves: list[int] = []
    for count, sample in enumerate(found, start=1):
        if sample.is_correct and sample.task not in seen:
            seen.add(sample.task)
            solves.append(count)
    return Curve(
        samples=len(found),
        solves=tuple(solves),
        begins=tuple(sum(each.round < asked.round for each in found) for asked in run.rounds),
    )


def rounds(run: RunView) -> tuple[RoundScore, ...]:
    """Return what each round brought."""
    by_round: dict[int, list[SampleView]] = {asked.round: [] for asked in run.rounds}
    for sample in run.samples:
        by_round.setdefault(sample.round, []).append(sample)
    solved: set[str] = set()
    samples = 0
    found: list[RoundScore] = []
    for asked in run.rounds:
        there = by_round[asked.round]
        ended = [each for each in there if each.settled is not None]
        new = tuple(each for each in _solved(ended) if each not in solved)
        solved.update(new)
        samples += len(ended)
        found.append(
            RoundScore(
                asked=asked,
                samples=len(ended),
                correct=sum(each.is_correct for each in ended),
                solved=new,
                solved_in_all=len(solved),
                samples_in_all=samples,
                usage=total(each.usage for each in there),
            )
        )
    return tuple(found)


def _solved(samples: Iterable[SampleView]) -> Iterable[str]:
    """Return the solved tasks once each."""
    return dict.fromkeys(each.task for each in samples if each.is_correct)
