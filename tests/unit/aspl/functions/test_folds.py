"""Declared folds and scans equal a plain loop over the elements of every group."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from columns import assert_same, packed, run_of
from functions import declared
from hypothesis import given
from hypothesis import strategies as st

from aspl.dims import ragged
from aspl.functions.apply import fold_init
from aspl.functions.function import Fill
from aspl.reference.functions.apply import fold_values, scan_values
from aspl.reference.functions.reduce import reduction_of
from aspl.reference.run import UnequalExtents
from aspl.types import DType, Tile
from aspl.values.column import Column, Dense, Record

GROUPS = [[0, 2, 4, 6], [0, 20], [0, 0, 4, 5, 5, 9, 9], [0, 0, 0]]

SUMS: list[tuple[str, Callable[[Any, Any], Any], float, bool]] = [
    ("state + x * x", lambda s, x: s + x * x, 0.0, True),
    ("2.0 * x + state", lambda s, x: s + 2 * x, 1.0, True),
    ("max(state, abs(x))", lambda s, x: max(s, abs(x)), -math.inf, True),
    ("min(x, state)", lambda s, x: min(s, x), math.inf, True),
    ("state * (x + 2)", lambda s, x: s * (x + 2), 1.0, True),
    ("state + 1", lambda s, x: s + 1, 0.0, True),
    ("state * 0.5 + x", lambda s, x: s / 2 + x, 0.0, False),
    ("state + state * x", lambda s, x: s + s * x, 1.0, False),
    ("state - x", lambda s, x: s - x, 0.0, False),
    ("x", lambda s, x: x, 0.0, False),
]


def loop(
    step: Callable[..., Any], data: tuple[Any, ...], starts: list[int], start: Any
) -> tuple[list[Any], list[Any]]:
    last, every = [], []
    for a, b in itertools.pairwise(starts):
        state = start
        for place in range(a, b):
            state = step(state, *(each[place] for each in data))
            every.append(state)
        last.append(state)
    return last, every


@pytest.mark.parametrize("starts", GROUPS, ids=str)
@pytest.mark.parametrize(("body", "step", "start", "whole"), SUMS, ids=lambda value: str(value))
def test_scalar_fold(
    body: str, step: Callable[[Any, Any], Any], start: float, whole: bool, starts: list[int]
) -> None:
    fn = declared(f"def f(x: f32, state: f32 = zeros) -> f32:\n    return {body}\n")
    assert (reduction_of(fn) is not None) == whole
    data = np.random.default_rng(3).standard_normal(starts[-1])
    last, every = loop(step, (data,), starts, start)
    state = fn.params[-1].type
    args, places, init = (Dense(data),), np.array(starts), Fill(start)
    assert_same(fold_values(fn, args, places, init, state, run_of()), last)
    assert_same(scan_values(fn, args, places, init, state, run_of()), every)


ONLINE = """
def online(
    s: f32, v: Buffer(f32, [D]), state: Tuple(f32, f32, Buffer(f32, [D])) = (-inf, 0.0, 0.0)
) -> Tuple(f32, f32, Buffer(f32, [D])):
    m, l, o = state
    m2 = max(m, s)
    a = exp(m - m2)
    p = exp(s - m2)
    return m2, l * a + p, o * a + p * v
