"""Drawing programs: choices one after the other, and from the beginning where there is no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from agent.synth.features import Form, Move, Option, Slot
from agent.synth.grammar import Guide
from agent.synth.options import (
    application_of,
    controls,
    forms,
    moves,
    outputs,
    routes,
    sources,
)
from agent.synth.state import Exhausted, Meter, Problem, State, Taken, add, begun


class DeadEnd(Exception):
    """There is no choice left."""


@dataclass(slots=True)
class Draw:
    """One program that is being drawn."""

    state: State
    guide: Guide

    def program(self) -> State:
        """Draw choices to the end. Errors: DeadEnd."""
        most = 2 * len(self.state.used) + 3
        while len(self.state.applied) <= most:
            found = moves(self.state)
            move, _ = found[self._pick([option for _, option in found])]
            if move.kind == "finish":
                self._finish()
                return self.state
            self._apply(move)
        raise DeadEnd

    def _pick(self, options: list[Option]) -> int:
        if not options:
            raise DeadEnd
        return self.guide.drawn(options)

    def _apply(self, move: Move) -> None:
        chosen = self._sources(move.functions)
        if move.kind == "route":
            selectors = controls(self.state, len(move.functions))
            control = selectors[self._pick([option for _, option in selectors])][0]
            found = routes(self.state, move.functions, chosen, control)
        else:
            found = forms(self.state, move.functions[0], chosen)
        form: Form = found[self._pick([option for _, option in found])][0]
        add(self.state, application_of(move.functions, chosen, form))

    def _sources(self, functions: tuple[int, ...]) -> tuple[int, ...]:
        chosen: tuple[int, ...] = ()
        place, count = 0, len(self.state.problem.reach.types.inputs[functions[0]])
        while place < count:
            found = sources(self.state, Slot(functions, place, chosen))
            value, width, _ = found[self._pick([option for _, _, option in found])]
            chosen = (*chosen, value)
            place += width
        return chosen

    def _finish(self) -> None:
        taken: tuple[Taken, ...] = ()
        for place in range(len(self.state.problem.asked.results)):
            found = outputs(self.state, place, tuple(each.value for each in taken))
            taken = (*taken, found[self._pick([option for _, option in found])][0])
        for each in taken:
            self.state.values[each.value].reads += 1
        if self.state.unread():
            raise DeadEnd
        self.state.outputs = taken


def draw(problem: Problem, guide: Guide, meter: Meter) -> State | None:
    """Draw one program; None where the choices led nowhere. Errors: Exhausted."""
    try:
        return Draw(begun(problem, meter), guide).program()
    except DeadEnd:
        return None


def draws(problem: Problem, guide: Guide, meter: Meter) -> Iterator[State]:
    """Draw whole programs, as many as the work allows."""
    with suppress(Exhausted):
        while True:
            # even a draw that weighs nothing is work
            meter.spend(1)
            state = draw(problem, guide, meter)
            if state is not None:
                yield state
