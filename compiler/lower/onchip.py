"""Lowering of the on-chip memory operators."""

from __future__ import annotations

import numpy as np

from aspl.ops.onchip import Bufferize, Streamify
from aspl.types import Buffer
from aspl.values.column import Dense, Packed
from compiler.lower.coding import NotKnown
from compiler.lower.context import At
from compiler.machine import NOTHING, Kind, P


def bufferize(op: Bufferize, at: At) -> None:
    """Lower the storing of dims."""
    holds_buffers = isinstance(at.operand(0).element, Buffer)
    at.add(Kind.BUFFERIZE, {P.RANK: op.rank, P.COUNT: int(holds_buffers)})


def streamify(op: Streamify, at: At) -> None:
    """Lower the reading of buffers: whole or affine, repeated or once for each element of `ref`."""
    levels = [] if op.repeat is None else [at.known(op.repeat)]
    strides = NOTHING
    if op.stride is not None and op.shape is not None:
        levels += map(at.known, op.shape)
        # a repeated read begins anew
        steps = [0] * (op.repeat is not None) + [at.known(each) for each in op.stride]
        strides = at.tables.place(steps)
    else:
        levels += _whole(at)
    parameters = {
        P.LEVELS: at.tables.place([len(levels), *levels]),
        P.TOKENS: strides,
        P.RANK: op.rank,
    }
    at.add(Kind.STREAMIFY_REF if len(at.node.inputs) == 2 else Kind.STREAMIFY, parameters)


def _whole(at: At) -> list[int]:
    """Return the coded extents of buffers that are read whole."""
    buffer = at.operand(0).element
    assert isinstance(buffer, Buffer)
    slots = at.slots()
    try:
        return [at.tables.coded(slots.words(dim)) for dim in buffer.dims]
    except NotKnown:
        pass
    # extents that only an evaluation tells, buffer by buffer
    column = at.evaluated(at.node.inputs[0]).column
    assert isinstance(column, Dense | Packed)
    if isinstance(column, Dense):
        return list(map(int, column.data.shape[1 : 1 + len(buffer.dims)]))
    picks = np.arange(len(column))
    if len(at.node.inputs) == 2:
        ref = at.evaluated(at.node.inputs[1])
        picks = np.repeat(picks, ref.nest.group_sizes(at.node.op.rank))  # type: ignore[attr-defined]
    return [at.listed(column.extents[picks, axis]) for axis in range(len(buffer.dims))]
