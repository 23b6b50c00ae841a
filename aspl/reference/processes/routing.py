"""The routing operators token by token; a chunk is passed on while it arrives."""

from __future__ import annotations

import numpy as np

from aspl.reference.ports import Ports
from aspl.reference.processes.steps import pass_chunk
from aspl.reference.queues import ALL_CLOSED, Arrivals, Reading, Steps
from aspl.reference.routing import flags
from aspl.reference.state import EvaluationFailed
from aspl.reference.tokens import alone
from aspl.values.column import Column, Dense


def partition(ports: Ports) -> Steps:
    """Read a selector, then pass its chunk on.

    Errors: EvaluationFailed (R002) when there is no chunk for a selector.
    """
    x, control = ports.inputs
    rank = x.rank - control.rank
    while not ports.outputs[0].closed:
        token = yield control
        if not isinstance(token, int):
            targets = [ports.outputs[each] for each in _named(token, len(ports.outputs), ports)]
            if not (yield from pass_chunk(x, rank, targets)):
                raise ports.misfit()
        elif token == control.end:
            _close(ports)
        elif (yield x) != token + rank:
            raise ports.misfit()


def parallelize(ports: Ports) -> Steps:
    """Pass chunks on to the outputs in turn."""
    (queue,) = ports.inputs
    turn = 0
    while (yield from pass_chunk(queue, queue.rank, [ports.outputs[turn]])):
        turn = (turn + 1) % len(ports.outputs)
    _close(ports)


def reassemble(ports: Ports) -> Steps:
    """Read a selector, then pass on a chunk of each input that it names.

    Errors: EvaluationFailed: R005 for an input without another chunk, R006 for a given order that
        does not take what the selectors name.
    """
    *chunks, control = ports.inputs
    (out,) = ports.outputs
    rank = chunks[0].rank
    order = _given_order(ports)
    while not out.closed:
        token = yield control
        if not isinstance(token, int):
            named = _named(token, len(chunks), ports)
            yield from _collect(ports, named if order is None else _taken(order, named, ports))
            out.put(rank + 1)
            continue
        if token == control.end and order:
            raise _other_order(ports)
        out.put(token + rank + 1)


def _collect(ports: Ports, places: list[int]) -> Reading[None]:
    for place in places:
        queue = ports.inputs[place]
        if not (yield from pass_chunk(queue, queue.rank, ports.outputs)):
            raise ports.at.failure(
                "R005",
                f"input {place} has {queue.chunks} chunks, and more are asked for",
                "partition and reassemble by copies of one control stream",
            )


def eager_merge(ports: Ports) -> Steps:
    """Say where a chunk comes from, then pass it on; as chunks arrive or in the order given.

    Errors: EvaluationFailed (R006) for a given order that does not take the chunks that come.
    """
    order = _given_order(ports)
    if order is None:
        arrivals = Arrivals(ports.inputs)
        while (place := (yield arrivals)) != ALL_CLOSED:
            assert isinstance(place, int)
            yield from _merge(ports, place)
    else:
        while order:
            place = order.pop()
            if not 0 <= place < len(ports.inputs) or not (yield from _merge(ports, place)):
                raise _other_order(ports)
        for queue in ports.inputs:
            if (yield queue) != queue.end:
                raise _other_order(ports)
    _close(ports)


def _merge(ports: Ports, place: int) -> Reading[bool]:
    """Pass on a chunk of an input; return whether there was one."""
    data, source = ports.outputs
    queue = ports.inputs[place]
    source.put(Dense(np.arange(len(ports.inputs))[None] == place))
    return (yield from pass_chunk(queue, queue.rank, [data]))


def _close(ports: Ports) -> None:
    for output in ports.outputs:
        output.put(output.end)


def _named(selector: Column, width: int, ports: Ports) -> list[int]:
    """Return the numbers of the targets that a selector names, in ascending order."""
    named: list[int] = np.flatnonzero(flags(alone(selector), width, ports.at)).tolist()
    return named


def _given_order(ports: Ports) -> list[int] | None:
    """Return the inputs in the order to replay, the first one last; None where none is given."""
    given = ports.at.state.orders.get(ports.at.place)
    return None if given is None else list(map(int, given))[::-1]


def _taken(order: list[int], named: list[int], ports: Ports) -> list[int]:
    """Take from an order the inputs that a selector names."""
    turns = [order.pop() for _ in named[: len(order)]]
    if sorted(turns) != named:
        raise _other_order(ports)
    return turns


def _other_order(ports: Ports) -> EvaluationFailed:
    wanted = "the selectors name" if len(ports.outputs) == 1 else "the inputs have"
    return ports.at.failure("R006", f"the order given does not take the chunks that {wanted}")
