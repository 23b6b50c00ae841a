"""Sources and statements token by token.

Sources stand in one group with what they feed only where the group is not a cycle.
"""

from __future__ import annotations

from aspl.dims import ONE
from aspl.ops.sources import Assume
from aspl.reference.observe import contradiction
from aspl.reference.ports import Ports
from aspl.reference.processes.steps import copied
from aspl.reference.queues import Steps
from aspl.reference.state import Bindings
from aspl.reference.tokens import alone, tokens
from aspl.types import Stream


def source(ports: Ports) -> Steps:
    """Write the whole stream."""
    for output, made in zip(ports.outputs, ports.meaning(), strict=True):
        output.extend(tokens(made))
    yield from ()


def assumed(ports: Ports) -> Steps:
    """Hold each element against the statement, and pass it on.

    What is stated of the stream is held against it when it is whole, after the group has ended.

    Errors: EvaluationFailed (R002) for an element of other extents.
    """
    at = ports.at
    op = at.node.op
    assert isinstance(op, Assume)
    if op.tile is None:
        yield from copied(ports)
        return
    (queue,), (out,) = ports.inputs, ports.outputs
    stated = Stream(at.result(), (ONE,))
    while not out.closed:
        token = yield queue
        if not isinstance(token, int):
            # extents that take several values bind anew at every element
            wrong = contradiction(stated, alone(token), Bindings(at.state.bindings.values))
            if wrong is not None:
                raise at.failure("R002", f"the assumed tile `{at.result()}` does not hold: {wrong}")
        out.put(token)
