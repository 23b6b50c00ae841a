"""The choices that there are at each point of drawing a program, all of them well-typed."""

from __future__ import annotations

from collections.abc import Iterator

from agent.synth.features import Form, Move, Option, Slot, of_control, of_form, of_move, of_output
from agent.synth.features import of_source as weighed_source
from agent.synth.reach import Reached, Way
from agent.synth.state import Application, State, Taken
from aspl.functions.function import Param
from aspl.ops.routing import Partition, Reassemble
from aspl.types import Selector, Stream, Tuple, leaves

_MOST_FORMS = 12
_MOST_SHAPES = 40


def reached(state: State, value: int) -> Reached:
    """Return what a value can become; the work is counted once a program."""
    number = state.values[value].type
    found = state.problem.reach.of(number)
    if number not in state.charged:
        state.charged.add(number)
        state.steps += found.work
    return found


def inputs_of(state: State, function: int) -> tuple[Param, ...]:
    """Return the parameters of a function that streams stand for."""
    params = state.problem.asked.functions[function].params
    return tuple(each for each in params if each.init is None)


def moves(state: State) -> list[tuple[Move, Option]]:
    """Return what may come next."""
    functions = state.problem.asked.functions
    found = [Move("use", (each,)) for each in range(len(functions)) if _is_fed(state, each)]
    for group in state.problem.groups:
        for width in _widths(state):
            runs = [group[at : at + width] for at in range(len(group) - width + 1)]
            found += [Move("route", run) for run in runs if _is_fed(state, run[0])]
    if _may_finish(state):
        found.append(Move("finish"))
    state.steps += len(found)
    return [(move, of_move(move, state)) for move in found]


def _is_fed(state: State, function: int) -> bool:
    """Whether every parameter finds a value."""
    params = inputs_of(state, function)
    return bool(params) and all(
        any(_width(state, value, params, place) for value in range(len(state.values)))
        or _inside_tuple(state, params, place)
        for place in range(len(params))
    )


def _inside_tuple(state: State, params: tuple[Param, ...], place: int) -> bool:
    return any(
        _width(state, value, params, before) > place - before
        for before in range(place)
        for value in range(len(state.values))
    )


def _width(state: State, value: int, params: tuple[Param, ...], place: int) -> int:
    """Return how many parameters a value stands for from a place on; 0 if it does not fit."""
    found = reached(state, value)
    element = state.problem.reach.types.elements[state.values[value].type]
    if isinstance(element, Tuple):
        parts = leaves(element)
        wanted = tuple(each.type for each in params[place : place + len(parts)])
        if parts == wanted:
            return len(parts)
    return int(params[place].type in found.by_element)


def _widths(state: State) -> list[int]:
    """Return how many ways the selectors have that nothing was sent by yet."""
    found: dict[int, None] = {}
    for value in range(len(state.values)):
        element = state.problem.reach.types.elements[state.values[value].type]
        if isinstance(element, Selector):
            width = state.problem.reach.types.ground.bound(element.width)
            if width is not None:
                found[width] = None
    return list(found)


def _may_finish(state: State) -> bool:
    """Whether all that nothing reads can be returned."""
    results = state.problem.asked.results
    unread = state.unread()
    if len(unread) > len(results):
        return False
    numbers = [state.problem.reach.types.number(each) for each in results]
    for value in unread:
        if not any(number in reached(state, value).by_type for number in numbers):
            return False
    return all(
        any(number in reached(state, value).by_type for value in range(len(state.values)))
        for number in numbers
    )


def sources(state: State, slot: Slot) -> list[tuple[int, int, Option]]:
    """Return the values that may stand for a parameter: value, parameters covered, weight."""
    params = inputs_of(state, slot.functions[0])
    found = []
    for value in range(len(state.values)):
        width = _width(state, value, params, slot.place)
        if not width:
            continue
        element = state.problem.reach.types.elements[state.values[value].type]
        wanted = params[slot.place].type if width == 1 else element
        ways = reached(state, value).by_element.get(wanted) or ()
        if ways:
            found.append((value, width, weighed_source(slot, value, width, ways[0].cost, state)))
    state.steps += len(found)
    return found


def elements_taken(state: State, function: int, chosen: tuple[int, ...]) -> list[object]:
    """Return the element type in which each chosen value is read."""
    params = inputs_of(state, function)
    found: list[object] = []
    place = 0
    for value in chosen:
        width = _width(state, value, params, place)
        element = state.problem.reach.types.elements[state.values[value].type]
        found.append(element if width > 1 else params[place].type)
        place += width
    return found


def _meetings(state: State, options: list[tuple[Way, ...]]) -> Iterator[tuple[Way, ...]]:
    """Walk the shapes that all values can come to, with the way of each."""
    streams = state.problem.reach.types.streams
    first, *others = options
    tables = [{streams[way.target].shape: way for way in reversed(ways)} for ways in others]
    for way in first[:_MOST_SHAPES]:
        state.steps += 1
        shape = streams[way.target].shape
        if all(shape in table for table in tables):
            yield (way, *(table[shape] for table in tables))


