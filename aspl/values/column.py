"""The elements of one stream side by side, as numpy arrays.

`Dense` holds elements of one size: data of shape (n, *extents). `Packed` holds elements whose
extents differ: the numbers end to end and the extents of each. `Record` holds tuples, a column a
part. Floats are held at the precision of the evaluation whatever their type in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """Elements of equal extents: data of shape (n, *extents)."""

    data: Array
    valid: Ints | None = None
    """For tiles: the rows of each that are no padding, (n,), or (n, *dims) inside buffers; None
    when all are valid."""

    def __len__(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Elements of different extents: `flat` (total,) row-major, `extents` (n, k)."""

    flat: Array
    extents: Ints
    valid: Ints | None = None
    """For tiles: the valid rows of every tile, end to end; None when all are valid."""

    def __len__(self) -> int:
        return len(self.extents)

    def starts(self) -> Ints:
        """Return where each element begins in `flat`, and the end: (n + 1,)."""
        return np.concatenate(([0], np.cumsum(self.extents.prod(axis=1)))).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """Tuples: one column a part, all of one length."""

    parts: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.parts[0])


Column: TypeAlias = Dense | Packed | Record


def take(column: Column, picks: Ints) -> Column:
    """Return the elements at `picks`, in that order."""
    match column:
        case Dense():
            return Dense(column.data[picks], None if column.valid is None else column.valid[picks])
        case Record():
            return Record(tuple(take(part, picks) for part in column.parts))
        case Packed():
            flat = column.flat[_spread(column.extents.prod(axis=1), picks)]
            valid = column.valid
            if valid is not None:
                valid = valid[_spread(column.extents[:, :-2].prod(axis=1), picks)]
            return simplest(Packed(flat, column.extents[picks], valid))


def _spread(sizes: Ints, picks: Ints) -> Ints:
    """Return the places of the numbers of the picked elements, whose sizes differ."""
    starts, taken = np.cumsum(sizes) - sizes, sizes[picks]
    ends = np.cumsum(taken)
    inside = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - taken, taken)
    places: Ints = np.repeat(starts[picks], taken) + inside
    return places


def part(column: Column, start: int, stop: int) -> Column:
    """Return the elements from `start` to before `stop`; dense data are a view."""
    match column:
        case Dense():
            valid = None if column.valid is None else column.valid[start:stop]
            return Dense(column.data[start:stop], valid)
        case Record():
            return Record(tuple(part(each, start, stop) for each in column.parts))
        case Packed():
            return take(column, np.arange(start, stop))


def join(columns: Sequence[Column]) -> Column:
    """Put columns of one type end to end; at least one."""
    first = columns[0]
    if len(columns) == 1:
        return first
    if isinstance(first, Record):
        records = [column for column in columns if isinstance(column, Record)]
        places = range(len(first.parts))
        return Record(tuple(join([each.parts[place] for each in records]) for place in places))
    dense = [column for column in columns if isinstance(column, Dense)]
    # a column without elements does not say what extents its elements would have
    shapes = {column.data.shape[1:] for column in dense if len(column)}
    if len(dense) == len(columns) and len(shapes) <= 1:
        filled = [column.data for column in dense if len(column)] or [dense[0].data]
        return Dense(np.concatenate(filled), _joined_valid(dense))
    packed = [pack(column) for column in columns if len(column)]
    if not packed:
        return first
    flat = np.concatenate([column.flat for column in packed])
    return Packed(
        flat, np.concatenate([column.extents for column in packed]), _joined_valid(packed)
    )


def pack(column: Column) -> Packed:
    """Return the packed form of tiles, buffers, selectors or numbers."""
    match column:
        case Packed():
            return column
        case Dense():
            extents = np.array(column.data.shape[1:], dtype=np.int64)
            rows = np.broadcast_to(extents, (len(column), len(extents)))
            valid = None if column.valid is None else column.valid.reshape(-1)
            return Packed(column.data.reshape(-1), rows, valid)
        case Record():
            raise TypeError("a record is packed part by part")


def simplest(column: Packed) -> Dense | Packed:
    """Return the dense form when all extents are equal; an empty column stays as it is."""
    extents = column.extents
    if len(extents) == 0 or not bool((extents == extents[0]).all()):
        return column
    shape = tuple(map(int, extents[0]))
    valid = column.valid
    if valid is not None:
        valid = valid.reshape(len(extents), *shape[:-2])
    return Dense(column.flat.reshape(len(extents), *shape), valid)


def inner_extents(column: Packed, place: int) -> Ints:
    """Return the extents of dim `place` of the elements, one for each entry of the dims outside."""
    return np.repeat(column.extents[:, place], column.extents[:, :place].prod(axis=1))


def valid_rows(column: Dense | Packed) -> Ints:
    """Return the valid rows of every tile: (n,), (n, *dims) in buffers, packed end to end."""
    if column.valid is not None:
        return column.valid
    if isinstance(column, Packed):
        return np.repeat(column.extents[:, -2], column.extents[:, :-2].prod(axis=1))
    return np.full(column.data.shape[:-2], column.data.shape[-2], dtype=np.int64)


def columns_of(column: Column) -> tuple[Dense | Packed, ...]:
    """Return the columns of nested records in reading order."""
    if isinstance(column, Record):
        return tuple(leaf for each in column.parts for leaf in columns_of(each))
    return (column,)


def _joined_valid(columns: Sequence[Dense] | Sequence[Packed]) -> Ints | None:
    filled = [column for column in columns if len(column)]
    if all(column.valid is None for column in filled):
        return None
    return np.concatenate([valid_rows(column) for column in filled])
