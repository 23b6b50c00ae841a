"""From the engine's memory after a run to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aspl.checker import Checked
from aspl.dims import Kind as DimKind
from compiler.machine import Kind, Machine, P
from compiler.metrics import Metrics
from simulator.bottleneck import chain
from simulator.engine import layout as at
from simulator.engine.memory import Ints, Memory
from simulator.machine import MachineConfig
from simulator.report import MemoryReport, SimReport, UnitReport

_COMPUTES = at.PARAMETER + int(P.COMPUTES)
RULE_NAMES = {"published": "the published rule", "paper": "the paper's equations"}


def report(
    checked: Checked,
    machine: Machine,
    config: MachineConfig,
    memory: Memory,
    metrics: Sequence[Metrics],
    known: Mapping[str, int],
) -> SimReport:
    """Return what a run tells."""
    units, channels = memory.unit_fields(), memory.channel_fields()
    extents = decided_extents(checked, machine, channels, known)
    rows = tuple(_unit(checked, machine, units, number) for number in range(machine.unit_count))
    last = int(units[:, at.CLOCK].argmax()) if len(units) else 0
    requests = int(memory.m[at.HUB_REQUESTS])
    off_chip = config.off_chip
    held = chain(
        last,
        channels[:, at.CHANNEL_STARVED].tolist(),
        channels[:, at.CHANNEL_BLOCKED].tolist(),
        machine.writers.tolist(),
        machine.readers.tolist(),
        [each.busy_cycles for each in rows],
        units[:, at.STARVED].tolist(),
        units[:, at.BLOCKED].tolist(),
    )
    return SimReport(
        machine=config.name,
        cycles=int(units[:, at.CLOCK].max(initial=0)),
        tokens=int(channels[:, at.PUT].sum() - channels[:, at.BARE].sum()),
        off_chip_read_bytes=sum(each.off_chip_read_bytes for each in rows),
        off_chip_written_bytes=sum(each.off_chip_written_bytes for each in rows),
        off_chip_requests=requests,
        flops=sum(each.flops for each in rows),
        allocated_flops_per_cycle=sum(each.flops_per_cycle for each in rows),
        peak_bytes_per_cycle=off_chip.bytes_per_cycle,
        memory=tuple(_memory(each, extents) for each in metrics),
        compute_bound_cycles=max((_computing(each) for each in rows), default=0),
        traffic_bound_cycles=-(-requests // off_chip.channels) * off_chip.interval_cycles,
        units=rows,
        bottleneck=held.links,
        bottleneck_ring=held.ring,
        extents=extents,
    )


def _unit(checked: Checked, machine: Machine, units: Ints, number: int) -> UnitReport:
    row, node = units[number], int(machine.nodes[number])
    kind = checked.program.nodes[node].op.name if node >= 0 else _END_KINDS[machine.kinds[number]]
    clock, starved, blocked = (int(row[place]) for place in (at.CLOCK, at.STARVED, at.BLOCKED))
    return UnitReport(
        node=node,
        kind=kind,
        label=machine.labels[number] or f"{kind} {node}",
        tokens=int(row[at.ELEMENTS]),
        flops=int(row[at.FLOPS_DONE]),
        flops_per_cycle=int(row[at.BANDWIDTH]) if row[_COMPUTES] else 0,
        off_chip_read_bytes=int(row[at.BYTES_READ]),
        off_chip_written_bytes=int(row[at.BYTES_WRITTEN]),
        busy_cycles=clock - starved - blocked,
        starved_cycles=starved,
        blocked_cycles=blocked,
        end_cycle=clock,
    )


_END_KINDS = {int(Kind.SOURCE): "Source", int(Kind.SINK): "Sink"}


def _computing(unit: UnitReport) -> int:
    return -(-unit.flops // unit.flops_per_cycle) if unit.flops_per_cycle else 0


def _memory(metrics: Metrics, extents: Mapping[str, int]) -> MemoryReport:
    try:
        found = metrics.value(extents)
    except KeyError:
        return MemoryReport(rule=RULE_NAMES[metrics.rule], off_chip_bytes=None, on_chip_bytes=None)
    return MemoryReport(
        rule=RULE_NAMES[metrics.rule],
        off_chip_bytes=found.off_chip,
        on_chip_bytes=found.on_chip,
    )


def decided_extents(
    checked: Checked, machine: Machine, channels: Ints, known: Mapping[str, int]
) -> dict[str, int]:
    """Return the extents known before the run, and the dynamic ones that its streams show."""
    found = dict(known)
    wanted = {each.name for each in checked.symbols if each.kind is DimKind.DYNAMIC} - found.keys()
    for number, stream in enumerate(machine.streams):
        if not wanted:
            break
        shape = checked.types[stream].shape
        names = [dim.symbol.name if dim.symbol else "" for dim in shape]
        if wanted.isdisjoint(names):
            continue
        groups = group_counts(channels[number], len(shape))
        for depth, name in enumerate(names):
            outside, inside = groups[depth], groups[depth + 1]
            if name in wanted and outside and inside % outside == 0:
                found[name] = inside // outside
                wanted.discard(name)
    return found


def group_counts(channel: Ints, dims: int) -> list[int]:
    """Return how many entries the outermost 0, 1, .. dims of a stream have together."""
    stops = channel[at.STOPS : at.STOPS + dims]
    # closings of each level, from level 1 on; the end of the stream closes the outermost dim
    closed = np.cumsum(stops[::-1])[::-1]
    elements = int(channel[at.PUT] - channel[at.BARE])
    return [1, *(int(each) for each in closed[1:][::-1]), elements]
