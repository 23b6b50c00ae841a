"""Lowering of the ends of a program: streams of the kernel, control tensors, consumers."""

from __future__ import annotations

import numpy as np

from aspl.dims import Dim
from aspl.ops.sources import Assume, Consumer, Feedback, IndexSource, MetadataSource, SelectorSource
from aspl.program import Input
from aspl.types import Buffer, Element, Stream, Tile, Tuple
from aspl.values.column import Array, Column, Dense, Packed, Record, valid_rows
from aspl.values.stream import StreamValue
from compiler.lower.coding import Slots
from compiler.lower.context import At, Lowering, control_values
from compiler.lower.stops import stops_of
from compiler.machine import Ints, Kind, P


def metadata_source(op: MetadataSource, at: At) -> None:
    """Lower a tensor of integers."""
    _tensor_source(at, op.tensor.name, tuple(op.tensor.type.shape), op.tensor.index)


def index_source(op: IndexSource, at: At) -> None:
    """Lower a tensor of indices."""
    _tensor_source(at, op.tensor.name, tuple(op.tensor.type.shape), op.tensor.index)


def selector_source(op: SelectorSource, at: At) -> None:
    """Lower a tensor of flags."""
    _tensor_source(at, op.tensor.name, tuple(op.tensor.type.shape[:-1]), op.tensor.index)


def _tensor_source(at: At, name: str, shape: tuple[Dim, ...], index: tuple[int, ...]) -> None:
    dims = [1, *(at.known(dim) for dim in shape)]
    parameters = {P.LEVELS: at.tables.place([len(dims), *dims])}
    if at.node.outputs[0] in at.lowering.controls:
        values = at.lowering.known.tensors[name][index]
        parameters[P.VALUES] = at.tables.place_array(_controls_of(values, at, len(shape)))
    at.add(Kind.SOURCE, parameters)


def _controls_of(values: Array, at: At, rank: int) -> Ints:
    rows = int(np.prod(values.shape[:rank], dtype=np.int64))
    flat = values.reshape(rows, *values.shape[rank:])
    column = Dense(flat != 0) if flat.ndim == 2 else Dense(flat)
    return control_values(column, at.result().element, at.tables)


def consumer(op: Consumer, at: At) -> None:
    """Lower the reading and dropping of a stream."""
    at.add(Kind.SINK, {})


def nothing(op: Assume | Feedback, at: At) -> None:
    """Add no unit: a statement about a stream, and a stream by a second name, take no time."""


def add_result(lowering: Lowering, value: int, number: int) -> None:
    """Add the unit that reads a returned stream."""
    lowering.tables.unit(
        Kind.SINK,
        node=-1,
        label=lowering.checked.program.values[value].name or f"result{number}",
        inputs=(lowering.stream(value),),
        parameters={},
    )


def add_input(lowering: Lowering, given: Input) -> None:
    """Add the unit that writes a stream of the kernel."""
    assert given.value is not None and isinstance(given.type, Stream)
    stream = lowering.type_of(given.value)
    value = lowering.known.streams.get(given.value)
    regular = None if _has_padding(value) else _regular(stream, lowering)
    tables = lowering.tables
    if regular is not None:
        parameters = regular
    else:
        assert value is not None, f"the extents of `{given.name}` are told by its value"
        parameters = {P.TOKENS: tables.place_array(_tokens(value, stream.element))}
        parameters[P.COUNT] = len(stops_of(value.nest).levels)
    if given.value in lowering.controls:
        assert value is not None
        values = control_values(value.column, stream.element, tables)
        parameters[P.VALUES] = tables.place_array(values)
    tables.unit(
        Kind.SOURCE, node=-1, label=given.name, outputs=(given.value,), parameters=parameters
    )


def is_regular(stream: Stream, slots: Slots) -> bool:
    """Whether all extents of a stream and of its elements are known before the run."""
    dims = [*stream.shape, *_element_dims(stream.element)]
    return all(slots.known(dim) is not None for dim in dims)


def _element_dims(element: Element) -> list[Dim]:
    match element:
        case Tile():
            return [element.rows, element.cols]
        case Buffer():
            return [*element.dims, *_element_dims(element.element)]
        case _:
            return []


def _has_padding(value: StreamValue | None) -> bool:
    if value is None or isinstance(value.column, Record):
        return False
    return value.column.valid is not None


def _regular(stream: Stream, lowering: Lowering) -> dict[P, int] | None:
    slots = Slots(lowering.known.extents)
    if not is_regular(stream, slots):
        return None
    dims = [slots.known(dim) or 0 for dim in stream.shape]
    parameters = {P.LEVELS: lowering.tables.place([len(dims), *dims])}
    element = stream.element
    if isinstance(element, Buffer):
        count = 1
        for dim in element.dims:
            count *= slots.known(dim) or 0
        parameters[P.BUFFERED] = count
        element = element.element
    if isinstance(element, Tile):
        parameters[P.ROWS] = slots.known(element.rows) or 0
        parameters[P.COLS] = slots.known(element.cols) or 0
    return parameters


def _tokens(value: StreamValue, element: Element) -> Ints:
    """Return low, level, rows, columns, valid rows and buffered elements of every token."""
    stops = stops_of(value.nest)
    tokens = np.zeros((len(stops.levels), 6), dtype=np.int64)
    tokens[:, 0] = stops.lows
    tokens[:, 1] = stops.levels
    here = stops.lows == 0
    tokens[here, 2:] = _elements(value.column, element)
    return tokens.reshape(-1)


def _elements(column: Column, element: Element) -> Ints:
    """Return rows, columns, valid rows and buffered elements of every element."""
    found = np.ones((len(column), 4), dtype=np.int64)
    found[:, 3] = -1
    if isinstance(column, Record) or isinstance(element, Tuple):
        return found
    extents = _extents(column)
    if isinstance(element, Buffer):
        dims = len(element.dims)
        found[:, 3] = extents[:, :dims].prod(axis=1)
        extents, element = extents[:, dims:], element.element
        if isinstance(element, Tile):
            found[:, 0], found[:, 1] = extents[:, 0], extents[:, 1]
            found[:, 2] = extents[:, 0]
        return found
    if isinstance(element, Tile):
        found[:, 0], found[:, 1] = extents[:, 0], extents[:, 1]
        found[:, 2] = valid_rows(column)
    return found


def _extents(column: Dense | Packed) -> Ints:
    if isinstance(column, Packed):
        return column.extents
    shape = column.data.shape[1:]
    return np.broadcast_to(np.array(shape, dtype=np.int64), (len(column), len(shape)))
