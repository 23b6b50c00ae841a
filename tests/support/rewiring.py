"""Programs changed for a law: a broadcast left out, another order of arrival."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from growth.choices import Choices

from aspl.checker import Checked
from aspl.dims import Atom, Dim, Extent, extent
from aspl.ops.extents import with_dims_changed
from aspl.ops.routing import EagerMerge, Reassemble
from aspl.program import Node, Program
from aspl.reference.evaluate import Evaluation
from aspl.values.column import Dense


def bypassed(program: Program, place: int) -> Program:
    """Leave a broadcast out: who read a copy reads the stream itself."""
    gone = program.nodes[place]
    (source,) = gone.inputs
    kept = [value for value in range(len(program.values)) if value not in gone.outputs]
    numbers = {value: number for number, value in enumerate(kept)}
    numbers |= dict.fromkeys(gone.outputs, numbers[source])

    def renumbered(atom: Atom) -> Dim | None:
        if not isinstance(atom, Extent):
            return None
        return extent(numbers[atom.value], atom.axis, atom.label)

    def moved(node: Node) -> Node:
        return replace(
            node,
            op=with_dims_changed(node.op, lambda dim: dim.replace(renumbered)),
            inputs=tuple(numbers[value] for value in node.inputs),
            outputs=tuple(numbers[value] for value in node.outputs),
        )

    return replace(
        program,
        inputs=tuple(
            each if each.value is None else replace(each, value=numbers[each.value])
            for each in program.inputs
        ),
        nodes=tuple(moved(node) for node in program.nodes if node is not gone),
        results=tuple(numbers[value] for value in program.results),
        values=tuple(program.values[value] for value in kept),
    )


def reordered(checked: Checked, evaluation: Evaluation, choose: Choices) -> dict[int, list[int]]:
    """Choose another order for one operator that takes chunks as they arrive, if there is one."""
    nodes = checked.program.nodes
    places = [
        place for place, node in enumerate(nodes) if isinstance(node.op, EagerMerge | Reassemble)
    ]
    if not places:
        return {}
    place = choose.of(places)
    node = nodes[place]
    if isinstance(node.op, EagerMerge):
        counts = [evaluation.streams[value].nest.count(1) for value in node.inputs]
        sources = [number for number, count in enumerate(counts) for _ in range(count)]
        return {place: _shuffled(sources, choose)}
    order: list[int] = []
    for targets in _targets(evaluation, node.inputs[-1], len(node.inputs) - 1):
        order += _shuffled(targets, choose)
    return {place: order}


def _targets(evaluation: Evaluation, control: int, width: int) -> list[list[int]]:
    column = evaluation.streams[control].column
    assert isinstance(column, Dense)
    if column.data.ndim == 1:
        return [[int(each)] for each in column.data]
    return [np.flatnonzero(flags[:width]).tolist() for flags in column.data]


def _shuffled(items: list[int], choose: Choices) -> list[int]:
    left, found = list(items), []
    while left:
        found.append(left.pop(choose.of(range(len(left)))))
    return found
