"""Which rows of the tiles that functions make are valid, the others being padding.

Source: the offset rules of the published function table. For functions that it does not name
(assumed): the valid rows of the first tile argument that has the rows of the result, else all rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from aspl.functions.function import Declared
from aspl.reference.functions.columns import rows_of, rows_valid, with_valid
from aspl.types import Buffer, Element, Tile, Tuple, leaves
from aspl.values.column import Column, Dense, Ints, Packed, Record, columns_of, take

Tiles: TypeAlias = Sequence["Dense | Packed"]
Rule: TypeAlias = Callable[[Tiles, Ints], "Ints | None"]


def mapped_valid(
    column: Column, element: Element, args: tuple[Column, ...], tiles: Tiles, rule: Rule
) -> Column:
    """Return the result of a map with the valid rows of its tiles set."""
    if isinstance(column, Record):
        assert isinstance(element, Tuple)
        parts = zip(column.parts, element.parts, strict=True)
        return Record(tuple(mapped_valid(a, b, args, tiles, rule) for a, b in parts))
    if not isinstance(element, Tile) or all(each.valid is None for each in tiles):
        return column
    return with_valid(column, rule(tiles, rows_of(column)))


def buffered_valid(
    column: Column, element: Element, args: tuple[Column, ...], rule: Rule
) -> Column:
    """Return buffers made number by number of buffers: tile by tile, the valid rows are set."""
    if not isinstance(element, Buffer) or not isinstance(element.element, Tile):
        return column
    assert not isinstance(column, Record)
    leaves_of_args = [leaf for each in args for leaf in columns_of(each)]
    buffers = [each for each in leaves_of_args if _extents(each) == _extents(column)]
    if all(each.valid is None for each in buffers):
        return column
    inside = _tiles_inside(column)
    valid = with_valid(
        inside, rule([_tiles_inside(each) for each in buffers], rows_of(inside))
    ).valid
    if isinstance(column, Packed) or valid is None:
        return replace(column, valid=valid)
    return Dense(column.data, valid.reshape(column.data.shape[:-2]))


def _tiles_inside(column: Dense | Packed) -> Dense | Packed:
    """Return the tiles of buffers, end to end."""
    if isinstance(column, Dense):
        *outer, rows, cols = column.data.shape
        valid = None if column.valid is None else column.valid.reshape(-1)
        return Dense(column.data.reshape(math.prod(outer), rows, cols), valid)
    counts = column.extents[:, :-2].prod(axis=1)
    return Packed(column.flat, np.repeat(column.extents[:, -2:], counts, axis=0), column.valid)


def tiles_among(args: tuple[Column, ...], fn: Declared | None = None) -> Tiles:
    """Return the columns of tiles; without a declaration, all columns of two extents."""
    found = [leaf for each in args for leaf in columns_of(each)]
    if fn is not None:
        types = [leaf for param in fn.params for leaf in leaves(param.type)]
        pairs = zip(found, types, strict=False)
        return [column for column, element in pairs if isinstance(element, Tile)]
    return [each for each in found if _extents(each) == 2]


def _extents(column: Dense | Packed) -> int:
    return column.extents.shape[1] if isinstance(column, Packed) else column.data.ndim - 1


def first_with_rows(tiles: Tiles, rows: Ints) -> Ints:
    """Take the valid rows of the first tile that has the rows of the result."""
    valid = rows.copy()
    open_places = np.ones(len(rows), dtype=np.bool_)
    for each in tiles:
        here = open_places & (rows_of(each) == rows)
        valid[here] = rows_valid(each)[here]
        open_places &= ~here
    return valid


def first(tiles: Tiles, rows: Ints) -> Ints | None:
    """Take the valid rows of the first tile."""
    return np.minimum(rows_valid(tiles[0]), rows) if tiles else None


def met(tiles: Tiles, rows: Ints) -> Ints | None:
    """Take the larger count of two tiles of equal rows, else the count of the one with the rows."""
    if len(tiles) < 2:
        return first_with_rows(tiles, rows)
    left, right = tiles[0], tiles[1]
    a = np.where(rows_of(left) == rows, rows_valid(left), 0)
    b = np.where(rows_of(right) == rows, rows_valid(right), 0)
    larger: Ints = np.maximum(a, b)
    return larger


def all_rows(tiles: Tiles, rows: Ints) -> Ints | None:
    """Take every row as valid."""
    return None


RULES: Mapping[str, Rule] = {
    "matmul": first,
    **dict.fromkeys(("add", "sub", "mul", "div", "max", "min"), met),
    "transpose": all_rows,
    "outer_product": all_rows,
}
"""The rules of library maps; all others keep the rows of their first tile that has them."""


def rule_of(name: str) -> Rule:
    """Return the rule of a library map."""
    return RULES.get(name, first_with_rows)


def folded_valid(
    column: Column, element: Element, tiles: Tiles, starts: Ints, *, kept: bool
) -> Column:
    """Return folded states with the valid rows of the last element of each group, if kept."""
    if isinstance(column, Record) and isinstance(element, Tuple):
        parts = zip(column.parts, element.parts, strict=True)
        return Record(tuple(folded_valid(a, b, tiles, starts, kept=kept) for a, b in parts))
    if not kept or not isinstance(element, Tile) or all(each.valid is None for each in tiles):
        return column
    assert not isinstance(column, Record)
    filled = starts[1:] > starts[:-1]
    last = starts[1:][filled] - 1
    rows = rows_of(column)
    valid = rows.copy()
    valid[filled] = first_with_rows([_at(each, last) for each in tiles], rows[filled])
    return with_valid(column, valid)


def scanned_valid(column: Column, element: Element, tiles: Tiles, *, kept: bool) -> Column:
    """Return the states after every element with the valid rows of that element, if kept."""
    if isinstance(column, Record) and isinstance(element, Tuple):
        parts = zip(column.parts, element.parts, strict=True)
        return Record(tuple(scanned_valid(a, b, tiles, kept=kept) for a, b in parts))
    if not kept or not isinstance(element, Tile) or all(each.valid is None for each in tiles):
        return column
    assert not isinstance(column, Record)
    return with_valid(column, first_with_rows(tiles, rows_of(column)))


def _at(column: Dense | Packed, picks: Ints) -> Dense | Packed:
    found = take(column, picks)
    assert not isinstance(found, Record)
    return found
