"""Dynamic tiles, and which rows of tiles are valid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from columns import assert_same, packed, run_of
from functions import declared

from aspl.dims import ragged, to_dim
from aspl.functions.function import Empty, Fill, Library
from aspl.reference.functions.apply import flat_values, fold_values, map_values, scan_values
from aspl.reference.run import UnequalExtents
from aspl.types import Buffer, DType, Scalar, Tile, Tuple
from aspl.values.column import Column, Dense, Packed, Record

R = ragged("r")
OPEN = Tile(DType.F32, R, to_dim(3))


def tile(rows: int, cols: int) -> Tile:
    return Tile(DType.F32, to_dim(rows), to_dim(cols))


def valid_of(column: Column) -> list[int] | None:
    assert not isinstance(column, Record)
    return None if column.valid is None else column.valid.tolist()


def data(*shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape)


def test_map_over_different_extents() -> None:
    tiles = [data(2, 3), data(1, 3), data(2, 3), data(0, 3)]
    column = packed(tiles)
    assert_same(map_values(Library("exp"), (column,), OPEN, run_of()), list(map(np.exp, tiles)))
    weights = data(4, 3, 5)
    got = map_values(Library("matmul"), (column, Dense(weights)), OPEN, run_of())
    assert_same(got, [a @ b for a, b in zip(tiles, weights, strict=True)])


def test_results_of_one_shape_are_dense() -> None:
    tiles = [data(2, 3), data(1, 3)]
    fn = declared(
        "def f(x: Tile(f32, [_, 3])) -> Tuple(f32, Tile(f32, [_, 3])):\n    return sum(x), x + 1\n"
    )
    result = Tuple((Scalar(DType.F32), OPEN))
    got = map_values(fn, (packed(tiles),), result, run_of())
    assert isinstance(got, Record)
    assert isinstance(got.parts[0], Dense)
    assert isinstance(got.parts[1], Packed)
    assert_same(got, [(each.sum(), each + 1) for each in tiles])


def test_one_extents_in_packed_form() -> None:
    tiles = [data(2, 3), data(2, 3)]
    got = map_values(Library("neg"), (packed(tiles),), OPEN, run_of())
    assert isinstance(got, Dense)
    assert_same(got, [-each for each in tiles])


def test_extents_that_types_hold_equal_and_a_run_does_not() -> None:
    fn = declared(
        "def f(x: Buffer(f32, [_])) -> Buffer(f32, [4]):\n    return x[:4] + zeros([4])\n"
    )
    with pytest.raises(UnequalExtents):
        map_values(fn, (Dense(data(2, 3)),), fn.result, run_of())


MAPS = [
    ("silu", (tile(3, 2),), ([2, 0],), [2, 0]),
    ("row_sum", (tile(3, 2),), ([2, 0],), [2, 0]),
    ("matmul", (tile(3, 2), tile(2, 2)), ([2, 1], [0, 0]), [2, 1]),
    ("mul", (tile(3, 2), tile(3, 2)), ([2, 0], [1, 3]), [2, 3]),
    ("add", (tile(3, 2), tile(1, 2)), ([2, 0], [1, 1]), [2, 0]),
    ("div", (tile(1, 2), tile(3, 2)), ([1, 0], [1, 2]), [1, 2]),
    ("transpose", (tile(3, 3),), ([2, 0],), None),
]


@pytest.mark.parametrize(("name", "types", "valid", "wanted"), MAPS)
def test_valid_rows_of_maps(name: str, types: Any, valid: Any, wanted: Any) -> None:
    args = tuple(
        Dense(data(2, int(each.rows.constant), int(each.cols.constant)), np.array(count))
        for each, count in zip(types, valid, strict=True)
    )
    assert valid_of(map_values(Library(name), args, tile(3, 2), run_of())) == wanted


def test_all_rows_valid_is_written_as_none() -> None:
    got = map_values(
        Library("exp"), (Dense(data(2, 3, 2), np.array([3, 3])),), tile(3, 2), run_of()
    )
    assert valid_of(got) is None


def test_declared_maps_keep_the_rows_of_the_first_tile_that_has_them() -> None:
    text = (
        "def f(b: Buffer(f32, [3, 2]), x: Tile(f32, [1, 2]), y: Tile(f32, [3, 2]))"
        " -> Tile(f32, [3, 2]):\n    return b + x * y\n"
    )
    fn = declared(text)
    args = (
        Dense(data(2, 3, 2)),
        Dense(data(2, 1, 2), np.array([0, 0])),
        Dense(data(2, 3, 2), np.array([1, 3])),
    )
    assert valid_of(map_values(fn, args, fn.result, run_of())) == [1, 3]


def test_set_valid() -> None:
    counts = Dense(np.array([0, 2, 9], dtype=np.uint64))
    got = map_values(Library("set_valid"), (Dense(data(3, 3, 2)), counts), tile(3, 2), run_of())
    assert valid_of(got) == [0, 2, 3]
    tiles = packed([data(2, 3), data(1, 3), data(2, 3)])
    got = map_values(Library("set_valid"), (tiles, counts), OPEN, run_of())
    assert valid_of(got) == [0, 1, 2]


def test_append_row() -> None:
    whole, row = data(3, 3, 2), 100 + data(3, 1, 2)
    args = (Dense(whole, np.array([0, 2, 3])), Dense(row))
    got = map_values(Library("append_row"), args, tile(3, 2), run_of())
    wanted = whole.copy()
    wanted[0, 0], wanted[1, 2] = row[0, 0], row[1, 0]
    assert_same(got, list(wanted))
    assert valid_of(got) == [1, 3, 3]
    tiles = [data(2, 2), data(1, 2)]
    got = map_values(Library("append_row"), (packed(tiles, [1, 0]), Dense(row[:2])), OPEN, run_of())
    assert_same(got, [np.concatenate([tiles[0][:1], row[0]]), row[1]])


def test_valid_rows_of_folds() -> None:
    x = Dense(data(3, 3, 2), np.array([3, 1, 2]))
    starts = np.array([0, 2, 3])
    got = fold_values(
        Library("retile_row"), (x,), starts, Empty(), Tile(DType.F32, R, to_dim(2)), run_of()
    )
    assert valid_of(got) == [4, 2]
    assert (
        valid_of(fold_values(Library("add"), (x,), starts, Fill(0.0), tile(3, 2), run_of())) is None
    )
    weights = Dense(data(3, 2, 4))
    got = fold_values(Library("matmul"), (x, weights), starts, Fill(0.0), tile(3, 4), run_of())
    assert valid_of(got) == [1, 2]
    got = scan_values(Library("matmul"), (x, weights), starts, Fill(0.0), tile(3, 4), run_of())
    assert valid_of(got) == [3, 1, 2]
    got = fold_values(
        Library("retile_col"), (x,), starts, Empty(), Tile(DType.F32, to_dim(3), R), run_of()
    )
    assert valid_of(got) == [1, 2]


def test_declared_flat_map() -> None:
    fn = declared("def f(x: Buffer(f32, [_, _])) -> Buffer(f32, [_, _]):\n    return x * 2\n")
    element = Scalar(DType.F32)
    column, lengths = flat_values(fn, (Dense(data(2, 3, 4)),), element, run_of())
    assert lengths == (3, 4)
    assert_same(column, list((data(2, 3, 4) * 2).reshape(-1)))
    ragged_ones = [data(2, 3), data(1, 2)]
    column, lengths = flat_values(fn, (packed(ragged_ones),), element, run_of())
    assert [np.asarray(each).tolist() for each in lengths] == [[2, 1], [3, 3, 2]]
    assert_same(column, [number for each in ragged_ones for number in (each * 2).reshape(-1)])


def test_declared_flat_map_to_tiles() -> None:
    fn = declared(
        "def f(x: Buffer(Tile(f32, [2, 3]), [4])) -> Buffer(Tile(f32, [2, 3]), [4]):\n"
        "    return -x\n"
    )
    assert isinstance(fn.result, Buffer)
    column, lengths = flat_values(fn, (Dense(data(5, 4, 2, 3)),), tile(2, 3), run_of())
    assert lengths == (4,)
    assert_same(column, list(-data(5, 4, 2, 3).reshape(20, 2, 3)))