def forms(state: State, function: int, chosen: tuple[int, ...]) -> list[tuple[Form, Option]]:
    """Return the operators and shapes in which a function takes the chosen values."""
    types = state.problem.reach.types
    params = state.problem.asked.functions[function].params
    is_fold = params[-1].init is not None
    wanted = elements_taken(state, function, chosen)
    ways = [
        reached(state, value).by_element.get(element, ())
        for value, element in zip(chosen, wanted, strict=True)
    ]
    found: list[tuple[float, Form]] = []
    for meeting in _meetings(state, ways):
        numbers = tuple(each.target for each in meeting)
        cost = sum(each.cost for each in meeting)
        rank = len(types.streams[numbers[0]].shape)
        tried = [("Map", 1)]
        if is_fold:
            tried = [("Accum", each) for each in range(1, rank)]
            tried += [("Scan", each) for each in range(1, rank)]
        if not is_fold and all(_can_wait(way) for way in meeting):
            continue
        for op, each in tried:
            made = types.applied(function, op, each, numbers)
            if made is not None:
                found.append((cost, Form(op, each, meeting, made)))
    found.sort(key=lambda pair: pair[0])
    kept = found[: _MOST_FORMS * (2 if is_fold else 1)]
    return [(form, of_form(form, (function,), state)) for _, form in kept]


def _can_wait(way: Way) -> bool:
    """Whether the last step of a way could as well be taken behind a function of one element."""
    return bool(way.ops) and way.ops[-1].name not in ("Bufferize", "Streamify")


def controls(state: State, width: int) -> list[tuple[int, Option]]:
    """Return the selectors of a number of ways."""
    types = state.problem.reach.types
    found = []
    for value, each in enumerate(state.values):
        element = types.elements[each.type]
        if isinstance(element, Selector) and types.ground.bound(element.width) == width:
            found.append((value, of_control(value, 0.0, state)))
    return found


def routes(
    state: State, functions: tuple[int, ...], chosen: tuple[int, ...], control: int
) -> list[tuple[Form, Option]]:
    """Return the shapes in which values are sent to functions, and come back."""
    wanted = elements_taken(state, functions[0], chosen)
    ways = [
        reached(state, value).by_element.get(element, ())
        for value, element in zip(chosen, wanted, strict=True)
    ]
    element = state.problem.reach.types.elements[state.values[control].type]
    ways.append(reached(state, control).by_element.get(element, ()))
    found: list[tuple[float, Form]] = []
    for meeting in _meetings(state, ways):
        cost = sum(each.cost for each in meeting)
        numbers = tuple(each.target for each in meeting)
        made = routed(state, functions, numbers, control)
        if made is not None:
            taken = Taken(control, meeting[-1])
            found.append((cost, Form("route", 1, meeting[:-1], made, taken)))
    found.sort(key=lambda pair: pair[0])
    return [(form, of_form(form, functions, state)) for _, form in found[:_MOST_FORMS]]


def routed(
    state: State, functions: tuple[int, ...], numbers: tuple[int, ...], control: int
) -> int | None:
    """Return the type of what comes back from the ways of a selector.

    Args: numbers: the types of the values that are sent, then that of the selectors.
    """
    types = state.problem.reach.types
    *values, selectors = (types.streams[each] for each in numbers)
    sent = values[0]
    if len(values) > 1:
        sent = Stream(Tuple(tuple(each.element for each in values)), values[0].shape)
    # the origin of a copy is the stream itself: both operators see one control
    types.ground.origins = (-1, control)
    parts = Partition(n=len(functions)).infer((sent, selectors), types.ground)
    if parts is None:
        return None
    back = [
        types.applied(function, "Map", 1, (types.number(part),))
        for function, part in zip(functions, parts, strict=True)
    ]
    made = [types.streams[each] for each in back if each is not None]
    if len(made) < len(functions):
        return None
    types.ground.origins = (*(-1 for _ in made), control)
    whole = Reassemble().infer((*made, selectors), types.ground)
    return None if not whole else types.number(whole[0])


def outputs(state: State, place: int, taken: tuple[int, ...]) -> list[tuple[Taken, Option]]:
    """Return the values that may be the result at a place, such that none is left unread."""
    results = state.problem.asked.results
    number = state.problem.reach.types.number(results[place])
    due = [each for each in state.unread() if each not in taken]
    # what nothing reads has to be returned while there is a place for it
    pressed = len(due) >= len(results) - place
    found = []
    for value in due if pressed else range(len(state.values)):
        way = reached(state, value).by_type.get(number)
        if way is not None:
            option = of_output(place, value, way.cost, taken, state)
            found.append((Taken(value, way), option))
    state.steps += len(found)
    return found


def application_of(functions: tuple[int, ...], chosen: tuple[int, ...], form: Form) -> Application:
    """Return the application of functions to chosen values in a form."""
    taken = tuple(Taken(value, way) for value, way in zip(chosen, form.ways, strict=True))
    return Application(functions, form.op, form.rank, taken, form.control, form.result)
