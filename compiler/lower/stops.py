"""The tokens of a whole stream: elements with the stops that ride on them, and bare stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from aspl.values.nest import Nest
from compiler.machine import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """One entry a token, in order.

    A token closes the dims below `levels`, from the innermost; a bare one those from `lows` on. The
    outermost dim is closed by the end of the stream alone.
    """

    lows: Ints
    """0 for a token that carries an element."""
    levels: Ints


def stops_of(nest: Nest) -> Stops:
    """Return the tokens of a stream."""
    if all(np.all(np.asarray(length) > 0) for length in nest.lengths[1:]):
        return _filled(nest)
    lows: list[int] = []
    levels: list[int] = []
    for low in _closings(nest):
        if low and lows and levels[-1] == low - 1:
            # the token before it closes what is just inside: one token closes both
            levels[-1] = low
            continue
        lows.append(low)
        levels.append(low)
    return Stops(np.array(lows, dtype=np.int64), np.array(levels, dtype=np.int64))


def _filled(nest: Nest) -> Stops:
    levels = np.zeros(nest.size, dtype=np.int64)
    for rank in range(1, nest.rank + 1):
        levels[nest.offsets(rank)[1:] - 1] = rank
    return Stops(np.zeros(nest.size, dtype=np.int64), levels)


def _closings(nest: Nest) -> Iterator[int]:
    """Walk elements, as 0, and closed dims, as their level."""
    extents = [iter(nest.extents(depth).tolist()) for depth in range(nest.rank + 1)]
    yield from _inside(extents)


def _inside(extents: list[Iterator[int]]) -> Iterator[int]:
    outermost, *inner = extents
    for _ in range(next(outermost)):
        if inner:
            yield from _inside(inner)
            yield len(inner)
        else:
            yield 0
