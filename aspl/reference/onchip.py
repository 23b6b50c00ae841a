"""Meaning of the on-chip memory operators."""

from __future__ import annotations

import numpy as np

from aspl.ops.onchip import Bufferize, Streamify
from aspl.reference.functions.columns import known_dims
from aspl.reference.state import At
from aspl.types import Buffer, Element, Selector, Tile
from aspl.values.column import (
    Column,
    Dense,
    Ints,
    Packed,
    Record,
    inner_extents,
    pack,
    simplest,
    take,
)
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue


def bufferize(op: Bufferize, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Group the elements of the stored dims; groups of one size stay one dense array."""
    (x,) = inputs
    nest, column = x.nest.normal(), x.column
    if not len(column):
        column = _no_elements_of(at.operand(0).element, column, at)
    outer = nest.outer(op.rank)
    stored = nest.lengths[len(nest.lengths) - op.rank :]
    whole = tuple(length for length in stored if isinstance(length, int))
    if isinstance(column, Dense) and len(whole) == len(stored):
        shape = (outer.size, *whole)
        valid = (
            None if column.valid is None else column.valid.reshape(*shape, *column.valid.shape[1:])
        )
        data = column.data.reshape(*shape, *column.data.shape[1:])
        return (StreamValue(outer, Dense(data, valid)),)
    assert not isinstance(column, Record)
    return (StreamValue(outer, simplest(_ragged_buffers(nest, op.rank, column, outer.size))),)


def _no_elements_of(element: Element, column: Column, at: At) -> Dense:
    """Return no elements, with the extents of their type as far as the run knows them."""
    assert not isinstance(column, Record)
    dims = known_dims(element, at.run)
    shown = column.data.shape[1:] if isinstance(column, Dense) else (0,) * len(dims)
    numbers = column.data if isinstance(column, Dense) else column.flat
    extents = (got if dim is None else dim for dim, got in zip(dims, shown, strict=True))
    return Dense(numbers.reshape(0, *extents))


def _ragged_buffers(nest: Nest, rank: int, elements: Dense | Packed, groups: int) -> Packed:
    """Return buffers whose outermost extent differs; the extents inside are those of any entry."""
    column = pack(elements)
    first = len(nest.lengths) - rank
    inner = nest.lengths[first + 1 :]
    extents = np.empty((groups, rank + column.extents.shape[1]), dtype=np.int64)
    extents[:, 0] = nest.extents(first)
    starts = nest.offsets(rank)
    for place, length in enumerate(inner, start=1):
        extents[:, place] = length if isinstance(length, int) else 0
    # an empty buffer takes the element extents of a neighbour: it shows none of its own
    if len(column.extents):
        extents[:, rank:] = column.extents[np.minimum(starts[:-1], len(column.extents) - 1)]
    else:
        # a dense column says what extents its elements would have
        extents[:, rank:] = elements.data.shape[1:] if isinstance(elements, Dense) else 0
    return Packed(column.flat, extents, column.valid)


def streamify(op: Streamify, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Read the buffers as often as `repeat` or `ref` says, whole or in an affine order."""
    x = inputs[0]
    nest, column = x.nest, x.column
    if len(inputs) == 2:
        picks = handles(x.nest, inputs[1].nest, op.rank)
        nest, column = inputs[1].nest, take(column, picks)
    elif op.repeat is not None:
        times = at.extent(op.repeat)
        nest, column = nest.append((times,)), take(column, np.repeat(np.arange(len(column)), times))
    buffer = at.operand(0).element
    assert isinstance(buffer, Buffer)
    if op.stride is not None and op.shape is not None:
        steps = tuple(map(at.extent, op.stride))
        extents = tuple(map(at.extent, op.shape))
        read, inner = _affine(column, len(buffer.dims), affine(steps, extents)), extents
        return (StreamValue(nest.append(inner), read),)
    return (_whole(nest, column, buffer),)


def handles(outer: Nest, ref: Nest, rank: int) -> Ints:
    """Return for each element of ref the number of the element of `outer` that it repeats."""
    groups = outer.count(len(outer.lengths))
    sizes = ref.group_sizes(rank)
    return np.repeat(np.arange(groups), sizes)


def affine(steps: tuple[int, ...], extents: tuple[int, ...]) -> Ints:
    """Return the places of an affine read in row-major order of its extents."""
    places = np.zeros(1, dtype=np.int64)
    for step, extent in zip(steps, extents, strict=True):
        places = (places[:, None] + np.arange(extent, dtype=np.int64) * step).reshape(-1)
    return places


def _affine(column: Column, dims: int, places: Ints) -> Column:
    assert isinstance(column, Dense), "affine reads are of statically shaped buffers"
    shape = column.data.shape
    size = int(np.prod(shape[1 : 1 + dims], dtype=np.int64))
    data = column.data.reshape(shape[0], size, *shape[1 + dims :])[:, places]
    valid = column.valid
    if valid is not None:
        valid = valid.reshape(shape[0], size)[:, places].reshape(-1)
    return Dense(data.reshape(shape[0] * len(places), *shape[1 + dims :]), valid)


def _whole(nest: Nest, column: Column, buffer: Buffer) -> StreamValue:
    dims = len(buffer.dims)
    if isinstance(column, Dense):
        shape = column.data.shape
        valid = None if column.valid is None else column.valid.reshape(-1)
        data = (
            column.data.reshape(-1, *shape[1 + dims :])
            if column.data.size
            else _no_elements(column, dims)
        )
        return StreamValue(nest.append(tuple(map(int, shape[1 : 1 + dims]))), Dense(data, valid))
    assert isinstance(column, Packed)
    lengths: list[int | Ints] = [column.extents[:, 0]]
    for place in range(1, dims):
        inner = column.extents[:, place]
        # `Bufferize` makes regular inner dims, functions may make ragged ones
        same = not len(inner) or bool((inner == inner[0]).all())
        lengths.append(int(inner[:1].sum()) if same else inner_extents(column, place))
    counts = column.extents[:, :dims].prod(axis=1)
    rest = np.repeat(column.extents[:, dims:], counts, axis=0)
    inside = Packed(column.flat, rest, column.valid)
    element = simplest(inside)
    if isinstance(element, Packed) and not len(element):
        element = _empty_dense(buffer, column)
    return StreamValue(nest.append(tuple(lengths)), element)


def _no_elements(column: Dense, dims: int) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    shape = column.data.shape
    count = int(np.prod(shape[: 1 + dims], dtype=np.int64))
    return column.data.reshape(count, *shape[1 + dims :])


def _empty_dense(buffer: Buffer, column: Packed) -> Dense | Packed:
    """Return no elements in the dense form that their type has."""
    width = {Tile: 2, Selector: 1}.get(type(buffer.element), 0)
    return Dense(column.flat[:0].reshape(0, *([1] * width)))
