"""Which operators stand behind which, between functions: counted in programs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from agent.synth.ground import CONVERTERS
from aspl.diagnostics import Findings
from aspl.ops.table import OPS
from aspl.program import Node, Program
from aspl.text.parse import parse

BEGIN = ""
END = "."
_NAMES = frozenset(op.name for op in CONVERTERS)
_PASSED_OVER = frozenset(("Broadcast", "Zip"))
_SMOOTHING = 3.0
"""How many observations the uniform distribution counts for: assumed."""

Pair = tuple[str, str]


def pairs_of(program: Program) -> Counter[Pair]:
    """Count the operators behind one another on the ways to all functions and results."""
    writers = {value: node for node in program.nodes for value in node.outputs}
    readers = [node for node in program.nodes if node.op.name not in _NAMES | _PASSED_OVER]
    ends = [value for node in readers for value in node.inputs] + list(program.results)
    found: Counter[Pair] = Counter()
    for end in ends:
        for stream in _unzipped(end, writers):
            found.update(_way(stream, writers))
    return found


def _unzipped(stream: int, writers: Mapping[int, Node]) -> list[int]:
    node = writers.get(stream)
    if node is not None and node.op.name == "Zip":
        return [each for one in node.inputs for each in _unzipped(one, writers)]
    return [stream]


def _way(stream: int, writers: Mapping[int, Node]) -> list[Pair]:
    names = [END]
    node = writers.get(stream)
    while node is not None and node.inputs and node.op.name in _NAMES | {"Broadcast"}:
        if node.op.name != "Broadcast":
            names.append(node.op.name)
        node = writers.get(node.inputs[0])
    names.append(BEGIN)
    names.reverse()
    return list(pairwise(names))


@cache
def manual_pairs() -> Mapping[Pair, int]:
    """Count the operators behind one another in the manual's examples."""
    found: Counter[Pair] = Counter()
    for op in OPS.values():
        program = parse(op.example.text, Findings())
        if program is not None:
            found.update(pairs_of(program))
    return found


@dataclass(frozen=True, slots=True)
class Costs:
    """Minus the logarithm of how likely an operator is behind another."""

    pairs: Mapping[Pair, float]
    others: Mapping[str, float]
    """Of an operator that never stood behind this one."""
    unseen: float
    """Behind an operator that never stood anywhere."""

    def of(self, before: str, name: str) -> float:
        """Return the cost of an operator behind another."""
        cost = self.pairs.get((before, name))
        return self.others.get(before, self.unseen) if cost is None else cost


def costs_of(programs: Iterable[Mapping[Pair, int]]) -> Costs:
    """Return the costs by the counts of some programs and of the manual."""
    counts: Counter[Pair] = Counter(manual_pairs())
    for each in programs:
        counts.update(each)
    totals: Counter[str] = Counter()
    for (before, _), count in counts.items():
        totals[before] += count
    uniform = 1 / (len(_NAMES) + 1)
    pairs = {
        (before, name): -math.log((count + _SMOOTHING * uniform) / (totals[before] + _SMOOTHING))
        for (before, name), count in counts.items()
    }
    others = {
        before: -math.log(_SMOOTHING * uniform / (total + _SMOOTHING))
        for before, total in totals.items()
    }
    return Costs(pairs, others, -math.log(uniform))
