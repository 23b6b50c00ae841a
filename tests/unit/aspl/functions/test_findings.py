"""Every mistake in a declared function gets its code, at its place, with a hint; none gets two."""

from __future__ import annotations

import ast

import numpy as np
import pytest
from columns import run_of
from functions import SIZES, Scope, attempt, codes_of, declared, locate
from hypothesis import given, settings
from hypothesis import strategies as st

from aspl.diagnostics import Findings
from aspl.dims import dynamic, size
from aspl.functions.codes import FUNCTION_CODES
from aspl.functions.names import FunctionScope
from aspl.functions.parse import declare
from aspl.reference.functions.apply import map_values
from aspl.reference.run import Precision
from aspl.types import DType, Scalar, element_dims, element_dtype, leaves
from aspl.values.column import Dense, Record, columns_of


def one(body: str, params: str = "x: f32", result: str = "f32") -> str:
    return f"def f({params}) -> {result}:\n    return {body}\n"


B, S = "x: Buffer(f32, [N])", "x: f32"

BODIES: list[tuple[str, str, str, str]] = [
    # outside the language
    ("F001", S, "f32", "x if x > 0 else 0"),
    ("F001", S, "f32", "x.sum()"),
    ("F001", S, "f32", "np.exp(x)"),
    ("F001", S, "f32", "x and x"),
    ("F001", S, "bool", "not x"),
    ("F001", S, "bool", "0 < x < 1"),
    ("F001", S, "bool", "x in x"),
    ("F001", S, "f32", "[x]"),
    ("F001", S, "f32", "'text'"),
    ("F001", S, "f32", "None"),
    ("F001", S, "f32", "1j"),
    ("F001", S, "f32", f"x * {2**70}"),
    ("F001", S, "f32", "(lambda y: y)(x)"),
    ("F001", S, "f32", "x << 1"),
    ("F001", S, "f32", "x ^ x"),
    ("F001", B, "f32", "x[..., 0]"),
    ("F001", S, "f32", "(y := x)"),
    # names
    ("F002", S, "f32", "y"),
    ("F002", S, "f32", "sqroot(x)"),
    ("F002", S, "f32", "eval(x)"),
    # arguments of primitives
    ("F003", S, "f32", "exp(x, x)"),
    ("F003", S, "f32", "exp()"),
    ("F003", S, "f32", "exp(*x)"),
    ("F003", S, "f32", "exp(x, base=2)"),
    ("F003", S, "f32", "exp(**x)"),
    ("F003", B, "f32", "sum(x, axis=1)"),
    ("F003", B, "f32", "sum(x, axis=x)"),
    ("F003", B, "f32", "sum(x, 0, axis=0)"),
    ("F003", B, "f32", "sum(x, axis=[0, 0])"),
    ("F003", B, "f32", "sum(x, keepdims=1)"),
    ("F003", B, "f32", "max(x, x, axis=0)"),
    ("F003", S, "f32", "where(x > 0, x)"),
    ("F003", B, "Buffer(f32, [N])", "reshape(x)"),
    ("F003", B, "Buffer(f32, [N])", "reshape(x, N)"),
    ("F003", B, "Buffer(f32, [N])", "transpose(x, [1])"),
    ("F003", B, "Buffer(f32, [N])", "transpose(x, [0, 0])"),
    ("F003", B, "Selector(N)", "topk(x, 8)"),
    ("F003", B, "Selector(N)", "topk(x, -1)"),
    ("F003", S, "f32", "topk(x, 0)"),
    ("F003", S, "i64", "cast(x, i65)"),
    ("F003", S, "f32", "zeros([-1])"),
    ("F003", "x: Tuple(f32, f32)", "f32", "x + 1"),
    ("F003", S, "f32", "softmax(x)"),
    # extents
    ("F004", "x: Buffer(f32, [N]), y: Buffer(f32, [D])", "f32", "sum(x + y)"),
    ("F004", "x: Buffer(f32, [_]), y: Buffer(f32, [_])", "f32", "sum(x + y)"),
    ("F004", "x: Buffer(f32, [N]), y: Buffer(f32, [D])", "f32", "x @ y"),
    ("F004", S, "f32", "x @ x"),
    ("F004", B, "f32", "x[7]"),
    ("F004", B, "f32", "x[-8]"),
    ("F004", B, "f32", "x[0, 0]"),
    ("F004", B, "f32", "sum(x[0:8])"),
    ("F004", B, "f32", "sum(x[3:2])"),
    ("F004", B, "f32", "sum(x[-8:])"),
    ("F004", B, "f32", "sum(x[::0])"),
    ("F004", B, "f32", "sum(x[1::-1])"),
    ("F004", B, "Buffer(f32, [D])", "reshape(x, [D])"),
    ("F004", B, "f32", "sum(reshape(x, [-1, -1]))"),
    ("F004", B, "Buffer(f32, [D])", "broadcast_to(x, [D])"),
    ("F004", "x: Buffer(f32, [M, N])", "f32", "sum(broadcast_to(x, [N]))"),
    ("F004", B, "f32", "sum(concat(x, full([1, N], 1.0)))"),
    ("F004", B, "f32", "sum(stack(x, zeros([D])))"),
    ("F004", B, "f32", "sum(full([N], x))"),
    ("F004", B, "f32", "max(x[0:0])"),
    ("F004", "x: Tuple(f32, f32)", "f32", "x[2]"),
    ("F004", "x: Tuple(f32, f32)", "f32", "x[0:1]"),
    ("F004", S, "f32", "sum(zeros([1000000, 1000000]))"),
    (
        "F004",
        B,
        "f32",
        "sum(outer(outer(outer(x, x), outer(x, x)), outer(outer(x, x), outer(x, outer(x, x)))))",
    ),
    # number types
    ("F005", "x: f32, y: i64", "f32", "x + y"),
    ("F005", "x: bool", "f32", "x + 1"),
    ("F005", "x: i64", "i64", "x + 0.5"),
    ("F005", "x: i64", "i64", "x / 2"),
    ("F005", "x: i64", "i64", "x ** 2"),
    ("F005", "x: i64", "i64", "exp(x)"),
    ("F005", "x: u64, y: i64", "u64", "x + y"),
    ("F005", "x: i64", "i64", "mean(x)"),
    ("F005", S, "bool", "x & x"),
    ("F005", S, "f32", "where(x, x, x)"),
    ("F005", S, "f32", "-(x > 0)"),
    ("F005", S, "Selector(N)", "one_hot(x, N)"),
    ("F005", "x: Selector(N)", "i64", "sum(x)"),
    ("F005", B, "Buffer(i64, [N])", "cumulative_position(x)"),
    # results
    ("F006", B, "f32", "x"),
    ("F006", S, "Buffer(f32, [N])", "x"),
    ("F006", S, "i64", "x"),
    ("F006", "x: i64", "f32", "x"),
    ("F006", B, "Selector(N)", "x"),
    ("F006", B, "f32", "x > 0"),
    ("F006", S, "f32", "(x, x)"),
    ("F006", S, "Tuple(f32, f32)", "x"),
    ("F006", S, "Tuple(f32, f32)", "(x, x, x)"),
    ("F006", S, "Tuple(f32, i64)", "(x, x)"),
    ("F006", B, "Buffer(f32, [D])", "x"),
    ("F006", "x: i32", "Index(N)", "x"),
]


