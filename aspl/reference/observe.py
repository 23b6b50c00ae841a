"""What a run shows of shapes: extents observed, held against extents inferred."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aspl.dims import Dim, Kind, to_dim
from aspl.reference.state import Bindings
from aspl.types import Buffer, Element, Index, Scalar, Selector, Stream, Tile, Tuple, element_dims
from aspl.values.column import Column, Dense, Packed, Record, inner_extents
from aspl.values.stream import StreamValue


def contradiction(inferred: Stream, observed: StreamValue, bindings: Bindings) -> str | None:
    """Bind the symbols that a stream decides; return in words what does not agree, or None.

    A symbol that is bound already must have the same value again: a dynamic one the same extent, a
    ragged one inside the same dims the same extents one by one.
    """
    if _is_plain(inferred, observed, bindings):
        return None
    nest = observed.nest
    if nest.rank != inferred.rank:
        return f"expected rank {inferred.rank}, got {nest.rank}"
    for depth, dim in enumerate(inferred.shape):
        if depth and nest.count(depth) == 0:
            # nothing inside shows its extent
            break
        wrong = _compare(dim, nest.lengths[depth], inferred.shape[:depth], bindings)
        if wrong is not None:
            return f"dim {inferred.rank - depth} is {wrong}"
    return _compare_elements(inferred.element, observed.column, inferred.shape, bindings)


def _is_plain(inferred: Stream, observed: StreamValue, bindings: Bindings) -> bool:
    """Whether a stream is surely what is inferred: all extents regular, known and equal.

    What is not is looked at with more care; most streams of most runs are.
    """
    column, element, values = observed.column, inferred.element, bindings.values
    if not isinstance(column, Dense) or isinstance(element, Tuple) or not len(column):
        return False
    dims: tuple[Dim, ...] = inferred.shape
    extents: tuple[int | NDArray[np.int64], ...] = observed.nest.lengths
    if not isinstance(element, Scalar | Index):
        dims = (*dims, *element_dims(element))
        extents = (*extents, *column.data.shape[1:])
    if len(dims) != len(extents):
        return False
    for dim, extent in zip(dims, extents, strict=True):
        symbol = dim.symbol
        if symbol is None:
            known = dim.constant
        else:
            known = None if symbol.kind is Kind.RAGGED else values.get(symbol.name)
        if known is None or not isinstance(extent, int) or known != extent:
            return False
    return True


def _compare(
    dim: Dim, extents: int | NDArray[np.int64], outside: tuple[Dim, ...], bindings: Bindings
) -> str | None:
    symbol = dim.symbol
    if dim.is_ragged:
        known = bindings.lengths.setdefault((str(dim), _plain(outside, bindings)), extents)
        return None if _alike(known, extents) else f"not the `{dim}` seen before"
    if not isinstance(extents, int) and not len(extents):
        return None
    low, high = (
        (extents, extents) if isinstance(extents, int) else (int(extents.min()), int(extents.max()))
    )
    if low != high:
        return f"from {low} to {high}, expected `{dim}`"
    if symbol is not None and symbol.kind is Kind.DYNAMIC:
        known_value = bindings.values.setdefault(symbol.name, low)
        return None if known_value == low else f"{low}, and `{dim}` is {known_value}"
    value = bindings.value(dim)
    if value is None or value == low:
        return None
    return (
        f"{low}, expected {value}"
        if dim.constant is not None
        else f"{low}, expected `{dim}` = {value}"
    )


def _plain(dims: tuple[Dim, ...], bindings: Bindings) -> tuple[Dim, ...]:
    """Put values in the place of sizes: two ways to write one extent are one place."""
    values = [bindings.value(dim) if dim.is_static else None for dim in dims]
    pairs = zip(dims, values, strict=True)
    return tuple(dim if value is None else to_dim(value) for dim, value in pairs)


def _alike(known: int | NDArray[np.int64], extents: int | NDArray[np.int64]) -> bool:
    if isinstance(known, int) or isinstance(extents, int):
        return bool(np.all(known == extents))
    return bool(np.array_equal(known, extents))


def _compare_elements(
    element: Element, column: Column, outside: tuple[Dim, ...], bindings: Bindings
) -> str | None:
    if isinstance(element, Tuple):
        assert isinstance(column, Record)
        for part, inner in zip(element.parts, column.parts, strict=True):
            wrong = _compare_elements(part, inner, outside, bindings)
            if wrong is not None:
                return wrong
        return None
    if not isinstance(element, Tile | Buffer | Selector) or not len(column):
        return None
    dims = element_dims(element)
    for place, dim in enumerate(dims):
        if isinstance(column, Dense) and 0 in column.data.shape[1 : 1 + place]:
            # nothing inside shows its extent
            break
        wrong = _compare(dim, _extents(column, place), (*outside, *dims[:place]), bindings)
        if wrong is not None:
            return f"extent {place} of its elements is {wrong}"
    return None


def _extents(column: Column, place: int) -> int | NDArray[np.int64]:
    match column:
        case Dense():
            return int(column.data.shape[1 + place])
        case Packed():
            return inner_extents(column, place)
        case Record():
            raise TypeError("a record has no extents of its own")
