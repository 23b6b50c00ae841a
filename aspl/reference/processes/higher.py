"""The higher-order operators token by token; `Map` and `FlatMap` work element by element."""

from __future__ import annotations

from aspl.ops.higher import Accum, Scan
from aspl.ops.onchip import Bufferize
from aspl.reference.ports import Ports
from aspl.reference.processes.steps import in_step
from aspl.reference.queues import Steps
from aspl.reference.tokens import Gathering, group, singles
from aspl.values.column import Column, join
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue


def grouped(ports: Ports) -> Steps:
    """Write for each group of the inner dims what the operator makes of it, once it is closed."""
    op = ports.at.node.op
    assert isinstance(op, Accum | Bufferize)
    (out,) = ports.outputs
    groups = _groups(ports, op.rank)
    while not out.closed:
        step = yield from in_step(ports)
        if isinstance(step, int) and step > op.rank:
            out.put(step - op.rank)
            continue
        for number, each in enumerate(groups):
            each.put(step if isinstance(step, int) else step[number])
        if step == op.rank:
            for each in groups:
                each.put(op.rank + 1)
            (made,) = ports.meaning(*(each.value(ports.at.state) for each in groups))
            out.put(made.column)
            groups = _groups(ports, op.rank)


def _groups(ports: Ports, rank: int) -> tuple[Gathering, ...]:
    types = map(ports.at.operand, range(len(ports.inputs)))
    return tuple(group(each.element, each.shape[-rank:]) for each in types)


def scan(ports: Ports) -> Steps:
    """Write the state after every element, before waiting for another one.

    The state is that of a scan over the group so far: one scan for all elements that are there. So
    a group costs more than its length only where its elements depend on the states before them.
    """
    op = ports.at.node.op
    assert isinstance(op, Scan)
    (out,) = ports.outputs
    read: list[tuple[Column, ...]] = []
    written = 0
    while not out.closed:
        step = yield from in_step(ports)
        if not isinstance(step, int):
            read.append(step)
        if isinstance(step, int) or not all(queue.tokens for queue in ports.inputs):
            out.extend(_states(ports, op.rank, read)[written:] if written < len(read) else ())
            written = len(read)
        if isinstance(step, int):
            out.put(step)
            if step >= op.rank:
                read, written = [], 0


def _states(ports: Ports, rank: int, read: list[tuple[Column, ...]]) -> list[Column]:
    nest = Nest((*(1,) * rank, len(read)))
    inputs = (StreamValue(nest, join(each)) for each in zip(*read, strict=True))
    (made,) = ports.meaning(*inputs)
    return singles(made.column)
