"""The meaning of flat-map functions on columns: small streams, put end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from aspl.functions.function import Declared, Flat, Function
from aspl.functions.library.table import LIBRARY
from aspl.reference.functions.columns import numbers, rows_of, rows_valid, with_valid
from aspl.reference.functions.library import Options
from aspl.reference.functions.maps import map_values, opened
from aspl.reference.functions.retile import turned_tiles
from aspl.reference.run import Run
from aspl.types import Buffer, Element
from aspl.values.column import Column, Dense, Ints, Packed, Record, simplest, take
from aspl.values.nest import within

Lengths: TypeAlias = "tuple[int | Ints, ...]"
Streams: TypeAlias = "tuple[Column, Lengths]"
"""The elements of all small streams, and the extents of their dims in the manner of a `Nest`."""


def flat_values(fn: Function, args: tuple[Column, ...], flat: Flat | Element, run: Run) -> Streams:
    """Return the elements of all small streams and the extent of every dim of them.

    Args: flat: what the typing rule made, or the type of its elements alone.

    Errors: UnequalExtents for extents that differ in the run and not in the types.
    """
    if isinstance(fn, Declared):
        return _declared(fn, args, flat, run)
    options = Options(LIBRARY[fn.name].filled(fn.options), run)
    with np.errstate(all="ignore"):
        return _MEANING[fn.name](opened(args), options)


def _declared(fn: Declared, args: tuple[Column, ...], flat: Flat | Element, run: Run) -> Streams:
    assert isinstance(fn.result, Buffer)
    rank = len(fn.result.dims)
    shape = flat.shape if isinstance(flat, Flat) else fn.result.dims
    column = map_values(fn, args, Buffer(fn.result.element, shape), run)
    if isinstance(column, Dense):
        inner = column.data.shape[1 + rank :]
        count = int(np.prod(column.data.shape[: 1 + rank], dtype=np.int64))
        return Dense(column.data.reshape(count, *inner)), column.data.shape[1 : 1 + rank]
    assert isinstance(column, Packed)
    return _unpacked(column, rank)


def _unpacked(column: Packed, rank: int) -> Streams:
    lengths: list[int | Ints] = []
    extents = column.extents
    for axis in range(rank):
        lengths.append(extents[:, axis])
        # an entry of the next dim for every place in this one
        extents = np.repeat(extents, extents[:, axis], axis=0)
    inner = extents[:, rank:]
    if inner.shape[1] == 0:
        return Dense(column.flat), tuple(lengths)
    return simplest(Packed(column.flat, inner)), tuple(lengths)


def _split_rows(args: tuple[Column, ...], options: Options) -> Streams:
    (column,) = args
    assert not isinstance(column, Record)
    rows, valid = rows_of(column), rows_valid(column)
    sizes = np.where(valid > 0, valid, rows) if options.flag("filter") else rows
    cut = _rows(column)
    place = within(sizes, len(sizes))
    if options.flag("filter"):
        before = np.concatenate(([0], np.cumsum(rows)))[:-1]
        kept = take(cut, np.repeat(before, sizes) + place)
        assert not isinstance(kept, Record)
        cut = kept
    lengths: Lengths = (sizes,)
    if isinstance(column, Dense) and not options.flag("filter"):
        lengths = (column.data.shape[1],)
    return with_valid(cut, (place < np.repeat(valid, sizes)).astype(np.int64)), lengths


def _rows(column: Dense | Packed) -> Dense | Packed:
    """Return every row of every tile as a tile of one row."""
    if isinstance(column, Dense):
        count, rows, cols = column.data.shape
        return Dense(column.data.reshape(count * rows, 1, cols))
    cols = np.repeat(column.extents[:, 1], column.extents[:, 0])
    return simplest(Packed(column.flat, np.stack([np.ones_like(cols), cols], axis=1)))


def _split_cols(args: tuple[Column, ...], options: Options) -> Streams:
    (column,) = args
    assert not isinstance(column, Record)
    turned = turned_tiles(column)
    cut = turned_tiles(_rows(turned))
    cols = rows_of(turned)
    valid = None if column.valid is None else np.repeat(column.valid, cols)
    lengths: Lengths = (column.data.shape[2],) if isinstance(column, Dense) else (cols,)
    return with_valid(cut, valid), lengths


def _split_tiles(args: tuple[Column, ...], options: Options) -> Streams:
    (column,) = args
    assert not isinstance(column, Record)
    rows, cols = options.integer("rows"), options.integer("cols")
    valid = rows_valid(column)
    if not isinstance(column, Dense):
        # tiles of static extents are packed only where there are none
        assert not len(column)
        none = np.zeros(0, np.int64)
        return Dense(np.zeros((0, rows, cols), column.flat.dtype)), (none, none)
    count, height, width = column.data.shape
    down, across = height // rows, width // cols
    cut = column.data.reshape(count, down, rows, across, cols).swapaxes(2, 3)
    pieces = Dense(cut.reshape(count * down * across, rows, cols))
    if column.valid is None:
        return pieces, (down, across)
    # padding lies below, so a piece has what is left of the valid rows above its end
    left = np.clip(valid[:, None] - np.arange(down) * rows, 0, rows)
    return with_valid(pieces, np.repeat(left.reshape(-1), across)), (down, across)


def _expert_addresses(args: tuple[Column, ...], options: Options) -> Streams:
    n, base = options.integer("n"), options.integer("base")
    experts = numbers(args[0]).astype(np.uint64)
    inside = np.arange(n, dtype=np.uint64)
    addresses = np.uint64(base) + experts[:, None] * np.uint64(n) + inside
    return Dense(addresses.reshape(-1)), (1, n, 1)


def _cache_read_addresses(args: tuple[Column, ...], options: Options) -> Streams:
    first = numbers(args[0]).astype(np.uint64) * np.uint64(options.integer("row_offset"))
    sizes = _counts(args[1])
    inside = within(sizes, len(sizes)).astype(np.uint64)
    return Dense(np.repeat(first, sizes) + inside), (1, sizes)


def _last_tile_filter(args: tuple[Column, ...], options: Options) -> Streams:
    sizes = _counts(args[0])
    last = within(sizes, len(sizes)) == np.repeat(sizes, sizes) - 1
    return Dense(np.stack([last, ~last], axis=1)), (1, sizes)


def _counts(column: Column) -> Ints:
    return np.maximum(numbers(column).astype(np.int64), 0)


_MEANING: Mapping[str, Callable[[tuple[Column, ...], Options], Streams]] = {
    "split_rows": _split_rows,
    "split_cols": _split_cols,
    "split_tiles": _split_tiles,
    "expert_addresses": _expert_addresses,
    "cache_read_addresses": _cache_read_addresses,
    "last_tile_filter": _last_tile_filter,
}
