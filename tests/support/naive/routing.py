"""The routing operators on lists of chunks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from naive.extents import Refused
from naive.run import At
from naive.values import (
    Nested,
    at_depth,
    entries,
)


def _targets(selector: Any) -> list[int]:
    """Return the targets that a selector or an index names, in order."""
    if isinstance(selector, list):
        return [place for place, flag in enumerate(selector) if flag]
    return [int(selector)]


def partition(at: At, op: Any) -> Sequence[Nested]:
    x, control = at.reads
    depth = len(at.types[1].shape)
    outputs: list[list[Any]] = [[] for _ in range(op.n)]
    for chunk, selector in zip(entries(x, depth), entries(control, depth), strict=True):
        for target in _targets(selector):
            outputs[target].append(chunk)
    return outputs


def reassemble(at: At, op: Any) -> Sequence[Nested]:
    *inputs, control = at.reads
    left = [list(each) for each in inputs]
    given = at.run.orders.get(at.place)
    order = None if given is None else list(given)

    def collect(selector: Any) -> list[Any]:
        targets = _targets(selector)
        if order is not None:
            targets = [order.pop(0) for _ in targets]
        if any(not left[target] for target in targets):
            raise Refused("R005")
        return [left[target].pop(0) for target in targets]

    return [at_depth(collect, len(at.types[-1].shape), control)]


def eager_merge(at: At, op: Any) -> Sequence[Nested]:
    inputs = at.reads
    order = at.run.orders.get(at.place)
    if order is None:
        longest = max(map(len, inputs))
        turns = product(range(longest), range(len(inputs)))
        order = [place for turn, place in turns if turn < len(inputs[place])]
    left = [list(each) for each in inputs]
    data = [left[place].pop(0) for place in order]
    return [data, [[each == place for each in range(len(inputs))] for place in order]]


def parallelize(at: At, op: Any) -> Sequence[Nested]:
    (x,) = at.reads
    return [x[place :: op.n] for place in range(op.n)]


def broadcast(at: At, op: Any) -> Sequence[Nested]:
    return [at.reads[0] for _ in range(op.n)]
