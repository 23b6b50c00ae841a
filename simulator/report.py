"""What a simulation tells: cycles, traffic, memory, work, and where the time went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReport:
    """One unit of the machine: an operator, or the source or sink of a kernel's own stream."""

    node: int
    """The place of its operator in the program; -1 for a source or a sink."""
    kind: str
    """The operator's name, `Source` or `Sink`."""
    label: str
    """The name that its author gave the stream it writes, else its kind and number."""
    tokens: int
    """Elements that it wrote, or read where it writes none."""
    flops: int
    flops_per_cycle: int
    """Compute that it was given; 0 for a unit that computes nothing."""
    off_chip_read_bytes: int
    off_chip_written_bytes: int
    busy_cycles: int
    starved_cycles: int
    """Waiting for an element, or for the end of a stream."""
    blocked_cycles: int
    """Waiting for room in a queue."""
    end_cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step of the bottleneck chain: a unit, and why it waits for the next one."""

    unit: int
    reason: str
    """`busy`, `starved` or `blocked`."""
    cycles: int
    """Cycles of that kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryReport:
    """Symbolic metrics of a program by one rule, at the extents of this run."""

    rule: str
    off_chip_bytes: int | None
    """None where an extent is ragged and the rule's expression has no single value."""
    on_chip_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimReport:
    """One simulation."""

    machine: str
    cycles: int
    tokens: int
    """Elements that went through all queues."""
    off_chip_read_bytes: int
    off_chip_written_bytes: int
    off_chip_requests: int
    flops: int
    allocated_flops_per_cycle: int
    """Compute of all units together."""
    peak_bytes_per_cycle: float
    memory: tuple[MemoryReport, ...]
    """By the published rule, then by the paper's equations."""
    compute_bound_cycles: int
    """No machine with this compute is faster."""
    traffic_bound_cycles: int
    """No machine with this off-chip bandwidth is faster."""
    units: tuple[UnitReport, ...]
    bottleneck: tuple[Link, ...]
    """From the unit that ends last to the one that holds it up."""
    bottleneck_ring: int | None = None
    """The place in the chain of the unit that its last one waits for; None where that one works, or
    waits for no unit. From there on the units of the chain wait for each other."""
    extents: Mapping[str, int] = field(default_factory=dict)
    """Sizes, and the dynamic extents that the run decided, by name."""

    @property
    def off_chip_bytes(self) -> int:
        """Bytes read and written off chip."""
        return self.off_chip_read_bytes + self.off_chip_written_bytes

    @property
    def compute_utilization(self) -> float:
        """Work done over work possible in the time, 0 to 1."""
        possible = self.cycles * self.allocated_flops_per_cycle
        return self.flops / possible if possible else 0.0

    @property
    def bandwidth_utilization(self) -> float:
        """Off-chip bytes moved over bytes possible in the time, 0 to 1."""
        possible = self.cycles * self.peak_bytes_per_cycle
        return self.off_chip_bytes / possible if possible else 0.0

    def ring(self) -> tuple[Link, ...]:
        """Return the links of units that wait for each other, at the end of the chain."""
        return () if self.bottleneck_ring is None else self.bottleneck[self.bottleneck_ring :]
