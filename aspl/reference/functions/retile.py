"""Folds that put tiles together: one below the other, or side by side."""

from __future__ import annotations

import numpy as np

from aspl.functions.function import Fill, Init
from aspl.reference.functions.columns import known_dims, rows_valid, with_valid
from aspl.reference.functions.initial import initial
from aspl.reference.functions.valid import folded_valid
from aspl.reference.run import Run, UnequalExtents
from aspl.types import Tile
from aspl.values.column import Column, Dense, Ints, Packed, Record, join, pack, simplest, take
from aspl.values.nest import offsets_of, segment_sums, within


def joined_rows(column: Column, starts: Ints, init: Init, state: Tile, run: Run) -> Column:
    """Put the tiles of each group one below the other, the initial tile on top.

    Errors: UnequalExtents for tiles of different widths in one group.
    """
    tiles, starts = _begun(column, starts, init, run)
    return _below(tiles, starts, known_dims(state, run)[1] or 0)


def joined_cols(column: Column, starts: Ints, init: Init, state: Tile, run: Run) -> Column:
    """Put the tiles of each group side by side, the initial tile first.

    Errors: UnequalExtents for tiles of different heights in one group.
    """
    tiles, starts = _begun(column, starts, init, run)
    whole = turned_tiles(_below(turned_tiles(tiles), starts, known_dims(state, run)[0] or 0))
    return folded_valid(whole, state, (tiles,), starts, kept=True)


def _below(column: Dense | Packed, starts: Ints, width: int) -> Dense | Packed:
    tiles = pack(column)
    rows, cols = tiles.extents[:, 0], tiles.extents[:, 1]
    heights = segment_sums(rows, starts)
    widths = np.full(len(heights), width, dtype=np.int64)
    filled = np.diff(starts) > 0
    widths[filled] = cols[starts[:-1][filled]]
    if not np.array_equal(np.repeat(widths, np.diff(starts)), cols[starts[0] : starts[-1]]):
        raise UnequalExtents("tiles of different extents are put together")
    valid = None if column.valid is None else segment_sums(rows_valid(column), starts)
    # rows lie behind each other in memory, so tiles below each other do as well
    begin = tiles.starts()
    flat = tiles.flat[begin[starts[0]] : begin[starts[-1]]]
    return with_valid(simplest(Packed(flat, np.stack([heights, widths], axis=1))), valid)


def _begun(column: Column, starts: Ints, init: Init, run: Run) -> tuple[Dense | Packed, Ints]:
    """Put the initial tile before the tiles of each group, unless it holds nothing."""
    assert not isinstance(column, Record)
    if not isinstance(init, Fill) or not isinstance(init.type, Tile):
        return column, starts
    first = initial(init, init.type, 1, run)
    sizes = np.diff(starts) + 1
    inside = within(sizes, len(sizes))
    picks = np.where(inside == 0, 0, np.repeat(starts[:-1], sizes) + inside)
    joined = take(join([first, column]), picks)
    assert not isinstance(joined, Record)
    return joined, offsets_of(sizes, len(sizes))


def turned_tiles(column: Dense | Packed) -> Dense | Packed:
    """Change rows and columns for each other in every tile; valid rows are left out."""
    if isinstance(column, Dense):
        return Dense(column.data.swapaxes(1, 2))
    sizes = column.extents.prod(axis=1)
    rows, cols = (np.repeat(column.extents[:, axis], sizes) for axis in (0, 1))
    inside = within(sizes, len(sizes))
    picks = np.repeat(column.starts()[:-1], sizes) + inside % rows * cols + inside // rows
    return Packed(column.flat[picks], column.extents[:, ::-1])
