"""The off-chip memory operators token by token.

Stores take effect when the whole group has ended: no load of a program sees what it stores.
"""

from __future__ import annotations

import numpy as np

from aspl.ops.offchip import RandomOffChipLoad, RandomOffChipStore
from aspl.reference.offchip import addresses, tiles_of
from aspl.reference.ports import Ports
from aspl.reference.processes.sources import source
from aspl.reference.processes.steps import next_element
from aspl.reference.queues import Steps
from aspl.reference.state import EvaluationFailed
from aspl.reference.tokens import tokens
from aspl.values.column import Column, Dense, join


def linear_load(ports: Ports) -> Steps:
    """Write the tiles of one read for every element of ref."""
    if not ports.inputs:
        yield from source(ports)
        return
    (ref,), (out,) = ports.inputs, ports.outputs
    (once,) = ports.meaning()
    inside = tokens(once)[:-1]
    deeper = out.end - ref.end
    while not out.closed:
        token = yield ref
        if isinstance(token, int):
            out.put(token + deeper)
        else:
            out.extend(inside)


def random_load(ports: Ports) -> Steps:
    """Write the tile at each address.

    Errors: EvaluationFailed (R003) for an address outside the tensor.
    """
    at = ports.at
    op = at.node.op
    assert isinstance(op, RandomOffChipLoad)
    (queue,), (out,) = ports.inputs, ports.outputs
    # cutting a tensor into tiles may copy it, so that is done once
    rows, cols = map(at.extent, op.tile)
    tiles = tiles_of(at.state.tensor(op.tensor), rows, cols)
    read: list[Column] = []
    while not out.closed:
        token = yield queue
        if isinstance(token, int):
            out.put(token)
            continue
        read.append(token)
        try:
            out.put(Dense(tiles[addresses(token, len(tiles), at)]))
        except EvaluationFailed:
            # say again of the whole stream, whose elements the finding counts
            addresses(join(read), len(tiles), at)
            raise


def random_store(ports: Ports) -> Steps:
    """Acknowledge each tile that has an address."""
    op = ports.at.node.op
    assert isinstance(op, RandomOffChipStore)
    shaped, other = ports.inputs if op.ack == "data" else reversed(ports.inputs)
    (out,) = ports.outputs
    done = Dense(np.ones(1, dtype=np.bool_))
    while not out.closed:
        token = yield shaped
        if isinstance(token, int):
            out.put(token)
        else:
            yield from next_element(other, ports)
            out.put(done)
