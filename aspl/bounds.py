"""How large a type may be, so that whatever works on types ends soon."""

from __future__ import annotations

from aspl.dims import Dim
from aspl.types import Buffer, Element, Index, Selector, Stream, Tile, Tuple

MAX_DIMS = 32
"""Dims of a stream or a tensor, or inside an element; numpy holds twice as many."""
MAX_PARTS = 64
"""Parts of a tuple, tuples inside it and their parts counted."""


def parts_of(element: Element) -> tuple[Element, ...] | None:
    """Return what is inside nested tuples in reading order, or None when there is too much."""
    waiting: list[Element] = [element]
    found: list[Element] = []
    for _ in range(MAX_PARTS):
        if not waiting:
            return tuple(found)
        each = waiting.pop()
        if isinstance(each, Tuple):
            waiting.extend(reversed(each.parts))
        else:
            found.append(each)
    return None if waiting else tuple(found)


def dims_of(element: Element) -> tuple[Dim, ...]:
    """Return the extents that the type of one element is written with; none for a tuple."""
    match element:
        case Tile():
            return (element.rows, element.cols)
        case Selector():
            return (element.width,)
        case Index():
            return (element.bound,)
        case Buffer():
            return element.dims + dims_of(element.element)
        case _:
            return ()


def excess(element: Element, shape: tuple[Dim, ...] = ()) -> str:
    """Say what there is too much of in a type, or nothing."""
    parts = parts_of(element)
    if parts is None:
        return f"a tuple of more than {MAX_PARTS} parts"
    if len(shape) > MAX_DIMS or any(len(dims_of(each)) > MAX_DIMS for each in parts):
        return f"more than {MAX_DIMS} dims"
    return ""


def size_of(stream: Stream) -> int:
    """Return how many terms the extents of a type have in all; the type is within the bounds."""
    parts = parts_of(stream.element) or ()
    dims = (*stream.shape, *(dim for each in parts for dim in dims_of(each)))
    return len(parts) + sum(len(dim.terms) for dim in dims)
