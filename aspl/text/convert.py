"""From build-time values to the parameters of operators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspl.bounds import MAX_PARTS
from aspl.dims import Dim, to_dim
from aspl.functions.function import Declared, Empty, Fill, Init, Library, Parts
from aspl.ops.base import ArgumentKind, Parameter
from aspl.text.context import Context
from aspl.text.given import Arg
from aspl.text.scope import Anything, BuildValue, describe, nearest_hint
from aspl.types import Stream, TensorRef

FAILED = object()
"""Returned where a finding was reported."""


def convert(arg: Arg, parameter: Parameter, op: str, context: Context) -> Any:
    """Return the value of an operator's parameter, or FAILED after reporting A003 or A004."""
    value, kind = arg.value, parameter.argument.kind
    if isinstance(value, Anything):
        return FAILED
    if value is None and not parameter.required and parameter.default is None:
        return None
    match kind:
        case ArgumentKind.INTEGER:
            whole = context.integer(value, arg.node, f"`{parameter.name}` of `{op}`")
            return FAILED if whole is None else _bounded(whole, arg, parameter, op, context)
        case ArgumentKind.DIM:
            dim = as_dim(value)
            found = None if dim is None else _bounded(dim, arg, parameter, op, context)
        case _:
            found = _CONVERSIONS[kind](value)
    if found is None:
        _report_kind(arg, parameter, op, context)
        return FAILED
    if parameter.argument.words and found not in parameter.argument.words:
        words = " or ".join(f'"{word}"' for word in parameter.argument.words)
        hint = nearest_hint(str(found), parameter.argument.words)
        context.report(
            "A004",
            arg.node,
            f"expected {words} for `{parameter.name}` of `{op}`, got `{found}`",
            hint,
        )
        return FAILED
    return found


def as_dim(value: BuildValue) -> Dim | None:
    """Return an extent for an integer or an extent."""
    if isinstance(value, bool) or not isinstance(value, int | Dim):
        return None
    return to_dim(value)


def as_dims(value: BuildValue) -> tuple[Dim, ...] | None:
    """Return extents for a list of integers and extents."""
    if not isinstance(value, list | tuple):
        return None
    dims = tuple(map(as_dim, value))
    found = tuple(dim for dim in dims if dim is not None)
    return found if len(found) == len(dims) else None


def as_init(value: BuildValue) -> Init | None:
    """Return an initial value for a number, a name of one, or a tuple of these."""
    return _init(value, iter(range(MAX_PARTS)))


def _init(value: BuildValue, places: Iterator[int]) -> Init | None:
    if isinstance(value, Fill | Empty | Parts):
        return value
    if isinstance(value, bool | int | float):
        return Fill(float(value))
    # no state has more parts, and a list in several places may double at every level
    if isinstance(value, list | tuple) and next(places, None) is not None:
        parts = tuple(_init(each, places) for each in value[:MAX_PARTS])
        found = tuple(part for part in parts if part is not None)
        return Parts(found) if found and len(found) == len(value) else None
    return None


def _bounded(value: Any, arg: Arg, parameter: Parameter, op: str, context: Context) -> Any:
    low = parameter.argument.low
    plain = value if isinstance(value, int) else value.constant
    if plain is None or low is None or low <= plain:
        return value
    context.report(
        "A004",
        arg.node,
        f"expected `{parameter.name}` of `{op}` to be at least {low}, got {plain}",
        parameter.argument.doc,
        facts=(("expected", f">= {low}"), ("got", str(plain))),
    )
    return FAILED


def _report_kind(arg: Arg, parameter: Parameter, op: str, context: Context) -> None:
    context.report(
        "A003",
        arg.node,
        f"expected {parameter.argument.kind} for `{parameter.name}` of `{op}`, "
        f"got {describe(arg.value)}",
        parameter.argument.doc,
        facts=(("expected", str(parameter.argument.kind)), ("got", describe(arg.value))),
    )


def _instance(*kinds: type) -> Any:
    return lambda value: value if isinstance(value, kinds) else None


_CONVERSIONS: dict[ArgumentKind, Any] = {
    ArgumentKind.DIMS: as_dims,
    ArgumentKind.FUNCTION: _instance(Declared, Library),
    ArgumentKind.INIT: as_init,
    ArgumentKind.TENSOR: _instance(TensorRef),
    ArgumentKind.FLAG: _instance(bool),
    ArgumentKind.WORD: _instance(str),
    ArgumentKind.TYPE: _instance(Stream),
}
