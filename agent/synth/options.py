"""The choices that there are at each point of drawing a program, all of them well-typed."""

from __future__ import annotations

from collections.abc import Iterator

from agent.synth.features import Form, Move, Option, Slot, of_control, of_form, of_move, of_output
from agent.synth.features import of_source as weighed_source
from agent.synth.reach import Way
from agent.synth.state import Application, State, Taken, fit, reached
from aspl.ops.routing import Partition, Reassemble
from aspl.types import Selector, Stream, Tuple

_MOST_FORMS = 12
_MOST_SHAPES = 40


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
    state.meter.spend(len(found))
    return [(move, of_move(move, state)) for move in found]


def _is_fed(state: State, function: int) -> bool:
    """Whether every parameter finds a value."""
    if function not in state.fed:
        count = len(state.problem.reach.types.inputs[function])
        covered = 0
        # a tuple may stand for several parameters
        for place in range(count):
            widths = (fit(state, each, function, place).width for each in range(len(state.values)))
            widest = max(widths, default=0)
            if covered <= place and not widest:
                return False
            covered = max(covered, place + widest)
        if not count:
            return False
        state.fed.add(function)
    return True


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
    numbers = state.problem.reach.types.results
    found = [reached(state, value).by_type for value in range(len(state.values))]
    if not all(any(number in found[value] for number in numbers) for value in unread):
        return False
    return all(any(number in each for each in found) for number in numbers)


def sources(state: State, slot: Slot) -> list[tuple[int, int, Option]]:
    """Return the values that may stand for a parameter: value, parameters covered, weight."""
    found = []
    for value in range(len(state.values)):
        taken = fit(state, value, slot.functions[0], slot.place)
        if taken.width:
            option = weighed_source(slot, value, taken.width, taken.ways[0].cost, state)
            found.append((value, taken.width, option))
    state.meter.spend(len(found))
    return found


def _ways(state: State, function: int, chosen: tuple[int, ...]) -> list[tuple[Way, ...]]:
    """Return the ways on which each chosen value comes to what its parameters take."""
    found: list[tuple[Way, ...]] = []
    place = 0
    for value in chosen:
        taken = fit(state, value, function, place)
        found.append(taken.ways)
        place += taken.width
    return found


def _meetings(state: State, options: list[tuple[Way, ...]]) -> Iterator[tuple[Way, ...]]:
    """Walk the shapes that all values can come to, with the way of each."""
    streams = state.problem.reach.types.streams
    first, *others = options
    tables = [{streams[way.target].shape: way for way in reversed(ways)} for ways in others]
    for way in first[:_MOST_SHAPES]:
        state.meter.spend(1)
        shape = streams[way.target].shape
        if all(shape in table for table in tables):
            yield (way, *(table[shape] for table in tables))


def forms(state: State, function: int, chosen: tuple[int, ...]) -> list[tuple[Form, Option]]:
    """Return the operators and shapes in which a function takes the chosen values."""
    types = state.problem.reach.types
    params = state.problem.asked.functions[function].params
    is_fold = params[-1].init is not None
    ways = _ways(state, function, chosen)
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
    ways = _ways(state, functions[0], chosen)
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
    number = state.problem.reach.types.results[place]
    due = [each for each in state.unread() if each not in taken]
    # what nothing reads has to be returned while there is a place for it
    pressed = len(due) >= len(results) - place
    found = []
    for value in due if pressed else range(len(state.values)):
        way = reached(state, value).by_type.get(number)
        if way is not None:
            option = of_output(place, value, way.cost, taken, state)
            found.append((Taken(value, way), option))
    state.meter.spend(len(found))
    return found


def application_of(functions: tuple[int, ...], chosen: tuple[int, ...], form: Form) -> Application:
    """Return the application of functions to chosen values in a form."""
    taken = tuple(Taken(value, way) for value, way in zip(chosen, form.ways, strict=True))
    return Application(functions, form.op, form.rank, taken, form.control, form.result)
