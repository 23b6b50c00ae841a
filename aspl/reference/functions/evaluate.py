"""The meaning of declared bodies: one walk of the tree for a whole batch of elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aspl.functions.expressions import (
    At,
    Binary,
    Call,
    Expr,
    Group,
    Item,
    Let,
    Name,
    NewAxis,
    Number,
    Pattern,
    Size,
    Subscript,
    Unary,
    Weight,
)
from aspl.functions.function import Declared
from aspl.functions.primitives import PRIMITIVES
from aspl.reference.functions import batch
from aspl.reference.functions.batch import Plain, Value, plain
from aspl.reference.functions.primitives import MEANING, Setup, met_all, power
from aspl.reference.run import Run
from aspl.values.column import Array

_UFUNCS: Mapping[str, np.ufunc] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "//": np.floor_divide,
    "%": np.remainder,
    "&": np.logical_and,
    "|": np.logical_or,
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(slots=True)
class _Frame:
    """The names of one evaluation."""

    run: Run
    locals: dict[str, Value]

    def value(self, expr: Expr) -> Value:
        match expr:
            case Name():
                return self.locals[expr.name]
            case Group():
                return tuple(self.value(part) for part in expr.parts)
            case Subscript():
                return self._part(self.value(expr.value), expr.items)
            case Binary():
                return self._binary(expr)
            case Call():
                args = [plain(self.value(each)) for each in expr.args]
                settings = PRIMITIVES[expr.name].settings(expr.settings)
                return MEANING[expr.name](args, Setup(settings, self.run))
            case Unary():
                return _signed(expr.op, plain(self.value(expr.operand)))
            case _:
                return self._leaf(expr)

    def _leaf(self, expr: Expr) -> Value:
        match expr:
            case Number():
                return np.array([expr.value]) if expr.kind == "bool" else expr.value
            case Size():
                return expr.dim.value(self.run.sizes)
            case Weight():
                held = np.asarray(self.run.parameters[expr.name])
                return np.asarray(held, dtype=self.run.working(expr.type.dtype))[None]
            case _:
                raise AssertionError(f"no value of {type(expr).__name__}")

    def _binary(self, expr: Binary) -> Value:
        args = [plain(self.value(expr.left)), plain(self.value(expr.right))]
        setup = Setup({}, self.run)
        if expr.op == "@":
            return MEANING["matmul"](args, setup)
        if expr.op == "**":
            return power(args, setup)
        return met_all(_UFUNCS[expr.op], args, setup.floating)

    def _part(self, value: Value, items: tuple[Item, ...]) -> Value:
        if isinstance(value, tuple):
            (item,) = items
            assert isinstance(item, At) and item.index.constant is not None
            return value[item.index.constant]
        array = batch.array_of(value, np.dtype(np.float64))
        return array[(slice(None), *map(self._index, items))]

    def _index(self, item: Item) -> int | slice | None:
        sizes = self.run.sizes
        if isinstance(item, At):
            return item.index.value(sizes)
        if isinstance(item, NewAxis):
            return None
        start = None if item.start is None else item.start.value(sizes)
        stop = None if item.stop is None else item.stop.value(sizes)
        return slice(start, stop, item.step)

    def bind(self, target: Pattern, value: Value) -> None:
        if isinstance(target, str):
            self.locals[target] = value
            return
        assert isinstance(value, tuple)
        for each, part in zip(target, value, strict=True):
            self.bind(each, part)


def _signed(op: str, value: Plain) -> Plain:
    if op == "~":
        assert isinstance(value, np.ndarray)
        return np.logical_not(value)
    if isinstance(value, np.ndarray):
        result: Array = np.negative(value)
        return result
    return -value


def body_values(lets: tuple[Let, ...], value: Expr, names: Mapping[str, Value], run: Run) -> Value:
    """Evaluate assignments and an expression with the given names."""
    frame = _Frame(run, dict(names))
    for let in lets:
        frame.bind(let.target, frame.value(let.value))
    return frame.value(value)


def call(fn: Declared, args: tuple[Value, ...], run: Run) -> Value:
    """Evaluate a declared function on a batch."""
    names = {param.name: arg for param, arg in zip(fn.params, args, strict=True)}
    return body_values(fn.lets, fn.value, names, run)
