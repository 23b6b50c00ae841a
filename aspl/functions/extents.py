"""Integers and extents that are computed while a body is read."""

from __future__ import annotations

from collections.abc import Callable

from aspl.diagnostics import Span
from aspl.dims import Dim, to_dim
from aspl.functions.arrays import MAX_LENGTH
from aspl.functions.expressions import Binary, BinaryOp, Expr, Number, Size, number

_ARITHMETIC: dict[BinaryOp, Callable[[Dim, Dim], Dim]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
}

INTEGERS = range(-(2**63), 2**64)
"""The whole numbers that a machine number can hold."""


def sized(dim: Dim, span: Span) -> Size | Number:
    """Return an extent as an expression; a plain integer is a number."""
    return Size(dim, span) if dim.constant is None else number(dim.constant, span)


def folded(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr | None:
    """Compute with extents at once, so that `2*D` is one extent however it is written."""
    compute = _ARITHMETIC.get(op)
    if compute is None or not (isinstance(left, Size) or isinstance(right, Size)):
        return None
    a, b = as_dim(left), as_dim(right)
    # long sums multiplied again and again would grow without bound
    if a is None or b is None or len(a.terms) * len(b.terms) > MAX_LENGTH:
        return None
    try:
        dim = compute(a, b)
    except ZeroDivisionError:
        return None
    return sized(dim, span) if dim.constant is None or dim.constant in INTEGERS else None


def as_dim(expr: Expr) -> Dim | None:
    """Return the extent or integer that an expression is, None for any other."""
    if isinstance(expr, Size):
        return expr.dim
    if isinstance(expr, Number) and expr.kind == "int":
        return to_dim(int(expr.value))
    return None


def extent_of(expr: Expr) -> Dim | None:
    """Return the extent that an expression stands for, integers computed too."""
    if not isinstance(expr, Binary):
        return as_dim(expr)
    compute, left, right = _ARITHMETIC.get(expr.op), expr.left, expr.right
    a, b = extent_of(left), extent_of(right)
    if compute is None or a is None or b is None or a.constant is None or b.constant in (None, 0):
        return None
    dim = compute(a, b)
    return dim if dim.constant in INTEGERS else None
