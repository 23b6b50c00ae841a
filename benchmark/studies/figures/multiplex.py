"""Figures 12 and 13: experts that take turns on shared operators.

What each of the two shows is assumed: 12 time and utilization, 13 compute and memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmark.studies.claims import overhead, saving
from benchmark.studies.experiment import Study
from benchmark.studies.plot import Claim, Panel, Plot, Series, claim, published_bars
from benchmark.studies.result import StudyResult
from benchmark.studies.sources import Sources
from benchmark.studies.texts import Tiling
from benchmark.studies.time_multiplex import MODEL, REGIONS, TimeMultiplex

_BATCH = 64
_TILINGS: tuple[Tiling, ...] = ("static", "dynamic")
_CLAIMED = 32
"""Regions of the paper's claims."""


def studies(sources: Sources) -> dict[str, Study]:
    """Return every published number of regions, with static and with dynamic tiles."""
    trace = sources.routing(MODEL, _BATCH)
    return {
        f"{regions} {tiling}": TimeMultiplex(trace=trace, regions=regions, tiling=tiling)
        for tiling in _TILINGS
        for regions in REGIONS
    }


def plot_time(sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
    """Show cycles and utilization by regions."""
    claims = []
    for tiling in _TILINGS:
        whole, shared = results[f"{REGIONS[0]} {tiling}"], results[f"{_CLAIMED} {tiling}"]
        words = f"{tiling}, {_CLAIMED} regions"
        claims += [
            claim(
                "fig12",
                f"{words}: utilization over that of {REGIONS[0]}",
                shared.compute_utilization / whole.compute_utilization,
            ),
            claim(
                "fig12", f"{words}: cycles more", overhead(whole.cycles, shared.cycles), "percent"
            ),
        ]
    return Plot(
        title=f"Figure 12: experts share operators, {MODEL.name}, batch {_BATCH}",
        panels=(
            _panel("fig12", "cycles", "cycles", 1.0, lambda each: each.cycles, results),
            _panel(
                "fig12",
                "compute_utilization",
                "compute utilization [%]",
                0.01,
                lambda each: each.compute_utilization,
                results,
            ),
        ),
        claims=tuple(claims),
    )


def plot_resources(sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
    """Show allocated compute and on-chip memory by regions."""
    return Plot(
        title=f"Figure 13: what shared operators save, {MODEL.name}, batch {_BATCH}",
        panels=(
            _panel(
                "fig13",
                "allocated_compute",
                "allocated compute [KFLOP/cycle]",
                1e3,
                lambda each: each.allocated_compute,
                results,
            ),
            _panel(
                "fig13",
                "on_chip_bytes",
                "on-chip memory, published rule [MB]",
                1e6,
                lambda each: each.measures.on_chip_bytes,
                results,
            ),
        ),
        claims=tuple(each for tiling in _TILINGS for each in _savings(tiling, results)),
        notes=(
            "memory is without the operators that no token reaches; with dynamic tiles, a shared "
            "operator holds the largest tile of its experts (assumed)",
        ),
    )


def _savings(tiling: Tiling, results: Mapping[str, StudyResult]) -> list[Claim]:
    whole, shared = results[f"{REGIONS[0]} {tiling}"], results[f"{_CLAIMED} {tiling}"]
    words = f"{tiling}, {_CLAIMED} regions"
    compute = saving(whole.allocated_compute, shared.allocated_compute)
    memory = saving(whole.measures.on_chip_bytes, shared.measures.on_chip_bytes)
    return [
        claim("fig13", f"{words}: compute saved", compute, "percent"),
        claim("fig13", f"{words}: memory saved", memory, "percent"),
    ]


def _panel(
    figure: str,
    quantity: str,
    label: str,
    scale: float,
    value: Callable[[StudyResult], float],
    results: Mapping[str, StudyResult],
) -> Panel:
    places = tuple(map(float, range(len(REGIONS))))
    series: list[Series] = []
    for color, tiling in enumerate(_TILINGS):
        keys = [f"{regions} {tiling}" for regions in REGIONS]
        found = tuple(value(results[key]) / scale for key in keys)
        series.append(Series(name=f"{tiling} tiles", x=places, y=found, color=color))
        series += [
            Series(
                name=f"{tiling} tiles, published",
                x=each.x,
                y=each.y,
                role="published",
                color=color,
            )
            for each in published_bars(figure, quantity, keys, scale)
            if each.x
        ]
    return Panel(
        title=quantity.replace("_", " "),
        x_label="regions",
        y_label=label,
        series=tuple(series),
        categories=tuple(map(str, REGIONS)),
    )
