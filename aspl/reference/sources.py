"""Meaning of sources, sinks and statements."""

from __future__ import annotations

import math

import numpy as np

from aspl.ops.sources import Assume, Consumer, IndexSource, MetadataSource, SelectorSource
from aspl.reference.observe import contradiction
from aspl.reference.state import At
from aspl.types import shape_text
from aspl.values.column import Dense
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue


def metadata_source(
    op: MetadataSource, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Write a tensor's integers."""
    tensor = at.state.tensor(op.tensor)
    return (StreamValue(Nest((1, *map(int, tensor.shape))), Dense(tensor.reshape(-1))),)


def selector_source(
    op: SelectorSource, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Write a tensor's rows as flags."""
    tensor = at.state.tensor(op.tensor)
    rows = tensor.reshape(math.prod(tensor.shape[:-1]), tensor.shape[-1]) != 0
    return (StreamValue(Nest((1, *map(int, tensor.shape[:-1]))), Dense(rows)),)


def index_source(
    op: IndexSource, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Write a tensor's integers as indices."""
    tensor = at.state.tensor(op.tensor)
    places = tensor.reshape(-1).astype(np.int64)
    bound = at.extent(op.bound)
    if len(places) and not 0 <= int(places.min()) <= int(places.max()) < bound:
        raise at.failure("R003", f"a number of `{op.tensor.name}` is outside {bound} targets")
    return (StreamValue(Nest((1, *map(int, tensor.shape))), Dense(places)),)


def consumer(op: Consumer, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Drop the stream."""
    return ()


def assume(op: Assume, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Hold the statement against the data.

    Errors: EvaluationFailed (R002) when it does not hold.
    """
    (x,) = inputs
    stated = at.state.types[at.node.outputs[0]]
    wrong = contradiction(stated, x, at.state.bindings)
    if wrong is not None:
        raise at.failure(
            "R002",
            f"the stream does not have the assumed shape `{shape_text(stated.shape)}`: {wrong}",
            "correct the assumption, or the operators before it",
        )
    return (x,)
