"""A program while it is being put together: values, and the applications that make them."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.synth.formula import Formula
from agent.synth.reach import Fit, Reach, Reached, Way
from agent.synth.reading import Asked
from agent.synth.trees import Tree

_MOST_TRIED = 60_000
"""Operators that are tried on types for one answer; a usual stream takes 5000."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that is read, and the way on which it comes to the type that is needed."""

    value: int
    way: Way


@dataclass(frozen=True, slots=True)
class Application:
    """Functions applied to values: one, or as many as there are ways of a selector."""

    functions: tuple[int, ...]
    op: str
    """`Map`, `Accum`, `Scan`, or `route`."""
    rank: int
    sources: tuple[Taken, ...]
    control: Taken | None
    """The selectors of a route."""
    result: int
    """The type that is made."""


@dataclass(slots=True)
class Value:
    """A stream: an input, or what an application makes."""

    type: int
    maker: Application | None
    name: str
    """Of the input or of the function."""
    kind: str
    """What its maker is to the grammar."""
    denotes: Tree | None
    """What it is in the formula."""
    is_passed: bool = False
    """Whether that was said of what it is made of, by a function that the formula passes over."""
    reads: int = 0


@dataclass(slots=True)
class Problem:
    """All that stays the same while programs for a task are drawn."""

    asked: Asked
    reach: Reach
    formula: Formula
    kinds: tuple[tuple[str, str], ...]
    """Two names of every function in the grammar: by its body, and by its types."""
    groups: tuple[tuple[int, ...], ...]
    """Functions of one signature in a row: what a selector may choose from."""
    order: tuple[int, ...]
    """Functions in the order in which the prose speaks of them."""


class Exhausted(Exception):
    """An answer takes more work than it may."""


@dataclass(slots=True)
class Meter:
    """The work of one answer; what is remembered from others counts as if it were done again."""

    limit: int
    """Steps: options that are weighed, shapes that are compared."""
    steps: int = 0
    _tried: int = 0
    _types: set[int] = field(default_factory=set)

    def spend(self, steps: int) -> None:
        """Count steps. Errors: Exhausted."""
        self.steps += steps
        if self.steps > self.limit:
            raise Exhausted

    def looks(self, number: int, reach: Reach) -> bool:
        """Whether a type may become others: not where too many were looked at before it."""
        if number not in self._types:
            if self._tried >= _MOST_TRIED:
                return False
            self._types.add(number)
            self._tried += reach.of(number).tried
        return True


@dataclass(slots=True)
class State:
    """Values so far, and how often each function was applied."""

    problem: Problem
    meter: Meter
    values: list[Value]
    used: list[int]
    applied: list[Application] = field(default_factory=list)
    outputs: tuple[Taken, ...] = ()
    last: int = -1
    """The function that was applied last."""
    known: set[Tree | None] = field(default_factory=set)
    """What the values are in the formula."""
    fed: set[int] = field(default_factory=set)
    """Functions all of whose parameters find a value; values only become more."""

    def unread(self) -> list[int]:
        """Return the values that nothing reads yet."""
        return [place for place, value in enumerate(self.values) if not value.reads]


def reached(state: State, value: int) -> Reached:
    """Return what a value can become."""
    number, reach = state.values[value].type, state.problem.reach
    return reach.of(number) if state.meter.looks(number, reach) else reach.as_it_is(number)


def fit(state: State, value: int, function: int, place: int) -> Fit:
    """Return how a value stands for parameters of a function from a place on."""
    number, reach = state.values[value].type, state.problem.reach
    return reach.fit(number, function, place, looks=state.meter.looks(number, reach))


def begun(problem: Problem, meter: Meter) -> State:
    """Return the state in which there are only the inputs."""
    types, leaves = problem.reach.types, problem.formula.leaves
    values = [
        Value(types.number(stream), None, name, "input", leaves.get(name))
        for name, stream in problem.asked.inputs
    ]
    known = {value.denotes for value in values}
    return State(problem, meter, values, [0] * len(problem.asked.functions), known=known)


def add(state: State, application: Application) -> None:
    """Put the value that an application makes to the others."""
    reads = [*application.sources, *([application.control] if application.control else [])]
    for each in reads:
        state.values[each.value].reads += 1
    for function in application.functions:
        state.used[function] += 1
    function = application.functions[-1]
    state.last = function
    state.applied.append(application)
    problem = state.problem
    name = problem.asked.functions[application.functions[0]].name
    kind = problem.kinds[application.functions[0]][0]
    denotes, is_passed = _denoted(state, application)
    state.known.add(denotes)
    state.values.append(Value(application.result, application, name, kind, denotes, is_passed))


def _denoted(state: State, application: Application) -> tuple[Tree | None, bool]:
    """Return what the result is in the formula, and whether the formula passes the function over.

    What is passed over changes nothing.
    """
    taken = tuple(state.values[each.value].denotes for each in application.sources)
    ways = [each for one in application.functions for each in state.problem.formula.ways[one]]
    for wanted, made in ways:
        if wanted == taken:
            return made, False
    known = [each for each in taken if each is not None]
    return (None, False) if ways or not known else (known[0], True)
