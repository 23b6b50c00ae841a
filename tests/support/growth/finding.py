"""Streams that a move may take: which there are, and what stands beside them."""

from __future__ import annotations

from aspl.dims import Dim, to_dim
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Stream,
    Tile,
    element_dims,
    element_dtype,
    leaves,
)
from growth.draft import Handle
from growth.growing import Growth


def tiles(stream: Stream) -> bool:
    return isinstance(stream.element, Tile)


def numbers(stream: Stream) -> bool:
    element = stream.element
    inner = element.element if isinstance(element, Buffer) else element
    is_number = isinstance(inner, Scalar | Tile)
    return is_number and element_dtype(element) is not DType.BOOL


def filled(g: Growth, dim: Dim) -> bool:
    return dim.is_static and g.draft.value(dim) > 0


def ragged(element: Element) -> bool:
    return any(dim.is_ragged for leaf in leaves(element) for dim in element_dims(leaf))


def rank_of(g: Growth, x: Handle) -> int:
    return g.choose.of(range(1, g.types[x].rank + 1))


def same_shape(g: Growth) -> list[Handle]:
    """Choose a stream, and maybe others of its shape: of the pool, copies, or inputs."""
    x = g.some()
    if x is None:
        return []
    reads, shape = [x], g.types[x].shape
    for _ in range(g.choose.of([0, 0, 1, 2])):
        others = [each for each in g.pool(lambda each: each.shape == shape) if each not in reads]
        if others and g.choose.chance(60):
            reads.append(g.choose.of(others))
            continue
        pair = g.partner(reads[0], g.types[reads[0]].element)
        if pair is not None and pair[1] not in reads:
            reads[0] = pair[0]
            reads.append(pair[1])
    return reads


def counted(g: Growth, x: Handle) -> tuple[Handle, Handle] | None:
    """Return a stream and small whole numbers beside it."""
    element = g.choose.of([Index(to_dim(3)), Scalar(DType.I64)])
    if isinstance(element, Index):
        return g.partner(x, element, lambda copy: g.indices(copy, 3))
    copies = g.copy(x)
    counts = None if copies is None else g.counts(copies[1])
    return None if copies is None or counts is None else (copies[0], counts)
