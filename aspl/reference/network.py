"""A network of operators that pass tokens through queues, run until nothing can move.

The semantics are Kahn's: an operator reads its inputs one token at a time, in an order that only
tokens decide, so what it writes does not depend on who runs when. `EagerMerge` is the exception: it
decides when no other operator can run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from aspl.dims import Dim
from aspl.ops.base import Op
from aspl.ops.sources import Assume
from aspl.program import Program
from aspl.reference.observe import contradiction
from aspl.reference.ports import Ports
from aspl.reference.queues import Arrivals, Output, Process, Queue, Steps, Undecided
from aspl.reference.state import At, Bindings, State
from aspl.reference.tokens import Gathering, tokens
from aspl.types import Stream
from aspl.values.stream import StreamValue


@dataclass(slots=True, eq=False)
class Network:
    """The operators of one group at work."""

    state: State
    """With bindings of its own: the extents that the network has shown so far."""
    outputs: dict[int, Output] = field(default_factory=dict)
    """The streams that it writes, by id."""
    processes: list[Process] = field(default_factory=list)
    """In the order of the program."""
    _ready: deque[Process] = field(default_factory=deque)
    _merges: list[Process] = field(default_factory=list)
    _undecided: list[Process] = field(default_factory=list)
    _unbound: list[int] = field(default_factory=list)

    def run(self) -> None:
        """Run until no operator can move.

        An operator moves when a token is there that it waits for, so the work grows with the number
        of tokens; that of a decision, with the inputs of the merges that wait.
        """
        self._ready.extend(self.processes)
        while self._ready:
            while self._ready:
                self._advance(self._ready.popleft())
            if not self._bind():
                self._decide()

    def blocked(self) -> list[Process]:
        """Return the operators that wait."""
        return [process for process in self.processes if process.waits is not None]

    def write(self, value: int, stream: Stream) -> None:
        """Add a stream that an operator of the network writes."""
        self.outputs[value] = Output(Gathering(stream), self._ready)
        self._unbound.append(value)

    def _advance(self, process: Process) -> None:
        """Let an operator work until it waits for what is not there."""
        try:
            request = process.waits or next(process.steps)
            while request.tokens:
                request = process.steps.send(request.tokens.popleft())
        except StopIteration:
            process.waits = None
            return
        process.waits = request
        match request:
            case Queue():
                request.reader = process
            case Arrivals():
                self._merges.append(process)
            case Undecided():
                self._undecided.append(process)

    def _decide(self) -> None:
        """Let one merge take a chunk: the first in the program that can."""
        self._merges.sort(key=lambda process: process.place)
        for number, process in enumerate(self._merges):
            assert isinstance(process.waits, Arrivals)
            choice = process.waits.decide()
            if choice is not None:
                process.waits.tokens.append(choice)
                self._ready.append(self._merges.pop(number))
                return

    def _bind(self) -> bool:
        """Bind the extents of streams that were closed, if anything waits for extents."""
        if not self._undecided:
            return False
        closed = [value for value in self._unbound if self.outputs[value].closed]
        for value in closed:
            made = self.outputs[value].gathering.value(self.state)
            contradiction(self.state.types[value], made, self.state.bindings)
            self._unbound.remove(value)
        if not closed:
            return False
        for process in self._undecided:
            assert isinstance(process.waits, Undecided)
            process.waits.tokens.append(0)
        self._ready.extend(self._undecided)
        self._undecided.clear()
        return True


def network_of(
    program: Program,
    group: tuple[int, ...],
    streams: Mapping[int, StreamValue],
    state: State,
    processes: Mapping[str, Callable[[Ports], Steps]],
) -> Network:
    """Return the network of a group, with the streams that enter it in the queues.

    Args: processes: how operators work, by name.
    """
    seen = Bindings(dict(state.bindings.values), dict(state.bindings.lengths))
    run = replace(state.run, sizes=seen.values)
    network = Network(replace(state, run=run, bindings=seen))
    for place in group:
        for value in program.nodes[place].outputs:
            network.write(value, state.types[value])
    for place in group:
        node = program.nodes[place]
        queues = []
        for number, value in enumerate(node.inputs):
            queue = Queue(_label(program, value, number), state.types[value].rank)
            queues.append(queue)
            if value in network.outputs:
                network.outputs[value].readers.append(queue)
                continue
            for token in tokens(streams[value]):
                queue.put(token)
        outputs = tuple(network.outputs[value] for value in node.outputs)
        ports = Ports(At(network.state, place, node), tuple(queues), outputs)
        network.processes.append(Process(place, _begun(ports, processes[node.op.name])))
    return network


def _label(program: Program, value: int, number: int) -> str:
    name = program.values[value].name
    return f"`{name}`" if name else f"its input {number}"


def _begun(ports: Ports, steps: Callable[[Ports], Steps]) -> Steps:
    """Begin an operator when the extents that its parameters name are decided."""
    for dim in _extents(ports.at.node.op):
        while ports.at.state.bindings.value(dim) is None:
            yield Undecided(dim)
    yield from steps(ports)


def _extents(op: Op) -> Iterator[Dim]:
    if isinstance(op, Assume):
        # what it states may be decided by the very stream of which it states it
        return
    for parameter in op.parameters():
        value = getattr(op, parameter.name)
        held = value if isinstance(value, tuple) else (value,)
        yield from (each for each in held if isinstance(each, Dim))
