"""A judge of the reference: stream programs evaluated element by element on nested lists.

Written from the docstrings of the operators and the sheet of their semantics, with none of
`aspl.reference`. It is slow and plain on purpose. Cycles are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from naive_expressions import World, call
from naive_extents import Extents, Refused, Unspecified, shown
from naive_library import Asked, flat_library, fold_library, initial, map_library
from naive_values import (
    Array,
    BufferValue,
    Nested,
    TileValue,
    at_depth,
    entries,
    full_tile,
    held_as,
    read_stream,
)

from aspl.checker import Checked
from aspl.dims import Dim, Kind
from aspl.functions.apply import fold_init
from aspl.functions.function import Declared, Empty, Fill, Function
from aspl.program import Node
from aspl.types import Element, Stream, TensorRef, Tuple, leaves


@dataclass(frozen=True)
class Meant:
    """What a program means on some inputs."""

    streams: Mapping[int, Nested]
    tensors: Mapping[str, Array]
    """The stored tensors afterwards."""


def interpret(
    checked: Checked,
    inputs: Mapping[str, Any],
    *,
    orders: Mapping[int, Sequence[int]] | None = None,
) -> Meant:
    """Evaluate a program; `inputs` are nested lists of elements for streams, arrays for tensors."""
    program = checked.program
    sizes = {size.name: size.value for size in program.sizes if size.kind is Kind.SIZE}
    run = _Run(checked, inputs, orders or {}, Extents(sizes))
    for each in program.inputs:
        if each.value is not None:
            run.keep(each.value, inputs[each.name])
    with np.errstate(all="ignore"):
        for place, node in enumerate(program.nodes):
            made = _MEANINGS[node.op.name](_At(run, place, node), node.op)
            for value, nested in zip(node.outputs, made, strict=True):
                run.keep(value, nested)
    return Meant(run.streams, run.stored)


def read_inputs(checked: Checked, values: Mapping[str, Any]) -> dict[str, Any]:
    """Read nested lists of numbers, as in an operator's example, as inputs of a program."""
    return {
        each.name: read_stream(values[each.name], each.type)
        if isinstance(each.type, Stream)
        else np.asarray(values[each.name])
        for each in checked.program.inputs
    }


@dataclass
class _Run:
    checked: Checked
    inputs: Mapping[str, Any]
    orders: Mapping[int, Sequence[int]]
    extents: Extents
    streams: dict[int, Nested] = field(default_factory=dict)
    stored: dict[str, Array] = field(default_factory=dict)

    def keep(self, value: int, nested: Nested) -> None:
        self.streams[value] = nested
        self.extents.learn(self.checked.types[value], nested)

    @property
    def world(self) -> World:
        parameters = self.checked.program.parameters
        return World(self.extents, {ref.name: self.inputs[ref.name] for ref in parameters})

    def contents(self, ref: TensorRef) -> Array:
        """Return a tensor, or a part of it, as it was before the run."""
        data = np.asarray(self.inputs[ref.name]).astype(held_as(ref.type.dtype))
        return np.asarray(data[ref.index])

    def to_write(self, ref: TensorRef) -> Array:
        if ref.name not in self.stored:
            whole = np.asarray(self.inputs[ref.name])
            self.stored[ref.name] = whole.astype(held_as(ref.type.dtype)).copy()
        part: Array = self.stored[ref.name][ref.index]
        return part


@dataclass(frozen=True)
class _At:
    """A node of a run."""

    run: _Run
    place: int
    node: Node

    @property
    def reads(self) -> list[Nested]:
        return [self.run.streams[value] for value in self.node.inputs]

    @property
    def types(self) -> list[Stream]:
        return [self.run.checked.types[value] for value in self.node.inputs]

    @property
    def elements(self) -> tuple[Element, ...]:
        return tuple(stream.element for stream in self.types)

    @property
    def makes(self) -> Stream:
        """The type of its first output."""
        return self.run.checked.types[self.node.outputs[0]]

    def need(self, dim: Dim) -> int:
        return self.run.extents.need(dim)

    def sizes(self, dims: Sequence[Dim]) -> tuple[int, ...]:
        return tuple(map(self.need, dims))


