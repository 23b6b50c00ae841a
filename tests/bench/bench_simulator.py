"""The simulator against the time it may take; its engine against a chain of generators."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import aspl.examples
from aspl import Checked, Findings, check, parse
from benchmark.studies.attention import AttentionParallel
from benchmark.studies.experiment import Experiment
from benchmark.studies.models import MIXTRAL
from benchmark.studies.moe_tiling import MoeTiling
from benchmark.studies.traces import kv_trace, routing_trace
from simulator.budget import bandwidths, queue_depths
from simulator.engine import layout as at
from simulator.engine.memory import Room, lay_out
from simulator.engine.run import run
from simulator.machine import MachineConfig
from simulator.prepare import prepare
from simulator.simulate import simulate

UNITS = 100
ELEMENTS = 100_000
EXAMPLE = Path(aspl.examples.__file__).parent / "bmm.aspl"


def chain() -> Checked:
    """Return a chain of units that hand on what they get."""
    lines = [f"    x{i + 1} = Flatten(Promote(x{i}, rank=0))\n" for i in range(UNITS // 2 - 1)]
    head = f"N = Dim({ELEMENTS})\n\ndef kernel(x0: Stream(f32, [N])) -> Stream(f32, [N]):\n"
    findings = Findings()
    program = parse(head + "".join(lines) + f"    return x{UNITS // 2 - 1}\n", findings)
    found = None if program is None else check(program, findings)
    assert found is not None, list(findings)
    return found


def tokens_a_second(experiment: Experiment, repeats: int) -> float:
    """Return how many tokens the engine moves in a second, at its best."""
    tables = prepare(experiment.checked, experiment.inputs, {}).machine
    shares = bandwidths(tables, experiment.machine)
    depths = queue_depths(tables, experiment.machine)
    best = 0.0
    for _ in range(repeats):
        memory = lay_out(tables, experiment.machine, shares, depths, Room(arena=1024, orders=1024))
        begin = time.perf_counter()
        run(memory.m)
        seconds = time.perf_counter() - begin
        best = max(best, int(memory.channel_fields()[:, at.PUT].sum()) / seconds)
    return best


def generators_a_second() -> float:
    """Return how many elements a chain of Python generators hands on in a second."""

    def unit(source: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        for moment, value in source:
            yield moment + 1, value

    count = ELEMENTS // 100
    stream: Iterator[tuple[int, int]] = ((place, 0) for place in range(count))
    for _ in range(UNITS):
        stream = unit(stream)
    begin = time.perf_counter()
    deque(stream, maxlen=0)
    return count * UNITS / (time.perf_counter() - begin)


def process_s(cache: str | None) -> float:
    """Return the seconds of `aspl sim` on an example in a process of its own."""
    environment = dict(os.environ)
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = cache
    begin = time.perf_counter()
    command = [sys.executable, "-c", "import agent.cli, sys; agent.cli.main()", "sim", str(EXAMPLE)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - begin


def figures_s() -> float:
    """Return the seconds that all figures of the studies take in two processes."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        for name in ("fig8", "fig9", "fig10", "fig12", "fig13", "fig14", "fig15", "fig21"):
            command = [sys.executable, "-c", "import agent.cli; agent.cli.main()"]
            command += ["study", "figure", name, "-o", f"{folder}/{name}.svg", "--jobs", "2"]
            subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - begin


def told(name: str, value: float, unit: str, allowed: float) -> None:
    """Print a measure beside what it may take."""
    print(f"{name:44} {value:10.2f} {unit:12} {value / allowed:6.2f} of {allowed:g}")


def main() -> None:
    """Print all measures."""
    with tempfile.TemporaryDirectory() as cache:
        told("first `aspl sim`, which compiles", process_s(cache), "s", 30)
        told("second `aspl sim`, whole process", process_s(cache), "s", 2)
    one_each = Experiment(checked=chain(), machine=MachineConfig(), measures=None)  # type: ignore[arg-type]
    rate = tokens_a_second(one_each, 5)
    told(f"chain of {UNITS} units", rate / 1e6, "M tokens/s", 20)
    print(f"{'  times a chain of Python generators':44} {rate / generators_a_second():10.1f}")
    attention = AttentionParallel(trace=kv_trace("synthetic:1374", None), strategy="dynamic")
    rate = tokens_a_second(attention.experiment(), 20)
    told("attention in 4 regions, dynamic", rate / 1e6, "M tokens/s", 20)
    trace = routing_trace("synthetic", MIXTRAL, 1024)
    large = MoeTiling(model=MIXTRAL, trace=trace, tile=16).experiment()
    begin = time.perf_counter()
    report = simulate(large.checked, large.machine, large.inputs).report
    seconds = time.perf_counter() - begin
    told("Mixtral, batch 1024, tile 16", seconds, "s", 15)
    requests = report.off_chip_requests / seconds
    print(f"{'  off-chip requests':44} {requests / 1e6:10.0f} M/s")
    told("figures 8, 9, 10, 12, 13, 14, 15, 21", figures_s(), "s", 120)
    kib = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    told("largest memory of a process", kib / np.float64(1024**2), "GiB", 2)


if __name__ == "__main__":
    main()
