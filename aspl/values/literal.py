"""Streams as nested lists and as plain arrays, for people, files and tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from aspl.types import Element, Index, Stream, Tuple, element_dims, element_dtype
from aspl.values.column import Array, Column, Dense, Packed, Record, part, simplest
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue


def from_nested(value: Any, stream: Stream) -> StreamValue:
    """Read a nested list (ragged or not) or an array as a stream of the given type.

    Errors: ValueError when the nesting is not that of the type.
    """
    if isinstance(value, np.ndarray) and not isinstance(stream.element, Tuple):
        return _from_array(value, stream)
    lengths: list[list[int]] = []
    entries: list[Any] = [value]
    for depth in range(len(stream.shape)):
        for entry in entries:
            if not isinstance(entry, list | np.ndarray | range):
                raise ValueError(f"expected {len(stream.shape)} levels of lists, got {depth}")
        lengths.append([len(entry) for entry in entries])
        entries = [inner for entry in entries for inner in entry]
    nest = Nest((lengths[0][0], *(np.array(each, dtype=np.int64) for each in lengths[1:]))).normal()
    return StreamValue(_with_static(nest, stream), _column(entries, stream.element))


def _with_static(nest: Nest, stream: Stream) -> Nest:
    """Give dims inside an empty one the extents that their type states."""
    lengths = list(nest.lengths)
    for depth, dim in enumerate(stream.shape[1:], start=1):
        constant = dim.constant
        if nest.count(depth) == 0 and constant is not None:
            lengths[depth] = constant
    return Nest(tuple(lengths))


def _from_array(value: Array, stream: Stream) -> StreamValue:
    inner = len(element_dims(stream.element))
    outer = value.ndim - inner
    if outer != len(stream.shape):
        raise ValueError(
            f"expected an array of {len(stream.shape) + inner} dims, got {value.ndim} {value.shape}"
        )
    count = int(np.prod(value.shape[:outer], dtype=np.int64))
    return StreamValue(
        Nest(tuple(map(int, value.shape[:outer]))),
        Dense(value.reshape(count, *value.shape[outer:])),
    )


def _column(entries: list[Any], element: Element) -> Column:
    if isinstance(element, Tuple):
        rows = [tuple(entry) for entry in entries]
        if any(len(row) != len(element.parts) for row in rows):
            raise ValueError(f"expected tuples of {len(element.parts)} parts")
        return Record(
            tuple(
                _column([row[place] for row in rows], each)
                for place, each in enumerate(element.parts)
            )
        )
    depth = len(element_dims(element))
    dtype = element_dtype(element)
    kind = (
        np.float64
        if dtype.is_float
        else np.bool_
        if dtype == "bool"
        else np.dtype(numpy_name(element))
    )
    arrays = [_opened(np.asarray(entry, dtype=kind), element) for entry in entries]
    if any(array.ndim != depth for array in arrays):
        raise ValueError(f"expected elements `{element}` of {depth} levels")
    if not arrays:
        extents = [dim.constant or 0 for dim in element_dims(element)]
        return Dense(np.zeros((0, *extents), dtype=kind))
    shapes = np.array([array.shape for array in arrays], dtype=np.int64).reshape(len(arrays), depth)
    return simplest(Packed(np.concatenate([array.reshape(-1) for array in arrays]), shapes))


def _opened(array: Array, element: Element) -> Array:
    """Give an empty list the dims inside it, which it does not show."""
    hidden = element_dims(element)[array.ndim :]
    if array.size or not hidden:
        return array
    return array.reshape(*array.shape, *(dim.constant or 0 for dim in hidden))


def numpy_name(element: Element) -> str:
    """Return numpy's name for the integers of an element type."""
    dtype = "i64" if isinstance(element, Index) else element_dtype(element)
    return {"i32": "int32", "i64": "int64", "u64": "uint64", "bool": "bool"}[str(dtype)]


def to_nested(value: StreamValue) -> Any:
    """Return a stream as nested lists of numbers, tuples for tuples."""
    items = elements(value.column)
    for depth in range(value.nest.rank, -1, -1):
        grouped, start = [], 0
        for length in value.nest.extents(depth):
            grouped.append(items[start : start + int(length)])
            start += int(length)
        items = grouped
    return items[0]


def elements(column: Column) -> list[Any]:
    """Return each element as nested lists."""
    match column:
        case Dense():
            return list(column.data.tolist())
        case Record():
            return list(zip(*(elements(each) for each in column.parts), strict=True))
        case Packed():
            found = []
            for place in range(len(column)):
                one = part(column, place, place + 1)
                found.append(one.data[0].tolist() if isinstance(one, Dense) else [])
            return found


def to_array(value: StreamValue) -> Array | None:
    """Return a stream as one array, dims then extents of the elements; None when it is ragged."""
    nest = value.nest.normal()
    lengths = [length for length in nest.lengths if isinstance(length, int)]
    if len(lengths) != len(nest.lengths) or not isinstance(value.column, Dense):
        return None
    return value.column.data.reshape(*lengths, *value.column.data.shape[1:])


def to_arrays(name: str, value: StreamValue) -> dict[str, Array]:
    """Return the arrays of an archive that stand for a stream.

    A regular stream is one array under its name. Any other is `name.length0`, `name.length1` and so
    on, outermost first, with `name.data`, or `name.flat` and `name.extents`; a part of tuples has
    its number behind the name, as in `name.0.data`.
    """
    whole = to_array(value)
    if whole is not None:
        return {name: whole}
    arrays = {
        f"{name}.length{depth}": np.asarray(length, dtype=np.int64)
        for depth, length in enumerate(value.nest.lengths)
    }
    return arrays | _column_arrays(name, value.column)


def _column_arrays(name: str, column: Column) -> dict[str, Array]:
    match column:
        case Dense():
            return {f"{name}.data": column.data}
        case Packed():
            return {f"{name}.flat": column.flat, f"{name}.extents": column.extents}
        case Record():
            found: dict[str, Array] = {}
            for place, each in enumerate(column.parts):
                found |= _column_arrays(f"{name}.{place}", each)
            return found


def from_arrays(name: str, arrays: Mapping[str, Array], stream: Stream) -> StreamValue:
    """Read what `to_arrays` wrote.

    Errors: KeyError when an array is missing; ValueError when one does not fit the type.
    """
    if name in arrays:
        return from_nested(np.asarray(arrays[name]), stream)
    lengths: list[Any] = []
    for depth in range(len(stream.shape)):
        length = arrays[f"{name}.length{depth}"]
        lengths.append(int(length) if length.ndim == 0 else length.astype(np.int64))
    return StreamValue(Nest(tuple(lengths)), _read_column(name, arrays, stream.element))


def _read_column(name: str, arrays: Mapping[str, Array], element: Element) -> Column:
    if isinstance(element, Tuple):
        return Record(
            tuple(
                _read_column(f"{name}.{place}", arrays, each)
                for place, each in enumerate(element.parts)
            )
        )
    if f"{name}.data" in arrays:
        return Dense(arrays[f"{name}.data"])
    return Packed(arrays[f"{name}.flat"], arrays[f"{name}.extents"])
