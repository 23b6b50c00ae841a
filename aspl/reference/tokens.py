"""Streams token by token: single elements, the closing of every dim, and back to whole streams.

A token is a column of one element, or the integer n that closes dim n - 1, counted from the
innermost, which is 0. Every dim is closed by a token of its own, so that empty inner tensors show:
two empty rows of a plane are 1, 1, 2. The last token of a stream closes its outermost dim, and is
its rank plus one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

import numpy as np

from aspl.dims import ONE, Dim
from aspl.reference.functions.columns import empty_column
from aspl.reference.state import Bindings, State
from aspl.types import Element, Stream
from aspl.values.column import Column, Dense, Ints, Packed, Record, join
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue

Token: TypeAlias = Column | int


def tokens(value: StreamValue) -> list[Token]:
    """Return the tokens of a whole stream."""
    extents = [iter(value.nest.extents(depth).tolist()) for depth in range(value.nest.rank + 1)]
    found: list[Token] = []
    _put_dims(extents, iter(singles(value.column)), found)
    return found


def _put_dims(extents: list[Iterator[int]], elements: Iterator[Column], found: list[Token]) -> None:
    outermost, *inner = extents
    count = next(outermost)
    if inner:
        for _ in range(count):
            _put_dims(inner, elements, found)
    else:
        found.extend(islice(elements, count))
    found.append(len(extents))


def singles(column: Column) -> list[Column]:
    """Return a column for each element; their numbers are views."""
    match column:
        case Dense(data=data, valid=None):
            return [Dense(data[place : place + 1]) for place in range(len(data))]
        case Dense(data=data, valid=valid):
            assert valid is not None
            rows = range(len(data))
            return [Dense(data[each : each + 1], valid[each : each + 1]) for each in rows]
        case Record():
            return [Record(parts) for parts in zip(*map(singles, column.parts), strict=True)]
        case Packed():
            return list(_packed_singles(column))


def _packed_singles(column: Packed) -> Iterator[Column]:
    starts = column.starts()
    tiles = np.concatenate(([0], np.cumsum(column.extents[:, :-2].prod(axis=1))))
    for place, extents in enumerate(column.extents.tolist()):
        data = column.flat[starts[place] : starts[place + 1]].reshape(1, *extents)
        valid = column.valid
        if valid is not None:
            valid = valid[tiles[place] : tiles[place + 1]].reshape(1, *extents[:-2])
        yield Dense(data, valid)


def alone(column: Column) -> StreamValue:
    """Return elements as a stream of rank 0."""
    return StreamValue(Nest((len(column),)), column)


@dataclass(slots=True)
class Gathering:
    """Collects the tokens of a stream until they make a value."""

    type: Stream
    elements: list[Column] = field(default_factory=list)
    extents: list[list[int]] = field(default_factory=list)
    """Of the dims closed so far, innermost first."""
    _open: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.extents = [[] for _ in self.type.shape]
        self._open = [0] * (len(self.type.shape) + 1)

    @property
    def closed(self) -> bool:
        """Whether the last token is there."""
        return bool(self.extents[-1])

    def put(self, token: Token) -> None:
        """Take the next token."""
        if isinstance(token, int):
            self.extents[token - 1].append(self._open[token - 1])
            self._open[token - 1] = 0
            self._open[token] += 1
            return
        self.elements.append(token)
        self._open[0] += 1

    def value(self, state: State) -> StreamValue:
        """Return the stream, which is closed."""
        (outermost,) = self.extents[-1]
        inner = [np.array(each, dtype=np.int64) for each in reversed(self.extents[:-1])]
        nest = _shown(Nest((outermost, *inner)).normal(), self.type.shape, state.bindings)
        return StreamValue(
            nest, join(self.elements or [empty_column(self.type.element, state.run)])
        )


def _shown(nest: Nest, shape: tuple[Dim, ...], bindings: Bindings) -> Nest:
    """Give dims inside an empty one, which show no extent, the extents that their type knows."""
    lengths: list[int | Ints] = list(nest.lengths)
    for depth in range(1, len(lengths)):
        if nest.count(depth) == 0:
            lengths[depth] = bindings.value(shape[depth]) or 0
    return Nest(tuple(lengths))


def group(element: Element, dims: tuple[Dim, ...]) -> Gathering:
    """Return the collector of one group of some inner dims, a stream with an outer extent of 1."""
    return Gathering(Stream(element, (ONE, *dims)))
