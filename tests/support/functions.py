"""Declared functions from text, without the text package."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aspl.diagnostics import Findings, Span
from aspl.dims import WILD, Dim, ceil_div, size, to_dim
from aspl.functions.function import Declared
from aspl.functions.names import FunctionScope
from aspl.functions.parse import declare
from aspl.types import Buffer, DType, Element, Index, Scalar, Selector, Tensor, Tile, Tuple

SIZES = {"M": 5, "K": 9, "N": 7, "D": 16, "E": 3}


SIGNS: Mapping[type[ast.operator], Callable[[Dim, Dim], Dim]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def dim_of(node: ast.expr) -> Dim | None:
    match node:
        case ast.Name(id="_"):
            return WILD
        case ast.Name(id=name) if name in SIZES:
            return size(name)
        case ast.Constant(value=int() as value):
            return to_dim(value)
        case ast.Call(func=ast.Name(id="ceil_div"), args=[a, b]):
            return met(ceil_div, a, b)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return met(operator.sub, ast.Constant(0), operand)
        case ast.BinOp(left=a, op=sign, right=b) if type(sign) in SIGNS:
            return met(SIGNS[type(sign)], a, b)
    return None


def met(compute: Callable[[Dim, Dim], Dim], left: ast.expr, right: ast.expr) -> Dim | None:
    a, b = dim_of(left), dim_of(right)
    return None if a is None or b is None else compute(a, b)


def element_of(node: ast.expr) -> Element | None:
    match node:
        case ast.Name(id=name) if name in set(DType):
            return Scalar(DType(name))
        case ast.Call(func=ast.Name(id="Tuple"), args=args):
            return Tuple(tuple(part for each in args if (part := element_of(each)) is not None))
        case ast.Call(func=ast.Name(id="Selector" | "Index" as name), args=[width]):
            dim = dim_of(width)
            assert dim is not None
            return Selector(dim) if name == "Selector" else Index(dim)
        case ast.Call(func=ast.Name(id="Tile"), args=[dtype, ast.List(elts=[a, b])]):
            inner, rows, cols = element_of(dtype), dim_of(a), dim_of(b)
            assert isinstance(inner, Scalar)
            assert rows is not None
            assert cols is not None
            return Tile(inner.dtype, rows, cols)
        case ast.Call(func=ast.Name(id="Buffer"), args=[of, ast.List(elts=nodes)]):
            held = element_of(of)
            assert isinstance(held, Scalar | Tile | Selector | Index)
            return Buffer(held, tuple(dim for each in nodes if (dim := dim_of(each)) is not None))
    return None


@dataclass
class Scope:
    """The names around a function under test."""

    parameters: Mapping[str, Tensor] = field(default_factory=dict)
    numbers: Mapping[str, int | float] = field(default_factory=dict)

    def function_scope(self) -> FunctionScope:
        def bound(dim: Dim) -> int | None:
            try:
                return dim.value(SIZES)
            except KeyError:
                return None

        def same(left: Dim, right: Dim) -> bool:
            divided = left.has_division or right.has_division
            return left == right or (
                divided and bound(left) is not None and bound(left) == bound(right)
            )

        return FunctionScope(
            sizes={name: size(name) for name in SIZES},
            numbers=self.numbers,
            parameters=self.parameters,
            element=element_of,
            dim=dim_of,
            same=same,
            bound=bound,
        )


def locate(node: ast.AST) -> Span:
    if not isinstance(node, ast.expr | ast.stmt | ast.arg):
        return Span(1, 0, 1, 0)
    return Span(node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)


def attempt(text: str, scope: Scope | None = None) -> tuple[Declared | None, Findings]:
    """Declare a function; return it and what was found."""
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    findings = Findings()
    return declare(node, (scope or Scope()).function_scope(), locate, findings), findings


def declared(text: str, scope: Scope | None = None) -> Declared:
    """Declare a function that is right."""
    fn, findings = attempt(text, scope)
    assert fn is not None, [f"{each.code} {each.message}" for each in findings]
    return fn


def codes_of(text: str, scope: Scope | None = None) -> list[str]:
    """Return the codes that a function gets."""
    fn, findings = attempt(text, scope)
    assert (fn is None) == bool(len(findings))
    return [each.code for each in findings]