Meaning: TypeAlias = Callable[[_At, Any], Sequence[Nested]]


# functions along streams


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


def _apply(at: _At, fn: Function, args: tuple[Any, ...], result: Element) -> Any:
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


def _map(at: _At, op: Any) -> Sequence[Nested]:
    result = at.makes
    return [
        at_depth(
            lambda *args: _apply(at, op.fn, args, result.element), len(result.shape), *at.reads
        )
    ]


def _flat_map(at: _At, op: Any) -> Sequence[Nested]:
    def row(*elements: Any) -> list[Any]:
        found = []
        for args in zip(*elements, strict=True):
            found.extend(_small_stream(at, op.fn, args))
        return found

    return [at_depth(row, at.types[0].rank, *at.reads)]


def _small_stream(at: _At, fn: Function, args: tuple[Any, ...]) -> list[Any]:
    if not isinstance(fn, Declared):
        given, _ = _arguments(None, args, at.elements)
        return list(flat_library(Asked(fn, at.makes.element, at.run.extents), given))
    made = _apply(at, fn, args, fn.result)
    assert isinstance(made, BufferValue)
    return list(_unrolled(made.items, made.dims))


def _unrolled(items: Sequence[Any], dims: tuple[int, ...]) -> list[Any]:
    """Nest elements in row-major order."""
    if len(dims) == 1:
        return list(items)
    inner = len(items) // dims[0] if dims[0] else 0
    return [
        _unrolled(items[place * inner : (place + 1) * inner], dims[1:]) for place in range(dims[0])
    ]


@dataclass(frozen=True)
class _Fold:
    """A fold at its use."""

    at: _At
    fn: Function
    start: Any
    state: Element

    @classmethod
    def of(cls, at: _At, op: Any) -> _Fold:
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


def _accum(at: _At, op: Any) -> Sequence[Nested]:
    fold = _Fold.of(at, op)

    def group(*groups: Nested) -> Any:
        state = fold.start
        for args in zip(*(entries(each, op.rank) for each in groups), strict=True):
            state = fold.step(state, args)
        return state

    return [at_depth(group, len(at.types[0].shape) - op.rank, *at.reads)]


def _scan(at: _At, op: Any) -> Sequence[Nested]:
    fold = _Fold.of(at, op)

    def group(*groups: Nested) -> Nested:
        state = fold.start

        def one(*args: Any) -> Any:
            nonlocal state
            state = fold.step(state, args)
            return state

        return at_depth(one, op.rank, *groups)

    return [at_depth(group, len(at.types[0].shape) - op.rank, *at.reads)]


# routing


def _targets(selector: Any) -> list[int]:
    """Return the targets that a selector or an index names, in order."""
    if isinstance(selector, list):
        return [place for place, flag in enumerate(selector) if flag]
    return [int(selector)]


def _partition(at: _At, op: Any) -> Sequence[Nested]:
    x, control = at.reads
    depth = len(at.types[1].shape)
    outputs: list[list[Any]] = [[] for _ in range(op.n)]
    for chunk, selector in zip(entries(x, depth), entries(control, depth), strict=True):
        for target in _targets(selector):
            outputs[target].append(chunk)
    return outputs


def _reassemble(at: _At, op: Any) -> Sequence[Nested]:
    *inputs, control = at.reads
    left = [list(each) for each in inputs]
    given = at.run.orders.get(at.place)
    order = None if given is None else list(given)

    def collect(selector: Any) -> list[Any]:
        targets = _targets(selector)
        if order is not None:
            targets = [order.pop(0) for _ in targets]
        if any(not left[target] for target in targets):
            raise Refused("R005")
        return [left[target].pop(0) for target in targets]

    return [at_depth(collect, len(at.types[-1].shape), control)]


