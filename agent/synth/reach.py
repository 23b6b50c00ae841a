"""Chains of operators from one type to others, the most likely one to each."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.synth.chains import BEGIN, Costs
from agent.synth.ground import Types
from aspl.functions.fitting import fits, has_wild
from aspl.functions.function import Param
from aspl.ops.base import Op
from aspl.types import Element, Tuple, leaves

_MOST_OPS = 6
_MOST_TYPES = 120
_MOST_TRIED = 8_000
"""Operators that are tried for the ways from one type."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a stream comes to another type."""

    target: int
    cost: float
    """Minus the logarithm of its probability, beside the shortest way."""
    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """All types that a stream can come to."""

    by_element: Mapping[Element, tuple[Way, ...]]
    """By element type, the likely first."""
    by_type: Mapping[int, Way]
    tried: int
    """Operators that were tried for it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a stream stands for parameters of a function, from one of them on."""

    width: int
    """How many it stands for, as a tuple may for several; 0 where it fits none."""
    ways: tuple[Way, ...]


_NO_FIT = Fit(0, ())


@dataclass(slots=True)
class Reach:
    """What every type of a task can become, under the costs of one grammar."""

    types: Types
    costs: Costs
    _known: dict[int, Reached] = field(default_factory=dict)
    _fits: dict[tuple[int, int, int, bool], Fit] = field(default_factory=dict)

    def of(self, source: int) -> Reached:
        """Return what a type can become."""
        found = self._known.get(source)
        if found is None:
            found = self._known[source] = self._search(source)
        return found

    def fit(self, source: int, function: int, place: int, *, looks: bool) -> Fit:
        """Return how a type stands for parameters of a function from a place on.

        Args: looks: whether it may become another type first.
        """
        key = (source, function, place, looks)
        found = self._fits.get(key)
        if found is None:
            reached = self.of(source) if looks else self.as_it_is(source)
            params = self.types.inputs[function][place:]
            found = self._fits[key] = self._fitted(source, reached, params)
        return found

    def as_it_is(self, source: int) -> Reached:
        """Return a type that becomes no other."""
        way = Way(source, 0.0, ())
        return Reached({self.types.elements[source]: (way,)}, {source: way}, 0)

    def _fitted(self, source: int, reached: Reached, params: tuple[Param, ...]) -> Fit:
        by_element = reached.by_element
        element = self.types.elements[source]
        parts = leaves(element)
        if isinstance(element, Tuple) and parts == tuple(
            each.type for each in params[: len(parts)]
        ):
            return Fit(len(parts), by_element[element])
        wanted = params[0].type
        if not has_wild(wanted):
            ways = by_element.get(wanted, ())
        else:
            ground = self.types.ground
            taken = [each for each in by_element if fits(wanted, each, ground)]
            every = [way for each in taken for way in by_element[each]]
            ways = tuple(sorted(every, key=lambda way: way.cost))
        return Fit(1, ways) if ways else _NO_FIT

    def _search(self, source: int) -> Reached:
        best: dict[int, Way] = {}
        # a number tells entries of one cost apart, in the order in which they came
        waiting: list[tuple[float, int, int, tuple[Op, ...]]] = [(0.0, 0, source, ())]
        count = tried = 0
        while waiting and len(best) < _MOST_TYPES and tried < _MOST_TRIED:
            cost, _, at, ops = heapq.heappop(waiting)
            if at in best:
                continue
            best[at] = Way(at, cost, ops)
            if len(ops) == _MOST_OPS:
                continue
            tried += self.types.tried(at)
            before = ops[-1].name if ops else BEGIN
            for step in self.types.steps(at):
                if step.target not in best:
                    count += 1
                    more = self.costs.of(before, step.op.name)
                    heapq.heappush(waiting, (cost + more, count, step.target, (*ops, step.op)))
        by_element: dict[Element, list[Way]] = {}
        for way in best.values():
            by_element.setdefault(self.types.elements[way.target], []).append(way)
        frozen = {element: tuple(ways) for element, ways in by_element.items()}
        return Reached(frozen, best, tried)
