"""The closed library, one call at a time, on single elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from aspl.dims import Dim
from aspl.functions.function import Empty, Fill, Init, Library, Parts
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Tile,
    Tuple,
    element_dtype,
)
from naive.extents import Extents, Refused
from naive.primitives import ELEMENTWISE, product, softmax
from naive.values import Array, BufferValue, TileValue, full_tile, held_as

Arrays: TypeAlias = Callable[..., Array]


@dataclass(frozen=True)
class Asked:
    """One use of a library function: its options, and the type of what it makes."""

    fn: Library
    result: Element
    extents: Extents

    def option(self, name: str, default: Any = None) -> Any:
        return dict(self.fn.options).get(name, default)

    def number(self, name: str, default: int = 0) -> int:
        value = self.option(name, default)
        return self.extents.need(value) if isinstance(value, Dim) else int(value)


def map_library(asked: Asked, args: tuple[Any, ...]) -> Any:
    """Apply a function of the library to elements."""
    name = asked.fn.name
    if name in _ARITHMETIC:
        return _met(_ARITHMETIC[name], args[0], args[1], element_dtype(asked.result))
    if name in ELEMENTWISE:
        return _numbers(ELEMENTWISE[name], args[0], element_dtype(asked.result))
    return _MAPS[name](asked, *args)


def fold_library(asked: Asked, state: Any, args: tuple[Any, ...]) -> Any:
    """Return the state after one more element; `asked.result` is the type of the state."""
    name = asked.fn.name
    dtype = DType.BOOL if isinstance(asked.result, Tuple) else element_dtype(asked.result)
    match name:
        case "add" | "mul" | "max" | "min":
            return _whole(_met(_ARITHMETIC[name], state, args[0], dtype))
        case "any_of":
            return _flags(lambda a, b: a or b, state, args[0])
        case "all_of":
            return _flags(lambda a, b: a and b, state, args[0])
        case "signal_all_read":
            return 1
        case "matmul":
            made = _matmul(asked, *args)
            if isinstance(made, TileValue) and 0 in state.data.shape and 0 not in made.data.shape:
                # the first product becomes the state
                return made
            added = _met(np.add, state, made, dtype)
            return TileValue(added.data, made.valid) if isinstance(made, TileValue) else added
        case "retile_row" | "retile_col":
            return _retiled(name == "retile_row", state, args[0])
    raise KeyError(name)


def initial(init: Init, state: Element, extents: Extents, fold: str = "") -> Any:
    """Return the state of a fold before its first element; `fold` is its name."""
    match init, state:
        case Parts(parts), Tuple():
            return tuple(
                initial(each, part, extents) for each, part in zip(parts, state.parts, strict=True)
            )
        case Fill(), Tuple():
            return tuple(initial(init, part, extents) for part in state.parts)
        case Fill(), _:
            kind = held_as(element_dtype(state))
            return _filled(state, _fill_number(init.value, kind), extents)
        case Empty(), Tile():
            kind = held_as(state.dtype)
            # of the two extents the state has the one that the fold does not lengthen
            if fold == "retile_row":
                return full_tile(np.zeros((0, extents.find(state.cols) or 0), dtype=kind))
            if fold == "retile_col":
                return full_tile(np.zeros((extents.find(state.rows) or 0, 0), dtype=kind))
            return _filled(state, kind(0), extents)
    raise TypeError(init)


def _fill_number(value: float, kind: type[np.generic]) -> Any:
    if issubclass(kind, np.integer):
        info = np.iinfo(kind)
        whole = {np.inf: int(info.max), -np.inf: int(info.min)}.get(value)
        return kind(int(value) if whole is None else whole)
    return kind(value)


def _filled(state: Element, number: Any, extents: Extents) -> Any:
    match state:
        case Scalar() | Index():
            return number.item()
        case Selector():
            return [bool(number)] * extents.need(state.width)
        case Tile():
            shape = (extents.need(state.rows), extents.need(state.cols))
            return full_tile(np.full(shape, number))
        case Buffer():
            dims = tuple(map(extents.need, state.dims))
            count = int(np.prod(dims, dtype=np.int64))
            item = _filled(state.element, number, extents) if count else None
            return BufferValue(dims, (item,) * count)
    raise TypeError(state)


# numbers met one by one


def _met(change: Arrays, left: Any, right: Any, dtype: DType) -> Any:
    """Meet two elements number by number; a scalar meets anything."""
    if isinstance(left, BufferValue) or isinstance(right, BufferValue):
        return _met_buffers(change, left, right, dtype)
    kind = held_as(dtype)
    a = (left.data if isinstance(left, TileValue) else np.array(left)).astype(kind)
    b = (right.data if isinstance(right, TileValue) else np.array(right)).astype(kind)
    made = np.asarray(change(a, b))
    if made.ndim == 0:
        return made.item()
    return TileValue(made, _met_valid(left, right, len(made)))


def _met_buffers(change: Arrays, left: Any, right: Any, dtype: DType) -> BufferValue:
    whole = left if isinstance(left, BufferValue) else right
    count = len(whole.items)
    lefts = left.items if isinstance(left, BufferValue) else (left,) * count
    rights = right.items if isinstance(right, BufferValue) else (right,) * count
    pairs = zip(lefts, rights, strict=True)
    return BufferValue(whole.dims, tuple(_met(change, a, b, dtype) for a, b in pairs))


def _met_valid(left: Any, right: Any, rows: int) -> int:
    """Valid rows of an elementwise result: the larger number, or that of who has the rows."""
    if not isinstance(left, TileValue):
        return int(right.valid)
    if not isinstance(right, TileValue):
        return left.valid
    if len(left.data) == len(right.data):
        return max(left.valid, right.valid)
    return left.valid if len(left.data) == rows else right.valid


def _whole(element: Any) -> Any:
    """Forget padding: what a fold makes is a fresh tile."""
    if isinstance(element, TileValue):
        return full_tile(element.data)
    if isinstance(element, BufferValue):
        return BufferValue(element.dims, tuple(map(_whole, element.items)))
    return element


def _numbers(change: Arrays, x: Any, dtype: DType) -> Any:
    """Change every number of an element; its valid rows stay."""
    kind = held_as(dtype)
    match x:
        case TileValue():
            return TileValue(np.asarray(change(x.data.astype(kind))), x.valid)
        case BufferValue():
            return BufferValue(x.dims, tuple(_numbers(change, each, dtype) for each in x.items))
        case _:
            return np.asarray(change(np.array(x, dtype=kind))).item()


def _flags(change: Callable[[bool, bool], bool], state: Any, x: Any) -> Any:
    match x:
        case list():
            return [change(a, b) for a, b in zip(state, x, strict=True)]
        case TileValue():
            made = [
                [change(bool(a), bool(b)) for a, b in zip(*rows, strict=True)]
                for rows in zip(state.data, x.data, strict=True)
            ]
            return full_tile(np.array(made, dtype=np.bool_).reshape(x.data.shape))
        case BufferValue():
            pairs = zip(state.items, x.items, strict=True)
            return BufferValue(x.dims, tuple(_flags(change, a, b) for a, b in pairs))
        case _:
            return change(state, x)


_ARITHMETIC: Mapping[str, Arrays] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
}


# functions of whole elements


def _matrix(x: Any, dtype: DType) -> Array:
    data = x.data if isinstance(x, TileValue) else np.array(x.items).reshape(x.dims)
    return np.asarray(data.astype(held_as(dtype)))


def _buffer(data: Array) -> BufferValue:
    return BufferValue(data.shape, tuple(data.reshape(-1).tolist()))


def _matmul(asked: Asked, a: Any, b: Any) -> Any:
    dtype = element_dtype(asked.result)
    right = _matrix(b, dtype)
    made = product(_matrix(a, dtype), right.T if asked.option("transposed") else right)
    return TileValue(made, a.valid) if isinstance(a, TileValue) else _buffer(made)


def _per_row(fold: Callable[[Array], Any]) -> Callable[[Asked, Any], Any]:
    def apply(asked: Asked, x: Any) -> Any:
        if isinstance(x, TileValue):
            made = np.zeros((len(x.data), 1), dtype=x.data.dtype)
            for place, row in enumerate(x.data):
                made[place, 0] = fold(row)
            return TileValue(made, x.valid)
        data = _matrix(x, element_dtype(asked.result))
        if data.ndim == 1:
            return np.asarray(fold(data)).item()
        rows = np.zeros(data.shape[:-1], dtype=data.dtype)
        for at in np.ndindex(*data.shape[:-1]):
            rows[at] = fold(data[at])
        return _buffer(rows)

    return apply


def _softmax(asked: Asked, x: Any) -> Any:
    if isinstance(x, TileValue):
        return TileValue(softmax(x.data, -1), x.valid)
    if x.items and isinstance(x.items[0], TileValue):
        return BufferValue(x.dims, tuple(_softmax(asked, each) for each in x.items))
    return _buffer(softmax(_matrix(x, DType.F32), -1))


def _transpose(asked: Asked, x: Any) -> Any:
    if isinstance(x, TileValue):
        return full_tile(x.data.T)
    return _buffer(_matrix(x, element_dtype(asked.result)).T)


def _outer(asked: Asked, a: Any, b: Any) -> Any:
    dtype = element_dtype(asked.result)
    if not isinstance(a, TileValue | BufferValue) or not isinstance(b, TileValue | BufferValue):
        return _met(np.multiply, a, b, dtype)
    left, right = _matrix(a, dtype), _matrix(b, dtype)
    if isinstance(a, TileValue):
        return full_tile(left.reshape(-1)[:, None] * right.reshape(-1)[None, :])
    return _buffer(left.reshape(left.shape + (1,) * right.ndim) * right)


def _whole_number(x: Any) -> int:
    return int(x.data.item()) if isinstance(x, TileValue) else int(x)


def _set_valid(asked: Asked, x: TileValue, count: Any) -> TileValue:
    return TileValue(x.data, min(max(_whole_number(count), 0), len(x.data)))


def _append_row(asked: Asked, x: TileValue, row: TileValue) -> TileValue:
    if x.valid == len(x.data):
        return x
    data = x.data.copy()
    data[x.valid] = row.data[0]
    return TileValue(data, x.valid + 1)


def _u64(value: int) -> int:
    return value % 2**64


def _cache_write(asked: Asked, index: Any, length: Any) -> int:
    return _u64(_whole_number(index) * asked.number("row_offset") + _whole_number(length))


def _pick(asked: Asked, *args: Any) -> Any:
    parts = args[0] if len(args) == 1 else args
    return parts[asked.option("index")]


_MAPS: Mapping[str, Callable[..., Any]] = {
    "matmul": _matmul,
    "row_sum": _per_row(lambda row: np.sum(row, dtype=row.dtype)),
    "row_max": _per_row(np.max),
    "softmax": _softmax,
    "transpose": _transpose,
    "outer_product": _outer,
    "scale": lambda asked, a, b: _met(np.multiply, a, b, element_dtype(asked.result)),
    "set_valid": _set_valid,
    "append_row": _append_row,
    "cache_write_address": _cache_write,
    "identity": lambda asked, x: x,
    "pick": _pick,
}


def _retiled(below: bool, state: TileValue, x: TileValue) -> TileValue:
    if state.data.shape[0 if below else 1] == 0:
        # an empty state does not say how wide the tiles are
        joined = x.data
    elif state.data.shape[1 if below else 0] != x.data.shape[1 if below else 0]:
        raise Refused("R007")
    else:
        joined = np.concatenate([state.data, x.data], axis=0 if below else 1)
    if not below:
        return TileValue(joined, x.valid)
    return TileValue(joined, state.valid + x.valid)


# small streams of one element


def flat_library(asked: Asked, args: tuple[Any, ...]) -> Any:
    """Return the small stream that a function makes of elements."""
    x = args[0]
    match asked.fn.name:
        case "split_rows":
            count = len(x.data)
            if asked.option("filter", False) and x.valid:
                count = x.valid
            return [
                TileValue(x.data[place : place + 1], int(place < x.valid)) for place in range(count)
            ]
        case "split_cols":
            return [
                TileValue(x.data[:, place : place + 1], x.valid) for place in range(x.data.shape[1])
            ]
        case "split_tiles":
            rows, cols = asked.number("rows"), asked.number("cols")
            return [
                [
                    TileValue(
                        x.data[top : top + rows, left : left + cols],
                        min(max(x.valid - top, 0), rows),
                    )
                    for left in range(0, x.data.shape[1], cols)
                ]
                for top in range(0, x.data.shape[0], rows)
            ]
        case "expert_addresses":
            expert = x.index(True) if isinstance(x, list) else x
            first = asked.number("base") + expert * asked.number("n")
            return [[[_u64(first + place)] for place in range(asked.number("n"))]]
        case "cache_read_addresses":
            first = _whole_number(x) * asked.number("row_offset")
            return [[_u64(first + place) for place in range(_whole_number(args[1]))]]
        case "last_tile_filter":
            count = _whole_number(x)
            return [[[place == count - 1, place < count - 1] for place in range(count)]]
    raise KeyError(asked.fn.name)
