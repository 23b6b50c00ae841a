"""Meaning of the shape operators."""

from __future__ import annotations

import numpy as np

from aspl.ops.shape import Expand, Flatten, Promote, Repeat, Reshape, Zip
from aspl.reference.functions.initial import initial
from aspl.reference.onchip import handles
from aspl.reference.state import At
from aspl.types import Buffer, Element, Tile, Tuple
from aspl.values.column import Column, Dense, Ints, Packed, Record, join, take
from aspl.values.nest import Nest, offsets_of, within
from aspl.values.stream import StreamValue


def flatten(op: Flatten, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Merge dims; the elements stay."""
    (x,) = inputs
    return (StreamValue(x.nest.flatten(op.min, op.max), x.column),)


def promote(op: Promote, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Insert a dim; the elements stay."""
    (x,) = inputs
    if op.rank == x.nest.rank + 1:
        return (StreamValue(_around(x.nest), x.column),)
    return (StreamValue(x.nest.insert(op.rank), x.column),)


def _around(nest: Nest) -> Nest:
    return Nest((int(nest.count(1) > 0), *nest.lengths))


def reshape(op: Reshape, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Split a dim; the last chunk of each innermost group is padded where that is asked for."""
    (x,) = inputs
    chunk = at.extent(op.chunk)
    if chunk == 0:
        raise at.failure("R001", f"`{op.chunk}` is 0 in this run, which is no chunk")
    place = len(x.nest.lengths) - 1 - op.rank
    length = x.nest.lengths[place]
    chunks = -(-length // chunk)
    nest = Nest((*x.nest.lengths[:place], chunks, chunk, *x.nest.lengths[place + 1 :]))
    short = bool(np.any(length % chunk))
    flags = np.zeros(nest.size, dtype=np.bool_)
    column = x.column
    if short:
        picks = _padded(x.nest, chunk)
        flags = picks == len(column)
        column = take(join([column, _padding(op, at)]), picks)
    if op.outer:
        nest = _around(nest) if nest.lengths[0] else Nest((0, *nest.lengths))
    split = StreamValue(nest, column)
    return (split, StreamValue(nest, Dense(flags))) if op.flags else (split,)


def _padded(nest: Nest, chunk: int) -> Ints:
    """Return the old place of each element of the padded stream; padding is past the end."""
    groups = nest.count(nest.rank)
    sizes = np.broadcast_to(np.asarray(nest.group_sizes(1), dtype=np.int64), groups)
    starts = offsets_of(sizes, groups)[:-1]
    padded = -(-sizes // chunk) * chunk
    inside = within(padded, groups)
    picks = np.repeat(starts, padded) + inside
    return np.where(inside < np.repeat(sizes, padded), picks, nest.size)


def _padding(op: Reshape, at: At) -> Column:
    assert op.pad is not None
    element = at.operand(0).element
    return _without_rows(initial(op.pad, element, 1, at.run), element)


def _without_rows(column: Column, element: Element) -> Column:
    """Return padding elements whose tiles have no valid rows."""
    if isinstance(column, Record) and isinstance(element, Tuple):
        parts = zip(column.parts, element.parts, strict=True)
        return Record(tuple(_without_rows(part, each) for part, each in parts))
    held = element.element if isinstance(element, Buffer) else element
    if not isinstance(held, Tile) or not isinstance(column, Dense):
        return column
    return Dense(column.data, np.zeros(column.data.shape[:-2], dtype=np.int64))


def expand(op: Expand, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Repeat elements as ref says."""
    x, ref = inputs
    return (StreamValue(ref.nest, take(x.column, handles(x.nest, ref.nest, op.rank))),)


def repeat(op: Repeat, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Repeat elements in a new innermost dim."""
    (x,) = inputs
    times = at.extent(op.n)
    return (StreamValue(x.nest.append((times,)), repeated(x.column, times)),)


def repeated(column: Column, times: int) -> Column:
    """Return every element `times` times in a row."""
    match column:
        case Dense():
            valid = None if column.valid is None else np.repeat(column.valid, times, axis=0)
            return Dense(np.repeat(column.data, times, axis=0), valid)
        case Record():
            return Record(tuple(repeated(part, times) for part in column.parts))
        case Packed():
            return take(column, np.repeat(np.arange(len(column)), times))


def zip_(op: Zip, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Put columns side by side."""
    return (StreamValue(inputs[0].nest, Record(tuple(each.column for each in inputs))),)
