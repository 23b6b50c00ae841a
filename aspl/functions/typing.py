"""Typing of a declared body: from its parameters to the type and FLOPs of its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from aspl.diagnostics import Span
from aspl.dims import ZERO, Dim
from aspl.functions.arrays import (
    ArrayType,
    GroupType,
    ValueType,
    require_modest,
    same_shape,
    value_type,
)
from aspl.functions.expressions import (
    Binary,
    Call,
    Expr,
    Group,
    Let,
    Name,
    Number,
    Pattern,
    Setting,
    Size,
    Subscript,
    Unary,
    Weight,
    names_of,
)
from aspl.functions.primitives import OPERATORS, PRIMITIVES, SIGNS
from aspl.functions.problems import Problem, Refusal, expected_got
from aspl.functions.slots import Primitive
from aspl.functions.subscripts import subscript_type
from aspl.site import Extents
from aspl.types import Buffer, DType, Element, Index, Scalar, Selector, Tile, Tuple, shape_text

Report: TypeAlias = Callable[[Problem, Span], None]


@dataclass(frozen=True, slots=True)
class Work:
    """One primitive at work in a body."""

    primitive: Primitive
    args: tuple[ArrayType, ...]
    result: ArrayType


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a body computes; `value` is None when that has been reported."""

    value: ValueType | None
    work: tuple[Work, ...]

    def flops(self) -> Dim:
        """Count the FLOPs of one call."""
        total = ZERO
        for each in self.work:
            total = total + each.primitive.cost(each.args, each.result)
        return total


@dataclass(slots=True)
class _Body:
    """The state of typing one body."""

    extents: Extents
    report: Report
    locals: dict[str, ValueType | None]
    work: list[Work] = field(default_factory=list)

    def type_of(self, expr: Expr) -> ValueType | None:
        """Type an expression; None when it has been reported."""
        try:
            return self._type_of(expr)
        except Refusal as refusal:
            self.report(refusal.problem, expr.span)
            return None

    def _type_of(self, expr: Expr) -> ValueType | None:
        match expr:
            case Unary():
                return self._apply(SIGNS[expr.op], (expr.operand,), ())
            case Binary():
                return self._apply(OPERATORS[expr.op], (expr.left, expr.right), ())
            case Call():
                return self._apply(PRIMITIVES[expr.name], expr.args, expr.settings)
            case Subscript():
                value = self.type_of(expr.value)
                return None if value is None else subscript_type(value, expr.items, self.extents)
            case Group():
                return GroupType(tuple(self.type_of(part) for part in expr.parts))
            case Name():
                return self.locals.get(expr.name)
            case _:
                return _leaf_type(expr)

    def _apply(
        self, primitive: Primitive, args: tuple[Expr, ...], given: tuple[tuple[str, Setting], ...]
    ) -> ArrayType | None:
        types = [self.type_of(each) for each in args]
        if any(isinstance(each, GroupType) for each in types):
            message = f"`{primitive.name}` expected arrays, got a tuple"
            raise Refusal("F003", message, "take one part: `x[0]`")
        arrays = tuple(each for each in types if isinstance(each, ArrayType))
        if len(arrays) < len(types):
            return None
        result = primitive.rule(arrays, primitive.settings(given), self.extents)
        require_modest(result, self.extents)
        self.work.append(Work(primitive, arrays, result))
        return result

    def bind(self, target: Pattern, value: ValueType | None, span: Span) -> None:
        """Give names to a value or its parts."""
        if isinstance(target, str):
            self.locals[target] = value
            return
        if isinstance(value, GroupType) and len(value.parts) == len(target):
            for each, part in zip(target, value.parts, strict=True):
                self.bind(each, part, span)
            return
        if value is not None:
            got = (
                f"{len(value.parts)} values"
                if isinstance(value, GroupType)
                else f"an array `{value}`"
            )
            problem = Problem(
                "F004",
                f"expected a tuple of {len(target)} values to unpack, got {got}",
                "name as many parts as there are",
                expected_got(len(target), got),
            )
            self.report(problem, span)
        for name in names_of(target):
            self.locals[name] = None


