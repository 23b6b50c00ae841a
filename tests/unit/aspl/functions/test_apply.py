"""Declared functions at their uses: open extents, tuples opened, states, FLOPs."""

from __future__ import annotations

import pytest
from functions import SIZES, declared
from sites import PlainSite

from aspl.dims import ONE, dynamic, ragged, size, to_dim
from aspl.functions.apply import flat_type, fold_flops, fold_init, fold_type, map_flops, map_type
from aspl.functions.function import Fill, Flat, Parts
from aspl.types import Buffer, DType, Element, Scalar, Selector, Tile, Tuple

f32, bf16, i64 = Scalar(DType.F32), Scalar(DType.BF16), Scalar(DType.I64)
N, D, R = size("N"), size("D"), ragged("r")


def text(params: str, result: str, body: str) -> str:
    return f"def f({params}) -> {result}:\n    return {body}\n"


def test_open_extents_take_those_of_the_arguments() -> None:
    fn = declared(
        text("x: Buffer(f32, [_]), y: Buffer(f32, [_])", "Buffer(f32, [_, _])", "outer(x, y)")
    )
    got = map_type(fn, (Buffer(f32, (N,)), Buffer(f32, (D,))), PlainSite())
    assert got == Buffer(f32, (N, D))


def test_an_expression_over_a_ragged_extent_is_absorbed() -> None:
    fn = declared(text("x: Tile(f32, [_, 4])", "Tile(f32, [_, 4])", "concat(x, x, axis=0)"))
    site = PlainSite()
    got = map_type(fn, (Tile(DType.F32, R, to_dim(4)),), site)
    assert isinstance(got, Tile)
    assert got.rows.symbol is not None
    assert got.rows != R
    kept = declared(text("x: Tile(f32, [_, 4])", "Tile(f32, [_, 4])", "x * 2"))
    assert map_type(kept, (Tile(DType.F32, R, to_dim(4)),), site) == Tile(DType.F32, R, to_dim(4))
    length = dynamic("L")
    assert map_type(kept, (Tile(DType.F32, length, to_dim(4)),), site) == Tile(
        DType.F32, length, to_dim(4)
    )


def test_open_extents_are_judged_at_the_use() -> None:
    fn = declared(text("x: Buffer(f32, [_])", "Buffer(f32, [4])", "x[0:4]"))
    site = PlainSite()
    assert map_type(fn, (Buffer(f32, (to_dim(5),)),), site) == Buffer(f32, (to_dim(4),))
    assert map_type(fn, (Buffer(f32, (to_dim(3),)),), site) is None
    assert site.codes == ["F009"]


PAIR = text("x: f32, y: Buffer(f32, [N])", "Buffer(f32, [N])", "x * y")


@pytest.mark.parametrize(
    "args",
    [
        (f32, Buffer(f32, (N,))),
        (Tuple((f32, Buffer(f32, (N,)))),),
        (Tuple((Tuple((f32,)), Buffer(f32, (N,)))),),
    ],
)
def test_tuples_are_opened(args: tuple[Element, ...]) -> None:
    fn = declared(PAIR)
    assert map_type(fn, args, PlainSite()) == Buffer(f32, (N,))
    assert map_flops(fn, args, Buffer(f32, (N,))) == N


REFUSED: list[tuple[str, tuple[Element, ...], int | None]] = [
    (PAIR, (f32,), None),
    (PAIR, (f32, f32), 1),
    (PAIR, (bf16, Buffer(f32, (N,))), 0),
    (PAIR, (f32, Buffer(f32, (D,))), 1),
    (PAIR, (f32, Buffer(Tile(DType.F32, ONE, ONE), (N,))), 1),
    (PAIR, (Tuple((f32, f32)),), None),
    (PAIR, (Tuple((f32, f32, f32)),), None),
    (text("x: Selector(N)", "f32", "sum(cast(x, f32))"), (Selector(D),), 0),
    (text("x: Tuple(f32, f32)", "f32", "x[0]"), (Tuple((f32, i64)),), 0),
]


@pytest.mark.parametrize(("function", "args", "operand"), REFUSED, ids=str)
def test_misfits(function: str, args: tuple[Element, ...], operand: int | None) -> None:
    site = PlainSite()
    assert map_type(declared(function), args, site) is None
    assert site.codes == ["F009"]


