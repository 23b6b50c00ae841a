"""Streams as plain nested lists: what the naive interpreter works on, and how it is compared.

A stream is nested lists, one level a dim, of elements. A number is a Python number, a selector a
list of flags, an index an int, a tuple a tuple; tiles and buffers are the two classes below.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tile,
    Tuple,
    element_dims,
    element_dtype,
)
from aspl.values.column import Column, Dense, Packed, Record
from aspl.values.stream import StreamValue

Array: TypeAlias = NDArray[Any]
Nested: TypeAlias = Any

_WHOLE = {DType.I32: np.int32, DType.I64: np.int64, DType.U64: np.uint64}


@dataclass(frozen=True, eq=False)
class TileValue:
    """A matrix and how many of its rows are no padding."""

    data: Array
    valid: int


@dataclass(frozen=True, eq=False)
class BufferValue:
    """Elements in row-major order."""

    dims: tuple[int, ...]
    items: tuple[Any, ...]


def held_as(dtype: DType) -> type[np.generic]:
    """Return how numbers are held: every float in double precision."""
    if dtype.is_float:
        return np.float64
    return np.bool_ if dtype is DType.BOOL else _WHOLE[dtype]


def full_tile(data: Array) -> TileValue:
    """Return a tile without padding."""
    return TileValue(data, len(data))


def at_depth(change: Callable[..., Any], depth: int, *streams: Nested) -> Nested:
    """Apply a function to what lies `depth` levels inside several streams that nest alike."""
    if depth == 0:
        return change(*streams)
    return [at_depth(change, depth - 1, *rows) for rows in zip(*streams, strict=True)]


def entries(stream: Nested, depth: int) -> Iterator[Any]:
    """Walk what lies `depth` levels inside a stream."""
    if depth == 0:
        yield stream
        return
    for row in stream:
        yield from entries(row, depth - 1)


def unrolled(items: Sequence[Any], dims: tuple[int, ...]) -> list[Any]:
    """Nest elements in row-major order."""
    if len(dims) == 1:
        return list(items)
    inner = len(items) // dims[0] if dims[0] else 0
    return [
        unrolled(items[place * inner : (place + 1) * inner], dims[1:]) for place in range(dims[0])
    ]


# from nested lists and from the product's columns


def read_stream(value: Nested, stream: Stream) -> Nested:
    """Read nested lists of numbers, as in an operator's example."""
    return at_depth(lambda entry: read_element(entry, stream.element), len(stream.shape), value)


def read_element(entry: Any, element: Element) -> Any:
    """Read one element from nested lists of numbers."""
    match element:
        case Tuple():
            return tuple(
                read_element(part, each) for part, each in zip(entry, element.parts, strict=True)
            )
        case Buffer():
            depth = len(element.dims)
            items = tuple(read_element(each, element.element) for each in entries(entry, depth))
            return BufferValue(_lengths(entry, depth), items)
        case _:
            return of_array(np.asarray(entry, dtype=held_as(element_dtype(element))), element)


def _lengths(entry: Any, depth: int) -> tuple[int, ...]:
    found = []
    for _ in range(depth):
        found.append(len(entry))
        entry = entry[0] if len(entry) else []
    return tuple(found)


def of_array(array: Array, element: Element, valid: Array | None = None) -> Any:
    """Make an element of its numbers; `valid` counts the valid rows of its tiles, else all are."""
    match element:
        case Scalar() | Index():
            return array.item()
        case Selector():
            return [bool(flag) for flag in array]
        case Tile():
            return TileValue(array, len(array) if valid is None else int(valid))
        case Buffer():
            depth = len(element.dims)
            dims = array.shape[:depth]
            items = tuple(
                of_array(array[place], element.element, None if valid is None else valid[place])
                for place in np.ndindex(*dims)
            )
            return BufferValue(dims, items)
        case Tuple():
            raise TypeError("a tuple is no array")


def observed(value: StreamValue, stream: Stream) -> Nested:
    """Return what the reference computed as nested lists."""
    items, nest = _column_items(value.column, stream.element), value.nest
    for depth in range(nest.rank, 0, -1):
        items = _grouped(items, nest.lengths[depth], nest.count(depth))
    assert len(items) == nest.lengths[0], "the outermost extent is not the number of entries"
    return items


