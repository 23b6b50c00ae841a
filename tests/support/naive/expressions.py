"""Declared functions, one call at a time: their expression trees walked on single elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from aspl.dims import Dim
from aspl.functions.expressions import (
    At,
    Binary,
    Call,
    Expr,
    Group,
    Name,
    NewAxis,
    Number,
    Pattern,
    Range,
    Size,
    Subscript,
    Unary,
    Weight,
)
from aspl.functions.function import Declared
from aspl.functions.primitives import PRIMITIVES
from aspl.types import DType, Element, Tuple, element_dims, element_dtype
from naive.extents import Extents
from naive.primitives import PRIMITIVES as MEANINGS
from naive.primitives import SIGNS, Numbers, meet, product
from naive.values import Array, BufferValue, TileValue, held_as, of_array

Value: TypeAlias = "Numbers | tuple[Value, ...]"


def call(
    fn: Declared, args: tuple[Any, ...], types: tuple[Element, ...], result: Element, world: World
) -> Any:
    """Apply a declared function to elements; `types` are theirs, `result` that of the value."""
    local = {
        param.name: to_value(arg, element, world.extents)
        for param, arg, element in zip(fn.params, args, types, strict=True)
    }
    walk = _Walk(local, world)
    for let in fn.lets:
        walk.bind(let.target, walk.value(let.value))
    return to_element(walk.value(fn.value), result)


@dataclass(frozen=True)
class World:
    """What bodies see besides their arguments."""

    extents: Extents
    weights: Mapping[str, Array]


def to_value(arg: Any, element: Element, extents: Extents) -> Value:
    """Return an element as a body sees it."""
    if isinstance(element, Tuple):
        parts = zip(arg, element.parts, strict=True)
        return tuple(to_value(part, each, extents) for part, each in parts)
    dtype = element_dtype(element)
    return Numbers(_array(arg, element, extents), dtype)


def _array(arg: Any, element: Element, extents: Extents) -> Array:
    kind = held_as(element_dtype(element))
    if isinstance(arg, TileValue):
        return arg.data
    if not isinstance(arg, BufferValue):
        return np.array(arg, dtype=kind)
    inner = [_item(item, kind) for item in arg.items]
    if inner:
        return np.array(inner, dtype=kind).reshape(*arg.dims, *inner[0].shape)
    # an empty buffer shows no extents inside the first that is 0
    dims = element_dims(element)
    first = arg.dims.index(0)
    hidden = [extents.need(dim) for dim in dims[first + 1 :]]
    return np.zeros((*arg.dims[: first + 1], *hidden), dtype=kind)


def _item(item: Any, kind: type[np.generic]) -> Array:
    return item.data if isinstance(item, TileValue) else np.array(item, dtype=kind)


def to_element(value: Value, element: Element) -> Any:
    """Return what a body computed as an element."""
    if isinstance(element, Tuple):
        assert isinstance(value, tuple)
        return tuple(
            to_element(part, each) for part, each in zip(value, element.parts, strict=True)
        )
    assert isinstance(value, Numbers)
    return of_array(value.data.astype(held_as(element_dtype(element))), element)


@dataclass
class _Walk:
    local: dict[str, Value]
    world: World

    def bind(self, target: Pattern, value: Value) -> None:
        if isinstance(target, str):
            self.local[target] = value
            return
        assert isinstance(value, tuple)
        for each, part in zip(target, value, strict=True):
            self.bind(each, part)

    def value(self, expr: Expr) -> Value:
        match expr:
            case Number():
                return _literal(expr)
            case Size():
                return Numbers(np.array(self.size(expr.dim)), DType.I64, weak=True)
            case Name():
                return self.local[expr.name]
            case Weight():
                data = np.asarray(self.world.weights[expr.name])
                return Numbers(data.astype(held_as(expr.type.dtype)), expr.type.dtype)
            case Subscript():
                return self._subscript(expr)
            case Group():
                return tuple(map(self.value, expr.parts))
            case _:
                return self._computed(expr)

    def _computed(self, expr: Expr) -> Numbers:
        match expr:
            case Unary():
                return self._unary(expr)
            case Binary():
                return self._binary(expr)
            case Call():
                return self._call(expr)
        raise TypeError(expr)

    def size(self, dim: Dim) -> int:
        return self.world.extents.need(dim)

    def numbers(self, expr: Expr) -> Numbers:
        found = self.value(expr)
        assert isinstance(found, Numbers)
        return found

    def _unary(self, expr: Unary) -> Numbers:
        x = self.numbers(expr.operand)
        data = ~x.data if expr.op == "~" else np.negative(x.data)
        return Numbers(data, x.dtype, x.weak)

    def _binary(self, expr: Binary) -> Numbers:
        args = [self.numbers(expr.left), self.numbers(expr.right)]
        if expr.op in ("/", "**") and all(each.weak for each in args):
            args = [Numbers(each.data, DType.F32, weak=True) for each in args]
        met = meet(args)
        left, right = (each.data for each in met)
        if expr.op == "@":
            return Numbers(product(left, right), met[0].dtype)
        made = SIGNS[expr.op](left, right)
        if made.dtype == np.bool_ and expr.op not in ("&", "|"):
            return Numbers(made, DType.BOOL)
        return Numbers(made, met[0].dtype, all(each.weak for each in args))

    def _call(self, expr: Call) -> Numbers:
        settings = dict(PRIMITIVES[expr.name].settings(expr.settings))
        for name in ("k", "n"):
            if name in settings:
                settings[name] = self.size(settings[name])
        if "dims" in settings:
            settings["dims"] = tuple(map(self._extent, settings["dims"]))
        args = [self.numbers(each) for each in expr.args]
        made: Numbers = MEANINGS[expr.name](args, settings)
        return made

    def _extent(self, dim: Dim) -> int:
        return -1 if dim.constant == -1 else self.size(dim)

    def _subscript(self, expr: Subscript) -> Value:
        value = self.value(expr.value)
        if isinstance(value, tuple):
            (item,) = expr.items
            assert isinstance(item, At)
            return value[self.size(item.index)]
        places: list[Any] = []
        for each in expr.items:
            match each:
                case At():
                    places.append(self.size(each.index))
                case Range():
                    start = None if each.start is None else self.size(each.start)
                    stop = None if each.stop is None else self.size(each.stop)
                    places.append(slice(start, stop, each.step))
                case NewAxis():
                    places.append(None)
        return Numbers(np.asarray(value.data[tuple(places)]), value.dtype, value.weak)


def _literal(expr: Number) -> Numbers:
    if expr.kind == "bool":
        return Numbers(np.array(expr.value), DType.BOOL)
    if expr.kind == "float":
        return Numbers(np.array(expr.value, dtype=np.float64), DType.F32, weak=True)
    # beyond the signed range only u64 holds it
    big = int(expr.value) > np.iinfo(np.int64).max
    data = np.array(expr.value, dtype=np.uint64 if big else np.int64)
    return Numbers(data, DType.I64, weak=True)
