"""Folds that are reductions: whole groups at once by numpy, group by group never."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aspl.functions.expressions import Binary, Call, Expr, Name, mentions, names_of
from aspl.functions.function import Declared
from aspl.reference.functions.groups import Part
from aspl.values.column import Array, Ints

# so short, adding slices beats a reduction of many short rows
_SHORT = 8

_UFUNCS: Mapping[str, np.ufunc] = {
    "+": np.add,
    "*": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
}


@dataclass(frozen=True, slots=True)
class Reduction:
    """A fold of the form `state op e`, where `e` does not depend on the state."""

    ufunc: np.ufunc
    rest: Expr


def reduction_of(fn: Declared) -> Reduction | None:
    """Return the reduction that a declared fold is, or None."""
    state = fn.params[-1].name
    for let in fn.lets:
        if mentions(let.value, state) or state in names_of(let.target):
            return None
    match fn.value:
        case Binary(op="+" | "*" as name, left=left, right=right):
            pass
        case Call(name="max" | "min" as name, args=(left, right)):
            pass
        case _:
            return None
    for own, rest in ((left, right), (right, left)):
        if isinstance(own, Name) and own.name == state and not mentions(rest, state):
            return Reduction(_UFUNCS[name], rest)
    return None


def reduced(ufunc: np.ufunc, data: Array, part: Part, start: Array) -> Array:
    """Fold the elements of every group and the initial value: (groups, ...).

    Args: data: an entry for each element. start: the initial value, of any shape that broadcasts.
    """
    count, size = part.count, part.equal if part.count else 0
    if size == 0:
        return np.broadcast_to(start, (count, *data.shape[1:])).copy()
    if size is not None:
        rows = data.reshape(count, size, *data.shape[1:])
        return _met(ufunc, start, _equal(ufunc, rows))
    filled = part.sizes > 0
    found = np.empty((count, *data.shape[1:]), dtype=data.dtype)
    found[...] = start
    # the starts of filled groups alone bound them: an empty group in between has no elements
    sums = ufunc.reduceat(data, part.starts[:-1][filled], axis=0)
    found[filled] = _met(ufunc, start, sums.astype(data.dtype, copy=False))
    return found


def _equal(ufunc: np.ufunc, rows: Array) -> Array:
    if rows.shape[1] > _SHORT:
        total: Array = ufunc.reduce(rows, axis=1, dtype=rows.dtype)
        return total
    total = rows[:, 0]
    for place in range(1, rows.shape[1]):
        total = ufunc(total, rows[:, place])
    return total


def _met(ufunc: np.ufunc, start: Array, total: Array) -> Array:
    result: Array = ufunc(start, total)
    return result


def product_sums(a: Array, b: Array, part: Part, start: Array) -> Array:
    """Fold matrix products: for groups of one size a single product of longer matrices.

    Args: a: (n, rows, inner). b: (n, inner, cols).
    """
    size = part.equal if part.count else 0
    if not size:
        return reduced(np.add, np.matmul(a, b), part, start)
    count, (rows, inner), cols = part.count, a.shape[1:], b.shape[2]
    left = a.reshape(count, size, rows, inner).swapaxes(1, 2).reshape(count, rows, size * inner)
    right = b.reshape(count, size * inner, cols)
    return _met(np.add, start, np.matmul(left, right))


def running(ufunc: np.ufunc, data: Array, part: Part, start: Array) -> Array | None:
    """Fold and keep every state, for groups of one size; None for groups of several."""
    size = part.equal if part.count else 0
    if not size:
        return data if not len(data) else None
    rows = data.reshape(part.count, size, *data.shape[1:]).copy()
    rows[:, 0] = ufunc(start, rows[:, 0])
    states: Array = ufunc.accumulate(rows, axis=1, dtype=rows.dtype)
    return states.reshape(data.shape)


def steps(sizes: Ints) -> Ints:
    """Return how many groups are still running at each step, groups ordered by size downwards."""
    longest = int(sizes.max()) if len(sizes) else 0
    ended = np.bincount(sizes, minlength=longest + 1)[: longest + 1]
    alive: Ints = len(sizes) - np.cumsum(ended)
    return alive[:longest]
