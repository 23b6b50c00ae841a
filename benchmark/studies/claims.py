"""The measures by which the paper compares runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One design: how long it takes, and the memory that it needs."""

    cycles: float
    memory: float


def pareto(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return the points that no other is as good as in both measures and better in one.

    They come in the order of their cycles.
    """
    front: list[Point] = []
    for point in sorted(set(points), key=lambda each: (each.cycles, each.memory)):
        if not front or point.memory < front[-1].memory:
            front.append(point)
    return tuple(front)


def pareto_improvement_distance(point: Point, baseline: Sequence[Point]) -> float:
    """Return how far a design lies beyond the front of a baseline: above 1 where it does.

    It is the least, over the points of the front, of the greater of two ratios: their cycles to
    its cycles, and their memory to its memory.

    Source: STeP, evaluation of dynamic tiling
    """
    if not baseline:
        raise ValueError("there is no baseline")
    return min(
        max(each.cycles / point.cycles, each.memory / point.memory) for each in pareto(baseline)
    )


def fastest(baseline: Mapping[str, Point]) -> str:
    """Return the name of the design with the fewest cycles; of equal ones that with less memory."""
    return min(baseline, key=lambda name: (baseline[name].cycles, baseline[name].memory))


def nearest_in_memory(point: Point, baseline: Mapping[str, Point]) -> str:
    """Return the name of the design whose memory differs by the least factor."""
    return min(baseline, key=lambda name: abs(math.log(baseline[name].memory / point.memory)))


def speed_up(before: float, after: float) -> float:
    """Return how many times as fast a run of `after` cycles is as one of `before` cycles."""
    return before / after


def saving(before: float, after: float) -> float:
    """Return the part of something that is no longer needed, 0 to 1."""
    return 1 - after / before


def overhead(before: float, after: float) -> float:
    """Return by what part something has grown."""
    return after / before - 1


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean of positive numbers."""
    if not values:
        raise ValueError("there are no values")
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Return Pearson's correlation of two series."""
    if len(x) != len(y) or len(x) < 2:
        raise ValueError("two series of one length, of two values or more")
    x_mean, y_mean = math.fsum(x) / len(x), math.fsum(y) / len(y)
    left, right = [each - x_mean for each in x], [each - y_mean for each in y]
    covariance = math.fsum(a * b for a, b in zip(left, right, strict=True))
    spread = math.hypot(*left) * math.hypot(*right)
    return covariance / spread if spread else 0.0
