"""Figures 9 and 10: cycles against on-chip memory, with static and with dynamic tiles.

The published static runs compute 4096 FLOPs a cycle in every operator and the dynamic ones 6400;
both settings are run at both, and it is said which is which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.studies.claims import (
    Point,
    fastest,
    nearest_in_memory,
    overhead,
    pareto_improvement_distance,
    speed_up,
)
from benchmark.studies.experiment import Study
from benchmark.studies.models import MIXTRAL, QWEN, MoeModel
from benchmark.studies.moe_tiling import DYNAMIC_COMPUTE, STATIC_COMPUTE, MoeTiling
from benchmark.studies.plot import Claim, Panel, Plot, Role, Series, claim
from benchmark.studies.published import published_series
from benchmark.studies.result import StudyResult
from benchmark.studies.sources import Sources

_MEGABYTE = 1e6
_COMPUTES = (STATIC_COMPUTE, DYNAMIC_COMPUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TilingFigure:
    """A batch, its tiles, and the depth of queues for each model."""

    name: str
    batch: int
    tiles: tuple[int, ...]
    depths: Mapping[str, int | None]
    is_log: bool

    def studies(self, sources: Sources) -> dict[str, Study]:
        """Return both models with every tile, at both settings of compute."""
        return {
            _key(model, tile, compute): MoeTiling(
                model=model,
                trace=trace,
                tile=tile,
                compute=compute,
                depth=self.depths[model.name],
            )
            for model in (MIXTRAL, QWEN)
            for trace in [sources.routing(model, self.batch)]
            for tile in (*self.tiles, None)
            for compute in _COMPUTES
        }

    def plot(self, sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
        """Show cycles against memory of both models, as published and at equal compute."""
        return Plot(
            title=f"Figure {self.name[3:]}: tiling of experts, batch {self.batch}",
            panels=tuple(self._panel(model, results) for model in (MIXTRAL, QWEN)),
            claims=tuple(
                each for model in (MIXTRAL, QWEN) for each in self._claims(model, results)
            ),
            notes=(
                f"published setting: static tiles at {STATIC_COMPUTE} FLOPs a cycle and operator, "
                f"dynamic ones at {DYNAMIC_COMPUTE}",
                *(self._effect(model, results) for model in (MIXTRAL, QWEN)),
            ),
        )

    def _panel(self, model: MoeModel, results: Mapping[str, StudyResult]) -> Panel:
        slow, fast = _COMPUTES
        series = [
            self._series(model, self.tiles, slow, "ours", results),
            self._series(model, (None,), fast, "ours", results),
            self._series(model, self.tiles, fast, "variant", results),
            self._series(model, (None,), slow, "variant", results),
            *self._published(model, results),
        ]
        return Panel(
            title=model.name,
            x_label="on-chip memory, published rule [MB]",
            y_label="cycles",
            series=tuple(series),
            is_log_x=self.is_log,
            is_log_y=self.is_log,
        )

    def _series(
        self,
        model: MoeModel,
        tiles: tuple[int | None, ...],
        compute: int,
        role: Role,
        results: Mapping[str, StudyResult],
    ) -> Series:
        kind = "dynamic" if tiles == (None,) else "static"
        found = [results[_key(model, tile, compute)] for tile in tiles]
        return Series(
            name=f"{kind} at {compute}, {'as published' if role == 'ours' else 'equal compute'}",
            x=tuple(each.measures.on_chip_bytes / _MEGABYTE for each in found),
            y=tuple(float(each.cycles) for each in found),
            labels=tuple("dyn" if tile is None else str(tile) for tile in tiles),
            role=role,
            color=1 if kind == "dynamic" else 0,
        )

    def _published(self, model: MoeModel, results: Mapping[str, StudyResult]) -> list[Series]:
        series = []
        for place, each in enumerate(published_series(self.name, "cycles")):
            keys = [key for key in results if key in each.values and key.startswith(model.name)]
            memory = [results[key].measures.on_chip_bytes / _MEGABYTE for key in keys]
            if keys:
                series.append(
                    Series(
                        name=each.name,
                        x=tuple(memory),
                        y=tuple(each.values[key] for key in keys),
                        role="published",
                        color=2 + place,
                    )
                )
        return series

    def _claims(self, model: MoeModel, results: Mapping[str, StudyResult]) -> list[Claim]:
        slow, fast = _COMPUTES
        static, dynamic = self._static(model, slow, results), _point(model, None, fast, results)
        nearest, best = nearest_in_memory(dynamic, static), fastest(static)
        name = model.name

        def stated(words: str, here: float) -> Claim:
            return claim(self.name, f"{name}: {words}", here)

        return [
            stated(
                "speed-up over the tile nearest in memory",
                speed_up(static[nearest].cycles, dynamic.cycles),
            ),
            stated("speed-up over the fastest tile", speed_up(static[best].cycles, dynamic.cycles)),
            stated(
                "memory of the fastest tile over that of dynamic",
                static[best].memory / dynamic.memory,
            ),
            claim(
                self.name,
                f"{name}: cycles more than the fastest tile",
                overhead(static[best].cycles, dynamic.cycles),
                "percent",
            ),
            stated(
                "Pareto improvement distance",
                pareto_improvement_distance(dynamic, list(static.values())),
            ),
            *(
                each
                for compute in _COMPUTES
                for each in self._equal_claims(model, compute, results)
            ),
        ]

    def _equal_claims(
        self, model: MoeModel, compute: int, results: Mapping[str, StudyResult]
    ) -> list[Claim]:
        static = self._static(model, compute, results)
        dynamic = _point(model, None, compute, results)
        words = f"{model.name}, both at {compute}"
        return [
            claim(
                self.name,
                f"{words}: speed-up over the fastest tile",
                self._speed_up(model, (compute, compute), results),
            ),
            claim(
                self.name,
                f"{words}: Pareto improvement distance",
                pareto_improvement_distance(dynamic, list(static.values())),
            ),
        ]

    def _effect(self, model: MoeModel, results: Mapping[str, StudyResult]) -> str:
        """Say what equal compute changes."""
        slow, fast = _COMPUTES
        published, both_slow, both_fast = (
            self._speed_up(model, pair, results)
            for pair in ((slow, fast), (slow, slow), (fast, fast))
        )
        return (
            f"{model.name}: dynamic tiles are {published:.3f} times as fast as the fastest static "
            f"ones as published, {both_slow:.3f} times with both at {slow}, {both_fast:.3f} times "
            f"with both at {fast}"
        )

    def _speed_up(
        self, model: MoeModel, computes: tuple[int, int], results: Mapping[str, StudyResult]
    ) -> float:
        """Return the speed-up of dynamic tiles over the fastest static ones."""
        static = self._static(model, computes[0], results)
        dynamic = _point(model, None, computes[1], results)
        return speed_up(static[fastest(static)].cycles, dynamic.cycles)

    def _static(
        self, model: MoeModel, compute: int, results: Mapping[str, StudyResult]
    ) -> dict[str, Point]:
        return {str(tile): _point(model, tile, compute, results) for tile in self.tiles}


FIG9 = TilingFigure(
    name="fig9",
    batch=64,
    tiles=(8, 16, 32, 64),
    depths={MIXTRAL.name: None, QWEN.name: None},
    is_log=False,
)
FIG10 = TilingFigure(
    name="fig10",
    batch=1024,
    tiles=(16, 32, 64, 128, 256, 512, 1024),
    # the published script leaves the depth out for this model, which is 1024 in the simulator
    depths={MIXTRAL.name: None, QWEN.name: 1024},
    is_log=True,
)


def _key(model: MoeModel, tile: int | None, compute: int) -> str:
    return f"{model.name} {'dynamic' if tile is None else tile} at {compute}"


def _point(
    model: MoeModel, tile: int | None, compute: int, results: Mapping[str, StudyResult]
) -> Point:
    found = results[_key(model, tile, compute)]
    return Point(found.cycles, found.measures.on_chip_bytes)
