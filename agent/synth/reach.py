"""Chains of operators from one type to others, the most likely one to each."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.synth.chains import BEGIN, Costs
from agent.synth.ground import Types
from aspl.ops.base import Op

_MOST_OPS = 6
_MOST_TYPES = 120


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

    by_element: Mapping[object, tuple[Way, ...]]
    """By element type, the likely first."""
    by_type: Mapping[int, Way]
    work: int
    """How many types were looked at."""


@dataclass(slots=True)
class Reach:
    """What every type of a task can become, under the costs of one grammar."""

    types: Types
    costs: Costs
    _known: dict[int, Reached] = field(default_factory=dict)

    def of(self, source: int) -> Reached:
        """Return what a type can become."""
        found = self._known.get(source)
        if found is None:
            found = self._known[source] = self._search(source)
        return found

    def _search(self, source: int) -> Reached:
        best: dict[int, Way] = {}
        # a number tells entries of one cost apart, in the order in which they came
        waiting: list[tuple[float, int, int, tuple[Op, ...]]] = [(0.0, 0, source, ())]
        count = 0
        while waiting and len(best) < _MOST_TYPES:
            cost, _, at, ops = heapq.heappop(waiting)
            if at in best:
                continue
            best[at] = Way(at, cost, ops)
            if len(ops) == _MOST_OPS:
                continue
            before = ops[-1].name if ops else BEGIN
            for step in self.types.steps(at):
                if step.target not in best:
                    count += 1
                    more = self.costs.of(before, step.op.name)
                    heapq.heappush(waiting, (cost + more, count, step.target, (*ops, step.op)))
        by_element: dict[object, list[Way]] = {}
        for way in best.values():
            by_element.setdefault(self.types.elements[way.target], []).append(way)
        frozen = {element: tuple(ways) for element, ways in by_element.items()}
        return Reached(frozen, best, len(best))