@pytest.mark.parametrize(("code", "params", "result", "body"), BODIES, ids=str)
def test_body(code: str, params: str, result: str, body: str) -> None:
    _, findings = attempt(one(body, params, result))
    assert [each.code for each in findings] == [code]
    (found,) = findings
    assert found.hint
    assert found.span.line == 2
    assert found.message[0] == found.message[0].lower()
    assert not found.message.endswith(".")


WHOLE: list[tuple[list[str], str]] = [
    (["F001"], "def f(x: f32) -> f32:\n    y: f32 = x\n    return y\n"),
    (["F001"], "def f(x: f32) -> f32:\n    x += 1\n    return x\n"),
    (["F001"], "def f(x: f32) -> f32:\n    if x:\n        y = x\n    return y\n"),
    (["F001"], "def f(x: f32) -> f32:\n    for i in x:\n        y = i\n    return y\n"),
    (["F001"], "def f(x: f32) -> f32:\n    x[0] = 1\n    return x\n"),
    (["F001"], "def f(x: f32) -> f32:\n    y = z = x\n    return x\n"),
    (["F001"], "@cache\ndef f(x: f32) -> f32:\n    return x\n"),
    (["F001"], "@flops(1)\n@flops(2)\ndef f(x: f32) -> f32:\n    return x\n"),
    (["F004"], "def f(x: f32) -> f32:\n    a, b = x\n    return a\n"),
    (["F004"], "def f(x: Tuple(f32, f32)) -> f32:\n    a, b, c = x\n    return a\n"),
    (["F007"], "def f(x: f32) -> f32:\n    y = x\n"),
    (["F007"], "def f(x: f32) -> f32:\n    'nothing'\n"),
    (["F007"], "def f(x: f32) -> f32:\n    return\n"),
    (["F007"], "def f(x: f32) -> f32:\n    return x\n    y = x\n"),
    (["F008"], "def f(x) -> f32:\n    return x\n"),
    (["F008"], "def f(x: f32):\n    return x\n"),
    (["F008"], "def f() -> f32:\n    return 1.0\n"),
    (["F008"], "def f(x: f32 = 0, s: f32 = 0) -> f32:\n    return x + s\n"),
    (["F008"], "def f(x: f32, *y) -> f32:\n    return x\n"),
    (["F008"], "def f(x: f32, *, y: f32) -> f32:\n    return x\n"),
    (["F008"], "def f(x: f32, **y) -> f32:\n    return x\n"),
    (["F008"], "def f(x: f32, x: f32) -> f32:\n    return x\n"),
    (["F010"], "def f(x: f32, s: f32 = x) -> f32:\n    return x + s\n"),
    (["F010"], "def f(x: f32, s: f32 = empty) -> f32:\n    return x + s\n"),
    (["F010"], "def f(x: f32, s: f32 = (0, 0)) -> f32:\n    return x + s\n"),
    (["F010"], "def f(x: f32, s: i64 = 0.5) -> i64:\n    return s + 1\n"),
    (["F010"], "def f(x: f32, s: u64 = -1) -> u64:\n    return s + 1\n"),
    (["F010"], "def f(x: f32, s: bool = 2) -> bool:\n    return s\n"),
    (["F010"], "def f(x: f32, s: Tuple(f32, f32) = (0, 0, 0)) -> Tuple(f32, f32):\n    return s\n"),
    (["F010"], "def f(x: f32, s: f32 = 0) -> bf16:\n    return x + s\n"),
    (
        ["F002", "F004"],
        "def f(x: Buffer(f32, [N])) -> f32:\n    y = z\n    return sum(x[8:]) + y\n",
    ),
]


