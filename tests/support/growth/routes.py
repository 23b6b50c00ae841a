"""Moves that add a routing operator."""

from __future__ import annotations

from aspl.dims import to_dim
from aspl.functions.function import Fill, Library
from aspl.ops.higher import Accum, Map
from aspl.ops.routing import Broadcast, EagerMerge, Parallelize, Partition, Reassemble
from aspl.ops.shape import Zip
from aspl.types import (
    Element,
    Index,
    Selector,
    Stream,
)
from growth.draft import Handle
from growth.finding import numbers, ragged
from growth.growing import Growth


def _control(g: Growth, x: Handle, width: int) -> tuple[Handle, Handle] | None:
    """Return a stream and selectors or indices over its outer dims."""
    stream = g.types[x]
    depth = g.choose.of(range(1, len(stream.shape) + 1))
    kinds: list[Element] = [Selector(to_dim(width)), Index(to_dim(width))]
    kind = g.choose.of(kinds)
    shape = stream.shape[:depth]
    found = [each for each in g.pool(lambda each: each == Stream(kind, shape)) if each != x]
    if found and g.choose.chance(70):
        return x, g.choose.of(found)
    if g.choose.chance(60):
        made = g.input(Stream(kind, shape))
        if made is not None:
            return x, made
    copies = g.copy(x)
    folded = None if copies is None else _outer_numbers(g, copies[1], stream.rank + 1 - depth)
    if copies is None or folded is None:
        return None
    convert = g.selectors if isinstance(kind, Selector) else g.indices
    control = convert(folded, width)
    return None if control is None else (copies[0], control)


def _outer_numbers(g: Growth, x: Handle, rank: int) -> Handle | None:
    if rank == 0:
        return x
    if not numbers(g.types[x]) or ragged(g.types[x].element):
        return None
    return g.one(Accum(fn=Library("add"), init=Fill(0.0), rank=rank), x)


def partition(g: Growth) -> object:
    x = g.some()
    width = g.choose.of([2, 3, 1])
    pair = None if x is None else _control(g, x, width)
    if pair is None:
        return None
    mine, control = pair
    match g.choose.of(["apart", "reassemble", "merge", "two"]):
        case "apart":
            return g.add(Partition(n=width), mine, control)
        case "merge":
            parts = g.add(Partition(n=width), mine, control)
            return None if parts is None else g.add(EagerMerge(), *_worked_on(g, parts))
        case "reassemble":
            controls = g.copy(control)
            parts = None if controls is None else g.add(Partition(n=width), mine, controls[0])
            if controls is None or parts is None:
                return None
            return g.one(Reassemble(), *_worked_on(g, parts), controls[1])
    return _partition_two(g, mine, control, width)


def _partition_two(g: Growth, x: Handle, control: Handle, width: int) -> object:
    """Partition two streams alike: their parts have one shape."""
    controls, pair = g.copy(control), g.partner(x, g.types[x].element)
    if controls is None or pair is None:
        return None
    first = g.add(Partition(n=width), pair[0], controls[0])
    second = g.add(Partition(n=width), pair[1], controls[1])
    if first is None or second is None:
        return None
    return [g.one(Zip(), a, b) for a, b in zip(first, second, strict=True)]


def _worked_on(g: Growth, parts: list[Handle]) -> list[Handle]:
    """Apply one function to all parts, or none."""
    stream = g.types[parts[0]]
    if not numbers(stream) or g.choose.chance(50):
        return parts
    name = g.choose.of(["abs", "square", "neg"])
    made = [g.one(Map(fn=Library(name)), each) for each in parts]
    return [each if new is None else new for each, new in zip(parts, made, strict=True)]


def reassemble(g: Growth) -> object:
    """Collect from streams with chunks enough, as far as one can see."""
    x = g.some()
    if x is None:
        return None
    inputs = _like(g, x)
    width = len(inputs)
    shape = (to_dim(1), g.types[x].shape[0])[g.choose.of([0, 1]) :][:1]
    kinds: list[Element] = [Selector(to_dim(width)), Index(to_dim(width))]
    kind = g.choose.of(kinds)
    control = g.input(Stream(kind, shape))
    return None if control is None else g.one(Reassemble(), *inputs, control)


def _like(g: Growth, x: Handle) -> list[Handle]:
    """Return a stream and others that may be merged with it."""
    rank, element = g.types[x].rank, g.types[x].element

    def fits(stream: Stream) -> bool:
        return stream.rank == rank and type(stream.element) is type(element)

    found = [each for each in g.pool(fits) if each != x]
    inputs = [x, *[each for each in found if g.choose.chance(50)][:2]]
    if len(inputs) == 1:
        pair = g.partner(x, element)
        return inputs if pair is None else list(pair)
    return inputs


def eager_merge(g: Growth) -> object:
    x = g.some()
    return None if x is None else g.add(EagerMerge(), *_like(g, x))


def parallelize(g: Growth) -> object:
    x = g.some()
    if x is None:
        return None
    n = g.choose.of([2, 3, 1])
    if g.choose.chance(60):
        return g.add(Parallelize(n=n), x)
    pair = g.partner(x, g.types[x].element)
    if pair is None:
        return None
    first, second = g.add(Parallelize(n=n), pair[0]), g.add(Parallelize(n=n), pair[1])
    if first is None or second is None:
        return None
    return [g.one(Zip(), a, b) for a, b in zip(first, second, strict=True)]


def broadcast(g: Growth) -> object:
    x = g.some()
    return None if x is None else g.add(Broadcast(n=g.choose.of([2, 3, 1])), x)