def _eager_merge(at: _At, op: Any) -> Sequence[Nested]:
    inputs = at.reads
    order = at.run.orders.get(at.place)
    if order is None:
        longest = max(map(len, inputs))
        turns = product(range(longest), range(len(inputs)))
        order = [place for turn, place in turns if turn < len(inputs[place])]
    left = [list(each) for each in inputs]
    data = [left[place].pop(0) for place in order]
    return [data, [[each == place for each in range(len(inputs))] for place in order]]


def _parallelize(at: _At, op: Any) -> Sequence[Nested]:
    (x,) = at.reads
    return [x[place :: op.n] for place in range(op.n)]


def _broadcast(at: _At, op: Any) -> Sequence[Nested]:
    return [at.reads[0] for _ in range(op.n)]


# shape


def _flatten(at: _At, op: Any) -> Sequence[Nested]:
    depth = len(at.types[0].shape) - 1 - op.max
    return [at_depth(lambda part: list(entries(part, op.max - op.min + 1)), depth, at.reads[0])]


def _outer(x: Nested) -> Nested:
    """Put a dim of extent 1 around a whole stream, 0 around an empty one."""
    return [x] if x else []


def _promote(at: _At, op: Any) -> Sequence[Nested]:
    (x,) = at.reads
    rank = at.types[0].rank
    if op.rank == rank + 1:
        return [_outer(x)]
    return [at_depth(lambda part: [part], rank + 1 - op.rank, x)]


def _reshape(at: _At, op: Any) -> Sequence[Nested]:
    (x,) = at.reads
    chunk, (stream,) = at.need(op.chunk), at.types
    padding = None
    if op.pad is not None:
        padding = _padding(initial(op.pad, stream.element, at.run.extents))

    def split(row: list[Any], fill: Any) -> list[Any]:
        whole = list(row)
        while fill is not None and len(whole) % chunk:
            whole.append(fill)
        return [whole[start : start + chunk] for start in range(0, len(whole), chunk)]

    depth = stream.rank - op.rank
    made = at_depth(lambda row: split(row, padding), depth, x)
    real = at_depth(lambda part: False, len(stream.shape), x)
    flags = at_depth(lambda row: split(row, None if padding is None else True), depth, real)
    if op.outer:
        made, flags = _outer(made), _outer(flags)
    return [made, flags] if op.flags else [made]


def _padding(element: Any) -> Any:
    """Return an element whose tiles have no valid rows."""
    match element:
        case TileValue():
            return TileValue(element.data, 0)
        case tuple():
            return tuple(map(_padding, element))
        case BufferValue():
            return BufferValue(element.dims, tuple(map(_padding, element.items)))
        case _:
            return element


def _expand(at: _At, op: Any) -> Sequence[Nested]:
    x, ref = at.reads
    depth = len(at.types[0].shape) - op.rank

    def spread(ones: Nested, part: Nested) -> Nested:
        (only,) = entries(ones, op.rank)
        return at_depth(lambda _: only, op.rank, part)

    return [at_depth(spread, depth, x, ref)]


def _repeat(at: _At, op: Any) -> Sequence[Nested]:
    count = at.need(op.n)
    return [at_depth(lambda each: [each] * count, len(at.types[0].shape), at.reads[0])]


def _zip(at: _At, op: Any) -> Sequence[Nested]:
    return [at_depth(lambda *parts: parts, len(at.types[0].shape), *at.reads)]


# memory on the chip


def _bufferize(at: _At, op: Any) -> Sequence[Nested]:
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


def _hidden_dims(at: _At, element: Element) -> tuple[int, ...]:
    """Return the extents of buffers that an empty buffer does not hold."""
    return at.sizes(getattr(element, "dims", ()))


def _streamify(at: _At, op: Any) -> Sequence[Nested]:
    stream = at.types[0]

    def read(buffer: BufferValue) -> Nested:
        if op.shape is None:
            return _unrolled(buffer.items, buffer.dims)
        shape, stride = at.sizes(op.shape), at.sizes(op.stride)
        steps = product(*map(range, shape))
        picked = [
            buffer.items[sum(a * b for a, b in zip(step, stride, strict=True))] for step in steps
        ]
        return _unrolled(picked, shape)

    if len(at.reads) == 2:
        (expanded,) = _expand(at, op)
        return [at_depth(read, len(stream.shape), expanded)]
    made = at_depth(read, len(stream.shape), at.reads[0])
    if op.repeat is not None:
        count = at.need(op.repeat)
        made = at_depth(lambda each: [each] * count, len(stream.shape), made)
    return [made]


