"""Between columns of elements and the dense batches that functions compute with.

Elements whose extents differ are taken apart into groups of equal extents, each group is computed
densely, and the results are put back in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aspl.reference.functions.batch import Value, array_of, plain, spread
from aspl.reference.run import Run, UnequalExtents
from aspl.types import Element, Tuple, element_dims, element_dtype, leaves
from aspl.values.column import (
    Array,
    Column,
    Dense,
    Ints,
    Packed,
    Record,
    columns_of,
    pack,
    simplest,
    take,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Elements of equal extents: where they stand in their columns, and their values."""

    picks: Ints | None
    """None for all elements in order."""
    columns: tuple[Column, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        """The arrays of the columns; tuples for records."""
        return tuple(map(value_of, self.columns))


def value_of(column: Column) -> Value:
    """Return the array of a dense column, a tuple for a record."""
    if isinstance(column, Record):
        return tuple(value_of(part) for part in column.parts)
    assert isinstance(column, Dense), "batches are of equal extents"
    return column.data


def extents_of(args: Sequence[Column]) -> Ints | None:
    """Return the extents of every element in all packed columns, (n, k); None if all are dense."""
    packed = [
        leaf.extents for each in args for leaf in columns_of(each) if isinstance(leaf, Packed)
    ]
    return np.concatenate(packed, axis=1) if packed else None


def groups_of(keys: Ints) -> Iterator[Ints]:
    """Walk the places of equal rows, in order within each group."""
    _, inverse = np.unique(keys, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    order = np.argsort(inverse, kind="stable")
    ends = np.cumsum(np.bincount(inverse))
    yield from np.split(order, ends[:-1])


def batches(args: tuple[Column, ...]) -> Iterator[Batch]:
    """Take columns apart into batches of equal extents."""
    keys = extents_of(args)
    if keys is None:
        yield Batch(None, args)
        return
    for picks in groups_of(keys):
        yield Batch(picks, tuple(take(each, picks) for each in args))


def column_of(value: Value, element: Element, count: int, run: Run) -> Column:
    """Return values as a column: the whole batch, numbers rounded to their type."""
    if isinstance(element, Tuple):
        assert isinstance(value, tuple)
        parts = zip(value, element.parts, strict=True)
        return Record(tuple(column_of(each, part, count, run) for each, part in parts))
    dtype = element_dtype(element)
    array = array_of(plain(value), run.working(dtype))
    return Dense(run.store(spread(array, count), dtype))


def require_extents(column: Column, element: Element, run: Run) -> None:
    """Hold what a declared function made against its type: a slice may find less than it asks for.

    Errors: UnequalExtents.
    """
    for each, leaf in zip(leaves(element), columns_of(column), strict=True):
        if not isinstance(leaf, Dense):
            continue
        for got, dim in zip(leaf.data.shape[1:], known_dims(each, run), strict=True):
            if dim not in (None, got):
                raise UnequalExtents(f"`{each}` came out with an extent of {got}")


def empty_column(element: Element, run: Run) -> Column:
    """Return a column without elements."""
    if isinstance(element, Tuple):
        return Record(tuple(empty_column(part, run) for part in element.parts))
    dtype = run.working(element_dtype(element))
    dims = known_dims(element, run)
    if any(dim is None for dim in dims):
        return Packed(np.zeros(0, dtype=dtype), np.zeros((0, len(dims)), dtype=np.int64))
    return Dense(np.zeros((0, *(dim or 0 for dim in dims)), dtype=dtype))


def known_dims(element: Element, run: Run) -> tuple[int | None, ...]:
    """Return the extents of an element, None for those that no size of the run fixes."""
    dims: list[int | None] = []
    for dim in element_dims(element):
        try:
            dims.append(dim.value(run.sizes))
        except (KeyError, ZeroDivisionError):
            dims.append(None)
    return tuple(dims)


def gathered(found: Sequence[tuple[Ints | None, Column]]) -> Column:
    """Put columns of parts of a batch together, each part at its places."""
    if len(found) == 1:
        picks, column = found[0]
        return column if picks is None else take(column, inverse_of(picks))
    order = np.concatenate([picks for picks, _ in found if picks is not None])
    return _gathered([column for _, column in found], inverse_of(order))


def inverse_of(order: Ints) -> Ints:
    """Return the order that undoes an order."""
    inverse = np.empty(len(order), dtype=np.int64)
    inverse[order] = np.arange(len(order))
    return inverse


def _gathered(columns: Sequence[Column], places: Ints) -> Column:
    first = columns[0]
    if isinstance(first, Record):
        records = [each for each in columns if isinstance(each, Record)]
        numbers = range(len(first.parts))
        return Record(
            tuple(_gathered([each.parts[number] for each in records], places) for number in numbers)
        )
    leaves = [each for each in columns if not isinstance(each, Record)]
    valid = _valid(leaves)
    if all(isinstance(each, Dense) and _extents(each) == _extents(first) for each in leaves):
        data = np.concatenate([each.data for each in leaves if isinstance(each, Dense)])
        return Dense(data[places], None if valid is None else valid[places])
    parts = [pack(each) for each in leaves]
    flat = np.concatenate([each.flat for each in parts])
    extents = np.concatenate([each.extents for each in parts])
    return take(simplest(Packed(flat, extents, valid)), places)


def _extents(column: Dense | Packed) -> tuple[int, ...] | None:
    return column.data.shape[1:] if isinstance(column, Dense) else None


def _valid(columns: Sequence[Dense | Packed]) -> Ints | None:
    if all(each.valid is None for each in columns):
        return None
    return np.concatenate([rows_valid(each) for each in columns])


def rows_of(column: Dense | Packed) -> Ints:
    """Return the rows of each tile, (n,)."""
    if isinstance(column, Packed):
        return column.extents[:, -2]
    return np.full(len(column), column.data.shape[-2], dtype=np.int64)


def rows_valid(column: Dense | Packed) -> Ints:
    """Return the valid rows of each tile, (n,)."""
    return rows_of(column) if column.valid is None else column.valid


def with_valid(column: Column, valid: Ints | None) -> Dense | Packed:
    """Return tiles with other valid rows; None where no tile has padding."""
    assert not isinstance(column, Record)
    if valid is not None and bool((valid == rows_of(column)).all()):
        valid = None
    if isinstance(column, Dense):
        return Dense(column.data, valid)
    return Packed(column.flat, column.extents, valid)


def numbers(column: Column) -> Array:
    """Return whole numbers (n,), whether scalars, indices, one-hot selectors or [1, 1] tiles."""
    if isinstance(column, Packed):
        return column.flat
    assert isinstance(column, Dense)
    if column.data.dtype.kind == "b":
        places: Array = column.data.argmax(axis=1)
        return places
    return column.data.reshape(len(column))


def over_batches(
    args: tuple[Column, ...],
    element: Element,
    run: Run,
    compute: Callable[[Batch], Value],
) -> Column:
    """Compute batch by batch and put the results together."""
    if len(args[0]) == 0:
        return empty_column(element, run)
    found = []
    for each in batches(args):
        count = len(args[0]) if each.picks is None else len(each.picks)
        found.append((each.picks, column_of(compute(each), element, count, run)))
    return gathered(found)
