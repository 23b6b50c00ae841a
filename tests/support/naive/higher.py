"""The higher-order operators, one call of a function at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aspl.functions.apply import fold_init
from aspl.functions.function import Declared, Empty, Fill, Function
from aspl.types import Element, Tuple, leaves
from naive.expressions import call
from naive.library import Asked, flat_library, fold_library, initial, map_library
from naive.run import At
from naive.values import (
    BufferValue,
    Nested,
    TileValue,
    at_depth,
    entries,
    unrolled,
)


def _arguments(
    params: Sequence[Element] | None, args: tuple[Any, ...], types: tuple[Element, ...]
) -> tuple[tuple[Any, ...], tuple[Element, ...]]:
    """Match elements with parameters: as they are if they fit, else the leaves of tuples."""
    if params is not None and len(params) == len(types) and all(map(_alike, params, types)):
        return args, types
    opened = tuple(leaf for arg, each in zip(args, types, strict=True) for leaf in _open(arg, each))
    return opened, tuple(leaf for each in types for leaf in leaves(each))


def _alike(param: Element, got: Element) -> bool:
    if isinstance(param, Tuple) and isinstance(got, Tuple):
        return len(param.parts) == len(got.parts) and all(map(_alike, param.parts, got.parts))
    return type(param) is type(got)


def _open(arg: Any, element: Element) -> Iterator[Any]:
    if isinstance(element, Tuple):
        for part, each in zip(arg, element.parts, strict=True):
            yield from _open(part, each)
    else:
        yield arg


def _apply(at: At, fn: Function, args: tuple[Any, ...], result: Element) -> Any:
    if isinstance(fn, Declared):
        given, types = _arguments([param.type for param in fn.params], args, at.elements)
        made = call(fn, given, types, result, at.run.world)
        return _with_valid(made, [each for each in _leaves(given) if _is_tile(each)])
    if fn.name not in ("identity", "pick"):
        args, _ = _arguments(None, args, at.elements)
    return map_library(Asked(fn, result, at.run.extents), args)


def _leaves(args: tuple[Any, ...]) -> Iterator[Any]:
    for each in args:
        yield from _leaves(each) if isinstance(each, tuple) else (each,)


def _is_tile(value: Any) -> bool:
    return isinstance(value, TileValue)


def _with_valid(made: Any, tiles: Sequence[TileValue]) -> Any:
    """Give the tiles of a result the valid rows of the first argument that has their rows."""
    if isinstance(made, tuple):
        return tuple(_with_valid(each, tiles) for each in made)
    if not isinstance(made, TileValue):
        return made
    found = [each.valid for each in tiles if len(each.data) == len(made.data)]
    return TileValue(made.data, found[0] if found else len(made.data))


def map_(at: At, op: Any) -> Sequence[Nested]:
    result = at.makes
    return [
        at_depth(
            lambda *args: _apply(at, op.fn, args, result.element), len(result.shape), *at.reads
        )
    ]


def flat_map(at: At, op: Any) -> Sequence[Nested]:
    def row(*elements: Any) -> list[Any]:
        found = []
        for args in zip(*elements, strict=True):
            found.extend(_small_stream(at, op.fn, args))
        return found

    return [at_depth(row, at.types[0].rank, *at.reads)]


def _small_stream(at: At, fn: Function, args: tuple[Any, ...]) -> list[Any]:
    if not isinstance(fn, Declared):
        given, _ = _arguments(None, args, at.elements)
        return list(flat_library(Asked(fn, at.makes.element, at.run.extents), given))
    made = _apply(at, fn, args, fn.result)
    assert isinstance(made, BufferValue)
    return list(unrolled(made.items, made.dims))


@dataclass(frozen=True)
class _Fold:
    """A fold at its use."""

    at: At
    fn: Function
    start: Any
    state: Element

    @classmethod
    def of(cls, at: At, op: Any) -> _Fold:
        init = fold_init(op.fn, op.init)
        assert init is not None
        state = at.makes.element
        if isinstance(init, Fill | Empty) and init.type is not None:
            state = init.type
        start = initial(init, state, at.run.extents, op.fn.name)
        return cls(at, op.fn, start, at.makes.element)

    def step(self, state: Any, args: tuple[Any, ...]) -> Any:
        at, fn = self.at, self.fn
        if isinstance(fn, Declared):
            given, types = _arguments([each.type for each in fn.params[:-1]], args, at.elements)
            made = call(fn, (*given, state), (*types, self.state), self.state, at.run.world)
            return _with_valid(made, [each for each in _leaves(given) if _is_tile(each)])
        given, _ = _arguments(None, args, at.elements)
        return fold_library(Asked(fn, self.state, at.run.extents), state, given)


def accum(at: At, op: Any) -> Sequence[Nested]:
    fold = _Fold.of(at, op)

    def group(*groups: Nested) -> Any:
        state = fold.start
        for args in zip(*(entries(each, op.rank) for each in groups), strict=True):
            state = fold.step(state, args)
        return state

    return [at_depth(group, len(at.types[0].shape) - op.rank, *at.reads)]


def scan(at: At, op: Any) -> Sequence[Nested]:
    fold = _Fold.of(at, op)

    def group(*groups: Nested) -> Nested:
        state = fold.start

        def one(*args: Any) -> Any:
            nonlocal state
            state = fold.step(state, args)
            return state

        return at_depth(one, op.rank, *groups)

    return [at_depth(group, len(at.types[0].shape) - op.rank, *at.reads)]
