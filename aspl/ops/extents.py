"""Extents inside the parameters of an operator: found, and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from aspl.bounds import dims_of, parts_of
from aspl.dims import Dim
from aspl.functions.function import Empty, Fill, Library, Parts
from aspl.ops.base import Op
from aspl.types import Stream, with_extents

Change: TypeAlias = Callable[[Dim], Dim]


def dims_in(op: Op) -> Iterator[Dim]:
    """Walk the extents that the parameters of an operator are written with."""
    for parameter in op.parameters():
        yield from _dims(getattr(op, parameter.name))


def with_dims_changed(op: Op, change: Change) -> Op:
    """Return the operator with every extent of its parameters changed."""
    names = [parameter.name for parameter in op.parameters()]
    return replace(op, **{name: _changed(getattr(op, name), change) for name in names})


def _dims(value: object) -> Iterator[Dim]:
    match value:
        case Dim():
            yield value
        case tuple() | Parts():
            for part in value.parts if isinstance(value, Parts) else value:
                yield from _dims(part)
        case Stream():
            yield from value.shape
            for part in parts_of(value.element) or ():
                yield from dims_of(part)
        case Library():
            yield from _dims(tuple(option for _, option in value.options))
        case Fill() | Empty() if value.type is not None:
            yield from _dims(Stream(value.type, ()))
        case _:
            pass


def _changed(value: Any, change: Change) -> Any:  # noqa: ANN401 - parameters are of any type
    match value:
        case Dim():
            return change(value)
        case tuple():
            return tuple(_changed(part, change) for part in value)
        case Parts():
            return Parts(_changed(value.parts, change))
        case Stream():
            return Stream(with_extents(value.element, change), tuple(map(change, value.shape)))
        case Library():
            named = tuple((name, _changed(option, change)) for name, option in value.options)
            return Library(value.name, named)
        case Fill() | Empty() if value.type is not None:
            return replace(value, type=with_extents(value.type, change))
        case _:
            return value
