"""Printed functions read back to equal functions."""

from __future__ import annotations

import ast

import pytest
from functions import Scope, declared, locate
from hypothesis import given, settings
from hypothesis import strategies as st

from aspl.diagnostics import Findings
from aspl.dims import size
from aspl.functions.calls import read_call
from aspl.functions.expressions import Expr
from aspl.functions.printing import declared_text, expression_text
from aspl.functions.reading import Reader
from aspl.types import DType, Tensor

SCOPE = Scope(parameters={"W": Tensor(DType.F32, (size("K"), size("E")))})

EXACT = [
    "def f(x: f32) -> f32:\n    return x\n",
    "@flops(2*E*K)\ndef gate(x: Buffer(f32, [K])) -> Buffer(f32, [E]):\n"
    "    return softmax(x @ W)\n",
    "def f(x: f32, s: Tuple(f32, i64) = (-inf, 0)) -> Tuple(f32, i64):\n"
    "    a, b = s\n    return max(a, x), b + 1\n",
    "def f(x: Buffer(f32, [N])) -> Buffer(f32, [N - 1]):\n    return x[1:] - x[:-1]\n",
    "def f(x: Buffer(f32, [D])) -> Buffer(f32, [_]):\n"
    "    return concat(x[::2], -x[1::2]) / (2*D)\n",
    "def f(x: Buffer(f32, [M, N])) -> Buffer(f32, [N]):\n    return sum(x, axis=0) ** 2 ** -1\n",
    "def f(x: f32) -> Buffer(f32, [N]):\n    return full([N], x)[::-1][None][0]\n",
    "def f(x: Selector(E)) -> Index(E):\n    return sum(cast(~x & (x | x), i64) * iota(E))\n",
    "def f(x: Tile(bf16, [4, D])) -> Tile(f32, [D, 4]):\n"
    "    return transpose(-(x - 1.0) - (2 - x), axes=[1, 0])\n",
    "def f(x: Tuple(f32, Tuple(f32, f32))) -> f32:\n"
    "    a, (b, c) = x\n    return (a - (b - c)) * x[1][0]\n",
]


@pytest.mark.parametrize("text", EXACT)
def test_printed_form(text: str) -> None:
    fn = declared(text, SCOPE)
    assert declared_text(fn) == text
    assert declared(declared_text(fn), SCOPE) == fn


def test_spellings_of_one_function_are_equal() -> None:
    texts = [
        "def f(x: Buffer(f32, [N])) -> f32:\n    return sum(x, axis=0, keepdims=False)\n",
        "def f(x: Buffer(f32, [N])) -> f32:\n    'adds up'\n    return (sum(x, 0))\n",
    ]
    assert declared(texts[0]) == declared(texts[1])


def test_numbers_keep_their_kind() -> None:
    one, fraction = (
        declared(f"def f(x: f32) -> f32:\n    return x * {each}\n") for each in ("1", "1.0")
    )
    assert one != fraction


LEAVES = st.sampled_from(
    ["x", "y", "W", "N", "2", "-3", "0.5", "-1e-07", "inf", "-inf", "True", "2*N", "M - N"]
)
EXPRESSIONS = st.recursive(
    LEAVES.map(lambda leaf: f"({leaf})"),
    lambda inner: st.one_of(
        st.tuples(
            inner,
            st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "@", "<", "==", "&", "|"]),
            inner,
        ).map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        st.tuples(st.sampled_from("-~"), inner).map(lambda each: f"({each[0]}{each[1]})"),
        inner.map(lambda each: f"sum({each}, axis=-1, keepdims=True)"),
        st.tuples(inner, inner).map(lambda each: f"concat({each[0]}, {each[1]}, axis=0)"),
        inner.map(lambda each: f"full([N, 2*M], {each})"),
        inner.map(lambda each: f"cast({each}, bf16)"),
        st.tuples(
            inner, st.sampled_from(["0", "-1", "N - 1", ":-N", "1:N + 1:2", "None, ::-1"])
        ).map(lambda each: f"{each[0]}[{each[1]}]"),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: f"({', '.join(each)},)"),
    ),
    max_leaves=15,
)


def read(text: str) -> Expr:
    findings = Findings()
    reader = Reader(SCOPE.function_scope(), locate, findings, read_call, {"x", "y"})
    expr = reader.expression(ast.parse(text, mode="eval").body)
    assert not len(findings), [each.message for each in findings]
    return expr


@settings(max_examples=400)
@given(EXPRESSIONS)
def test_expressions_read_back(text: str) -> None:
    expr = read(text)
    assert read(expression_text(expr)) == expr
