"""What every unit did when, as spans, and the same as a trace that Perfetto opens.

Source of the format: "Trace Event Format", the JSON of Chrome's tracing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aspl.ops.table import OPS
from simulator.report import UnitReport

Integers: TypeAlias = NDArray[np.int64]

KINDS = ("busy", "starved", "blocked", "off-chip access")
"""What a span says, by its number."""
OFF_CHIP = KINDS.index("off-chip access")

_PROCESS = 1
_FIRST = 1
"""The first thread: viewers take number 0 for an idle processor."""
_TRACKS = 2
"""Of a unit: what it does, and its accesses off chip, which go on meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """Spans of units: arrays of equal length, in any order."""

    unit: Integers
    """The place of the unit in `SimReport.units`."""
    start: Integers
    """The first cycle of the span."""
    end: Integers
    """The cycle after its last one."""
    kind: Integers
    """A place in `KINDS`."""


def chrome_trace(timeline: Timeline, units: Sequence[UnitReport], machine: str) -> dict[str, Any]:
    """Return the trace as an object of JSON: a cycle is written as a microsecond.

    A unit is a thread, in the order of the program; its accesses off chip are one below it. Spans
    of one kind that touch or overlap are one span.
    """
    tracks = _merged(timeline)
    shown = sorted({*(unit * _TRACKS for unit in range(len(units))), *np.unique(tracks.track)})
    return {
        "displayTimeUnit": "ns",
        "otherData": {"machine": machine, "time": "1 us is 1 cycle"},
        "traceEvents": [
            _metadata("process_name", 0, {"name": machine}),
            *(event for track in shown for event in _thread(int(track), units)),
            *_spans(tracks, units),
        ],
    }


def trace_text(trace: Mapping[str, Any]) -> str:
    """Write a trace without blanks, one event a line."""
    head = {name: value for name, value in trace.items() if name != "traceEvents"}
    events = ",\n".join(map(_compact, trace["traceEvents"]))
    return f'{_compact(head)[:-1]},"traceEvents":[\n{events}\n]}}\n'


def family_of(unit: UnitReport) -> str:
    """Return the family of a unit's operator; sources and sinks are one."""
    return OPS[unit.kind].family if unit.kind in OPS else "sources and sinks"


@dataclass(frozen=True, slots=True, eq=False)
class _Tracks:
    """Spans that do not overlap within their track, by track and start."""

    track: Integers
    kind: Integers
    start: Integers
    end: Integers


def _merged(timeline: Timeline) -> _Tracks:
    """Put spans of one unit and kind that touch or overlap into one."""
    keep = timeline.end > timeline.start
    start, end = timeline.start[keep], timeline.end[keep]
    key = timeline.unit[keep] * len(KINDS) + timeline.kind[keep]
    order = np.lexsort((start, key))
    start, end, key = start[order], end[order], key[order]
    # spans of different keys lie apart once each key is moved by more than the whole time
    shift = key * (int(end.max(initial=0)) + 1)
    reached = np.maximum.accumulate(end + shift) if end.size else end
    first = np.ones(len(key), np.bool_)
    first[1:] = (start + shift)[1:] > reached[:-1]
    last = np.append(first[1:], True) if first.size else first
    unit, kind = np.divmod(key[first], len(KINDS))
    track = unit * _TRACKS + (kind == OFF_CHIP)
    start, end = start[first], (reached - shift)[last]
    order = np.lexsort((start, track))
    return _Tracks(track[order], kind[order], start[order], end[order])


def _thread(track: int, units: Sequence[UnitReport]) -> Iterator[dict[str, Any]]:
    unit, below = divmod(track, _TRACKS)
    name = unit_name(units[unit]) + (", off chip" if below else "")
    yield _metadata("thread_name", track, {"name": name})
    yield _metadata("thread_sort_index", track, {"sort_index": track})


def unit_name(unit: UnitReport) -> str:
    """Name a unit as a reader knows it: its operator, and the name of what it writes."""
    return unit.label if unit.label.startswith(unit.kind) else f"{unit.kind} {unit.label}"


def _metadata(name: str, track: int, arguments: Mapping[str, Any]) -> dict[str, Any]:
    thread = _FIRST + track
    return {"name": name, "ph": "M", "pid": _PROCESS, "tid": thread, "args": dict(arguments)}


def _spans(tracks: _Tracks, units: Sequence[UnitReport]) -> Iterator[dict[str, Any]]:
    families = [family_of(unit) for unit in units]
    columns = (tracks.track, tracks.kind, tracks.start, tracks.end)
    for track, kind, start, end in zip(*(column.tolist() for column in columns), strict=True):
        yield {
            "name": KINDS[kind],
            "cat": families[track // _TRACKS],
            "ph": "X",
            "ts": start,
            "dur": end - start,
            "pid": _PROCESS,
            "tid": _FIRST + track,
        }


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)
