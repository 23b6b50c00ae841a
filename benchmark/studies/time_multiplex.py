"""Experts that take turns on the operators of a region: figures 12 and 13.

Source: STeP, figures 12 and 13, and the scripts published with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aspl.checker import Checked
from aspl.terminal import UsageError
from benchmark.studies.experiment import (
    Experiment,
    Measures,
    merged_rows,
    published_metrics,
    routed_extents,
)
from benchmark.studies.models import QWEN
from benchmark.studies.moe_tiling import MACHINE, moe_sizes
from benchmark.studies.routing import padded_rows, passes, selectors_of, tokens_of
from benchmark.studies.texts import Tiling, checked, moe_text
from benchmark.studies.traces import Trace
from simulator.load import load_machine

MODEL = QWEN
ROWS, COLUMNS = 32, 48
COMPUTE = 1024
"""FLOPs a cycle of every operator."""
REGIONS = (128, 64, 32, 16, 8, 4)
"""As published."""

_OPERATORS = 5
"""Of a region that compute: up, gate, SiLU, product, down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMultiplex:
    """A mixture of experts in `regions` regions, which the experts share evenly."""

    trace: Trace
    regions: int
    tiling: Tiling = "static"

    @property
    def label(self) -> str:
        """Regions and tiling."""
        return f"{self.regions} regions, {self.tiling}"

    @property
    def tile(self) -> int | None:
        """Rows of a tile; None for all rows of an expert."""
        return ROWS if self.tiling == "static" else None

    @property
    def counts(self) -> list[int]:
        """Tokens of every expert."""
        return tokens_of(self.trace.data, MODEL.experts)

    @property
    def weight(self) -> int:
        """Bytes of weights that are read."""
        return passes(self.counts, self.tile) * MODEL.expert_bytes

    @property
    def is_shared(self) -> bool:
        """Whether several experts share a region."""
        return self.regions < MODEL.experts

    def experiment(self) -> Experiment:
        """Build the program and what controls it."""
        sizes = moe_sizes(MODEL, len(self.trace.data), self.regions, COLUMNS, self.tile)
        program = checked(moe_text(self.tiling, shared=self.is_shared), sizes)
        return Experiment(
            checked=program,
            machine=load_machine(MACHINE).with_compute(COMPUTE),
            measures=self._measures(program),
            inputs=selectors_of(self.trace.data, MODEL.experts),
        )

    def _measures(self, program: Checked) -> Measures:
        extents = routed_extents(program, self.counts)
        values = published_metrics(program).value(extents, merged_rows(program, extents))
        assert values.on_chip is not None and values.active_on_chip is not None
        return Measures(
            study="time-multiplex",
            parameters={
                "regions": self.regions,
                "tiling": self.tiling,
                "routing": self.trace.source,
            },
            off_chip_bytes=values.off_chip,
            on_chip_bytes=values.active_on_chip,
            on_chip_all_bytes=values.on_chip,
            on_chip_active_bytes=values.active_on_chip,
            published_flops=padded_rows(self.counts, self.tile) * MODEL.flops_per_row,
            published_compute=self._compute(),
        )

    def _compute(self) -> int:
        """Add up what the published scripts do: regions, the weights' products, the final sum.

        They leave the final sum out for one expert a region with dynamic tiling.
        """
        last = 0 if self.tiling == "dynamic" and not self.is_shared else 1
        return COMPUTE * (_OPERATORS * self.regions + MODEL.experts + last)


def require_regions(regions: int) -> None:
    """Refuse regions that the experts do not share evenly. Errors: UsageError."""
    if regions < 1 or MODEL.experts % regions:
        raise UsageError(
            f"expected --regions to divide the {MODEL.experts} experts, got {regions}; "
            f"published are {', '.join(map(str, REGIONS))}"
        )
