"""Estimates of shares with their uncertainty: Wilson, standard errors and bootstraps over tasks.

Samples of one task hang together, so a task is what is drawn, never a sample (Miller, "Adding
error bars to evals", 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 10_000
LEAST_TASKS = 3
"""Of one or two tasks no interval is told: it would say more than they do of other tasks."""

TWO_SIDED = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""Standard errors to each side of a 95 % interval: 1.96."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over tasks, with what is not known of it."""

    value: float
    interval: Interval | None
    """Bootstrapped over tasks; None for fewer than three tasks, which tell too little of others."""
    standard_error: float | None
    """Clustered by task; None for fewer than three."""
    tasks: int


def wilson(successes: int, trials: int) -> Interval | None:
    """Return Wilson's interval of a share; None without trials.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927
    """
    if trials == 0:
        return None
    share, z2 = successes / trials, TWO_SIDED**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = share * (1 - share) / trials + z2 / (4 * trials**2)
    half = TWO_SIDED * sqrt(spread) / (1 + z2 / trials)
    # at the ends, what is left is rounding
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == trials else middle + half
    return Interval(low, high)


def estimate(values: Sequence[float], seed: int = 0) -> Estimate | None:
    """Return the mean of a value for each task; None without tasks."""
    if not values:
        return None
    return Estimate(
        value=fmean(values),
        interval=bootstrap(values, seed),
        standard_error=clustered_error(values),
        tasks=len(values),
    )


def clustered_error(values: Sequence[float]) -> float | None:
    """Return the standard error of the mean of a value for each task.

    With one number for each task, the clustered error is that of the mean of the tasks'
    numbers: sqrt(sum (v - mean)^2 / (T (T - 1))).
    """
    count = len(values)
    if count < LEAST_TASKS:
        return None
    mean = fmean(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (count * (count - 1)))


def bootstrap(values: Sequence[float], seed: int = 0) -> Interval | None:
    """Return the percentile interval of the mean when tasks are drawn again."""
    count = len(values)
    if count < LEAST_TASKS:
        return None
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.integers(0, count, size=(RESAMPLES, count))
    means = np.asarray(values, dtype=np.float64)[drawn].mean(axis=1)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))
