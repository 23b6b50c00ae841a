"""Moves that add a shape operator."""

from __future__ import annotations

from collections.abc import Sequence

from aspl.dims import dynamic, size, to_dim
from aspl.functions.function import Fill, Library
from aspl.ops.base import Op
from aspl.ops.higher import FlatMap, Map
from aspl.ops.onchip import Bufferize, Streamify
from aspl.ops.routing import Parallelize
from aspl.ops.shape import Expand, Flatten, Promote, Repeat, Reshape, Zip
from aspl.types import (
    Buffer,
    Stream,
)
from growth.draft import Handle, extent_of
from growth.finding import filled, numbers, rank_of
from growth.growing import Growth


def flatten(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank > 0)
    if x is None:
        return None
    high = rank_of(g, x)
    return g.one(Flatten(min=g.choose.of(range(high)), max=high), x)


def promote(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank < 3)
    return None if x is None else g.one(Promote(rank=g.choose.of(range(g.types[x].rank + 2))), x)


def reshape(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank < 3)
    if x is None:
        return None
    stream = g.types[x]
    rank = g.choose.of(range(stream.rank + 1))
    dim = stream.shape[-1 - rank]
    options = [to_dim(2), to_dim(1), to_dim(3), size("M")]
    chunk = g.choose.of([*options, dim] if filled(g, dim) else options)
    pads = rank == 0 and g.choose.chance(70)
    outer = stream.rank == 0 and g.choose.chance(40)
    op = Reshape(
        chunk=chunk,
        rank=rank,
        pad=g.choose.of([Fill(0.0), Fill(1.0)]) if pads else None,
        flags=g.choose.chance(40),
        outer=outer,
    )
    return g.add(op, x)


def expand(g: Growth) -> object:
    """Repeat elements by a reference: the dims inside the outer ones of some stream."""
    ref = g.some(lambda stream: stream.rank > 0)
    if ref is None:
        return None
    found = _ones(g, ref)
    if found is None:
        return None
    x, ref, rank = found
    if isinstance(g.types[x].element, Buffer) and g.choose.chance(60):
        return g.one(Streamify(rank=rank), x, ref)
    return g.one(Expand(rank=rank), x, ref)


def _ones(g: Growth, ref: Handle) -> tuple[Handle, Handle, int] | None:
    """Return handles whose `rank` inner dims are 1 and whose outer dims are those of `ref`."""
    rank = rank_of(g, ref)
    outer = g.types[ref].shape[:-rank]

    def fits(stream: Stream) -> bool:
        return stream.shape == outer or stream.shape == (*outer, *[to_dim(1)] * rank)

    found = [each for each in g.pool(fits) if each != ref]
    x: Handle | None
    if found:
        x = g.choose.of(found)
    else:
        copies = g.copy(ref)
        if copies is None:
            return None
        ref, other = copies
        x = g.one(Bufferize(rank=rank), other)
    while x is not None and g.types[x].rank < g.types[ref].rank:
        x = g.one(Promote(rank=0), x)
    return None if x is None else (x, ref, rank)


def repeat(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank < 3)
    count = g.choose.of([to_dim(2), to_dim(1), size("M"), size("K"), to_dim(3)])
    if g.choose.chance(15) and _shows(g, "P"):
        count = dynamic("P")
    other = g.some(lambda stream: not stream.shape[0].is_ragged)
    if other is not None and g.choose.chance(20):
        # the outermost extent of a stream is seen in every run
        count = extent_of(other, g.types[other].rank)
    return None if x is None else g.one(Repeat(n=count), x)


def _shows(g: Growth, name: str) -> bool:
    """Whether every run shows the extent: it is the outermost of an input."""
    streams = [kind for _, kind in g.draft.inputs if isinstance(kind, Stream)]
    return any(stream.shape[0] == dynamic(name) for stream in streams)


def zip_any(g: Growth) -> object:
    """Put two streams together that the checker holds to be of one shape."""
    x = g.some()
    if x is None:
        return None
    shape = g.types[x].shape
    found = [each for each in g.pool(lambda each: each.shape == shape) if each != x]
    if not found:
        pair = g.partner(x, g.types[x].element)
        return None if pair is None else g.one(Zip(), *pair)
    other = g.choose.of(found)
    a, b = g.types[x].element, g.types[other].element
    if a == b and numbers(g.types[x]) and g.choose.chance(60):
        return g.one(Map(fn=Library(g.choose.of(["add", "max"]))), x, other)
    return g.one(Zip(), x, other)


def twins(g: Growth) -> object:
    """Do the same with two streams of one shape, and put together what comes out."""
    x = g.some()
    pair = None if x is None else g.partner(x, g.types[x].element)
    if pair is None:
        return None
    left, right = pair
    for _ in range(g.choose.of([1, 2, 3])):
        op = g.choose.of(_SHAPE_OPS)
        first, second = g.add(op, left), g.add(op, right)
        if first is None or second is None:
            break
        place = g.choose.of(range(len(first)))
        left, right = first[place], second[place]
    g.one(Zip(), left, right)
    return True


_SHAPE_OPS: Sequence[Op] = (
    Parallelize(n=2),
    Flatten(),
    Flatten(min=1, max=2),
    Promote(rank=1),
    Promote(),
    Reshape(chunk=to_dim(2), pad=Fill(0.0)),
    Reshape(chunk=to_dim(2), pad=Fill(0.0), outer=True),
    Repeat(n=size("M")),
    Bufferize(),
    Streamify(),
    FlatMap(fn=Library("split_rows")),
    FlatMap(fn=Library("split_rows", (("filter", True),))),
    Parallelize(n=3),
)
