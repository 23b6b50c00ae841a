"""Decode attention over a batch in parallel regions: figures 14, 15 and 21.

Source: STeP, figures 14, 15 and 21, and the scripts published with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aspl.terminal import UsageError
from benchmark.studies.experiment import Experiment, Measures, published_metrics
from benchmark.studies.synthetic import TILE
from benchmark.studies.texts import Strategy, attention_text, checked
from benchmark.studies.traces import Trace
from simulator.load import load_machine

MACHINE = "paper-attention"
REGIONS = 4
CHUNK = 16
"""Requests that coarse parallelisation gives to a region at a time."""

_ROWS = {16: 4672, 64: 6464, 80: 6528}
"""Rows of a request's cache, by the batch; timing does not depend on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionParallel:
    """Attention of a batch of requests, dealt to the regions by a strategy."""

    trace: Trace
    strategy: Strategy

    @property
    def label(self) -> str:
        """Strategy and trace."""
        return f"{self.strategy} {Path(self.trace.source).stem} x{self.requests}"

    @property
    def requests(self) -> int:
        """Requests of the batch."""
        return len(self.trace.data)

    @property
    def weight(self) -> int:
        """Tiles of the caches."""
        return int((self.trace.data // TILE + 1).sum())

    def experiment(self) -> Experiment:
        """Build the program and what controls it."""
        parts = _coarse_parts(self.requests)
        regions = len(parts) if self.strategy == "coarse" else REGIONS
        sizes = {"B": self.requests, "R": regions, "slots": self._slots()}
        if self.strategy == "coarse":
            sizes |= {f"C{region}": len(part) for region, part in enumerate(parts)}
        program = checked(attention_text(self.strategy, regions), sizes)
        # no dynamic extent takes part: tiles have one size each, and caches are ragged
        on_chip = published_metrics(program).on_chip.value(program.program.size_values())
        return Experiment(
            checked=program,
            machine=load_machine(MACHINE),
            measures=Measures(
                study="attention-parallel",
                parameters={
                    "strategy": self.strategy,
                    "kv": self.trace.source,
                    "requests": self.requests,
                },
                # caches are ragged: the rule has no single value
                off_chip_bytes=None,
                on_chip_bytes=on_chip,
                on_chip_all_bytes=on_chip,
                on_chip_active_bytes=on_chip,
            ),
            inputs=self._inputs(parts),
        )

    def _slots(self) -> int:
        """Return the tiles of a request's cache, with room for one more than any request has."""
        published = _ROWS.get(self.requests, 0) // TILE
        return max(published, int(self.trace.data.max()) // TILE + 2)

    def _inputs(self, parts: list[list[int]]) -> dict[str, NDArray[Any]]:
        metadata = {
            "place": np.arange(self.requests),
            "length": self.trace.data // TILE + 1,
            "offset": self.trace.data % TILE,
        }
        if self.strategy == "coarse":
            return {
                f"{name}{region}": values[part]
                for name, values in metadata.items()
                for region, part in enumerate(parts)
            }
        return metadata | (self._turns() if self.strategy == "dynamic" else {})

    def _turns(self) -> dict[str, NDArray[Any]]:
        """Return who goes first: every region once, then whoever is free.

        The signals of the last requests, one a region, start nothing.
        """
        later = np.arange(self.requests) >= REGIONS
        begin = np.stack([~later, later], axis=1)
        return {"first": np.eye(REGIONS, dtype=bool), "begin": begin, "again": begin[::-1]}


def require_requests(requests: int, strategy: Strategy) -> None:
    """Refuse batches that a strategy cannot deal. Errors: UsageError."""
    if strategy == "interleave" and requests % REGIONS:
        raise UsageError(
            f"interleaving deals multiples of {REGIONS} requests, got {requests}; "
            "give another number with --requests"
        )
    if strategy == "dynamic" and requests <= REGIONS:
        raise UsageError(f"dynamic dealing needs more than {REGIONS} requests, got {requests}")


def _coarse_parts(requests: int) -> list[list[int]]:
    """Return the requests of every region that has some: chunks of 16, dealt in turn."""
    parts: list[list[int]] = [[] for _ in range(REGIONS)]
    for request in range(requests):
        parts[request // CHUNK % REGIONS].append(request)
    return [part for part in parts if part]
