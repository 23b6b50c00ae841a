"""Simulated programs held against the reference: every stream, token by token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from aspl.checker import Checked
from aspl.reference.evaluate import evaluate
from aspl.types import Buffer, Element, Tile
from aspl.values.column import Dense, Packed, Record, valid_rows
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue
from compiler.compiled import Compiled
from simulator.engine import layout as at
from simulator.machine import MachineConfig
from simulator.simulate import Simulation, simulate

Ints = np.ndarray[Any, np.dtype[np.int64]]


def simulated(compiled: Compiled, inputs: Mapping[str, Any], depth: int) -> Simulation:
    """Simulate a program with queues of one depth, and keep every token."""
    machine = MachineConfig(name="test").with_depth(depth)
    return simulate(compiled.checked, machine, inputs, log=True)


def assert_agrees(checked: Checked, inputs: Mapping[str, Any], found: Simulation) -> None:
    """Require that the reference, replaying the orders of arrival, has the same streams."""
    meaning = evaluate(checked, inputs, orders=found.orders, keep=True)
    assert found.log is not None
    for number, stream in enumerate(found.machine.streams.tolist()):
        tokens = found.log[found.log[:, 0] == number]
        wanted = meaning.streams[stream]
        where = f"stream {stream} `{checked.types[stream]}`"
        nest = nest_of(tokens, wanted.nest.rank)
        assert same_nests(nest, wanted.nest), f"{where}: {nest.text()}, not {wanted.nest.text()}"
        elements = tokens[lows(tokens) == 0]
        wrong = differing(elements, wanted, checked.types[stream].element, found)
        assert wrong is None, f"{where}: {wrong}"


def lows(tokens: Ints) -> Ints:
    """Return the lowest level that each token closes; 0 for one with an element."""
    return (tokens[:, 3] >> at.LOW_SHIFT) & at.STOP_MASK


def nest_of(tokens: Ints, rank: int) -> Nest:
    """Return the extents that tokens show."""
    extents: list[list[int]] = [[] for _ in range(rank + 1)]
    opened = [0] * (rank + 2)
    for low, level in zip(lows(tokens), tokens[:, 3] & at.STOP_MASK, strict=True):
        first = int(low)
        if first == 0:
            opened[0] += 1
            first = 1
        for dim in range(first - 1, int(level)):
            extents[dim].append(opened[dim])
            opened[dim] = 0
            opened[dim + 1] += 1
    assert not any(opened[:rank]), f"dims left open: {opened}"
    inner = [np.array(each, dtype=np.int64) for each in reversed(extents[:rank])]
    return Nest((opened[rank], *inner))


def same_nests(left: Nest, right: Nest) -> bool:
    """Whether two streams nest alike."""
    return left.normal().same(right.normal())


def differing(
    elements: Ints, wanted: StreamValue, element: Element, found: Simulation
) -> str | None:
    """Return in words where the extents of elements are not those of the reference."""
    column = wanted.column
    if len(elements) != len(column):
        return f"{len(elements)} elements, not {len(column)}"
    if isinstance(column, Record) or not isinstance(element, Tile | Buffer) or not len(column):
        return None
    extents = _extents(column)
    if isinstance(element, Buffer):
        counts = extents[:, : len(element.dims)].prod(axis=1)
        regular = elements[:, 1] >= 0
        if not np.array_equal(elements[regular, 1], counts[regular]):
            return f"buffers of {elements[:, 1]}, not {counts}"
        return None
    got = np.stack([elements[:, 2] >> 32, elements[:, 2] & 0xFFFFFFFF], axis=1)
    if not np.array_equal(got, extents):
        return f"tiles of {got.tolist()}, not {extents.tolist()}"
    valid = elements[:, 3] >> at.VALID_SHIFT
    if not np.array_equal(valid, valid_rows(column)):
        return f"valid rows {valid}, not {valid_rows(column)}"
    return None


def _extents(column: Dense | Packed) -> Ints:
    if isinstance(column, Packed):
        return column.extents
    return np.broadcast_to(column.data.shape[1:], (len(column), column.data.ndim - 1))
