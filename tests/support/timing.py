"""Small programs on small machines, for cycles that are counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.text.parse import parse
from simulator.drawn import Drawn
from simulator.machine import Compute, MachineConfig, OffChip, OnChip, Streams
from simulator.report import SimReport
from simulator.simulate import Simulation, simulate

DEEP = 64
"""A depth that no queue of these programs fills."""


def machine(
    *,
    depth: int = DEEP,
    flops: int = 1024,
    on_chip: int = 64,
    channels: int = 32,
    issue: int = 1,
    switch: int = 1,
) -> MachineConfig:
    """Return a machine: depth of queues, rates of compute and on-chip memory, off-chip memory."""
    return MachineConfig(
        name="test",
        compute=Compute(flops_per_cycle=flops),
        on_chip=OnChip(bytes_per_cycle=on_chip),
        off_chip=OffChip(channels=channels, requests_per_cycle=issue),
        streams=Streams(depth=depth, switch_cycles=switch),
    )


def checked(text: str) -> Checked:
    """Return a program that is right."""
    findings = Findings()
    program = parse(text, findings)
    result = check(program, findings) if program is not None else None
    assert result is not None, list(findings)
    return result


def kernel(header: str, *body: str, before: str = "") -> str:
    """Return the text of a kernel with these parameters and lines."""
    result = "" if any("return" in line for line in body) else " -> None"
    lines = "".join(f"    {line}\n" for line in body)
    return f"{before}\ndef kernel({header}){result}:\n{lines}"


def works(element: str = "f32", **cycles: int) -> str:
    """Return functions of one element by name, each of so many FLOPs."""
    return "".join(
        f"@flops({count})\ndef {name}(x: {element}) -> {element}:\n    return x\n\n"
        for name, count in cycles.items()
    )


def ran(
    text: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    depths: Mapping[str, int] | None = None,
    **rates: int,
) -> Simulation:
    """Simulate a program; `depths` are of queues by the names of their streams."""
    found = checked(text)
    names = {each.name: number for number, each in enumerate(found.program.values)}
    return simulate(
        found,
        machine(**rates),
        Drawn(found.program, 0) if inputs is None else inputs,
        depths={names[name]: depth for name, depth in (depths or {}).items()},
    )


def cycles(text: str, inputs: Mapping[str, Any] | None = None, **rates: int) -> int:
    """Return how long a program runs."""
    return ran(text, inputs, depths=None, **rates).report.cycles


def ends(report: SimReport) -> dict[str, int]:
    """Return when each unit ends, by kind and name: `Sink y`."""
    return {f"{each.kind} {each.label}": each.end_cycle for each in report.units}
