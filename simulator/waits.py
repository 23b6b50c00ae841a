"""Why a run stopped before its end, in words: rings of units that wait, streams that differ."""

from __future__ import annotations

from aspl.checker import Checked
from aspl.diagnostics import NOWHERE, Diagnostic, Label, Span
from compiler.machine import Kind, Machine
from simulator.engine import layout as at
from simulator.engine.memory import Ints, Memory

_MOST = 12
"""Units of a ring that a message names."""


def deadlock(checked: Checked, machine: Machine, memory: Memory) -> Diagnostic:
    """Return the finding that names a ring of waiting units, each with its queue and clock."""
    units, channels = memory.unit_fields(), memory.channel_fields()
    ring = _ring(machine, memory, units)
    lines = {unit: _line(checked, machine, memory, unit, units, channels) for unit in ring}
    first = next((unit for unit in ring if machine.nodes[unit] >= 0), ring[0])
    spans = {unit: _span(checked, machine, unit) for unit in ring}
    # a place is marked once; what has none is told in the message
    apart = {NOWHERE, spans[first]}
    marked = {span: unit for unit, span in spans.items() if span not in apart}
    unmarked = [lines[unit] for unit in ring if unit not in marked.values() and unit != first]
    if spans[first] == NOWHERE:
        unmarked.insert(0, lines[first])
    told = "".join(f"; {line}" for line in unmarked[:_MOST])
    more = f"; and {len(unmarked) - _MOST} more" if len(unmarked) > _MOST else ""
    return Diagnostic(
        code="M001",
        message=f"{len(ring)} units wait for each other{told}{more}",
        span=spans[first],
        note=lines[first],
        labels=tuple(Label(span, lines[unit]) for span, unit in list(marked.items())[:_MOST]),
        hint="make the queues deeper (`--depth 16`, or `-p safe`, which sizes those that it can), "
        "or keep the copy that waits in a buffer",
    )


def _ring(machine: Machine, memory: Memory, units: Ints) -> list[int]:
    """Return the units of a ring, from a unit that has not ended along what each waits for."""
    waiting = [int(u) for u in range(machine.unit_count) if units[u, at.DONE] == 0]
    seen: dict[int, int] = {}
    unit = waiting[0]
    while unit not in seen:
        seen[unit] = len(seen)
        following = _waits_for(machine, memory, units, unit)
        if following is None:
            return [unit]
        unit = following
    path = list(seen)
    return path[seen[unit] :]


def _waits_for(machine: Machine, memory: Memory, units: Ints, unit: int) -> int | None:
    reason = int(units[unit, at.WAITS])
    if reason == at.FOR_ELEMENT:
        return int(machine.writers[_channel(memory, units, unit)])
    if reason == at.FOR_ROOM:
        return int(machine.readers[_channel(memory, units, unit)])
    if reason == at.FOR_ARRIVAL:
        start, end = machine.input_starts[unit], machine.input_starts[unit + 1]
        writers = machine.writers[machine.inputs[start:end]]
        live = [int(each) for each in writers if units[each, at.DONE] == 0]
        return live[0] if live else None
    return None


def _channel(memory: Memory, units: Ints, unit: int) -> int:
    return (int(units[unit, at.WAITS_FOR]) - memory.channels) // at.CHANNEL


def _line(
    checked: Checked, machine: Machine, memory: Memory, unit: int, units: Ints, channels: Ints
) -> str:
    name, clock = unit_name(checked, machine, unit), int(units[unit, at.CLOCK])
    if units[unit, at.WAITS] == at.FOR_ARRIVAL:
        return f"{name} at cycle {clock} waits for any of its inputs"
    channel = _channel(memory, units, unit)
    stream = _stream_name(checked, int(machine.streams[channel]))
    fill = int(channels[channel, at.PUT] - channels[channel, at.TAKEN])
    depth = int(channels[channel, at.CAPACITY])
    wants = "an element" if units[unit, at.WAITS] == at.FOR_ELEMENT else "room"
    return f"{name} at cycle {clock} waits for {wants} in {stream} ({fill} of {depth})"


def unit_name(checked: Checked, machine: Machine, unit: int) -> str:
    """Return the operator and the name of a unit: "`Map` c"."""
    node = int(machine.nodes[unit])
    if node < 0:
        kind = "source" if machine.kinds[unit] == Kind.SOURCE else "reader"
        return f"the {kind} of `{machine.labels[unit]}`"
    label = machine.labels[unit]
    name = checked.program.nodes[node].op.name
    return f"`{name}` `{label}`" if label else f"`{name}` number {node}"


def _stream_name(checked: Checked, stream: int) -> str:
    name = checked.program.values[stream].name
    return f"`{name}`" if name else f"stream {stream}"


def _span(checked: Checked, machine: Machine, unit: int) -> Span:
    node = int(machine.nodes[unit])
    return checked.program.span if node < 0 else checked.program.nodes[node].span


def disagreement(checked: Checked, machine: Machine, memory: Memory) -> Diagnostic:
    """Return the finding about a unit whose streams differ, or end within a group."""
    m = memory.m
    unit = (int(m[at.FAULT_UNIT]) - memory.units) // at.UNIT
    channel = (int(m[at.FAULT_CHANNEL]) - memory.channels) // at.CHANNEL
    stream = _stream_name(checked, int(machine.streams[channel]))
    return Diagnostic(
        code="M006",
        message=f"{unit_name(checked, machine, unit)} reads {stream}, which does not go on as its "
        f"other streams do, or ended within a group",
        span=_span(checked, machine, unit),
        hint="correct what `Assume` states of it, or the operators before it",
    )