@pytest.mark.parametrize(("codes", "text"), WHOLE, ids=str)
def test_function(codes: list[str], text: str) -> None:
    assert codes_of(text) == codes


def test_what_is_reported_is_not_reported_again() -> None:
    text = "def f(x: f32) -> f32:\n    y = unknown\n    z, w = y\n    return z * w[3] + exp(y, y)\n"
    assert codes_of(text) == ["F002", "F003"]


def test_a_near_name_is_offered() -> None:
    _, findings = attempt(one("Sigmoid(x)"))
    assert "`sigmoid`" in next(iter(findings)).hint
    _, findings = attempt(one("staet", "state: f32"))
    assert "`state`" in next(iter(findings)).hint


def test_facts_are_data() -> None:
    _, findings = attempt(one("x", "x: Buffer(f32, [N])"))
    assert next(iter(findings)).facts == (("expected", "f32"), ("got", "f32 [N]"))


def test_every_code_is_met() -> None:
    met = {code for code, *_ in BODIES} | {code for codes, _ in WHOLE for code in codes}
    assert met | {"F009", "F011", "F012"} == {row.code for row in FUNCTION_CODES}
    assert [row.code for row in FUNCTION_CODES] == sorted({row.code for row in FUNCTION_CODES})


def test_extents_of_a_run_are_no_numbers() -> None:
    scope = FunctionScope(
        sizes={"L": dynamic("L"), "N": size("N")},
        numbers={},
        parameters={},
        element=lambda node: Scalar(DType.F32),
        dim=lambda node: dynamic("L"),
    )
    for body in ("x * L", "sum(zeros([L]))"):
        findings = Findings()
        node = ast.parse(one(body)).body[0]
        assert isinstance(node, ast.FunctionDef)
        assert declare(node, scope, locate, findings) is None
        assert [each.code for each in findings] == ["F001"]


