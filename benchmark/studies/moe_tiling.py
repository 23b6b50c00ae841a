"""Static and dynamic tiling of a mixture of experts: figures 9, 10, 19 and 20.

Source: STeP, figures 9 and 10, and the scripts published with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aspl.checker import Checked
from benchmark.studies.experiment import Experiment, Measures, published_metrics, routed_extents
from benchmark.studies.models import MoeModel
from benchmark.studies.routing import padded_rows, passes, selectors_of, tokens_of
from benchmark.studies.texts import Tiling, checked, moe_text
from benchmark.studies.traces import Trace
from simulator.load import load_machine

MACHINE = "paper-moe"
COLUMNS = 64
"""Of one tile of weights, along the intermediate dim."""
STATIC_COMPUTE, DYNAMIC_COMPUTE = 4096, 6400
"""FLOPs a cycle of every operator, as published: not the same for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoeTiling:
    """A mixture of experts with tiles of `tile` rows; None packs all rows of an expert into one."""

    model: MoeModel
    trace: Trace
    tile: int | None
    compute: int | None = None
    """FLOPs a cycle of every operator; None for the published number."""
    depth: int | None = None
    """Elements of every queue; None for the machine's."""

    @property
    def label(self) -> str:
        """Model, batch, tile and compute."""
        tile = "dynamic" if self.tile is None else f"tile {self.tile}"
        return f"{self.model.name} b{self.batch} {tile} at {self.compute_bw}"

    @property
    def batch(self) -> int:
        """Tokens."""
        return len(self.trace.data)

    @property
    def compute_bw(self) -> int:
        """FLOPs a cycle of every operator."""
        return self.compute or (DYNAMIC_COMPUTE if self.tile is None else STATIC_COMPUTE)

    @property
    def counts(self) -> list[int]:
        """Tokens of every expert."""
        return tokens_of(self.trace.data, self.model.experts)

    @property
    def weight(self) -> int:
        """Bytes of weights that are read."""
        return passes(self.counts, self.tile) * self.model.expert_bytes

    def experiment(self) -> Experiment:
        """Build the program and what controls it."""
        model, machine = self.model, load_machine(MACHINE).with_compute(self.compute_bw)
        sizes = moe_sizes(model, self.batch, model.experts, COLUMNS, self.tile)
        program = checked(moe_text(tiling_of(self.tile), shared=False), sizes)
        return Experiment(
            checked=program,
            machine=machine if self.depth is None else machine.with_depth(self.depth),
            measures=self._measures(program),
            inputs=selectors_of(self.trace.data, model.experts),
        )

    def _measures(self, program: Checked) -> Measures:
        values = published_metrics(program).value(routed_extents(program, self.counts))
        assert values.on_chip is not None and values.active_on_chip is not None
        rows = padded_rows(self.counts, self.tile)
        return Measures(
            study="moe-tiling",
            parameters={
                "model": self.model.name,
                "batch": self.batch,
                "tile": "dynamic" if self.tile is None else self.tile,
                "compute-bw": self.compute_bw,
                "depth": self.depth,
                "routing": self.trace.source,
            },
            off_chip_bytes=values.off_chip,
            # plotted so: experts without tokens count in static tiling and not in dynamic tiling
            on_chip_bytes=values.active_on_chip if self.tile is None else values.on_chip,
            on_chip_all_bytes=values.on_chip,
            on_chip_active_bytes=values.active_on_chip,
            published_flops=rows * self.model.flops_per_row,
        )


def tiling_of(tile: int | None) -> Tiling:
    """Return how rows are packed: into tiles of one size, or into one tile an expert."""
    return "dynamic" if tile is None else "static"


def moe_sizes(
    model: MoeModel, batch: int, regions: int, columns: int, tile: int | None
) -> dict[str, int]:
    """Return the sizes of a program of experts."""
    sizes = {
        "B": batch,
        "K": model.chosen,
        "E": model.experts,
        "R": regions,
        "D": model.hidden,
        "F": model.intermediate,
        "cols": columns,
    }
    return sizes if tile is None else {**sizes, "rows": tile}
