"""The rules of Chrome's trace event format that a viewer needs kept.

Source: "Trace Event Format": the object form, complete events (X) and metadata events (M).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

_METADATA = {
    "process_name": ("name", str),
    "process_sort_index": ("sort_index", int),
    "thread_name": ("name", str),
    "thread_sort_index": ("sort_index", int),
}
_KEYS = {
    "X": {"name": str, "cat": str, "ph": str, "ts": int, "dur": int, "pid": int, "tid": int},
    "M": {"name": str, "ph": str, "pid": int, "tid": int, "args": dict},
}
_OPTIONAL = {"X": {"args"}, "M": set[str]()}


def problems(trace: Mapping[str, Any]) -> list[str]:
    """Return what of a trace breaks the format; an empty list for a good one."""
    if not isinstance(trace.get("traceEvents"), list):
        return ["there is no list `traceEvents`"]
    found = [] if trace.get("displayTimeUnit") in ("ms", "ns") else ["no `displayTimeUnit`"]
    events = trace["traceEvents"]
    for place, event in enumerate(events):
        found += [f"event {place}: {words}" for words in _event(event)]
    return found or [*_threads(events), *_overlaps(events)]


def _event(event: Mapping[str, Any]) -> Iterator[str]:
    phase = event.get("ph")
    if phase not in _KEYS:
        yield f"phase {phase!r}"
        return
    for key, kind in _KEYS[phase].items():
        if type(event.get(key)) is not kind:
            yield f"`{key}` is {event.get(key)!r}"
    unknown = set(event) - set(_KEYS[phase]) - _OPTIONAL[phase]
    if unknown:
        yield f"unknown keys {sorted(unknown)}"
    if phase == "M":
        key, kind = _METADATA.get(event["name"], ("", object))
        if not isinstance(event["args"].get(key), kind):
            yield f"metadata {event['name']!r} with {event['args']!r}"
    elif event["ts"] < 0 or event["dur"] <= 0:
        yield "a span before the beginning, or without length"


def _threads(events: list[Mapping[str, Any]]) -> Iterator[str]:
    named = {(e["pid"], e["tid"]) for e in events if e["name"] == "thread_name"}
    used = {(e["pid"], e["tid"]) for e in events if e["ph"] == "X"}
    for pid, tid in sorted(used - named):
        yield f"thread {tid} of process {pid} has no name"


def _overlaps(events: list[Mapping[str, Any]]) -> Iterator[str]:
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for event in events:
        if event["ph"] == "X":
            track = spans.setdefault((event["pid"], event["tid"]), [])
            track.append((event["ts"], event["ts"] + event["dur"]))
    for thread, each in spans.items():
        if any(before[1] > after[0] for before, after in pairwise(sorted(each))):
            yield f"spans of thread {thread} overlap"
