"""A program that is there, told as the choices by which it would have been drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.synth.features import Move, Option, Slot, of_whole
from agent.synth.options import controls, forms, moves, outputs, routes, sources
from agent.synth.reach import Way
from agent.synth.state import Application, Exhausted, Meter, Problem, State, Taken, add, begun
from aspl.checker import Checked
from aspl.functions.function import Declared
from aspl.ops.base import Op
from aspl.program import Node

_MOST_STEPS = 20_000


class Foreign(Exception):
    """A part of a program that is drawn by no choices."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen among several options."""

    options: tuple[Option, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class Told:
    """A program as choices, and what speaks for it as a whole, if there is no other part."""

    choices: tuple[Choice, ...]
    whole: Option | None


@dataclass(slots=True)
class Replay:
    """One program, node by node."""

    checked: Checked
    state: State
    places: dict[int, int] = field(default_factory=dict)
    """The value of the state that a stream of the program is."""
    writers: dict[int, Node] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)

    def __post_init__(self) -> None:
        program = self.checked.program
        self.writers = {value: node for node in program.nodes for value in node.outputs}
        streams = [each.value for each in program.inputs if each.value is not None]
        self.places = {value: place for place, value in enumerate(streams)}

    def told(self) -> Told:
        """Return the choices, up to the first part that no choice leads to."""
        try:
            for node in self.checked.program.nodes:
                if node.op.name in ("Map", "Accum", "Scan") and not self._is_branch(node):
                    self._application(node)
                elif node.op.name == "Reassemble":
                    self._route(node)
            self._finish()
        except (Foreign, Exhausted):
            return Told(tuple(self.choices), None)
        return Told(tuple(self.choices), of_whole(self.state))

    def _is_branch(self, node: Node) -> bool:
        writer = self.writers.get(node.inputs[0])
        return writer is not None and writer.op.name == "Partition"

    def _chose(self, options: list[Option], chosen: int | None) -> None:
        if chosen is not None and len(options) > 1:
            self.choices.append(Choice(tuple(options), chosen))

    def _function(self, node: Node) -> int:
        function = getattr(node.op, "fn", None)
        functions = self.state.problem.asked.functions
        if not isinstance(function, Declared) or function not in functions:
            raise Foreign
        return functions.index(function)

    def _traced(self, stream: int, to: int) -> Taken:
        """Return the value that a stream comes from, and the way to its type."""
        ops: list[Op] = []
        while stream not in self.places:
            node = self.writers.get(stream)
            if node is None or node.op.name in ("Zip", "Partition"):
                raise Foreign
            if node.op.name != "Broadcast":
                ops.append(node.op)
            stream = node.inputs[0]
        place = self.places[stream]
        number = self.state.problem.reach.types.number(self.checked.types[to])
        return Taken(place, Way(number, 0.0, tuple(reversed(ops))))

    def _read(self, stream: int) -> list[Taken]:
        """Return the values behind a stream, where they were zipped, in their order."""
        node = self.writers.get(stream)
        if stream not in self.places and node is not None and node.op.name == "Zip":
            return [each for one in node.inputs for each in self._read(one)]
        return [self._traced(stream, stream)]

    def _application(self, node: Node) -> None:
        function = self._function(node)
        taken = [each for one in node.inputs for each in self._read(one)]
        self._move(Move("use", (function,)))
        chosen = self._sources((function,), taken)
        number = self.state.problem.reach.types.number(self.checked.types[node.outputs[0]])
        rank = getattr(node.op, "rank", 1)
        found = forms(self.state, function, chosen)
        wanted = (node.op.name, rank, tuple(each.way.target for each in taken), number)
        keys = [
            (form.op, form.rank, tuple(way.target for way in form.ways), form.result)
            for form, _ in found
        ]
        self._chose([option for _, option in found], _place(keys, wanted))
        self._add(node, Application((function,), node.op.name, rank, tuple(taken), None, number))

    def _add(self, node: Node, application: Application) -> None:
        add(self.state, application)
        self.places[node.outputs[0]] = len(self.state.values) - 1

    def _move(self, move: Move) -> None:
        found = moves(self.state)
        self._chose([option for _, option in found], _place([each for each, _ in found], move))

    def _sources(self, functions: tuple[int, ...], taken: list[Taken]) -> tuple[int, ...]:
        chosen: tuple[int, ...] = ()
        place, count = 0, len(self.state.problem.reach.types.inputs[functions[0]])
        for each in taken:
            if place >= count:
                raise Foreign
            found = sources(self.state, Slot(functions, place, chosen))
            at = _place([value for value, _, _ in found], each.value)
            if at is None:
                raise Foreign
            self._chose([option for _, _, option in found], at)
            chosen = (*chosen, each.value)
            place += found[at][1]
        if place != count:
            raise Foreign
        return chosen

    def _route(self, node: Node) -> None:
        *branches, control = node.inputs
        maps = [self.writers.get(each) for each in branches]
        nodes = [each for each in maps if each is not None and each.op.name == "Map"]
        if len(nodes) < len(branches):
            raise Foreign
        functions = tuple(map(self._function, nodes))
        parts = {id(self.writers.get(each.inputs[0])) for each in nodes}
        part = self.writers.get(nodes[0].inputs[0])
        if part is None or part.op.name != "Partition" or len(parts) > 1:
            raise Foreign
        selectors = self._traced(control, control)
        taken = self._read(part.inputs[0])
        self._move(Move("route", functions))
        chosen = self._sources(functions, taken)
        found = controls(self.state, len(functions))
        at = _place([value for value, _ in found], selectors.value)
        self._chose([option for _, option in found], at)
        types = self.state.problem.reach.types
        made = types.number(self.checked.types[node.outputs[0]])
        ways = routes(self.state, functions, chosen, selectors.value)
        wanted = tuple(each.way.target for each in taken)
        keys = [tuple(way.target for way in form.ways) for form, _ in ways]
        self._chose([option for _, option in ways], _place(keys, wanted))
        self._add(node, Application(functions, "route", 1, tuple(taken), selectors, made))

    def _finish(self) -> None:
        self._move(Move("finish"))
        taken: tuple[Taken, ...] = ()
        for place, result in enumerate(self.checked.program.results):
            found = outputs(self.state, place, tuple(each.value for each in taken))
            value = self._traced(result, result).value
            at = _place([each.value for each, _ in found], value)
            if at is None:
                raise Foreign
            self._chose([option for _, option in found], at)
            taken = (*taken, found[at][0])
        self.state.outputs = taken


def _place(found: Sequence[object], wanted: object) -> int | None:
    return found.index(wanted) if wanted in found else None


def replayed(checked: Checked, problem: Problem) -> Told:
    """Return the choices that lead to a program of a task."""
    return Replay(checked, begun(problem, Meter(_MOST_STEPS))).told()