"""


def _online(state: Any, s: float, v: Any) -> Any:
    top, total, out = state
    new = max(top, s)
    a, p = math.exp(top - new), math.exp(s - new)
    return new, total * a + p, out * a + p * v


@pytest.mark.parametrize("starts", GROUPS, ids=str)
@pytest.mark.parametrize("zipped", [False, True])
def test_tuple_state(starts: list[int], zipped: bool) -> None:
    fn = declared(ONLINE.strip())
    random = np.random.default_rng(5)
    s, v = random.standard_normal(starts[-1]), random.standard_normal((starts[-1], 16))
    last, every = loop(_online, (s, v), starts, (-math.inf, 0.0, np.zeros(16)))
    init, state = fold_init(fn, None), fn.params[-1].type
    assert init is not None
    args: tuple[Column, ...] = (Dense(s), Dense(v))
    if zipped:
        args = (Record(args),)
    assert_same(fold_values(fn, args, np.array(starts), init, state, run_of()), last)
    assert_same(scan_values(fn, args, np.array(starts), init, state, run_of()), every)


@given(st.lists(st.integers(0, 5), max_size=8), st.sampled_from(SUMS[:8]))
def test_any_grouping(sizes: list[int], case: Any) -> None:
    body, step, start, _ = case
    fn = declared(f"def f(x: f32, state: f32 = zeros) -> f32:\n    return {body}\n")
    starts = [0, *np.cumsum(sizes).tolist()]
    data = np.random.default_rng(sum(sizes)).standard_normal(starts[-1])
    last, every = loop(step, (data,), starts, start)
    state, places = fn.params[-1].type, np.array(starts, dtype=np.int64)
    assert_same(fold_values(fn, (Dense(data),), places, Fill(start), state, run_of()), last)
    assert_same(scan_values(fn, (Dense(data),), places, Fill(start), state, run_of()), every)


def test_constant_results_and_number_types() -> None:
    fn = declared("def f(x: f32, state: i64 = zeros) -> i64:\n    return state + 1\n")
    got = fold_values(
        fn, (Dense(np.zeros(5)),), np.array([0, 5, 5]), Fill(0.0), fn.result, run_of()
    )
    assert isinstance(got, Dense)
    assert got.data.tolist() == [5, 0]
    assert got.data.dtype == np.int64


def test_whole_numbers_begin_at_the_end_of_their_range() -> None:
    fn = declared("def f(x: i32, state: i32 = lowest) -> i32:\n    return max(state, x)\n")
    init = fold_init(fn, None)
    assert init is not None
    data = Dense(np.array([-5, -7], dtype=np.int32))
    got = fold_values(fn, (data,), np.array([0, 2, 2]), init, fn.result, run_of())
    assert_same(got, [-5, -(2**31)])


def test_states_are_rounded_when_they_leave_the_fold() -> None:
    fn = declared("def f(x: bf16, state: bf16 = zeros) -> bf16:\n    return state + x\n")
    data = Dense(np.full(512, 1.0, dtype=np.float32))
    got = fold_values(fn, (data,), np.array([0, 512]), Fill(0.0), fn.result, run_of("f32"))
    assert_same(got, [512.0])


STATE = Tile(DType.F32, ragged("r"), ragged("c"))
DYNAMIC = (
    "def f(x: Tile(f32, [_, _]), state: Tile(f32, [_, _])) -> Tile(f32, [_, _]):\n    return {}\n"
)


@pytest.mark.parametrize("body", ["state", "2.0 * state"])
def test_dynamic_tiles(body: str) -> None:
    from aspl.functions.function import Library

    random = np.random.default_rng(1)
    shapes = [(2, 3), (2, 3), (1, 3), (4, 2), (4, 2), (4, 2)]
    tiles = [random.standard_normal(shape) for shape in shapes]
    column, starts = packed(tiles), np.array([0, 2, 3, 3, 6])
    none = np.zeros((0, 0))
    got = fold_values(Library("add"), (column,), starts, Fill(0.0), STATE, run_of())
    assert_same(got, [tiles[0] + tiles[1], tiles[2], none, tiles[3] + tiles[4] + tiles[5]])
    fn = declared(DYNAMIC.format(body))
    got = fold_values(fn, (column,), starts, Fill(1.0), STATE, run_of())
    assert len(got) == 4
    scanned = scan_values(Library("add"), (column,), starts, Fill(0.0), STATE, run_of())
    assert_same(
        scanned,
        [tiles[0], tiles[0] + tiles[1], tiles[2], tiles[3], tiles[3] + tiles[4], sum(tiles[3:])],
    )


def test_dynamic_products() -> None:
    from aspl.functions.function import Library

    random = np.random.default_rng(1)
    a = [random.standard_normal(shape) for shape in [(2, 3), (2, 3), (1, 3)]]
    b = random.standard_normal((3, 3, 4))
    got = fold_values(
        Library("matmul"), (packed(a), Dense(b)), np.array([0, 2, 3]), Fill(0.0), STATE, run_of()
    )
    assert_same(got, [a[0] @ b[0] + a[1] @ b[1], a[2] @ b[2]])


def test_one_group_of_different_extents_is_refused() -> None:
    from aspl.functions.function import Library

    column = packed([np.zeros((2, 3)), np.zeros((1, 3))])
    with pytest.raises(UnequalExtents):
        fold_values(Library("add"), (column,), np.array([0, 2]), Fill(0.0), STATE, run_of())
    with pytest.raises(UnequalExtents):
        fold_values(Library("retile_col"), (column,), np.array([0, 2]), Fill(0.0), STATE, run_of())


@pytest.mark.parametrize(("name", "axis"), [("retile_row", 0), ("retile_col", 1)])
def test_dynamic_tiles_put_together(name: str, axis: int) -> None:
    from aspl.functions.function import Empty, Library

    random = np.random.default_rng(1)
    shapes = [(2, 3), (1, 3), (4, 2), (1, 2)]
    tiles = [random.standard_normal(shape if axis == 0 else shape[::-1]) for shape in shapes]
    got = fold_values(
        Library(name), (packed(tiles),), np.array([0, 2, 4]), Empty(), STATE, run_of()
    )
    assert_same(got, [np.concatenate(tiles[:2], axis), np.concatenate(tiles[2:], axis)])
