"""The machine that a program is simulated on, read from a TOML file.

Source of the fields and of the published values: the public simulator of STeP.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Literal, TypeAlias

Sharing: TypeAlias = Literal["each", "even"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compute:
    """How fast operators compute.

    With `each`, every operator that computes gets `flops_per_cycle`, and `total_flops_per_cycle`
    is a budget where it is given. With `even`, all of them share `total_flops_per_cycle` in equal
    whole parts.
    """

    sharing: Sharing = "each"
    flops_per_cycle: int = 1024
    total_flops_per_cycle: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChip:
    """On-chip memory."""

    bytes_per_cycle: int = 64
    """Of one scratchpad, to or from one operator."""
    capacity_bytes: int | None = None
    """A budget for the on-chip requirement by the published rule; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffChip:
    """Off-chip memory: requests of `request_bytes` dealt to channels in turn."""

    request_bytes: int = 64
    channels: int = 32
    latency_cycles: int = 2
    interval_cycles: int = 2
    """Cycles from one request of a channel to the next."""
    start_up_cycles: int = 14
    """Paid by every request, as in the published simulator."""
    requests_per_cycle: int = 1
    """What one load or store issues."""

    @property
    def bytes_per_cycle(self) -> float:
        """Peak bandwidth of all channels."""
        return self.channels * self.request_bytes / self.interval_cycles


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """The queues between operators, and routing."""

    depth: int = 2
    """Elements that one queue holds where the program does not say."""
    switch_cycles: int = 1
    """Of `Partition` and `Reassemble`, for one element, or one chunk."""
    limit: int | None = None
    """A budget for the number of queues; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineConfig:
    """One machine."""

    name: str = "machine"
    compute: Compute = field(default_factory=Compute)
    on_chip: OnChip = field(default_factory=OnChip)
    off_chip: OffChip = field(default_factory=OffChip)
    streams: Streams = field(default_factory=Streams)

    def with_compute(self, flops_per_cycle: int) -> MachineConfig:
        """Return it with another bandwidth of every operator that computes."""
        return replace(self, compute=Compute(sharing="each", flops_per_cycle=flops_per_cycle))

    def with_depth(self, depth: int) -> MachineConfig:
        """Return it with another depth of every queue."""
        return replace(self, streams=replace(self.streams, depth=depth))


SECTIONS = tuple(each.name for each in fields(MachineConfig) if each.name != "name")
