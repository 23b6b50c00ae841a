"""What a study's run comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmark.studies.experiment import Measures

SCHEMA = "aspl.study/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResult:
    """Cycles, and what they are held against."""

    measures: Measures
    cycles: int
    simulated_bytes: int
    """Off-chip bytes that the simulation moved."""
    flops: int
    """FLOPs that the simulation counted."""
    simulated_compute: int
    """FLOPs a cycle of all simulated operators."""
    peak_bytes_per_cycle: float
    seconds: float
    """Of building, checking and simulating it here."""

    @property
    def off_chip_bytes(self) -> int:
        """Traffic by the published rule, or as simulated where the rule has no single value."""
        published = self.measures.off_chip_bytes
        return self.simulated_bytes if published is None else published

    @property
    def allocated_compute(self) -> int:
        """FLOPs a cycle as the published scripts add them up, or of all simulated operators."""
        return self.measures.published_compute or self.simulated_compute

    @property
    def compute_utilization(self) -> float:
        """Work done over work possible in the time, 0 to 1.

        Where the published scripts add up the compute, the work is what they count as well.
        """
        work = self.flops
        if self.measures.published_compute is not None:
            work = self.measures.published_flops or 0
        possible = self.cycles * self.allocated_compute
        return work / possible if possible else 0.0

    @property
    def bandwidth_utilization(self) -> float:
        """Traffic over traffic possible in the time, 0 to 1."""
        possible = self.cycles * self.peak_bytes_per_cycle
        return self.off_chip_bytes / possible if possible else 0.0

    def record(self) -> dict[str, Any]:
        """Return it as an object of JSON."""
        return {
            "schema": SCHEMA,
            "study": self.measures.study,
            **{name.replace("-", "_"): each for name, each in self.measures.parameters.items()},
            "cycles": self.cycles,
            "off_chip_bytes": self.off_chip_bytes,
            "simulated_off_chip_bytes": self.simulated_bytes,
            "on_chip_bytes": self.measures.on_chip_bytes,
            "on_chip_all_bytes": self.measures.on_chip_all_bytes,
            "on_chip_active_bytes": self.measures.on_chip_active_bytes,
            "allocated_compute": self.allocated_compute,
            "simulated_compute": self.simulated_compute,
            "flops": self.flops,
            "published_flops": self.measures.published_flops,
            "compute_utilization": self.compute_utilization,
            "bandwidth_utilization": self.bandwidth_utilization,
            "seconds": self.seconds,
        }
