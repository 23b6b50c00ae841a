"""Adjacent shape operators that are one operator, or none.

Shape operators that neither pad nor repeat keep the order of the elements, so two chains of them
that start at one stream and end with equal types make the same stream. Each rule proposes a shorter
chain; whoever applies it holds the types against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from aspl.dims import ONE, Dim
from aspl.ops.base import Op
from aspl.ops.shape import Flatten, Promote, Repeat, Reshape

Bound: TypeAlias = Callable[[Dim], int | None]
Chain: TypeAlias = tuple[Op, ...]


def is_shape(op: type[Op]) -> bool:
    """Whether rules know the operator."""
    return op in (Flatten, Promote, Repeat, Reshape)


def shorter(first: Op, second: Op, split: Dim, bound: Bound) -> Chain | None:
    """Return what may stand for two operators in a row, None when no rule fits.

    Args: split: the extent that `first` splits if it is a `Reshape`.
    """
    first, second = plain(first), plain(second)
    if is_padding(first, split, bound):
        return None
    match first, second:
        case Flatten(), Flatten():
            return _merged(first, second)
        case Promote(rank=place), Flatten():
            return _without(place, place, second)
        case Reshape(rank=place, flags=False, outer=False), Flatten():
            return _without(place, place + 1, second)
        case Flatten(), Promote(rank=place) if place - first.min in (0, 1):
            return _split_again(first)
        case Flatten(), Reshape(rank=place, flags=False, outer=False, pad=None):
            return _split_again(first) if place == first.min else None
        case _:
            return None


def plain(op: Op) -> Op:
    """Return an operator that only inserts a dim of extent 1 as a `Promote`."""
    match op:
        case Repeat(n=count) if count == ONE:
            return Promote(rank=0)
        case Reshape(chunk=chunk, flags=False, outer=False) if chunk == ONE:
            return Promote(rank=op.rank)
        case _:
            return op


def is_padding(op: Op, split: Dim, bound: Bound) -> bool:
    """Whether an operator may put in elements of its own."""
    if not isinstance(op, Reshape) or op.pad is None:
        return False
    extent, chunk = bound(split), bound(op.chunk)
    return extent is None or not chunk or extent % chunk != 0


def _merged(first: Flatten, second: Flatten) -> Chain | None:
    """Merge once what is merged in two steps, the second of which takes the first one's dim."""
    if not second.min <= first.min <= second.max:
        return None
    top = first.max if second.max == first.min else second.max + first.max - first.min
    return (Flatten(min=second.min, max=top),)


def _without(low: int, high: int, second: Flatten) -> Chain | None:
    """Merge one dim fewer where the dim in question is made just before, between `low`, `high`.

    A promoted dim may be merged with either neighbour, a split one with its other half.
    """
    if not second.min <= low or not high <= second.max:
        return None
    if second.max - second.min == 1:
        return ()
    return (replace(second, max=second.max - 1),)


def _split_again(first: Flatten) -> Chain | None:
    """Leave out the merge of two dims that are taken apart again."""
    return () if first.max - first.min == 1 else None