# memory off the chip


def _tiled(contents: Array, tile: tuple[int, int]) -> list[tuple[Any, ...]]:
    """Return where each tile of a tensor lies, in row-major order of the tiles."""
    *lead, rows, cols = contents.shape
    places = product(*map(range, lead), range(0, rows, tile[0]), range(0, cols, tile[1]))
    return [
        (*outer, slice(row, row + tile[0]), slice(col, col + tile[1]))
        for *outer, row, col in places
    ]


def _tile_of(at: _At, dims: Sequence[Dim]) -> tuple[int, int]:
    rows, cols = at.sizes(dims)
    return rows, cols


def _linear_load(at: _At, op: Any) -> Sequence[Nested]:
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
    read = _unrolled([full_tile(contents[places[number]]) for number in numbers], shape)
    if not at.reads:
        return [[read]]
    return [at_depth(lambda _: read, len(at.types[0].shape), at.reads[0])]


def _linear_store(at: _At, op: Any) -> Sequence[Nested]:
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


def _random_load(at: _At, op: Any) -> Sequence[Nested]:
    contents = at.run.contents(op.tensor)
    places = _tiled(contents, _tile_of(at, op.tile))

    def load(address: Any) -> TileValue:
        if not 0 <= _address(address) < len(places):
            raise Refused("R003")
        return full_tile(contents[places[_address(address)]])

    return [at_depth(load, len(at.types[0].shape), at.reads[0])]


def _random_store(at: _At, op: Any) -> Sequence[Nested]:
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


# sources, sinks, statements


def _metadata(at: _At, op: Any) -> Sequence[Nested]:
    contents = at.run.contents(op.tensor)
    return [[at_depth(int, contents.ndim, contents)]]


def _selectors(at: _At, op: Any) -> Sequence[Nested]:
    contents = at.run.contents(op.tensor)
    return [[at_depth(lambda row: [bool(each) for each in row], contents.ndim - 1, contents)]]


def _indices(at: _At, op: Any) -> Sequence[Nested]:
    contents, bound = at.run.contents(op.tensor), at.need(op.bound)
    if contents.size and not 0 <= int(contents.min()) <= int(contents.max()) < bound:
        raise Refused("R003")
    return [[at_depth(int, contents.ndim, contents)]]


def _consumer(at: _At, op: Any) -> Sequence[Nested]:
    return []


def _assume(at: _At, op: Any) -> Sequence[Nested]:
    (x,) = at.reads
    for dim, extent in shown(at.makes, x):
        stated = at.run.extents.find(dim)
        if stated is not None and not dim.is_ragged and stated != extent:
            raise Refused("R002")
    return [x]


_MEANINGS: Mapping[str, Meaning] = {
    "Map": _map,
    "FlatMap": _flat_map,
    "Accum": _accum,
    "Scan": _scan,
    "Partition": _partition,
    "Reassemble": _reassemble,
    "EagerMerge": _eager_merge,
    "Parallelize": _parallelize,
    "Broadcast": _broadcast,
    "Flatten": _flatten,
    "Promote": _promote,
    "Reshape": _reshape,
    "Expand": _expand,
    "Repeat": _repeat,
    "Zip": _zip,
    "Bufferize": _bufferize,
    "Streamify": _streamify,
    "LinearOffChipLoad": _linear_load,
    "LinearOffChipStore": _linear_store,
    "RandomOffChipLoad": _random_load,
    "RandomOffChipStore": _random_store,
    "MetadataSource": _metadata,
    "SelectorSource": _selectors,
    "IndexSource": _indices,
    "Consumer": _consumer,
    "Assume": _assume,
}
