"""The meaning of the library's map functions, a row for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from aspl.functions.library.entry import OptionValue
from aspl.functions.library.table import LIBRARY
from aspl.reference.functions import batch
from aspl.reference.functions.columns import numbers, rows_of, rows_valid, with_valid
from aspl.reference.functions.elementwise import UNARY, softmax
from aspl.reference.functions.primitives import end_of_range
from aspl.reference.run import Run, UnequalExtents
from aspl.values.column import Array, Column, Dense, Packed, Record, pack, simplest
from aspl.values.nest import within

Arrays: TypeAlias = tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a library function in a run."""

    values: Mapping[str, OptionValue]
    run: Run
    tile: bool = False
    """Whether the result is a tile, where buffers of two dims look alike."""

    def integer(self, name: str) -> int:
        """Return an option that is an extent or an integer."""
        value = self.values[name]
        return int(value) if isinstance(value, int | float) else value.value(self.run.sizes)

    def flag(self, name: str) -> bool:
        """Return an option that is a flag."""
        return bool(self.values[name])


ArrayMap: TypeAlias = Callable[[Arrays, Options], Array]
ColumnMap: TypeAlias = Callable[[tuple[Column, ...], Options], Column]

ARITHMETIC: Mapping[str, np.ufunc] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.true_divide,
    "max": np.maximum,
    "min": np.minimum,
}


def _met(ufunc: np.ufunc) -> ArrayMap:
    def meaning(args: Arrays, options: Options) -> Array:
        rank = max(each.ndim for each in args)
        a, b = (batch.raised(each, rank) for each in args)
        result: Array = ufunc(a, b)
        return result

    return meaning


def product(a: Array, b: Array, *, transposed: bool) -> Array:
    """Return the matrix product of every pair."""
    result: Array = np.matmul(a, b.swapaxes(-1, -2) if transposed else b)
    return result


def _outer_product(args: Arrays, options: Options) -> Array:
    a, b = args
    if a.ndim == 1 or b.ndim == 1:
        return _met(np.multiply)(args, options)
    if options.tile:
        # of one row or one column each
        a, b = a.reshape(a.shape[0], -1), b.reshape(b.shape[0], -1)
    return batch.outer(a, b)


def _row_sum(args: Arrays, options: Options) -> Array:
    (x,) = args
    total: Array = x.sum(axis=-1, keepdims=options.tile, dtype=x.dtype)
    return total


def _row_max(args: Arrays, options: Options) -> Array:
    (x,) = args
    lowest = end_of_range(x.dtype, lowest=True)
    found: Array = np.max(x, axis=-1, keepdims=options.tile, initial=lowest)
    return found


def _cache_write(args: tuple[Column, ...], options: Options) -> Column:
    idx, length = (numbers(each).astype(np.uint64) for each in args)
    return Dense(idx * np.uint64(options.integer("row_offset")) + length)


def _unary(compute: Callable[[Array], Array]) -> ArrayMap:
    return lambda args, options: compute(args[0])


ARRAY_MAPS: Mapping[str, ArrayMap] = {
    **{name: _unary(compute) for name, compute in UNARY.items() if name in LIBRARY},
    **{name: _met(ufunc) for name, ufunc in ARITHMETIC.items()},
    "matmul": lambda args, options: product(*args, transposed=options.flag("transposed")),
    "softmax": lambda args, options: softmax(args[0]),
    "transpose": lambda args, options: args[0].swapaxes(-1, -2),
    "outer_product": _outer_product,
    "scale": _met(np.multiply),
    "row_sum": _row_sum,
    "row_max": _row_max,
}


def _set_valid(args: tuple[Column, ...], options: Options) -> Column:
    whole, count = args
    assert not isinstance(whole, Record)
    rows = rows_of(whole)
    # an unsigned count beyond the tile must not wrap to a negative one
    given = numbers(count)
    valid = np.where(given > rows.astype(given.dtype), rows, given.astype(np.int64))
    return with_valid(whole, np.maximum(valid, 0))


def _append_row(args: tuple[Column, ...], options: Options) -> Column:
    whole, row = args
    assert not isinstance(whole, Record)
    assert not isinstance(row, Record)
    valid, rows = rows_valid(whole), rows_of(whole)
    room = np.flatnonzero(valid < rows)
    place = valid[room]
    if isinstance(whole, Dense) and isinstance(row, Dense):
        data = whole.data.copy()
        data[room, place] = row.data[room, 0]
        return with_valid(Dense(data), np.minimum(valid + 1, rows))
    tiles, added = pack(whole), pack(row)
    flat, cols = tiles.flat.copy(), tiles.extents[:, 1]
    if not np.array_equal(cols, added.extents[:, 1]):
        raise UnequalExtents("a row of another width is appended")
    inside = within(cols[room], len(room))
    begin, source = tiles.starts()[:-1][room] + place * cols[room], added.starts()[:-1][room]
    flat[np.repeat(begin, cols[room]) + inside] = added.flat[np.repeat(source, cols[room]) + inside]
    return with_valid(simplest(Packed(flat, tiles.extents)), np.minimum(valid + 1, rows))


def _pick(args: tuple[Column, ...], options: Options) -> Column:
    parts: Any = args
    if len(args) == 1 and isinstance(args[0], Record):
        parts = args[0].parts
    found: Column = parts[options.integer("index")]
    return found


COLUMN_MAPS: Mapping[str, ColumnMap] = {
    "identity": lambda args, options: args[0],
    "pick": _pick,
    "set_valid": _set_valid,
    "append_row": _append_row,
    "cache_write_address": _cache_write,
}
"""Maps that work on whole columns, whatever the extents of their elements."""
