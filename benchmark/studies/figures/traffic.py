"""Figures 19 and 20: off-chip traffic against on-chip memory; no run is needed for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmark.studies.claims import Point, pareto_improvement_distance
from benchmark.studies.experiment import Measures, Study
from benchmark.studies.models import MIXTRAL, QWEN, MoeModel
from benchmark.studies.moe_tiling import MoeTiling
from benchmark.studies.plot import Claim, Panel, Plot, Series
from benchmark.studies.published import published_values
from benchmark.studies.result import StudyResult
from benchmark.studies.sources import Sources

_MEGABYTE, _GIGABYTE = 1e6, 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficFigure:
    """A batch and its tiles."""

    name: str
    batch: int
    tiles: tuple[int, ...]

    def studies(self, sources: Sources) -> dict[str, Study]:
        """Return nothing: the published rule gives all of it."""
        return {}

    def plot(self, sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
        """Show traffic against memory of both models."""
        found = {
            model.name: [self._measures(sources, model, tile) for tile in (*self.tiles, None)]
            for model in (MIXTRAL, QWEN)
        }
        return Plot(
            title=f"Figure {self.name[3:]}: traffic of tiled experts, batch {self.batch}",
            panels=tuple(self._panel(name, each) for name, each in found.items()),
            table=(_HEAD, *(row for name, each in found.items() for row in self._rows(name, each))),
            claims=tuple(_distance(name, each) for name, each in found.items()),
            notes=("exact, by the published rule; it looks at the tokens of every expert only",),
        )

    def _measures(self, sources: Sources, model: MoeModel, tile: int | None) -> Measures:
        trace = sources.routing(model, self.batch)
        return MoeTiling(model=model, trace=trace, tile=tile).experiment().measures

    def _panel(self, name: str, found: list[Measures]) -> Panel:
        *static, dynamic = found
        return Panel(
            title=name,
            x_label="on-chip memory, published rule [MB]",
            y_label="off-chip traffic [GB]",
            series=(
                _series("static tiles", static, 0, tuple(map(str, self.tiles))),
                _series("dynamic tiles", [dynamic], 1, ("dyn",)),
                self._published(name),
            ),
            is_log_x=True,
            is_log_y=True,
        )

    def _published(self, name: str) -> Series:
        memory = published_values(self.name, "on_chip_bytes")
        keys = [key for key in memory if key.startswith(name)]
        traffic = published_values(self.name, "off_chip_bytes")
        return Series(
            name="published",
            x=tuple(memory[key] / _MEGABYTE for key in keys),
            y=tuple(traffic[key] / _GIGABYTE for key in keys),
            role="published",
            color=2,
        )

    def _rows(self, name: str, found: list[Measures]) -> Iterator[tuple[str, ...]]:
        memory = published_values(self.name, "on_chip_bytes")
        traffic = published_values(self.name, "off_chip_bytes")
        for tile, each in zip((*self.tiles, "dynamic"), found, strict=True):
            key = f"{name} {tile}"
            numbers = (each.off_chip_bytes or 0, traffic[key], each.on_chip_bytes, memory[key])
            yield key, *(f"{number:,.0f}" for number in numbers)


_HEAD = ("tiles", "off-chip B", "published", "on-chip B", "published")

FIG19 = TrafficFigure(name="fig19", batch=64, tiles=(8, 16, 32, 64))
FIG20 = TrafficFigure(name="fig20", batch=1024, tiles=(16, 32, 64, 128, 256, 512, 1024))


def _series(name: str, found: list[Measures], color: int, labels: tuple[str, ...]) -> Series:
    return Series(
        name=name,
        x=tuple(each.on_chip_bytes / _MEGABYTE for each in found),
        y=tuple((each.off_chip_bytes or 0) / _GIGABYTE for each in found),
        labels=labels,
        color=color,
    )


def _distance(name: str, found: list[Measures]) -> Claim:
    *static, dynamic = [Point(each.off_chip_bytes or 0, each.on_chip_bytes) for each in found]
    return Claim(
        name=f"{name}: Pareto improvement distance of traffic and memory",
        here=pareto_improvement_distance(dynamic, static),
    )