def _leaf_type(expr: Expr) -> ValueType | None:
    match expr:
        case Number(kind="bool"):
            return ArrayType(DType.BOOL)
        case Number():
            return ArrayType(DType.F32 if expr.kind == "float" else DType.I64, weak=True)
        case Size():
            return ArrayType(DType.I64, weak=True)
        case Weight():
            return ArrayType(expr.type.dtype, expr.type.shape)
        case _:
            return None


def infer(
    params: Mapping[str, Element | None],
    lets: tuple[Let, ...],
    value: Expr,
    extents: Extents,
    report: Report,
) -> Inferred:
    """Type a body whose parameters are of the given elements; None stands for a reported one."""
    local = {name: None if each is None else value_type(each) for name, each in params.items()}
    body = _Body(extents, report, local)
    for let in lets:
        body.bind(let.target, body.type_of(let.value), let.span)
    return Inferred(body.type_of(value), tuple(body.work))


def result_element(declared: Element, value: ValueType | None, extents: Extents) -> Element | None:
    """Return the declared result with every `_` filled in; None when the value was reported.

    Errors: Refusal F006 when the value does not have the declared type.
    """
    if value is None:
        return None
    if isinstance(declared, Tuple):
        if not isinstance(value, GroupType) or len(value.parts) != len(declared.parts):
            raise _unfit(declared, value, "return as many values as the result has parts")
        parts = [
            result_element(each, part, extents)
            for each, part in zip(declared.parts, value.parts, strict=True)
        ]
        kept = tuple(each for each in parts if each is not None)
        return Tuple(kept) if len(kept) == len(parts) else None
    if isinstance(value, GroupType):
        hint = "return one array, such as `stack(a, b)`, or write the result as `Tuple(...)`"
        raise _unfit(declared, value, hint)
    wanted = value_type(declared)
    assert isinstance(wanted, ArrayType)
    if not _converts(value, wanted.dtype):
        raise _unfit(declared, value, _conversion_hint(declared, wanted.dtype, value))
    dims = tuple(
        got if dim.is_wild else dim for dim, got in zip(wanted.dims, value.dims, strict=False)
    )
    if not same_shape(dims, value.dims, extents) or len(dims) < len(wanted.dims):
        raise _unfit(declared, value, "state the result's extents, or `reshape` and `broadcast_to`")
    return with_dims(declared, dims)


def with_dims(element: Element, dims: tuple[Dim, ...]) -> Element:
    """Put other extents into an element, as many as it has.

    Errors: ValueError for a tuple.
    """
    match element:
        case Scalar():
            return element
        case Index():
            return element
        case Selector():
            return Selector(dims[0])
        case Tile():
            return Tile(element.dtype, dims[0], dims[1])
        case Buffer():
            inner = with_dims(element.element, dims[len(element.dims) :])
            assert isinstance(inner, Scalar | Tile | Selector | Index)
            return Buffer(inner, dims[: len(element.dims)])
        case Tuple():
            raise ValueError("a tuple has no extents")


def _converts(value: ArrayType, wanted: DType) -> bool:
    if value.dtype is wanted:
        return True
    if wanted.is_float:
        return value.weak or value.dtype.is_float
    return wanted.is_integer and value.weak and value.dtype.is_integer


def _conversion_hint(declared: Element, wanted: DType, value: ArrayType) -> str:
    if wanted is DType.BOOL:
        what = "a selector is of flags" if isinstance(declared, Selector) else "flags are `bool`"
        return f"{what}: compare, as in `x > 0`, or use `topk` or `one_hot`"
    if value.dtype is DType.BOOL:
        return f"write `cast(x, {wanted})`, or `where(x, 1, 0)`"
    return f"write `cast(x, {wanted})`"


def _unfit(declared: Element, value: ValueType, hint: str) -> Refusal:
    got = str(value)
    if isinstance(value, ArrayType) and not value.dims and not value.weak:
        got = f"{value.dtype} {shape_text(())}"
    return Refusal(
        "F006",
        f"expected a result `{declared}`, got `{got}`",
        hint,
        facts=expected_got(declared, got),
    )
