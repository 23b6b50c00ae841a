"""Every library function, in each of its roles: type, meaning, FLOPs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from columns import assert_same, packed, run_of
from sites import PlainSite

from aspl.dims import Dim, ragged, size, to_dim
from aspl.functions.apply import (
    flat_type,
    fold_flops,
    fold_init,
    fold_type,
    library_function,
    map_flops,
    map_type,
)
from aspl.functions.function import Empty, Fill, Init, Library
from aspl.functions.library import LIBRARY
from aspl.reference.functions.apply import flat_values, fold_values, map_values, scan_values
from aspl.types import Buffer, DType, Element, Index, Scalar, Selector, Tile, Tuple
from aspl.values.column import Column, Dense, Record

M, N, D = size("M"), size("N"), size("D")
f32, i64, u64, flag = Scalar(DType.F32), Scalar(DType.I64), Scalar(DType.U64), Scalar(DType.BOOL)
bf16 = Scalar(DType.BF16)


def tile(rows: Dim | int, cols: Dim | int, dtype: DType = DType.F32) -> Tile:
    return Tile(dtype, to_dim(rows), to_dim(cols))


def buffer(*dims: Dim | int, of: Scalar | Tile = f32) -> Buffer:
    return Buffer(of, tuple(map(to_dim, dims)))


def library(name: str, **options: Any) -> Library:
    found = library_function(name, options)
    assert isinstance(found, Library), found
    return found


_rng = np.random.default_rng(7)


def values(*shape: int) -> Any:
    return _rng.standard_normal((4, *shape))


def _softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@dataclass(frozen=True)
class MapCase:
    """A map: its arguments, their result, the meaning for one element, the FLOPs of one."""

    args: tuple[Element, ...]
    result: Element
    data: tuple[Any, ...]
    meaning: Callable[..., Any]
    flops: int
    options: Mapping[str, Any] = field(default_factory=dict)


_erf = np.vectorize(math.erf)


def _unary(compute: Callable[[Any], Any], weight: int) -> list[MapCase]:
    positive = abs(values(3, 2)) + 0.1
    return [
        MapCase((f32,), f32, (positive[:, 0, 0],), compute, weight),
        MapCase((tile(3, 2),), tile(3, 2), (positive,), compute, 6 * weight),
        MapCase((buffer(3, 2),), buffer(3, 2), (positive,), compute, 6 * weight),
    ]


def _arithmetic(compute: Callable[[Any, Any], Any]) -> list[MapCase]:
    return [
        MapCase((f32, f32), f32, (values(), values()), compute, 1),
        MapCase((f32, tile(3, 2)), tile(3, 2), (values(), values(3, 2)), compute, 6),
        MapCase((buffer(N), f32), buffer(N), (values(7), values()), lambda a, b: compute(a, b), 7),
        MapCase((tile(3, 1), tile(1, 2)), tile(3, 2), (values(3, 1), values(1, 2)), compute, 6),
        MapCase((buffer(N), buffer(N)), buffer(N), (values(7), values(7)), compute, 7),
        MapCase((bf16, f32), f32, (values(), values()), compute, 1),
    ]


MAPS: dict[str, list[MapCase]] = {
    "matmul": [
        MapCase((tile(3, 2), tile(2, 4)), tile(3, 4), (values(3, 2), values(2, 4)), np.matmul, 48),
        MapCase(
            (tile(3, 2), tile(4, 2)),
            tile(3, 4),
            (values(3, 2), values(4, 2)),
            lambda a, b: a @ b.T,
            48,
            {"transposed": True},
        ),
        MapCase(
            (buffer(3, 2), buffer(2, 4)), buffer(3, 4), (values(3, 2), values(2, 4)), np.matmul, 48
        ),
    ],
    "add": _arithmetic(np.add),
    "sub": _arithmetic(np.subtract),
    "mul": _arithmetic(np.multiply),
    "div": _arithmetic(np.divide),
    "max": _arithmetic(np.maximum),
    "min": _arithmetic(np.minimum),
    "exp": _unary(np.exp, 4),
    "log": _unary(np.log, 4),
    "sqrt": _unary(np.sqrt, 4),
    "rsqrt": _unary(lambda x: 1 / np.sqrt(x), 4),
    "sigmoid": _unary(lambda x: 1 / (1 + np.exp(-x)), 6),
    "tanh": _unary(np.tanh, 8),
    "erf": _unary(_erf, 8),
    "gelu": _unary(lambda x: x * (1 + _erf(x / math.sqrt(2))) / 2, 12),
    "silu": _unary(lambda x: x / (1 + np.exp(-x)), 8),
    "relu": _unary(lambda x: np.maximum(x, 0), 1),
    "abs": _unary(np.abs, 1),
    "neg": _unary(np.negative, 1),
    "square": _unary(np.square, 1),
    "sin": _unary(np.sin, 4),
    "cos": _unary(np.cos, 4),
    "row_sum": [
        MapCase((tile(3, 2),), tile(3, 1), (values(3, 2),), lambda x: x.sum(1, keepdims=True), 6),
        MapCase((buffer(3, 2),), buffer(3), (values(3, 2),), lambda x: x.sum(1), 6),
        MapCase((buffer(3),), f32, (values(3),), lambda x: x.sum(), 3),
    ],
    "row_max": [
        MapCase((tile(3, 2),), tile(3, 1), (values(3, 2),), lambda x: x.max(1, keepdims=True), 6),
        MapCase((buffer(3),), f32, (values(3),), lambda x: x.max(), 3),
    ],
    "softmax": [
        MapCase((tile(3, 2),), tile(3, 2), (values(3, 2),), _softmax, 48),
        MapCase((buffer(3),), buffer(3), (values(3),), _softmax, 24),
    ],
    "transpose": [
        MapCase((tile(3, 2),), tile(2, 3), (values(3, 2),), np.transpose, 0),
        MapCase((buffer(3, 2),), buffer(2, 3), (values(3, 2),), np.transpose, 0),
    ],
    "outer_product": [
        MapCase((buffer(N), buffer(D)), buffer(N, D), (values(7), values(16)), np.outer, 112),
        MapCase((f32, buffer(D)), buffer(D), (values(), values(16)), lambda a, b: a * b, 16),
        MapCase((tile(2, 1), tile(1, 3)), tile(2, 3), (values(2, 1), values(1, 3)), np.outer, 6),
        MapCase((tile(1, 2), tile(1, 3)), tile(2, 3), (values(1, 2), values(1, 3)), np.outer, 6),
        MapCase((f32, f32), f32, (values(), values()), lambda a, b: a * b, 1),
    ],
    "scale": [MapCase((f32, buffer(N)), buffer(N), (values(), values(7)), lambda a, b: a * b, 7)],
    "set_valid": [
        MapCase(
            (tile(3, 2), u64),
            tile(3, 2),
            (values(3, 2), np.array([0, 1, 3, 9], np.uint64)),
            lambda a, b: a,
            0,
        )
    ],
    "append_row": [
        MapCase(
            (tile(3, 2), tile(1, 2)), tile(3, 2), (values(3, 2), values(1, 2)), lambda a, b: a, 0
        )
    ],
    "cache_write_address": [
        MapCase(
            (u64, Index(to_dim(9))),
            u64,
            (np.arange(4, dtype=np.uint64), np.arange(4)),
            lambda a, b: a * 10 + np.uint64(b),
            0,
            {"row_offset": 10},
        ),
        MapCase(
            (tile(1, 1, DType.U64), i64),
            u64,
            (np.arange(4, dtype=np.uint64).reshape(4, 1, 1), np.arange(4)),
            lambda a, b: a[0, 0] * 9 + np.uint64(b),
            0,
            {"row_offset": size("K")},
        ),
    ],
    "identity": [MapCase((Selector(N),), Selector(N), (values(7) > 0,), lambda x: x, 0)],
    "pick": [MapCase((f32, i64), i64, (values(), np.arange(4)), lambda a, b: b, 0, {"index": 1})],
}

FOLDS: dict[str, tuple[Element, Init | None, Callable[[Any, Any], Any], float, int]] = {
    "add": (tile(3, 2), Fill(1.0), np.add, 1.0, 6),
    "mul": (tile(3, 2), Fill(2.0), np.multiply, 2.0, 6),
    "max": (tile(3, 2), Fill(-math.inf), np.maximum, -math.inf, 6),
    "min": (tile(3, 2), Fill(math.inf), np.minimum, math.inf, 6),
    "any_of": (Selector(N), None, np.logical_or, 0.0, 7),
    "all_of": (Selector(N), None, np.logical_and, 1.0, 7),
}
OTHER_FOLDS = {"matmul", "retile_row", "retile_col", "signal_all_read"}
FLATS = {
    "split_rows",
    "split_cols",
    "split_tiles",
    "expert_addresses",
    "cache_read_addresses",
    "last_tile_filter",
}


def test_every_entry_has_a_case_for_each_role() -> None:
    assert set(MAPS) == {name for name, entry in LIBRARY.items() if entry.map}
    assert {*FOLDS, *OTHER_FOLDS} == {name for name, entry in LIBRARY.items() if entry.fold}
    assert {name for name, entry in LIBRARY.items() if entry.flat} == FLATS
    assert all(entry.roles and entry.doc for entry in LIBRARY.values())


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, cases in MAPS.items() for case in cases], ids=str
)
def test_map(name: str, case: MapCase) -> None:
    fn, site = library(name, **case.options), PlainSite()
    assert map_type(fn, case.args, site) == case.result, site.messages
    got = map_values(fn, tuple(map(Dense, case.data)), case.result, run_of())
    assert_same(got, [np.asarray(case.meaning(*each)) for each in zip(*case.data, strict=True)])
    flops = map_flops(fn, case.args, case.result)
    assert flops.value({"M": 5, "N": 7, "D": 16}) == case.flops


@pytest.mark.parametrize(
    ("name", "case"), [(name, cases[0]) for name, cases in MAPS.items() if len(cases[0].args) == 2]
)
def test_map_opens_tuples(name: str, case: MapCase) -> None:
    fn, site = library(name, **case.options), PlainSite()
    assert map_type(fn, (Tuple(case.args),), site) == case.result, site.messages
    columns = Record(tuple(map(Dense, case.data)))
    got = map_values(fn, (columns,), case.result, run_of())
    assert_same(got, [np.asarray(case.meaning(*each)) for each in zip(*case.data, strict=True)])


def test_map_of_an_empty_stream_is_empty() -> None:
    for name, cases in MAPS.items():
        case = cases[0]
        # the extents of elements that are not there are not known
        data = tuple(Dense(each[:0].reshape(0, *(0 for _ in each.shape[1:]))) for each in case.data)
        assert len(map_values(library(name, **case.options), data, case.result, run_of())) == 0


STARTS = {
    "equal": [0, 3, 6, 9],
    "long": [0, 12, 24],
    "ragged": [0, 0, 4, 5, 5, 9],
    "none": [0, 0, 0],
}


@pytest.mark.parametrize("groups", STARTS)
@pytest.mark.parametrize("name", FOLDS)
def test_fold(name: str, groups: str) -> None:
    element, init, compute, start, flops = FOLDS[name]
    fn, site, starts = library(name), PlainSite(), np.array(STARTS[groups])
    assert fold_type(fn, (element,), init, to_dim(3), site) == element, site.messages
    begin = fold_init(fn, init)
    assert begin is not None
    dims = (7,) if isinstance(element, Selector) else (3, 2)
    data: Any = _rng.standard_normal((starts[-1], *dims))
    if isinstance(element, Selector):
        data = np.greater(data, 0)
    wanted, running = [], []
    for a, b in itertools.pairwise(starts):
        state = np.full(dims, start).astype(data.dtype)
        for each in data[a:b]:
            state = compute(state, each)
            running.append(state)
        wanted.append(state)
    assert_same(fold_values(fn, (Dense(data),), starts, begin, element, run_of()), wanted)
    assert_same(scan_values(fn, (Dense(data),), starts, begin, element, run_of()), running)
    assert fold_flops(fn, (element,), element).value({"N": 7}) == flops


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("groups", STARTS)
def test_matmul_fold(groups: str, transposed: bool) -> None:
    fn, site, starts = (
        library("matmul", transposed=transposed),
        PlainSite(),
        np.array(STARTS[groups]),
    )
    types = (tile(3, 2), tile(4, 2) if transposed else tile(2, 4))
    assert fold_type(fn, types, Fill(0.0), to_dim(3), site) == tile(3, 4), site.messages
    assert fold_type(fn, types, Empty(), to_dim(3), site) == tile(3, 4), site.messages
    a = _rng.standard_normal((starts[-1], 3, 2))
    b = _rng.standard_normal((starts[-1], 4, 2) if transposed else (starts[-1], 2, 4))
    wanted, running = [], []
    for low, high in itertools.pairwise(starts):
        state = np.ones((3, 4))
        for x, y in zip(a[low:high], b[low:high], strict=True):
            state = state + x @ (y.T if transposed else y)
            running.append(state)
        wanted.append(state)
    columns = (Dense(a), Dense(b))
    assert_same(fold_values(fn, columns, starts, Fill(1.0), tile(3, 4), run_of()), wanted)
    assert_same(scan_values(fn, columns, starts, Fill(1.0), tile(3, 4), run_of()), running)
    assert fold_flops(fn, types, tile(3, 4)).constant == 48


@pytest.mark.parametrize("groups", STARTS)
@pytest.mark.parametrize(("name", "axis"), [("retile_row", 0), ("retile_col", 1)])
def test_retile(name: str, axis: int, groups: str) -> None:
    fn, site, starts = library(name), PlainSite(), np.array(STARTS[groups])
    state = fold_type(fn, (tile(3, 2),), None, to_dim(3), site)
    assert state == (tile(9, 2) if axis == 0 else tile(3, 6))
    data = _rng.standard_normal((starts[-1], 3, 2))
    none = np.zeros((0, 2) if axis == 0 else (3, 0))
    wanted = [np.concatenate([none, *data[a:b]], axis=axis) for a, b in itertools.pairwise(starts)]
    r = ragged("r")
    open_state = tile(r, 2) if axis == 0 else tile(3, r)
    assert_same(fold_values(fn, (Dense(data),), starts, Empty(), open_state, run_of()), wanted)
    assert fold_flops(fn, (tile(3, 2),), tile(9, 2)).constant == 0


def test_retile_begins_with_a_given_tile() -> None:
    fn, site = library("retile_row"), PlainSite()
    init = Fill(5.0, tile(2, 2))
    assert fold_type(fn, (tile(1, 2),), init, to_dim(3), site) == tile(5, 2), site.messages
    data = _rng.standard_normal((3, 1, 2))
    top = np.full((2, 2), 5.0)
    got = fold_values(fn, (Dense(data),), np.array([0, 3, 3]), init, tile(ragged("r"), 2), run_of())
    assert_same(got, [np.concatenate([top, *data]), top])


def test_retile_of_dynamic_tiles_grows_by_a_ragged_extent() -> None:
    site = PlainSite()
    state = fold_type(library("retile_row"), (tile(ragged("r"), 2),), None, ragged("n"), site)
    assert isinstance(state, Tile)
    assert state.rows.symbol is not None
    assert state.rows != ragged("r")


@pytest.mark.parametrize("groups", STARTS)
def test_signal(groups: str) -> None:
    fn, site, starts = library("signal_all_read"), PlainSite(), np.array(STARTS[groups])
    assert fold_type(fn, (tile(3, 2),), None, to_dim(3), site) == u64
    init = fold_init(fn, None)
    assert init is not None
    data = Dense(np.zeros((starts[-1], 3, 2)))
    got = fold_values(fn, (data,), starts, init, u64, run_of())
    assert_same(got, [np.uint64(size > 0) for size in np.diff(starts)])
    assert len(scan_values(fn, (data,), starts, init, u64, run_of())) == starts[-1]


def test_split_rows() -> None:
    fn, site = library("split_rows"), PlainSite()
    flat = flat_type(fn, (tile(3, 2),), site)
    assert flat is not None
    assert flat.element == tile(1, 2)
    assert flat.shape == (to_dim(3),)
    data = values(3, 2)
    column, lengths = flat_values(fn, (Dense(data),), flat, run_of())
    assert lengths == (3,)
    assert_same(column, list(data.reshape(12, 1, 2)))


def test_split_rows_stops_after_the_valid_rows() -> None:
    fn, site = library("split_rows", filter=True), PlainSite()
    flat = flat_type(fn, (tile(3, 2),), site)
    assert flat is not None
    assert flat.shape[0].is_ragged
    data = values(3, 2)
    column, (sizes,) = flat_values(fn, (Dense(data, np.array([2, 0, 3, 1])),), flat, run_of())
    assert np.asarray(sizes).tolist() == [2, 3, 3, 1]
    assert_same(
        column,
        [row[None] for place, count in enumerate((2, 3, 3, 1)) for row in data[place][:count]],
    )
    assert isinstance(column, Dense)
    assert column.valid is not None
    assert column.valid.tolist() == [1, 1, 0, 0, 0, 1, 1, 1, 1]


def test_split_of_dynamic_tiles() -> None:
    tiles = [values(2, 3)[0], values(1, 2)[0]]
    rows, lengths = flat_values(library("split_rows"), (packed(tiles),), tile(1, 3), run_of())
    assert [np.asarray(each).tolist() for each in lengths] == [[2, 1]]
    assert_same(rows, [tiles[0][:1], tiles[0][1:], tiles[1]])
    cols, lengths = flat_values(library("split_cols"), (packed(tiles),), tile(1, 3), run_of())
    assert [np.asarray(each).tolist() for each in lengths] == [[3, 2]]
    assert_same(
        cols, [tiles[0][:, :1], tiles[0][:, 1:2], tiles[0][:, 2:], tiles[1][:, :1], tiles[1][:, 1:]]
    )


def test_split_cols() -> None:
    fn, site = library("split_cols"), PlainSite()
    flat = flat_type(fn, (tile(3, 2),), site)
    assert flat is not None
    assert flat.element == tile(3, 1)
    assert flat.shape == (to_dim(2),)
    data = values(3, 2)
    column, lengths = flat_values(fn, (Dense(data, np.array([1, 2, 3, 0])),), flat, run_of())
    assert lengths == (2,)
    assert_same(column, [each[:, place : place + 1] for each in data for place in range(2)])
    assert isinstance(column, Dense)
    assert column.valid is not None
    assert column.valid.tolist() == [1, 1, 2, 2, 3, 3, 0, 0]


def test_split_tiles() -> None:
    fn, site = library("split_tiles", rows=2, cols=3), PlainSite()
    flat = flat_type(fn, (tile(4, 6),), site)
    assert flat is not None
    assert flat.element == tile(2, 3)
    assert flat.shape == (to_dim(2), to_dim(2))
    data = values(4, 6)
    column, lengths = flat_values(fn, (Dense(data, np.array([4, 3, 1, 0])),), flat, run_of())
    assert lengths == (2, 2)
    corners = [(top, left) for top in (0, 2) for left in (0, 3)]
    assert_same(column, [x[top : top + 2, left : left + 3] for x in data for top, left in corners])
    assert isinstance(column, Dense)
    assert column.valid is not None
    assert column.valid.tolist() == [2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(("rows", "cols"), [(3, 3), (2, 4)])
def test_split_tiles_needs_whole_pieces(rows: int, cols: int) -> None:
    site = PlainSite()
    assert flat_type(library("split_tiles", rows=rows, cols=cols), (tile(4, 6),), site) is None
    assert site.codes == ["F009"]


@pytest.mark.parametrize("one_hot", [False, True])
def test_expert_addresses(one_hot: bool) -> None:
    fn, site = library("expert_addresses", n=2, base=100), PlainSite()
    element = Selector(N) if one_hot else Index(N)
    flat = flat_type(fn, (element,), site)
    assert flat is not None
    assert flat.element == u64
    assert flat.shape == (to_dim(1), to_dim(2), to_dim(1))
    places = np.array([3, 0])
    data = np.eye(7, dtype=bool)[places] if one_hot else places
    column, lengths = flat_values(fn, (Dense(data),), flat, run_of())
    assert lengths == (1, 2, 1)
    assert_same(column, [106, 107, 100, 101])


def test_cache_read_addresses() -> None:
    fn, site = library("cache_read_addresses", row_offset=10), PlainSite()
    flat = flat_type(fn, (u64, Index(N)), site)
    assert flat is not None
    assert flat.shape[0].constant == 1
    assert flat.shape[1].is_ragged
    columns = (Dense(np.array([2, 1], dtype=np.uint64)), Dense(np.array([3, 0])))
    column, lengths = flat_values(fn, columns, flat, run_of())
    assert lengths[0] == 1
    assert np.asarray(lengths[1]).tolist() == [3, 0]
    assert_same(column, [20, 21, 22])


def test_last_tile_filter() -> None:
    fn, site = library("last_tile_filter"), PlainSite()
    flat = flat_type(fn, (i64,), site)
    assert flat is not None
    assert flat.element == Selector(to_dim(2))
    column, lengths = flat_values(fn, (Dense(np.array([2, 0, 1])),), flat, run_of())
    assert np.asarray(lengths[1]).tolist() == [2, 0, 1]
    assert_same(column, [[False, True], [True, False], [True, False]])


REFUSED: list[tuple[str, dict[str, Any], tuple[Element, ...], int | None]] = [
    ("matmul", {}, (tile(3, 2), tile(3, 2)), 1),
    ("matmul", {}, (tile(3, 2), buffer(2, 3)), 1),
    ("matmul", {}, (f32, f32), 0),
    ("add", {}, (tile(3, 2), tile(2, 2)), 1),
    ("add", {}, (buffer(N), buffer(M)), 1),
    ("add", {}, (f32, i64), None),
    ("add", {}, (f32,), None),
    ("add", {}, (Selector(N), f32), 0),
    ("add", {}, (flag, flag), None),
    ("div", {}, (i64, i64), 0),
    ("exp", {}, (i64,), 0),
    ("exp", {}, (Index(N),), 0),
    ("neg", {}, (flag,), 0),
    ("row_sum", {}, (f32,), 0),
    ("softmax", {}, (f32,), 0),
    ("transpose", {}, (buffer(N),), 0),
    ("outer_product", {}, (tile(2, 2), tile(1, 2)), 0),
    ("outer_product", {}, (buffer(N), tile(1, 2)), 1),
    ("scale", {}, (tile(2, 2), f32), 0),
    ("set_valid", {}, (tile(2, 2), f32), 1),
    ("append_row", {}, (tile(2, 2), tile(2, 2)), 1),
    ("cache_write_address", {"row_offset": 2}, (f32, u64), 0),
    ("pick", {"index": 2}, (Tuple((f32, f32)),), None),
    ("pick", {"index": 0}, (f32,), 0),
]


@pytest.mark.parametrize(("name", "options", "args", "operand"), REFUSED, ids=str)
def test_refused_arguments(
    name: str, options: dict[str, Any], args: tuple[Element, ...], operand: int | None
) -> None:
    site = PlainSite()
    assert map_type(library(name, **options), args, site) is None
    assert site.codes == ["F009"]
    assert site.operands == [operand]


def test_roles_are_told_apart() -> None:
    site = PlainSite()
    assert fold_type(library("exp"), (f32,), Fill(0.0), to_dim(1), site) is None
    assert map_type(library("retile_row"), (tile(1, 2),), site) is None
    assert flat_type(library("add"), (f32,), site) is None
    assert site.codes == ["F011"] * 3


FOLD_REFUSED: list[tuple[str, tuple[Element, ...], Init | None, str]] = [
    ("add", (f32,), None, "F010"),
    ("add", (f32,), Empty(), "F010"),
    ("add", (i64,), Fill(0.5), "F010"),
    ("add", (tile(3, 2),), Fill(0.0, f32), "F010"),
    ("add", (f32, f32), Fill(0.0), "F009"),
    ("retile_row", (tile(3, 2),), Fill(0.0), "F010"),
    ("retile_row", (tile(3, 2),), Fill(0.0, tile(1, 3)), "F010"),
    ("retile_row", (f32,), None, "F009"),
    ("retile_col", (tile(3, 2),), Fill(0.0, tile(1, 2)), "F010"),
    ("matmul", (tile(3, 2), tile(2, 4)), Fill(0.0, tile(3, 3)), "F010"),
    ("any_of", (f32,), None, "F009"),
]


@pytest.mark.parametrize(("name", "args", "init", "code"), FOLD_REFUSED, ids=str)
def test_refused_folds(name: str, args: tuple[Element, ...], init: Init | None, code: str) -> None:
    site = PlainSite()
    assert fold_type(library(name), args, init, to_dim(3), site) is None
    assert site.codes == [code]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("split_rows", {"filters": True}),
        ("split_rows", {"filter": 1}),
        ("expert_addresses", {}),
        ("expert_addresses", {"n": -1}),
        ("expert_addresses", {"n": 1.5}),
        ("pick", {"index": True}),
        ("exp", {"base": 2}),
    ],
)
def test_bad_options(name: str, options: dict[str, Any]) -> None:
    found = library_function(name, options)
    assert isinstance(found, tuple)
    assert [each.code for each in found] == ["F012"]


def test_options_have_one_form() -> None:
    assert library("split_rows", filter=False) == library("split_rows") == Library("split_rows")
    assert library("expert_addresses", n=2) == library("expert_addresses", n=to_dim(2))
    assert str(library("expert_addresses", n=M)) == "expert_addresses(n=M)"


def test_unknown_function_names_the_nearest() -> None:
    found = library_function("matmull", {})
    assert isinstance(found, tuple)
    assert found[0].code == "F002"
    assert "`matmul`" in found[0].hint


def test_pick_and_identity_leave_tuples_alone() -> None:
    pair = Tuple((f32, Tuple((i64, f32))))
    site = PlainSite()
    assert map_type(library("identity"), (pair,), site) == pair
    assert map_type(library("pick", index=1), (pair,), site) == pair.parts[1]
    inner = Record((Dense(np.arange(4)), Dense(values())))
    column: Column = Record((Dense(values()), inner))
    assert map_values(library("pick", index=1), (column,), pair.parts[1], run_of()) is inner
