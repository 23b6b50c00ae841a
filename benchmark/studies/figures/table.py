"""The figures by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from benchmark.studies.experiment import Study
from benchmark.studies.figures import hardware, multiplex, parallel
from benchmark.studies.figures.tiling import FIG9, FIG10
from benchmark.studies.figures.traffic import FIG19, FIG20
from benchmark.studies.plot import Plot
from benchmark.studies.result import StudyResult
from benchmark.studies.sources import Sources

Studies: TypeAlias = Callable[[Sources], dict[str, Study]]
Plotting: TypeAlias = Callable[[Sources, Mapping[str, StudyResult]], Plot]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its name, what it shows, its runs by key, and what is drawn of them."""

    name: str
    about: str
    studies: Studies
    plot: Plotting


FIGURES: Mapping[str, Figure] = {
    each.name: each
    for each in (
        Figure("fig8", "SwiGLU, simulated and in hardware", hardware.studies, hardware.plot),
        Figure("fig9", "static and dynamic tiles, batch 64", FIG9.studies, FIG9.plot),
        Figure("fig10", "static and dynamic tiles, batch 1024", FIG10.studies, FIG10.plot),
        Figure(
            "fig12",
            "experts share operators: cycles, utilization",
            multiplex.studies,
            multiplex.plot_time,
        ),
        Figure(
            "fig13",
            "experts share operators: compute, memory",
            multiplex.studies,
            multiplex.plot_resources,
        ),
        Figure(
            "fig14",
            "interleaved over dynamic attention, batch 64",
            parallel.studies_of_imbalance,
            parallel.plot_imbalance,
        ),
        Figure(
            "fig15",
            "coarse and dynamic attention of small batches",
            parallel.studies_of_batches,
            parallel.plot_batches,
        ),
        Figure("fig19", "traffic of tiles, batch 64; needs no run", FIG19.studies, FIG19.plot),
        Figure("fig20", "traffic of tiles, batch 1024; needs no run", FIG20.studies, FIG20.plot),
        Figure(
            "fig21",
            "all strategies of attention, batches of 16, 64 and 80",
            parallel.studies_of_strategies,
            parallel.plot_strategies,
        ),
    )
}
