"""What processes of several families do: read in step, element by element, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable

from aspl.reference.ports import Ports
from aspl.reference.queues import Output, Queue, Reading, Steps
from aspl.values.column import Column


def in_step(ports: Ports) -> Reading[int | tuple[Column, ...]]:
    """Read a token of every input: the same closing of all, or an element of each.

    Errors: EvaluationFailed (R002) when they differ.
    """
    elements: list[Column] = []
    levels: list[int] = []
    for queue in ports.inputs:
        token = yield queue
        if isinstance(token, int):
            levels.append(token)
        else:
            elements.append(token)
    if not levels:
        return tuple(elements)
    if elements or levels.count(levels[0]) < len(levels):
        raise ports.misfit()
    return levels[0]


def next_element(queue: Queue, ports: Ports) -> Reading[Column]:
    """Read up to the next element.

    Errors: EvaluationFailed (R002) when there is none.
    """
    while isinstance(token := (yield queue), int):
        if token == queue.end:
            raise ports.misfit()
    return token


def pass_chunk(queue: Queue, rank: int, outputs: Iterable[Output]) -> Reading[bool]:
    """Write one chunk of `rank` dims to the outputs; return whether there was one."""
    targets = tuple(outputs)
    while True:
        token = yield queue
        level = token if isinstance(token, int) else 0
        if level > rank:
            return False
        for output in targets:
            output.put(token)
        if level == rank:
            return True


def elementwise(ports: Ports) -> Steps:
    """Write for each element what the operator makes of it; what it makes lies inside."""
    (out,) = ports.outputs
    deeper = out.end - ports.inputs[0].end
    while not out.closed:
        step = yield from in_step(ports)
        if isinstance(step, int):
            out.put(step + deeper)
        else:
            out.extend(ports.inside(*step))


def copied(ports: Ports) -> Steps:
    """Write every token to every output."""
    (queue,) = ports.inputs
    while not ports.outputs[0].closed:
        token = yield queue
        for output in ports.outputs:
            output.put(token)


def drained(ports: Ports) -> Steps:
    """Read every input up to its end."""
    for queue in ports.inputs:
        while (yield queue) != queue.end:
            pass
