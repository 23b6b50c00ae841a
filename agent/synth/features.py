"""What speaks for one choice or another while a program is drawn.

Every feature is of the kind that a reader goes by too: what is not used yet, what came last, what
has a like name, what the formula says, how short the way is, what other programs do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.synth.reach import Way
from agent.synth.reading import words_of
from agent.synth.state import State, Taken, fit
from agent.synth.trees import Tree

Features: TypeAlias = dict[str, float]
Link: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Option:
    """One choice: its features, and the links to other programs that it would repeat."""

    features: Features
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """What to do next: apply functions, one or a row of them behind a selector; or return."""

    kind: Literal["use", "route", "finish"]
    functions: tuple[int, ...] = ()


def of_move(move: Move, state: State) -> Option:
    """Weigh what to do next."""
    problem = state.problem
    if move.kind == "finish":
        left = sum(1 for each in state.used if not each)
        roots = {root for root in problem.formula.results if root[0]}
        is_told = any(value.denotes in roots for value in state.values if value.maker)
        features = {"finish": 1.0, "finish.unused": float(left), "finish.told": float(is_told)}
        return Option(features, (("end", _kind(state)),))
    first = move.functions[0]
    features = _again(move, state)
    if move.kind == "route":
        features["route"] = 1.0
    elif any(first in group for group in problem.groups):
        features["grouped"] = 1.0
    unused = [each for each in range(len(state.used)) if not state.used[each]]
    if unused and first == unused[0]:
        features["declared.next"] = 1.0
    told = next((each for each in problem.order if not state.used[each]), -1)
    if told == first:
        features["told.next"] = 1.0
    if _takes_unread(first, state):
        features["takes.unread"] = 1.0
    ways = problem.formula.ways[first]
    if ways:
        known = state.known
        ready = any(_is_new(wanted, made, known) for wanted, made in ways)
        features["formula.ready" if ready else "formula.waits"] = 1.0
        last = state.values[-1].denotes
        if any(last in wanted and _is_new(wanted, made, known) for wanted, made in ways):
            features["formula.next"] = 1.0
    body, types = problem.kinds[first]
    return Option(features, (("then", _kind(state), body), ("then", _kind(state), types)))


def _again(move: Move, state: State) -> Features:
    """Weigh that a function is applied once more; the formula may need it as often."""
    first = move.functions[0]
    again = max(state.used[each] for each in move.functions)
    if not again:
        return {}
    ways = state.problem.formula.ways[first]
    if len({made for _, made in ways}) > again:
        return {"again.told": 1.0}
    if not ways and _feeds(first, state):
        return {"again.feeds": float(min(again, 3))}
    return {"again": float(min(again, 3))}


def _feeds(function: int, state: State) -> bool:
    """Whether a function that the formula needs once more has a parameter of a like name."""
    problem = state.problem
    words = set(words_of(problem.asked.functions[function].name))
    return any(
        words & set(words_of(param.name))
        for each, ways in zip(problem.asked.functions, problem.formula.ways, strict=True)
        if any(made not in state.known for _, made in ways)
        for param in each.params
        if param.init is None
    )


def _kind(state: State) -> str:
    return "" if state.last < 0 else state.problem.kinds[state.last][0]


def _is_new(wanted: tuple[Tree, ...], made: Tree, known: set[Tree | None]) -> bool:
    return made not in known and all(each in known for each in wanted)


def _takes_unread(function: int, state: State) -> bool:
    """Whether a value that nothing reads yet is what one of the parameters takes, as it is."""
    places = range(len(state.problem.reach.types.inputs[function]))
    unread = state.unread()
    for place in places:
        for each in unread:
            taken = fit(state, each, function, place)
            if taken.width == 1 and taken.ways[0].target == state.values[each].type:
                return True
    return False


@dataclass(frozen=True, slots=True)
class Form:
    """How functions are applied: the operator, and the ways on which their values come."""

    op: str
    rank: int
    ways: tuple[Way, ...]
    result: int
    control: Taken | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for an argument: a function, its parameters from a place on, what came before."""

    functions: tuple[int, ...]
    place: int
    chosen: tuple[int, ...]
    """Values that stand for the parameters before."""