def test_silent_refusals_of_the_scope_fail_the_function() -> None:
    scope = FunctionScope(
        sizes={},
        numbers={},
        parameters={},
        element=lambda node: Scalar(DType.F32),
        dim=lambda node: None,
    )
    node = ast.parse(one("x[0]")).body[0]
    assert isinstance(node, ast.FunctionDef)
    findings = Findings()
    assert declare(node, scope, locate, findings) is None
    assert len(findings) == 0


def test_growing_extents_are_stopped() -> None:
    lines = ["    y = (M + N + K + D + E)" + " * (M + N + K + D + E)" * 80]
    assert attempt("def f(x: f32) -> f32:\n" + "\n".join(lines) + "\n    return x * y\n")[0]
    doubling = ["    x = outer(x, x)", "    x = reshape(x, [-1])"] * 20
    text = "def f(x: Buffer(f32, [_])) -> f32:\n" + "\n".join(doubling) + "\n    return sum(x)\n"
    assert codes_of(text) == ["F004"]


def test_numbers_of_the_header() -> None:
    fn = declared(one("x * eps + k"), Scope(numbers={"eps": 1e-5, "k": 3}))
    assert fn.value == declared(one("x * 1e-5 + 3")).value


PIECES = st.recursive(
    st.sampled_from(
        [
            "x",
            "b",
            "t",
            "N",
            "D",
            "1",
            "-2",
            "0.5",
            "inf",
            "True",
            "iota(N)",
            "zeros([N])",
            "y",
            "t[0]",
        ]
    ),
    lambda inner: st.one_of(
        st.tuples(
            inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "@", "<", "&", "^"]), inner
        ).map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        st.tuples(st.sampled_from(["-", "~", "+", "not "]), inner).map(
            lambda each: f"({each[0]}{each[1]})"
        ),
        st.tuples(
            st.sampled_from(
                ["exp", "sum", "max", "softmax", "topk", "cast", "where", "concat", "outer", "nope"]
            ),
            st.lists(inner, max_size=3),
        ).map(lambda each: f"{each[0]}({', '.join(each[1])})"),
        st.tuples(inner, st.sampled_from(["0", "-1", ":2", "::2", "1:", "None", "0, 0", "N"])).map(
            lambda each: f"{each[0]}[{each[1]}]"
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: f"({', '.join(each)},)"),
    ),
    max_leaves=12,
)


PARAMS = "x: f32, b: Buffer(f32, [N]), t: Tuple(f32, Buffer(i64, [N, 1]))"
RESULTS = ["f32", "Buffer(f32, [N])", "Tuple(f32, bool)", "Selector(N)", "Buffer(i64, [N])"]


@settings(max_examples=400)
@given(PIECES, st.sampled_from(RESULTS), st.sampled_from(["f32", "f64"]))
def test_any_expression_is_judged_and_computes(
    body: str, result: str, precision: Precision
) -> None:
    fn, findings = attempt(one(body, PARAMS, result))
    # the scope of these tests refuses extents without a word
    assert fn is None or not len(findings)
    if fn is None:
        return
    run = run_of(precision)
    numbers = np.linspace(-2, 2, 21).reshape(3, 7).astype(run.working(DType.F32))
    args = (
        Dense(numbers[:, 0]),
        Dense(numbers),
        Record((Dense(numbers[:, 1]), Dense(np.arange(21).reshape(3, 7, 1)))),
    )
    column = map_values(fn, args, fn.result, run)
    assert len(column) == 3
    for leaf, element in zip(columns_of(column), leaves(fn.result), strict=True):
        assert isinstance(leaf, Dense)
        extents = tuple(dim.value(SIZES) for dim in element_dims(element))
        assert leaf.data.shape[1:] == extents
        assert leaf.data.dtype == run.working(element_dtype(element))
