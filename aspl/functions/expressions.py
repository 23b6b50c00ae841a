"""The tree of a declared function's body: names, numbers, operations, calls, subscripts.

Trees are values: two functions are equal when they compute alike by the same steps, wherever they
are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, Union

from aspl.diagnostics import NOWHERE, Span
from aspl.dims import Dim
from aspl.types import DType, Tensor

Setting: TypeAlias = int | float | bool | DType | Dim | tuple[int, ...] | tuple[Dim, ...] | None
"""What stands for a parameter of a primitive that is no array."""

Pattern: TypeAlias = Union[str, "tuple[Pattern, ...]"]
"""The target of an assignment: a name or a tuple of targets."""

UnaryOp: TypeAlias = Literal["-", "~"]
BinaryOp: TypeAlias = Literal[
    "+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "==", "!=", "<", "<=", ">", ">="
]


def _span() -> Span:
    return field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; `kind` tells 1 from 1.0 and True, which Python holds equal."""

    value: int | float | bool
    kind: Literal["int", "float", "bool"]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter or the name of an earlier assignment."""

    name: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Size:
    """An extent used as a number."""

    dim: Dim
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor that the program's header declares as a parameter."""

    name: str
    type: Tensor
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Unary:
    """Minus, or the negation of flags."""

    op: UnaryOp
    operand: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Binary:
    """An operation or a comparison of two arrays."""

    op: BinaryOp
    left: Expr
    right: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Call:
    """A primitive applied to arrays; only settings that differ from the defaults are kept."""

    name: str
    args: tuple[Expr, ...]
    settings: tuple[tuple[str, Setting], ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class At:
    """One place along a dim, which disappears; a negative one counts from the end."""

    index: Dim


@dataclass(frozen=True, slots=True)
class Range:
    """A slice of a dim."""

    start: Dim | None = None
    stop: Dim | None = None
    step: int = 1


@dataclass(frozen=True, slots=True)
class NewAxis:
    """A new dim of extent 1 (`None` in a subscript)."""


Item: TypeAlias = At | Range | NewAxis


@dataclass(frozen=True, slots=True)
class Subscript:
    """A part of an array, or of a tuple."""

    value: Expr
    items: tuple[Item, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Group:
    """A tuple of values."""

    parts: tuple[Expr, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be read and has been reported; no declared function holds one."""

    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The body `...` of a given function, whose meaning comes with a run and not from the text."""

    span: Span = _span()


Expr: TypeAlias = (
    Number | Name | Size | Weight | Unary | Binary | Call | Subscript | Group | Broken | Unwritten
)


@dataclass(frozen=True, slots=True)
class Let:
    """An assignment."""

    target: Pattern
    value: Expr
    span: Span = _span()


def number(value: int | float | bool, span: Span = NOWHERE) -> Number:
    """Return the literal for a Python number."""
    if isinstance(value, bool):
        return Number(value, "bool", span)
    return Number(value, "int" if isinstance(value, int) else "float", span)


def names_of(pattern: Pattern) -> Iterator[str]:
    """Walk the names that an assignment binds."""
    if isinstance(pattern, str):
        yield pattern
    else:
        for part in pattern:
            yield from names_of(part)


def steps_in(expr: Expr) -> int:
    """Count the operations, names and numbers of an expression."""
    waiting: list[Expr] = [expr]
    count = 0
    while waiting:
        each = waiting.pop()
        count += 1
        match each:
            case Unary():
                waiting.append(each.operand)
            case Binary():
                waiting += (each.left, each.right)
            case Call():
                waiting += each.args
            case Subscript():
                waiting.append(each.value)
            case Group():
                waiting += each.parts
            case _:
                pass
    return count


def mentions(expr: Expr, name: str) -> bool:
    """Whether a name occurs in an expression."""
    match expr:
        case Name():
            return expr.name == name
        case Unary():
            return mentions(expr.operand, name)
        case Binary():
            return mentions(expr.left, name) or mentions(expr.right, name)
        case Call():
            return any(mentions(each, name) for each in expr.args)
        case Subscript():
            return mentions(expr.value, name)
        case Group():
            return any(mentions(each, name) for each in expr.parts)
        case _:
            return False
