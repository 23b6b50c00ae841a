"""Typing of subscripts: places and slices of arrays, parts of tuples."""

from __future__ import annotations

from aspl.dims import ONE, ZERO, Dim, Kind, Symbol, ceil_div
from aspl.functions.arrays import ArrayType, GroupType, ValueType
from aspl.functions.expressions import At, Item, NewAxis, Range
from aspl.functions.problems import Refusal, expected_got
from aspl.site import Extents
from aspl.types import shape_text


def subscript_type(value: ValueType, items: tuple[Item, ...], extents: Extents) -> ValueType | None:
    """Type `value[items]`.

    Errors: Refusal F004.
    """
    if isinstance(value, GroupType):
        return _part(value, items)
    taken = sum(not isinstance(item, NewAxis) for item in items)
    if taken > len(value.dims):
        raise Refusal(
            "F004",
            f"expected {len(value.dims)} subscripts of `{shape_text(value.dims)}`, got {taken}",
            "give one subscript for a dim",
            facts=expected_got(len(value.dims), taken),
        )
    left = list(value.dims)
    dims: list[Dim] = []
    for item in items:
        match item:
            case NewAxis():
                dims.append(ONE)
            case At():
                _check_place(item.index, left.pop(0), extents)
            case Range():
                dims.append(_range_extent(item, left.pop(0), extents))
    return ArrayType(value.dtype, (*dims, *left), value.weak and not dims)


def _part(value: GroupType, items: tuple[Item, ...]) -> ValueType | None:
    index = items[0].index.constant if len(items) == 1 and isinstance(items[0], At) else None
    if index is None or not -len(value.parts) <= index < len(value.parts):
        raise Refusal(
            "F004",
            f"expected one integer below {len(value.parts)} as the subscript of a tuple",
            "or unpack it: `a, b = state`",
        )
    return value.parts[index]


def _is_open(extent: Dim) -> bool:
    """Whether only a run decides an extent; the symbols of `_` are decided at each use."""
    symbols = [atom for atom in extent.atoms() if isinstance(atom, Symbol)]
    return any(each.kind is not Kind.SIZE and "." not in each.name for each in symbols)


def _refuse_open(extent: Dim) -> None:
    if _is_open(extent):
        raise Refusal(
            "F004",
            f"a place in a dim of extent `{extent}`, which only a run decides",
            "fold the dim with an operator, or pad it to a size with `Reshape` first",
        )


def _check_place(index: Dim, extent: Dim, extents: Extents) -> None:
    _refuse_open(extent)
    place, size = extents.bound(index), extents.bound(extent)
    if place is not None and size is not None and not -size <= place < size:
        raise Refusal(
            "F004",
            f"place {index} of a dim of extent {extent}",
            "places count from 0, or from the end as -1, -2 ...",
            facts=expected_got(f"0 <= place < {extent}", index),
        )


def _range_extent(item: Range, extent: Dim, extents: Extents) -> Dim:
    if item.step < 0:
        return ceil_div(extent, -item.step)
    if item.start is not None or item.stop is not None:
        _refuse_open(extent)
    start = ZERO if item.start is None else _from_end(item.start, extent, extents)
    stop = extent if item.stop is None else _from_end(item.stop, extent, extents)
    low, high, size = extents.bound(start), extents.bound(stop), extents.bound(extent)
    ordered = low is None or high is None or low <= high
    inside = size is None or (
        (low is None or 0 <= low <= size) and (high is None or 0 <= high <= size)
    )
    if (
        not ordered
        or not inside
        or (low is not None and low < 0)
        or (high is not None and high < 0)
    ):
        raise Refusal(
            "F004",
            f"slice {start} to {stop} of a dim of extent {extent}",
            "a slice lies within its dim: 0 <= start <= stop <= extent",
            facts=expected_got(f"0 to {extent}", f"{start} to {stop}"),
        )
    return ceil_div(stop - start, item.step)


def _from_end(place: Dim, extent: Dim, extents: Extents) -> Dim:
    return extent + place if is_negative(place, extents) else place


def is_negative(place: Dim, extents: Extents) -> bool:
    """Whether a place counts from the end; unknown extents are taken to be above 0."""
    value = extents.bound(place)
    if value is not None:
        return value < 0
    return bool(place.terms) and all(factor < 0 for _, factor in place.terms)
