"""The memory operators, on the chip and off it, and the sources that read tensors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from aspl.dims import Dim
from aspl.types import Element
from naive.extents import Refused, Unspecified, shown
from naive.run import At
from naive.shape import expand
from naive.values import (
    Array,
    BufferValue,
    Nested,
    TileValue,
    at_depth,
    entries,
    full_tile,
    unrolled,
)


def bufferize(at: At, op: Any) -> Sequence[Nested]:
    (stream,) = at.types
    inner = stream.shape[-op.rank :]

    def store(part: Nested) -> BufferValue:
        items = list(entries(part, op.rank))
        dims = [len(part)]
        for depth, dim in enumerate(inner[1:], start=1):
            found = {len(each) for each in entries(part, depth)}
            dims.append(found.pop() if found else at.need(dim))
        if not items or not isinstance(items[0], BufferValue):
            held = _hidden_dims(at, stream.element) if not items else ()
            return BufferValue((*dims, *held), tuple(items))
        opened = tuple(item for each in items for item in each.items)
        return BufferValue((*dims, *items[0].dims), opened)

    return [at_depth(store, len(stream.shape) - op.rank, at.reads[0])]


def _hidden_dims(at: At, element: Element) -> tuple[int, ...]:
    """Return the extents of buffers that an empty buffer does not hold."""
    return at.sizes(getattr(element, "dims", ()))


def streamify(at: At, op: Any) -> Sequence[Nested]:
    stream = at.types[0]

    def read(buffer: BufferValue) -> Nested:
        if op.shape is None:
            return unrolled(buffer.items, buffer.dims)
        shape, stride = at.sizes(op.shape), at.sizes(op.stride)
        steps = product(*map(range, shape))
        picked = [
            buffer.items[sum(a * b for a, b in zip(step, stride, strict=True))] for step in steps
        ]
        return unrolled(picked, shape)

    if len(at.reads) == 2:
        (expanded,) = expand(at, op)
        return [at_depth(read, len(stream.shape), expanded)]
    made = at_depth(read, len(stream.shape), at.reads[0])
    if op.repeat is not None:
        count = at.need(op.repeat)
        made = at_depth(lambda each: [each] * count, len(stream.shape), made)
    return [made]


def _tiled(contents: Array, tile: tuple[int, int]) -> list[tuple[Any, ...]]:
    """Return where each tile of a tensor lies, in row-major order of the tiles."""
    *lead, rows, cols = contents.shape
    places = product(*map(range, lead), range(0, rows, tile[0]), range(0, cols, tile[1]))
    return [
        (*outer, slice(row, row + tile[0]), slice(col, col + tile[1]))
        for *outer, row, col in places
    ]


def _tile_of(at: At, dims: Sequence[Dim]) -> tuple[int, int]:
    rows, cols = at.sizes(dims)
    return rows, cols


def linear_load(at: At, op: Any) -> Sequence[Nested]:
    contents = at.run.contents(op.tensor)
    tile = _tile_of(at, op.tile)
    places = _tiled(contents, tile)
    *lead, rows, cols = contents.shape
    shape = (*lead, rows // tile[0], cols // tile[1])
    numbers = list(range(len(places)))
    if op.shape is not None:
        shape = at.sizes(op.shape)
        stride = at.sizes(op.stride)
        steps = product(*map(range, shape))
        numbers = [sum(a * b for a, b in zip(step, stride, strict=True)) for step in steps]
        if numbers and not places:
            raise Unspecified("a tensor without tiles")
        numbers = [number % len(places) for number in numbers]
    read = unrolled([full_tile(contents[places[number]]) for number in numbers], shape)
    if not at.reads:
        return [[read]]
    return [at_depth(lambda _: read, len(at.types[0].shape), at.reads[0])]


def linear_store(at: At, op: Any) -> Sequence[Nested]:
    contents = at.run.to_write(op.tensor)
    (stream,) = at.types
    tiles = list(entries(at.reads[0], len(stream.shape)))
    if tiles:
        places = _tiled(contents, tiles[0].data.shape)
        for place, tile in zip(places, tiles, strict=True):
            contents[place] = tile.data
    return []


def _address(value: Any) -> int:
    return int(value.data.item()) if isinstance(value, TileValue) else int(value)


def random_load(at: At, op: Any) -> Sequence[Nested]:
    contents = at.run.contents(op.tensor)
    places = _tiled(contents, _tile_of(at, op.tile))

    def load(address: Any) -> TileValue:
        if not 0 <= _address(address) < len(places):
            raise Refused("R003")
        return full_tile(contents[places[_address(address)]])

    return [at_depth(load, len(at.types[0].shape), at.reads[0])]


def random_store(at: At, op: Any) -> Sequence[Nested]:
    contents = at.run.to_write(op.tensor)
    depths = [len(stream.shape) for stream in at.types]
    tiles, addresses = (list(entries(*each)) for each in zip(at.reads, depths, strict=True))
    for tile, address in zip(tiles, addresses, strict=True):
        places = _tiled(contents, tile.data.shape)
        if not 0 <= _address(address) < len(places):
            raise Refused("R003")
        contents[places[_address(address)]] = tile.data
    shown_by = 1 if op.ack == "address" else 0
    return [at_depth(lambda _: True, depths[shown_by], at.reads[shown_by])]


def metadata(at: At, op: Any) -> Sequence[Nested]:
    contents = at.run.contents(op.tensor)
    return [[at_depth(int, contents.ndim, contents)]]


def selectors(at: At, op: Any) -> Sequence[Nested]:
    contents = at.run.contents(op.tensor)
    return [[at_depth(lambda row: [bool(each) for each in row], contents.ndim - 1, contents)]]


def indices(at: At, op: Any) -> Sequence[Nested]:
    contents, bound = at.run.contents(op.tensor), at.need(op.bound)
    if contents.size and not 0 <= int(contents.min()) <= int(contents.max()) < bound:
        raise Refused("R003")
    return [[at_depth(int, contents.ndim, contents)]]


def consumer(at: At, op: Any) -> Sequence[Nested]:
    return []


def assume(at: At, op: Any) -> Sequence[Nested]:
    (x,) = at.reads
    for dim, extent in shown(at.makes, x):
        stated = at.run.extents.find(dim)
        if stated is not None and not dim.is_ragged and stated != extent:
            raise Refused("R002")
    return [x]
