"""Values inside a function, for a whole batch of elements at once.

An array has the batch as its first axis, of extent 1 where it is the same for every element. A
Python number is a literal, which takes the number type of what it meets. A tuple holds values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias, Union

import numpy as np

from aspl.values.column import Array

Literal: TypeAlias = int | float
Plain: TypeAlias = Literal | Array
Value: TypeAlias = Union[int, float, Array, "tuple[Value, ...]"]


def plain(value: Value) -> Plain:
    """Return a value that typing has shown to be no tuple."""
    assert not isinstance(value, tuple)
    return value


def fitted(value: Plain, dtype: np.dtype[Any]) -> Array:
    """Return a literal as an array (1,) of a type; whole numbers wrap around."""
    if isinstance(value, np.ndarray):
        return value
    if dtype.kind in "iu":
        bits = dtype.itemsize * 8
        return np.array([int(value) & ((1 << bits) - 1)], dtype=f"u{dtype.itemsize}").view(dtype)
    return np.array([value], dtype=dtype)


def array_of(value: Plain, floating: np.dtype[Any]) -> Array:
    """Return a value as an array: fractions at the working precision, whole numbers as i64."""
    if isinstance(value, np.ndarray):
        return value
    return fitted(value, floating if isinstance(value, float) else np.dtype(np.int64))


def literal(value: Array) -> Literal:
    """Return the number in an array of one."""
    number: Literal = value.reshape(-1)[0].item()
    return number


def aligned(values: Sequence[Plain], floating: np.dtype[Any]) -> list[Array]:
    """Return arrays of one rank, so that numpy meets them at their last dims and at the batch."""
    strong = [each for each in values if isinstance(each, np.ndarray)]
    if strong:
        dtype = strong[0].dtype
    else:
        whole = all(isinstance(each, int) for each in values)
        dtype = np.dtype(np.int64) if whole else floating
    arrays = [fitted(each, dtype) for each in values]
    rank = max(each.ndim for each in arrays)
    return [raised(each, rank) for each in arrays]


def raised(array: Array, rank: int) -> Array:
    """Return an array with dims of extent 1 behind the batch, up to a rank."""
    if array.ndim == rank:
        return array
    return array.reshape(array.shape[0], *(1,) * (rank - array.ndim), *array.shape[1:])


def spread(array: Array, count: int) -> Array:
    """Return an array that has the whole batch as its first axis."""
    if array.shape[0] == count:
        return array
    return np.repeat(array, count, axis=0)


def count_of(value: Value) -> int:
    """Return how many elements a value is of; 1 where it is the same for every element."""
    if isinstance(value, tuple):
        return max(map(count_of, value), default=1)
    return len(value) if isinstance(value, np.ndarray) else 1


def spread_all(value: Value, count: int) -> Value:
    """Return a value whose arrays all have the whole batch as their first axis."""
    if isinstance(value, tuple):
        return tuple(spread_all(part, count) for part in value)
    return spread(value, count) if isinstance(value, np.ndarray) else value


def matmul(a: Array, b: Array) -> Array:
    """Return the matrix product of every pair in the batch, with the rules of numpy for ranks."""
    if a.ndim == 2 and b.ndim == 2:
        result: Array = (a * b).sum(axis=-1, dtype=a.dtype)
        return result
    if b.ndim == 2:
        return _times_vector(a, b)
    if b.shape[0] == 1 and b.ndim == 3 and a.ndim > 1:
        # one matrix for the whole batch: one product
        rows: Array = a.reshape(math.prod(a.shape[:-1]), a.shape[-1]) @ b[0]
        return rows.reshape(*a.shape[:-1], b.shape[-1])
    if a.ndim == 2:
        return matmul(a[:, None, :], b)[..., 0, :]
    rank = max(a.ndim, b.ndim)
    product: Array = np.matmul(raised(a, rank), raised(b, rank))
    return product


def _times_vector(a: Array, b: Array) -> Array:
    if a.shape[0] == 1 and a.ndim == 3:
        result: Array = b @ a[0].T
        return result
    column = b.reshape(b.shape[0], *(1,) * (a.ndim - 3), b.shape[-1], 1)
    product: Array = np.matmul(a, column)[..., 0]
    return product


def outer(a: Array, b: Array) -> Array:
    """Return every number of one times every number of the other."""
    left = a.reshape(*a.shape, *(1,) * (b.ndim - 1))
    result: Array = left * raised(b, left.ndim)
    return result
