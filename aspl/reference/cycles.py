"""The meaning of cyclic graphs: groups of operators that feed each other, evaluated token by token.

Programs without a `Feedback` have no cycles: every operator is evaluated on whole streams.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aspl.diagnostics import NOWHERE, Label
from aspl.ops.offchip import LinearOffChipStore, RandomOffChipStore
from aspl.ops.sources import Assume, Feedback
from aspl.program import Program
from aspl.reference.meaning import MEANING
from aspl.reference.network import Network, network_of
from aspl.reference.observe import contradiction
from aspl.reference.processes.table import PROCESSES
from aspl.reference.queues import Process, Undecided
from aspl.reference.state import At, EvaluationFailed, State
from aspl.types import shape_text
from aspl.values.stream import StreamValue

_NAMED_WAITS = 4


def cyclic_groups(program: Program) -> tuple[tuple[int, ...], ...]:
    """Group the nodes that feed each other; what a group reads is written by earlier groups."""
    nodes = program.nodes
    if not any(isinstance(node.op, Feedback) for node in nodes):
        return tuple((place,) for place in range(len(nodes)))
    writers = {value: place for place, node in enumerate(nodes) for value in node.outputs}
    needs = [[writers[value] for value in node.inputs if value in writers] for node in nodes]
    return _Components(needs).find()


@dataclass(slots=True)
class _Components:
    """A search for the strongly connected components of nodes that need each other.

    A component is found after all that it needs. The path is kept in a list, since a program may be
    deeper than the interpreter's stack.

    Source: Tarjan, Depth-first search and linear graph algorithms
    """

    needs: Sequence[Sequence[int]]
    found: list[tuple[int, ...]] = field(default_factory=list)
    _number: dict[int, int] = field(default_factory=dict)
    """The order in which nodes were met."""
    _lowest: dict[int, int] = field(default_factory=dict)
    """The lowest number of an open node that each one reaches."""
    _open: list[int] = field(default_factory=list)
    """The nodes met that are in no component yet."""
    _path: list[tuple[int, Iterator[int]]] = field(default_factory=list)

    def find(self) -> tuple[tuple[int, ...], ...]:
        """Return the components, each in the order of the program."""
        closed: set[int] = set()
        for root in range(len(self.needs)):
            if root not in self._number:
                self._enter(root)
            while self._path:
                place, rest = self._path[-1]
                each = next(rest, None)
                if each is None:
                    closed.update(self._leave(place))
                elif each not in self._number:
                    self._enter(each)
                elif each not in closed:
                    self._lowest[place] = min(self._lowest[place], self._number[each])
        return tuple(self.found)

    def _enter(self, place: int) -> None:
        self._number[place] = self._lowest[place] = len(self._number)
        self._open.append(place)
        self._path.append((place, iter(self.needs[place])))

    def _leave(self, place: int) -> tuple[int, ...]:
        """Step back from a node; return the component that it completes."""
        self._path.pop()
        if self._lowest[place] == self._number[place]:
            members = [self._open.pop()]
            while members[-1] != place:
                members.append(self._open.pop())
            self.found.append(tuple(sorted(members)))
            return self.found[-1]
        before = self._path[-1][0]
        self._lowest[before] = min(self._lowest[before], self._lowest[place])
        return ()


def evaluate_cycle(
    program: Program, group: tuple[int, ...], streams: Mapping[int, StreamValue], state: State
) -> dict[int, StreamValue]:
    """Return the values of all streams that the nodes of a group write.

    What needs whole streams is done last, in the order of the program: stores, statements, extents.

    Args: streams: the values of the streams that enter the group, and perhaps of others.
    Errors: EvaluationFailed: R004 when the group waits for itself, else a failure of a node.
    """
    network = network_of(program, group, streams, state, PROCESSES)
    network.run()
    if network.blocked():
        raise _starved(program, network)
    made: dict[int, StreamValue] = {}
    for place in group:
        node = program.nodes[place]
        at = At(state, place, node)
        if isinstance(node.op, Assume | LinearOffChipStore | RandomOffChipStore):
            read = (made[value] if value in made else streams[value] for value in node.inputs)
            MEANING[node.op.name](node.op, tuple(read), at)
        for value in node.outputs:
            made[value] = network.outputs[value].gathering.value(state)
            _bind(at, value, made[value])
    return made


def _bind(at: At, value: int, made: StreamValue) -> None:
    """Bind the extents that a stream shows.

    Errors: EvaluationFailed (R002) for a feedback that lacks its shape: the checker lets an extent
        `_` of it stand for any other, also for one that takes several values.
    """
    stream = at.state.types[value]
    wrong = contradiction(stream, made, at.state.bindings)
    if wrong is not None and isinstance(at.node.op, Feedback):
        raise at.failure(
            "R002",
            f"the feedback does not have the shape `{shape_text(stream.shape)}`: {wrong}",
            "declare it with the type of the stream that closes it",
        )


def _starved(program: Program, network: Network) -> EvaluationFailed:
    """Return the exception for a group that waits for itself.

    Errors: EvaluationFailed (R001) where it waits for an extent that nothing decides.
    """
    feedbacks = [each.place for each in network.processes if _is_feedback(program, each)]
    # that a feedback waits is said by what it got; by itself it may be all that waits
    blocked = network.blocked()
    blocked = [each for each in blocked if not _is_feedback(program, each)] or blocked
    waits: list[Label] = []
    for process in blocked:
        node = program.nodes[process.place]
        if isinstance(process.waits, Undecided):
            At(network.state, process.place, node).extent(process.waits.dim)
        elif process.waits is not None:
            waits.append(Label(node.span, f"`{node.op.name}` waits for {process.waits.label}"))
    words = [_received(program, network, place) for place in feedbacks]
    words += [label.text for label in waits[:_NAMED_WAITS]]
    if len(waits) > _NAMED_WAITS:
        words.append(f"{len(waits) - _NAMED_WAITS} more wait")
    place = feedbacks[0] if feedbacks else blocked[0].place
    failure = At(network.state, place, program.nodes[place]).failure(
        "R004",
        f"the cycle waits for itself: {', '.join(words)}",
        "begin the cycle with elements from outside it, through an `EagerMerge` or a `Reassemble`",
    )
    labels = tuple(label for label in waits[:_NAMED_WAITS] if label.span != NOWHERE)
    return EvaluationFailed(replace(failure.diagnostic, labels=labels))


def _is_feedback(program: Program, process: Process) -> bool:
    return isinstance(program.nodes[process.place].op, Feedback)


def _received(program: Program, network: Network, place: int) -> str:
    value = program.nodes[place].outputs[0]
    count = len(network.outputs[value].gathering.elements)
    name = program.values[value].name or f"%{value}"
    return f"`{name}` got {count} element{'' if count == 1 else 's'}"
