"""Cycles of the studies, to the cycle.

Sources: an independent deterministic simulation from the published rules, and for attention the
published CSVs, whose values are one cycle higher throughout. Where only the order of a published
routing or of published lengths decides, the test needs the published files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.studies.attention import AttentionParallel
from benchmark.studies.models import MIXTRAL, QWEN, MoeModel
from benchmark.studies.moe_tiling import MoeTiling
from benchmark.studies.result import StudyResult
from benchmark.studies.run import run_study, sweep
from benchmark.studies.sources import Sources
from benchmark.studies.swiglu import Swiglu
from benchmark.studies.texts import Strategy
from benchmark.studies.time_multiplex import TimeMultiplex
from benchmark.studies.traces import find_kv

PUBLISHED = Sources(folder=Path(__file__).parents[5] / "shared" / "data" / "step")

SWIGLU = {
    16: (33287, 29398, 27501, 26991, 27507),
    32: (21221, 17095, 15275, 14771, 15303),
}


@pytest.mark.parametrize("rows", SWIGLU)
def test_cycles_of_swiglu(rows: int) -> None:
    studies = [Swiglu(rows=rows, columns=columns) for columns in (16, 32, 64, 128, 256)]
    assert tuple(run_study(each).cycles for each in studies) == SWIGLU[rows]


@pytest.fixture
def routing() -> Callable[[MoeModel], Sources]:
    def published(model: MoeModel) -> Sources:
        if PUBLISHED.routing(model, 64).source.startswith("synthetic"):
            pytest.skip("the published file is not here")
        return PUBLISHED

    return published


@pytest.mark.parametrize(
    ("model", "tile", "cycles"),
    [
        (MIXTRAL, 8, 7418702),
        (MIXTRAL, 16, 4644996),
        (MIXTRAL, 32, 2810593),
        (MIXTRAL, 64, 2810629),
        (MIXTRAL, None, 2817874),
        (QWEN, 8, 982253),
        (QWEN, 64, 577008),
        (QWEN, None, 580804),
    ],
    ids=lambda each: each.name if isinstance(each, MoeModel) else str(each),
)
def test_cycles_of_tiled_experts(
    model: MoeModel, tile: int | None, cycles: int, routing: Callable[[MoeModel], Sources]
) -> None:
    trace = routing(model).routing(model, 64)
    assert run_study(MoeTiling(model=model, trace=trace, tile=tile)).cycles == cycles


@pytest.mark.parametrize(
    ("regions", "cycles", "used", "bandwidth"),
    [(128, 790346, 6.91, 71.23), (32, 796550, 18.23, 70.71), (4, 1888187, 14.92, 29.82)],
)
def test_cycles_of_shared_regions(
    regions: int,
    cycles: int,
    used: float,
    bandwidth: float,
    routing: Callable[[MoeModel], Sources],
) -> None:
    trace = routing(QWEN).routing(QWEN, 64)
    found = run_study(TimeMultiplex(trace=trace, regions=regions))
    assert found.cycles == cycles
    # in per cent, from a published run of some hundred cycles more or less
    assert found.compute_utilization * 100 == pytest.approx(used, abs=0.01)
    assert found.bandwidth_utilization * 100 == pytest.approx(bandwidth, abs=0.05)
    assert found.allocated_compute == found.simulated_compute


ATTENTION: list[tuple[str, Strategy, int]] = [
    ("b64/0996", "coarse", 70210),
    ("b64/0996", "interleave", 64362),
    ("b64/0996", "dynamic", 49094),
    ("b64/1374", "coarse", 64548),
    ("b64/1374", "interleave", 98375),
    ("b64/1374", "dynamic", 67025),
    ("b64/0477", "coarse", 43392),
    ("b64/0477", "interleave", 50172),
    ("b64/0477", "dynamic", 39962),
]


@pytest.mark.parametrize(("name", "strategy", "published"), ATTENTION)
def test_cycles_of_attention(name: str, strategy: Strategy, published: int) -> None:
    statistics = find_kv(name)
    trace = PUBLISHED.lengths(statistics)
    if trace.source.startswith("synthetic") and statistics.lengths is None:
        pytest.skip("the published file is not here")
    found = run_study(AttentionParallel(trace=trace, strategy=strategy))
    assert found.cycles == published - 1


class Noted:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.total = 0
        self.labels: list[str] = []

    def begin(self, total: int) -> None:
        self.total = total

    def done(self, label: str, result: StudyResult) -> None:
        self.labels.append(label)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_sweep_gives_results_in_the_order_of_its_studies(processes: int) -> None:
    studies = {f"{rows}": Swiglu(rows=rows, columns=64) for rows in (64, 16, 32)}
    noted = Noted()
    found = sweep(studies, processes, noted)
    assert [(key, each.cycles) for key, each in found.items()] == [
        ("64", 9535),
        ("16", 27501),
        ("32", 15275),
    ]
    assert noted.total == 3
    assert sorted(noted.labels) == ["16,256,64", "32,256,64", "64,256,64"]
    if processes == 1:
        assert noted.labels == ["16,256,64", "32,256,64", "64,256,64"]


def test_a_sweep_of_nothing_ends() -> None:
    assert sweep({}, 2, Noted()) == {}
