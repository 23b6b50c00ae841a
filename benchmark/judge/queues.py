"""What the queues of a run hold beyond what the machine gives to every queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aspl.checker import Checked
from aspl.dims import Dim
from aspl.types import size_bytes
from simulator.budget import queue_depths
from simulator.machine import MachineConfig
from simulator.simulate import Simulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """The queues of one run."""

    count: int
    lengthened: int
    """Those that hold more elements than the machine gives to one."""
    deepest: int
    """Elements in the longest of all."""
    lengthened_bytes: int | None
    """What the lengthened ones hold when they are full; None where elements have no one size."""


def queues_of(run: Simulation, checked: Checked, machine: MachineConfig, depth: int) -> Queues:
    """Return what is known of the queues of a run.

    Args:
        checked: the program as it was simulated.
        machine: the one whose depth is no lengthening.
        depth: elements of a queue in this run where the program does not say.
    """
    depths = [int(each) for each in queue_depths(run.machine, machine.with_depth(depth))]
    held: list[int | None] = []
    for stream, each in zip(run.machine.streams, depths, strict=True):
        if each > machine.streams.depth:
            size = _size(size_bytes(checked.types[int(stream)].element), run.report.extents)
            held.append(None if size is None else each * size)
    known = [each for each in held if each is not None]
    return Queues(
        count=len(depths),
        lengthened=len(held),
        deepest=max(depths, default=0),
        lengthened_bytes=sum(known) if len(known) == len(held) else None,
    )


def _size(dim: Dim, extents: Mapping[str, int]) -> int | None:
    if dim.is_ragged:
        return None
    try:
        return dim.value(extents)
    except KeyError:
        return None
