"""Meaning of the routing operators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aspl.ops.routing import Broadcast, EagerMerge, Parallelize, Partition, Reassemble
from aspl.reference.state import At
from aspl.types import Index
from aspl.values.column import Dense, Ints, join, take
from aspl.values.nest import Nest, joined, pick
from aspl.values.stream import StreamValue


def partition(op: Partition, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Take for each output the chunks whose selector names it."""
    x, control = inputs
    chosen = flags(control, op.n, at)
    depth = len(control.nest.lengths)
    return tuple(_chunks(x, depth, np.flatnonzero(chosen[:, place])) for place in range(op.n))


def flags(control: StreamValue, width: int, at: At) -> NDArray[np.bool_]:
    """Return which targets each element of a control stream names: (n, width)."""
    column = control.column
    assert isinstance(column, Dense)
    if isinstance(at.operand(len(at.node.inputs) - 1).element, Index):
        named: NDArray[np.bool_] = column.data[:, None] == np.arange(width)
        return named
    return column.data.astype(np.bool_)


def _chunks(x: StreamValue, depth: int, picks: Ints) -> StreamValue:
    """Return the stream of the picked entries of the outermost `depth` dims."""
    taken = pick(x.nest, depth, picks)
    return StreamValue(Nest((len(picks), *taken.inner)), take(x.column, taken.elements))


def reassemble(op: Reassemble, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Collect the chunks that each selector names, lower inputs first or in the order given."""
    *chunks, control = inputs
    chosen = flags(control, len(chunks), at)
    sources = np.nonzero(chosen)[1]
    given = at.state.orders.get(at.place)
    if given is not None:
        sources = _replayed(np.asarray(given, dtype=np.int64), chosen, at)
    picks = _in_turn(sources, tuple(chunks), at)
    mixed = _chunks(_end_to_end(tuple(chunks)), 1, picks)
    counts = chosen.sum(axis=1, dtype=np.int64)
    taken = 1 if isinstance(at.operand(len(chunks)).element, Index) else counts
    nest = Nest((*control.nest.lengths, taken, *mixed.nest.lengths[1:]))
    return (StreamValue(nest, mixed.column),)


def _replayed(given: Ints, chosen: NDArray[np.bool_], at: At) -> Ints:
    """Check that a given order takes for each selector just the inputs that it names."""
    rows = np.repeat(np.arange(len(chosen)), chosen.sum(axis=1))
    expected = np.nonzero(chosen)[1]
    good = given.shape == expected.shape
    if good:
        key = np.lexsort((given, rows))
        good = bool(np.array_equal(given[key], expected))
    if not good:
        raise at.failure("R006", "the order given does not take the inputs that the selectors name")
    return given


def _in_turn(sources: Ints, chunks: tuple[StreamValue, ...], at: At) -> Ints:
    """Turn input numbers into chunk numbers of all inputs put end to end."""
    counts = np.array([chunk.nest.count(1) for chunk in chunks], dtype=np.int64)
    turns = np.empty(len(sources), dtype=np.int64)
    for place, count in enumerate(counts):
        mine = np.flatnonzero(sources == place)
        if len(mine) > count:
            raise at.failure(
                "R005",
                f"input {place} has {count} chunks, and {len(mine)} are asked for",
                "partition and reassemble by copies of one control stream",
            )
        turns[mine] = np.arange(len(mine))
    starts = np.cumsum(counts) - counts
    picks: Ints = starts[sources] + turns
    return picks


def _end_to_end(chunks: tuple[StreamValue, ...]) -> StreamValue:
    nest = joined(tuple(chunk.nest for chunk in chunks))
    return StreamValue(nest, join([chunk.column for chunk in chunks]))


def eager_merge(op: EagerMerge, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Take chunk 0 of every input, then chunk 1 and so on, or the order given."""
    counts = [each.nest.count(1) for each in inputs]
    given = at.state.orders.get(at.place)
    if given is None:
        sources = default_order(counts)
    else:
        sources = np.asarray(given, dtype=np.int64)
        taken = [int((sources == place).sum()) for place in range(len(counts))]
        if taken != counts or sum(counts) != len(sources):
            raise at.failure("R006", f"the order given does not take {counts} chunks of the inputs")
    data = _chunks(_end_to_end(inputs), 1, _in_turn(sources, inputs, at))
    source = Dense(sources[:, None] == np.arange(len(inputs)))
    return data, StreamValue(Nest((len(sources),)), source)


def default_order(counts: list[int]) -> Ints:
    """Return the order of arrival where none is known: one chunk of each in turn."""
    sources = np.repeat(np.arange(len(counts)), counts)
    turns = np.concatenate([np.arange(count) for count in counts])
    order: Ints = sources[np.lexsort((sources, turns))]
    return order


def parallelize(
    op: Parallelize, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Deal the chunks of the outermost dim in turn."""
    (x,) = inputs
    total = x.nest.count(1)
    return tuple(_chunks(x, 1, np.arange(place, total, op.n)) for place in range(op.n))


def broadcast(op: Broadcast, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Hand on the same stream."""
    return inputs * op.n
