"""Typing rules that several operators share."""

from __future__ import annotations

from collections.abc import Hashable

from aspl.dims import Dim, Kind
from aspl.site import Extents, Site
from aspl.types import (
    Buffer,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tile,
    Tuple,
    shape_text,
)


def same_dims(left: tuple[Dim, ...], right: tuple[Dim, ...], extents: Extents) -> bool:
    """Whether two lists of extents are equal."""
    return len(left) == len(right) and all(map(extents.same, left, right))


def same_element(left: Element, right: Element, extents: Extents) -> bool:
    """Whether two element types are equal."""
    if left == right:
        return True
    match left, right:
        case Tile(), Tile():
            return left.dtype == right.dtype and same_dims(
                (left.rows, left.cols), (right.rows, right.cols), extents
            )
        case Buffer(), Buffer():
            return same_dims(left.dims, right.dims, extents) and same_element(
                left.element, right.element, extents
            )
        case Selector(), Selector():
            return extents.same(left.width, right.width)
        case Index(), Index():
            return extents.same(left.bound, right.bound)
        case Tuple(), Tuple():
            return len(left.parts) == len(right.parts) and all(
                same_element(a, b, extents) for a, b in zip(left.parts, right.parts, strict=True)
            )
        case _:
            return False


def require_same_shapes(inputs: tuple[Stream, ...], site: Site) -> bool:
    """Report S001 at every input whose shape is not that of the first."""
    first, good = inputs[0], True
    for place, stream in enumerate(inputs[1:], start=1):
        if not same_dims(first.shape, stream.shape, site):
            good = False
            report_shapes(first.shape, stream.shape, site, operand=place)
    return good


def report_shapes(
    expected: tuple[Dim, ...], got: tuple[Dim, ...], site: Site, *, operand: int
) -> None:
    """Report S001: an input has shape `got` where `expected` is needed."""
    site.report(
        "S001",
        f"expected a stream of shape `{shape_text(expected)}`, got `{shape_text(got)}`",
        operand=operand,
        hint=_shape_hint(expected, got, site),
        facts=(("expected", shape_text(expected)), ("got", shape_text(got))),
    )


def _shape_hint(expected: tuple[Dim, ...], got: tuple[Dim, ...], site: Site) -> str:
    if len(expected) == len(got):
        values = [
            (site.bound(left), site.bound(right)) for left, right in zip(expected, got, strict=True)
        ]
        if all(left == right is not None for left, right in values):
            return "the extents are equal at the present sizes only: use one name for both"
        return "bring both streams to one shape, or state what you know with `Assume`"
    if len(expected) > len(got):
        return (
            "add the missing dims with `Repeat`, `Promote` and `Expand`, or fold the other stream"
        )
    return "remove the extra dims with `Accum`, `Bufferize` or `Flatten`"


def require_rank(stream: Stream, rank: int, site: Site, *, operand: int = 0) -> bool:
    """Report S002 unless the stream has at least `rank` dims inside its outermost one."""
    if stream.rank >= rank:
        return True
    site.report(
        "S002",
        f"expected a stream of rank {rank} or more, got rank {stream.rank} "
        f"`{shape_text(stream.shape)}`",
        operand=operand,
        hint="insert a dim of extent 1 with `Promote` first, or lower `rank`",
        facts=(("expected", f"rank >= {rank}"), ("got", f"rank {stream.rank}")),
    )
    return False


def require_element(
    stream: Stream,
    kinds: tuple[type[Element], ...],
    words: str,
    site: Site,
    *,
    operand: int = 0,
    hint: str = "",
) -> bool:
    """Report T002 unless the elements are of one of the kinds, which `words` names."""
    if isinstance(stream.element, kinds):
        return True
    site.report(
        "T002",
        f"expected a stream of {words}, got elements `{stream.element}`",
        operand=operand,
        hint=hint,
        facts=(("expected", words), ("got", str(stream.element))),
    )
    return False


def is_address(element: Element) -> bool:
    """Whether an element can be an address: an integer, an index, a [1, 1] integer tile."""
    match element:
        case Scalar():
            return element.dtype.is_integer
        case Tile():
            return element.dtype.is_integer and (element.rows * element.cols).constant == 1
        case Index():
            return True
        case _:
            return False


def selector_width(stream: Stream, site: Site, *, operand: int) -> Dim | None:
    """Return how many targets a control stream has; reports T002 for any other stream."""
    match stream.element:
        case Selector(width):
            return width
        case Index(bound):
            return bound
        case _:
            words, hint = "selectors or indices", "the control is the last stream of a call"
            require_element(stream, (Selector, Index), words, site, operand=operand, hint=hint)
            return None


def joined(elements: tuple[Element, ...], site: Site, key: Hashable) -> Element | None:
    """Return the element type of a stream that mixes these, or None where there is none.

    Tiles whose extents differ in a way known only in a run become tiles with a ragged extent.
    """
    first = elements[0]
    if all(same_element(first, each, site) for each in elements[1:]):
        return first
    if not isinstance(first, Tile):
        return None
    tiles = [each for each in elements if isinstance(each, Tile) and each.dtype == first.dtype]
    if len(tiles) < len(elements):
        return None
    rows = _joined_dim(tuple(tile.rows for tile in tiles), site, (key, "rows"))
    cols = _joined_dim(tuple(tile.cols for tile in tiles), site, (key, "cols"))
    return Tile(first.dtype, rows, cols) if rows is not None and cols is not None else None


def _joined_dim(dims: tuple[Dim, ...], site: Site, key: Hashable) -> Dim | None:
    if all(site.same(dims[0], each) for each in dims[1:]):
        return dims[0]
    if all(each.is_static for each in dims):
        return None
    return site.fresh(Kind.RAGGED, key, "extent")
