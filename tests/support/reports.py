"""Reports of simulations, made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulator.report import Link, MemoryReport, SimReport, UnitReport


def unit(kind: str, label: str, busy: int, starved: int, blocked: int, **more: Any) -> UnitReport:
    """Return a unit that ends with its last cycle of any kind."""
    given: dict[str, Any] = {
        "node": 0,
        "tokens": 12,
        "flops": 0,
        "flops_per_cycle": 0,
        "off_chip_read_bytes": 0,
        "off_chip_written_bytes": 0,
        "end_cycle": busy + starved + blocked,
    }
    return UnitReport(
        kind=kind,
        label=label,
        busy_cycles=busy,
        starved_cycles=starved,
        blocked_cycles=blocked,
        **(given | more),
    )


def attention() -> SimReport:
    """Return the report of a small attention kernel."""
    units = (
        unit("LinearOffChipLoad", "w", 400, 0, 9600, node=0, off_chip_read_bytes=8_388_608),
        unit("Source", "x", 12, 0, 9000, node=-1),
        unit("Map", "scores", 9300, 650, 50, node=1, flops=50_331_648, flops_per_cycle=4096),
        unit("Accum", "Accum 2", 900, 8900, 100, node=2, flops=1_048_576, flops_per_cycle=4096),
        unit("LinearOffChipStore", "out", 30, 9800, 0, node=3, off_chip_written_bytes=65_536),
    )
    return SimReport(
        machine="reference",
        cycles=10_000,
        tokens=1234,
        off_chip_read_bytes=8_388_608,
        off_chip_written_bytes=65_536,
        off_chip_requests=132_096,
        flops=51_380_224,
        allocated_flops_per_cycle=8192,
        peak_bytes_per_cycle=1024.0,
        memory=(
            MemoryReport(
                rule="the published rule", off_chip_bytes=8_454_144, on_chip_bytes=1_310_720
            ),
            MemoryReport(rule="the paper's equations", off_chip_bytes=None, on_chip_bytes=None),
        ),
        compute_bound_cycles=6272,
        traffic_bound_cycles=8256,
        units=units,
        bottleneck=(
            Link(unit=4, reason="starved", cycles=9800),
            Link(unit=3, reason="starved", cycles=8900),
            Link(unit=2, reason="busy", cycles=9300),
        ),
        extents={"M": 64, "p_0": 3},
    )


def empty() -> SimReport:
    """Return the report of a run in which nothing happened."""
    return SimReport(
        machine="paper-moe",
        cycles=0,
        tokens=0,
        off_chip_read_bytes=0,
        off_chip_written_bytes=0,
        off_chip_requests=0,
        flops=0,
        allocated_flops_per_cycle=0,
        peak_bytes_per_cycle=1024.0,
        memory=(),
        compute_bound_cycles=0,
        traffic_bound_cycles=0,
        units=(unit("Source", "x", 0, 0, 0, node=-1),),
        bottleneck=(Link(unit=0, reason="busy", cycles=0),),
    )


def long_chain(count: int) -> SimReport:
    """Return a report of many units, each of which waits for the next one."""
    units = tuple(
        unit("Map", f"stage{place}_of_a_pipeline_with_a_long_name", 1000 + 100 * place, 5000, 0)
        for place in range(count)
    )
    chain = tuple(Link(unit=place, reason="starved", cycles=5000) for place in range(count))
    return replace(attention(), units=units, bottleneck=chain)