def _grouped(items: list[Any], length: int | Array, groups: int) -> list[Any]:
    sizes = [length] * groups if isinstance(length, int) else length.tolist()
    assert (len(sizes), sum(sizes)) == (groups, len(items))
    return [items[start:end] for start, end in pairwise(np.cumsum([0, *sizes]).tolist())]


def _column_items(column: Column, element: Element) -> list[Any]:
    if isinstance(element, Tuple):
        assert isinstance(column, Record)
        parts = zip(column.parts, element.parts, strict=True)
        return list(zip(*(_column_items(part, each) for part, each in parts), strict=True))
    assert isinstance(column, Dense | Packed)
    expected = None if element_dtype(element).is_float else held_as(element_dtype(element))
    numbers = column.data if isinstance(column, Dense) else column.flat
    assert expected is None or numbers.dtype == expected, f"{numbers.dtype} holds `{element}`"
    if isinstance(column, Dense):
        valid = column.valid
        return [
            of_array(column.data[place], element, None if valid is None else valid[place])
            for place in range(len(column.data))
        ]
    return _packed_items(column, element)


def _packed_items(column: Packed, element: Element) -> list[Any]:
    assert column.extents.shape == (len(column), len(element_dims(element)))
    items: list[Any] = []
    start = tiles = 0
    for extents in column.extents.tolist():
        size = math.prod(extents)
        array = column.flat[start : start + size].reshape(extents)
        valid = None
        if column.valid is not None:
            held = math.prod(extents[:-2])
            valid = column.valid[tiles : tiles + held].reshape(extents[:-2])
            tiles += held
        items.append(of_array(array, element, valid))
        start += size
    assert start == len(column.flat)
    return items


# comparison


def difference(got: Any, want: Any, depth: int, *, rtol: float = 1e-9) -> str | None:
    """Say where two streams of `depth` dims differ, or None when they are equal."""
    if depth == 0:
        return _element_difference(got, want, rtol)
    if len(got) != len(want):
        return f": {len(got)} entries, expected {len(want)}"
    for place, (left, right) in enumerate(zip(got, want, strict=True)):
        found = difference(left, right, depth - 1, rtol=rtol)
        if found is not None:
            return f"[{place}]{found}"
    return None


def _element_difference(got: Any, want: Any, rtol: float) -> str | None:
    if type(got) is not type(want):
        return f": {type(got).__name__} {got!r}, expected {type(want).__name__} {want!r}"
    match got:
        case TileValue():
            if got.valid != want.valid:
                return f": {got.valid} valid rows, expected {want.valid}"
            return _array_difference(got.data, want.data, rtol)
        case BufferValue():
            if got.dims != want.dims and math.prod(got.dims) + math.prod(want.dims):
                return f": a buffer of {got.dims}, expected {want.dims}"
            return _parts_difference(got.items, want.items, rtol)
        case tuple() | list():
            return _parts_difference(got, want, rtol)
        case float():
            return _array_difference(np.array(got), np.array(want), rtol)
        case _:
            return None if got == want else f": {got!r}, expected {want!r}"


def _parts_difference(got: Sequence[Any], want: Sequence[Any], rtol: float) -> str | None:
    if len(got) != len(want):
        return f": {len(got)} parts, expected {len(want)}"
    for place, (left, right) in enumerate(zip(got, want, strict=True)):
        found = _element_difference(left, right, rtol)
        if found is not None:
            return f".{place}{found}"
    return None


def _array_difference(got: Array, want: Array, rtol: float) -> str | None:
    if got.shape != want.shape:
        return f": shape {got.shape}, expected {want.shape}"
    if want.dtype.kind == "f":
        # what cancels leaves the rounding of what it cancelled
        same = np.isclose(got, want, rtol=rtol, atol=1e-9, equal_nan=True)
    else:
        same = got == want
    return None if bool(np.all(same)) else f": {got.tolist()}, expected {want.tolist()}"