def of_source(slot: Slot, value: int, width: int, cost: float, state: State) -> Option:
    """Weigh which value stands for a parameter, or, of tuples, for several."""
    problem, given = state.problem, state.values[value]
    function = problem.asked.functions[slot.functions[0]]
    features = {"source.cost": cost}
    if given.reads or value in slot.chosen:
        features["source.read"] = 1.0
    if value == len(state.values) - 1:
        features["source.last"] = 1.0
    if given.maker is None:
        features["source.input"] = 1.0
    elif set(given.maker.functions) & set(slot.functions):
        features["source.itself"] = 1.0
    if width > 1:
        features["source.wide"] = 1.0
    if given.is_passed:
        features["source.passed"] = 1.0
    if value in slot.chosen:
        features["source.twice"] = 1.0
    elif slot.chosen and value > slot.chosen[-1]:
        features["source.order"] = 1.0
    features.update(_names(function.params[slot.place].name, given.name))
    told = _formula_says(slot, value, state)
    if told is not None:
        features["source.formula" if told else "source.other"] = 1.0
    body, types = problem.kinds[slot.functions[0]]
    place = str(slot.place)
    maker = state.values[value].kind
    return Option(features, (("link", maker, body, place), ("link", maker, types, place)))


def _names(param: str, name: str) -> Features:
    if param == name:
        return {"name.same": 1.0}
    words, others = words_of(param), words_of(name)
    if set(words) & set(others):
        return {"name.word": 1.0}
    if words and others and any(each.startswith(words[0]) for each in others):
        return {"name.begins": 1.0}
    return {}


def _formula_says(slot: Slot, value: int, state: State) -> bool | None:
    """Whether the formula puts this value here; None where it does not speak of the function."""
    ways = [each for one in slot.functions for each in state.problem.formula.ways[one]]
    if not ways:
        return None
    taken = [*(state.values[each].denotes for each in slot.chosen), state.values[value].denotes]
    if any(each is None for each in taken):
        return False
    return any(list(wanted[: len(taken)]) == taken for wanted, _ in ways)


def of_control(value: int, cost: float, state: State) -> Option:
    """Weigh which selectors send values on their ways."""
    given = state.values[value]
    features = {"control.cost": cost, "control.read": float(bool(given.reads))}
    features["control.last"] = float(value == len(state.values) - 1)
    return Option(features)


def of_form(form: Form, functions: tuple[int, ...], state: State) -> Option:
    """Weigh how functions are applied, and in what shape."""
    op, rank, result = form.op, form.rank, form.result
    left = [each for each, used in enumerate(state.used) if not used and each not in functions]
    types = state.problem.reach.types
    shapes = [each.shape for each in state.problem.asked.results]
    made = types.streams[result]
    cost = sum(way.cost for way in form.ways)
    features = {f"form.{op}": 1.0, "form.cost": cost}
    if op != "Map":
        features["form.rank"] = float(rank - 1)
    if made in state.problem.asked.results:
        features["form.early" if left else "form.result"] = 1.0
    elif made.shape in shapes:
        features["form.shape"] = 1.0
    if op == "route":
        return Option(features)
    body, kinds = state.problem.kinds[functions[0]]
    return Option(features, (("form", body, op, str(rank)), ("form", kinds, op, str(rank))))


def of_output(place: int, value: int, cost: float, taken: Sequence[int], state: State) -> Option:
    """Weigh which value is returned."""
    given, wanted = state.values[value], state.problem.formula.results
    features = {"output.cost": cost}
    if given.reads or value in taken:
        features["output.read"] = 1.0
    if value == len(state.values) - 1:
        features["output.last"] = 1.0
    if place < len(wanted) and wanted[place][0]:
        features["output.told" if given.denotes == wanted[place] else "output.other"] = 1.0
    return Option(features, (("out", given.kind),))


def of_whole(state: State) -> Option:
    """Weigh a program that is whole: what no choice on the way could see."""
    wanted = state.problem.formula.results
    taken = [each.way.cost for each in state.outputs]
    for application in state.applied:
        taken += [each.way.cost for each in application.sources]
    told = [
        state.values[each.value].denotes == root
        for each, root in zip(state.outputs, wanted, strict=False)
        if root[0]
    ]
    again = sum(max(each - 1, 0) for each in state.used)
    features = {"whole.cost": sum(taken), "whole.again": float(again)}
    if told:
        features["whole.told" if all(told) else "whole.other"] = 1.0
    return Option(features)
