"""Two runs on the same tasks: do they differ, and how many tasks would it take to tell?

Sources: McNemar, "Note on the sampling error of the difference between correlated proportions",
1947, in its exact form; sample sizes after Connor, "Sample size for testing differences in
proportions for the paired-sample design", 1987.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, sqrt
from statistics import NormalDist, fmean, stdev

from benchmark.scores.intervals import TWO_SIDED, Estimate, estimate
from benchmark.scores.tally import Tally

POWER = 0.8
_POWER_SIDE = NormalDist().inv_cdf(POWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs on the tasks that both have samples of; differences are first minus second."""

    tasks: int
    both: int
    """Tasks that both solve."""
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    p_value: float
    """McNemar's, exact and two-sided: of so unlike a split of the tasks that one alone solves."""
    pass_at_1: Estimate | None
    """The paired difference."""
    tasks_to_tell_solved: int | None
    """Tasks at which a difference as large as this one is found in 8 of 10 tries; None if there
    is no difference."""
    tasks_to_tell_pass_at_1: int | None
    faster: int
    """Tasks that both solve and that the first solves in fewer cycles."""
    slower: int


def compare(first: Sequence[Tally], second: Sequence[Tally], seed: int = 0) -> Comparison:
    """Compare two runs task by task."""
    others = {each.task.name: each for each in second if each.samples}
    pairs = [
        (each, others[each.task.name])
        for each in first
        if each.samples and each.task.name in others
    ]
    only_first = tuple(a.task.name for a, b in pairs if a.is_solved and not b.is_solved)
    only_second = tuple(b.task.name for a, b in pairs if b.is_solved and not a.is_solved)
    differences = [(a.rate or 0.0) - (b.rate or 0.0) for a, b in pairs]
    cycles = [
        (a.best.cycles, b.best.cycles)
        for a, b in pairs
        if a.best and b.best and a.best.cycles is not None and b.best.cycles is not None
    ]
    return Comparison(
        tasks=len(pairs),
        both=sum(a.is_solved and b.is_solved for a, b in pairs),
        only_first=only_first,
        only_second=only_second,
        p_value=mcnemar(len(only_first), len(only_second)),
        pass_at_1=estimate(differences, seed),
        tasks_to_tell_solved=tasks_for_shares(len(only_first), len(only_second), len(pairs)),
        tasks_to_tell_pass_at_1=tasks_for_mean(differences),
        faster=sum(a < b for a, b in cycles),
        slower=sum(a > b for a, b in cycles),
    )


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