FOLD = "def f(x: f32, s: Tuple(f32, f32){}) -> Tuple(f32, f32):\n    return s[0] + x, s[1] * x\n"
STATE = Tuple((f32, f32))


def test_initial_value_of_a_fold() -> None:
    own, bare = declared(FOLD.format(" = (0, 1)")), declared(FOLD.format(""))
    assert fold_init(own, None) == Parts((Fill(0.0), Fill(1.0)))
    assert fold_init(own, Fill(2.0)) == Fill(2.0)
    assert fold_init(bare, None) is None
    assert fold_type(own, (f32,), None, N, PlainSite()) == STATE
    assert fold_type(bare, (f32,), Fill(0.0), N, PlainSite()) == STATE
    site = PlainSite()
    assert fold_type(bare, (f32,), None, N, site) is None
    assert fold_type(bare, (f32,), Parts((Fill(0.0),)), N, site) is None
    assert fold_type(bare, (f32,), Fill(0.0, f32), N, site) is None
    assert site.codes == ["F010"] * 3
    assert fold_type(own, (i64,), None, N, site) is None
    assert fold_type(declared(text("x: f32", "f32", "x")), (), Fill(0.0), N, site) is None
    assert site.codes[3:] == ["F009", "F011"]


def test_inputs_of_a_fold_are_opened() -> None:
    fn = declared("def f(x: f32, y: f32, s: f32 = 0) -> f32:\n    return s + x * y\n")
    assert fold_type(fn, (Tuple((f32, f32)),), None, N, PlainSite()) == f32
    assert fold_flops(fn, (f32, f32), f32).constant == 2


def test_a_function_is_a_fold_only_with_its_state_as_result() -> None:
    fn = declared(text("x: f32, s: f32", "bf16", "x + s"))
    site = PlainSite()
    assert fold_type(fn, (f32,), Fill(0.0), N, site) is None
    assert site.codes == ["F010"]


def test_open_state_takes_the_type_of_the_initial_value() -> None:
    fn = declared(text("x: f32, s: Buffer(f32, [_])", "Buffer(f32, [_])", "s + x"))
    state, site = Buffer(f32, (N,)), PlainSite()
    assert fold_type(fn, (f32,), Fill(0.0, state), D, site) == state
    assert fold_type(fn, (f32,), Fill(0.0), D, site) is None
    assert site.codes == ["F010"]


def test_flat_map_of_a_buffer() -> None:
    fn = declared(text("x: f32", "Buffer(f32, [N, 2])", "full([N, 2], x)"))
    assert flat_type(fn, (f32,), PlainSite()) == Flat(f32, (N, to_dim(2)))
    site = PlainSite()
    assert flat_type(declared(text("x: f32", "f32", "x")), (f32,), site) is None
    assert site.codes == ["F011"]


COUNTED = [
    ("x + 1.0", 9),
    ("exp(x) * 2.0", 45),
    ("softmax(x)", 72),
    ("x * (2.0 * D)", 9),
    ("reshape(outer(x, x), [K * K])[:K]", 81),
    ("full([K], sum(x))", 9),
    ("full([K], x @ x)", 18),
    ("x @ zeros([K, K])", 162),
    ("max(x, x, x)", 18),
    ("x ** 2.0", 72),
]


@pytest.mark.parametrize(("body", "flops"), COUNTED)
def test_flops_are_counted_from_the_body(body: str, flops: int) -> None:
    element = Buffer(f32, (size("K"),))
    fn = declared(text("x: Buffer(f32, [K])", "Buffer(f32, [K])", body))
    assert map_flops(fn, (element,), element).value(SIZES) == flops


def test_flops_of_open_extents_are_those_of_the_arguments() -> None:
    fn = declared(text("x: Buffer(f32, [_])", "Buffer(f32, [_])", "exp(x)"))
    assert map_flops(fn, (Buffer(f32, (N,)),), Buffer(f32, (N,))) == 4 * N


def test_stated_flops_are_taken() -> None:
    fn = declared("@flops(3 * N)\n" + text("x: f32", "f32", "exp(x)"))
    assert map_flops(fn, (f32,), f32) == 3 * N
