"""Two runs on the same tasks: do they differ, and how many tasks would it take to tell?

Sources: McNemar, "Note on the sampling error of the difference between correlated proportions",
1947, in its exact form; sample sizes after Connor, "Sample size for testing differences in
proportions for the paired-sample design", 1987.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import ceil, comb, sqrt
from statistics import NormalDist, fmean, stdev

from benchmark.scores.intervals import TWO_SIDED, Estimate, estimate
from benchmark.scores.tally import Tally, drawn, tallies
from benchmark.store.view import RunView, SampleView

POWER = 0.8
_POWER_SIDE = NormalDist().inv_cdf(POWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two runs, on the tasks of both."""

    samples: int
    """With an end."""
    solved: int
    """Tasks that any of them solves."""
    solved_alike: int
    """Tasks that are solved by the samples that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs on the tasks that both have samples of; differences are first minus second.

    What is solved is compared at equal cost. A policy may stop asking for what it has solved and
    spend more on the rest, so samples are counted over all tasks, and of each run only the first
    so many count as both have.
    """

    tasks: int
    samples: int
    """Of each run, the first ones that count."""
    first: Side
    second: Side
    both: int
    """Tasks that both solve."""
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    p_value: float
    """McNemar's, exact and two-sided: of so unlike a split of the tasks that one alone solves."""
    pass_at_1: Estimate | None
    """The paired difference of the first rounds, in which both runs show nothing."""
    tasks_to_tell_solved: int | None
    """Tasks at which a difference as large as this one is found in 8 of 10 tries; None if there
    is no difference."""
    tasks_to_tell_pass_at_1: int | None
    faster: int
    """Tasks that both solve and that the first solves in fewer cycles."""
    slower: int


@dataclass(frozen=True, slots=True)
class _Pair:
    first: Tally
    second: Tally


def compare(first: RunView, second: RunView, seed: int = 0) -> Comparison:
    """Compare two runs task by task."""
    whole = _pairs(tallies(first), tallies(second))
    whole = [each for each in whole if each.first.samples and each.second.samples]
    names = {each.first.task.name for each in whole}
    ours, theirs = _drawn_of(first, names), _drawn_of(second, names)
    count = min(len(ours), len(theirs))
    alike = _pairs(tallies(first, ours[:count]), tallies(second, theirs[:count]))
    solved = [(each.first.is_solved, each.second.is_solved) for each in alike]
    only_first = _names(alike, solved, (True, False))
    only_second = _names(alike, solved, (False, True))
    differences = [
        each.first.first.rate - each.second.first.rate
        for each in whole
        if each.first.first.rate is not None and each.second.first.rate is not None
    ]
    cycles = [(a, b) for each in alike for a in _cycles(each.first) for b in _cycles(each.second)]
    return Comparison(
        tasks=len(whole),
        samples=count,
        first=Side(
            samples=len(ours),
            solved=sum(each.first.is_solved for each in whole),
            solved_alike=sum(one for one, _ in solved),
        ),
        second=Side(
            samples=len(theirs),
            solved=sum(each.second.is_solved for each in whole),
            solved_alike=sum(other for _, other in solved),
        ),
        both=sum(one and other for one, other in solved),
        only_first=only_first,
        only_second=only_second,
        p_value=mcnemar(len(only_first), len(only_second)),
        pass_at_1=estimate(differences, seed),
        tasks_to_tell_solved=tasks_for_shares(len(only_first), len(only_second), len(whole)),
        tasks_to_tell_pass_at_1=tasks_for_mean(differences),
        faster=sum(a < b for a, b in cycles),
        slower=sum(a > b for a, b in cycles),
    )


def _pairs(first: Sequence[Tally], second: Sequence[Tally]) -> list[_Pair]:
    """Pair the tasks of both, in the order of the first."""
    others = {each.task.name: each for each in second}
    return [_Pair(each, others[each.task.name]) for each in first if each.task.name in others]


def _drawn_of(run: RunView, names: Collection[str]) -> list[SampleView]:
    return [each for each in drawn(run) if each.task in names]


def _names(
    pairs: Sequence[_Pair], solved: Sequence[tuple[bool, bool]], wanted: tuple[bool, bool]
) -> tuple[str, ...]:
    return tuple(
        pair.first.task.name for pair, found in zip(pairs, solved, strict=True) if found == wanted
    )


def _cycles(tally: Tally) -> list[int]:
    best = tally.best
    return [] if best is None or best.cycles is None else [best.cycles]


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p-value of a split of the tasks that only one run solves."""
    discordant = only_first + only_second
    tail = sum(comb(discordant, i) for i in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / (1 << discordant))


def tasks_for_shares(only_first: int, only_second: int, tasks: int) -> int | None:
    """Return the tasks for which McNemar's test finds these shares at 80 % power.

    ((z_a sqrt(s) + z_b sqrt(s - d^2)) / d)^2, with the shares' sum s and difference d.
    """
    if only_first == only_second or tasks == 0:
        return None
    total = (only_first + only_second) / tasks
    difference = abs(only_first - only_second) / tasks
    needed = TWO_SIDED * sqrt(total) + _POWER_SIDE * sqrt(max(0.0, total - difference**2))
    return ceil((needed / difference) ** 2)


def tasks_for_mean(differences: Sequence[float]) -> int | None:
    """Return the tasks for which the mean of such differences is found at 80 % power.

    ((z_a + z_b) sd / mean)^2; at least two, which is the least that has a spread.
    """
    if len(differences) < 2 or abs(mean := fmean(differences)) < 1e-12:
        return None
    return max(2, ceil(((TWO_SIDED + _POWER_SIDE) * stdev(differences) / mean) ** 2))
