"""Figure 8: SwiGLU on the simulator and in hardware."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.studies.claims import correlation
from benchmark.studies.experiment import Study
from benchmark.studies.plot import Panel, Plot, Series, claim, published_bars
from benchmark.studies.published import published_series
from benchmark.studies.result import StudyResult
from benchmark.studies.sources import Sources
from benchmark.studies.swiglu import Swiglu

FIGURE = "fig8"
_ROWS, _COLUMNS = (16, 32, 64), (16, 32, 64, 128, 256)
_MEGABYTE = 1e6


def studies(sources: Sources) -> dict[str, Study]:
    """Return SwiGLU with every published tile."""
    tiles = [Swiglu(rows=rows, columns=columns) for rows in _ROWS for columns in _COLUMNS]
    return {tile.label: tile for tile in tiles}


def plot(sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
    """Show cycles and traffic of every tile beside those of hardware."""
    keys = tuple(results)
    cycles = tuple(float(each.cycles) for each in results.values())
    traffic = tuple(each.off_chip_bytes / _MEGABYTE for each in results.values())
    places = tuple(map(float, range(len(keys))))
    panels = (
        Panel(
            title="Cycles",
            x_label="tile (tokens, hidden, intermediate)",
            y_label="cycles",
            series=(
                Series(name="here", x=places, y=cycles),
                *published_bars(FIGURE, "cycles", keys),
            ),
            categories=keys,
        ),
        Panel(
            title="Off-chip traffic",
            x_label="tile (tokens, hidden, intermediate)",
            y_label="traffic [MB]",
            series=(
                Series(name="here", x=places, y=traffic),
                *published_bars(FIGURE, "off_chip_bytes", keys, _MEGABYTE),
            ),
            categories=keys,
        ),
    )
    series = {each.name: each.values for each in published_series(FIGURE, "cycles")}
    hardware = series["hardware"]
    both = [key for key in keys if key in hardware]
    found = correlation(
        [hardware[key] for key in both], [float(results[key].cycles) for key in both]
    )
    return Plot(
        title="Figure 8: SwiGLU, simulated and in hardware",
        panels=panels,
        claims=(claim(FIGURE, "correlation with hardware", found),),
    )
