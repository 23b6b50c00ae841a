"""Whether an output is what the reference wants; see `Tolerance` for the rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmark.tasks.task import Array, Tolerance, Wanted

FIRST = 4
"""Indices of wrong numbers that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How one output differs from what is wanted."""

    kind: Literal["shape", "type", "values"]
    largest_absolute: float = 0.0
    """Infinite where one of the two is NaN or infinite, and the other is not the same."""
    largest_relative: float = 0.0
    """To |wanted| + scale, as in `Tolerance`."""
    wrong: int
    """Numbers out of tolerance; all of them where shape or type differ."""
    total: int
    first: tuple[tuple[int, ...], ...] = ()
    """Indices of the first few wrong numbers."""
    got: tuple[float, ...] = ()
    """The numbers there, flags as 0 and 1."""
    wanted: tuple[float, ...] = ()


def compare(got: Array, wanted: Wanted, tolerance: Tolerance) -> Difference | None:
    """Return how an output differs from the wanted one, None where it is within tolerance.

    Types agree when both are floats, of any width, both integers, or both flags.
    """
    total = wanted.values.size
    if got.shape != wanted.values.shape:
        return Difference(kind="shape", wrong=total, total=total)
    if _family(got) != _family(wanted.values):
        return Difference(kind="type", wrong=total, total=total)
    if wanted.values.dtype.kind != "f":
        return None if np.array_equal(got, wanted.values) else _unequal(got, wanted)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(got - wanted.values)
        limit = np.abs(wanted.values)
        limit += wanted.scale
        limit *= tolerance.relative
        np.maximum(limit, tolerance.own * wanted.error, out=limit)
        if wanted.is_finite and bool((apart <= limit).all()):
            return None
        return _apart(got, wanted, apart, limit)


def _family(values: Array) -> str:
    return {"u": "i"}.get(values.dtype.kind, values.dtype.kind)


def _unequal(got: Array, wanted: Wanted) -> Difference:
    wrong = got != wanted.values
    apart = np.abs(got.astype(np.float64) - wanted.values.astype(np.float64))
    relative = apart / np.maximum(np.abs(wanted.values.astype(float)), 1.0)
    return _told(_difference(wrong, apart, relative), got, wanted)


def _apart(got: Array, wanted: Wanted, apart: Array, limit: Array) -> Difference | None:
    """Judge number by number, with what is not finite."""
    finite = np.isfinite(got) & np.isfinite(wanted.values)
    same = (got == wanted.values) | (np.isnan(got) & np.isnan(wanted.values))
    wrong = ~np.where(finite, apart <= limit, same)
    if not wrong.any():
        return None
    apart = np.where(finite, apart, np.where(same, 0.0, np.inf))
    size = np.where(finite, np.abs(wanted.values) + wanted.scale, 1.0)
    relative = np.divide(apart, size, out=np.where(apart > 0, np.inf, 0.0), where=size > 0)
    return _told(_difference(wrong, apart, relative), got, wanted)


def _told(difference: Difference, got: Array, wanted: Wanted) -> Difference:
    """Tell the first few wrong numbers too."""
    return replace(
        difference,
        got=tuple(float(got[place]) for place in difference.first),
        wanted=tuple(float(wanted.values[place]) for place in difference.first),
    )


def _difference(wrong: Array, apart: Array, relative: Array) -> Difference:
    places = np.argwhere(wrong)
    return Difference(
        kind="values",
        largest_absolute=float(apart.max()),
        largest_relative=float(relative.max()),
        wrong=len(places),
        total=wrong.size,
        first=tuple(tuple(map(int, place)) for place in places[:FIRST]),
    )
