"""The shape operators on nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive.library import initial
from naive.run import At
from naive.values import (
    BufferValue,
    Nested,
    TileValue,
    at_depth,
    entries,
)


def flatten(at: At, op: Any) -> Sequence[Nested]:
    depth = len(at.types[0].shape) - 1 - op.max
    return [at_depth(lambda part: list(entries(part, op.max - op.min + 1)), depth, at.reads[0])]


def _outer(x: Nested) -> Nested:
    """Put a dim of extent 1 around a whole stream, 0 around an empty one."""
    return [x] if x else []


def promote(at: At, op: Any) -> Sequence[Nested]:
    (x,) = at.reads
    rank = at.types[0].rank
    if op.rank == rank + 1:
        return [_outer(x)]
    return [at_depth(lambda part: [part], rank + 1 - op.rank, x)]


def reshape(at: At, op: Any) -> Sequence[Nested]:
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


def expand(at: At, op: Any) -> Sequence[Nested]:
    x, ref = at.reads
    depth = len(at.types[0].shape) - op.rank

    def spread(ones: Nested, part: Nested) -> Nested:
        (only,) = entries(ones, op.rank)
        return at_depth(lambda _: only, op.rank, part)

    return [at_depth(spread, depth, x, ref)]


def repeat(at: At, op: Any) -> Sequence[Nested]:
    count = at.need(op.n)
    return [at_depth(lambda each: [each] * count, len(at.types[0].shape), at.reads[0])]


def zip_(at: At, op: Any) -> Sequence[Nested]:
    return [at_depth(lambda *parts: parts, len(at.types[0].shape), *at.reads)]
