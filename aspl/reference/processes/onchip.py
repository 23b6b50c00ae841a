"""Streams that another one expands: `Streamify` and `Expand` token by token."""

from __future__ import annotations

from aspl.ops.onchip import Streamify
from aspl.ops.shape import Expand
from aspl.reference.ports import Ports
from aspl.reference.processes.steps import elementwise, next_element
from aspl.reference.queues import Steps
from aspl.reference.tokens import Token


def streamify(ports: Ports) -> Steps:
    """Read each buffer when it is there, or once for every element of ref."""
    return expanded(ports) if len(ports.inputs) == 2 else elementwise(ports)


def expanded(ports: Ports) -> Steps:
    """Write what one element holds for every element of its group of ref.

    The nesting of the elements says nothing that ref does not say: there is one for each group.
    """
    op = ports.at.node.op
    assert isinstance(op, Streamify | Expand)
    (x, ref), (out,) = ports.inputs, ports.outputs
    deeper = out.end - ref.end
    read: list[Token] = []
    group, held = 0, -1
    while not out.closed:
        token = yield ref
        if isinstance(token, int):
            group += token == op.rank
            out.put(token + deeper)
            continue
        if held < group:
            while held < group:
                element = yield from next_element(x, ports)
                held += 1
            read = ports.inside(element) if isinstance(op, Streamify) else [element]
        out.extend(read)
