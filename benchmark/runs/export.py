"""Runs as JSON lines: their events, then the objects that these speak of."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from benchmark.store.clock import written
from benchmark.store.view import RunView
from benchmark.store.vocabulary import Unknown, Vocabulary
from benchmark.store.workspace import Entry, Workspace

EVENT = "aspl.event/1"
OBJECT = "aspl.object/1"
RUN = "aspl.run/1"
_AT_A_TIME = 200


def event_record(entry: Entry, vocabulary: Vocabulary | None = None) -> dict[str, Any]:
    """Return an event as an object of JSON."""
    event = entry.event
    if isinstance(event, Unknown):
        body = event.body
    else:
        body = json.loads((vocabulary or Vocabulary()).encode(event))
    return {
        "schema": EVENT,
        "number": entry.number,
        "run": entry.run,
        "at": written(entry.at),
        "event": event.name,
        "version": event.version,
        "body": body,
    }


def exported(workspace: Workspace, run: str, *, objects: bool = True) -> Iterator[dict[str, Any]]:
    """Walk a run's events, then its objects, each once."""
    vocabulary, names = Vocabulary(), dict[str, None]()
    for entry in workspace.entries(run):
        names.update(dict.fromkeys(entry.event.objects()))
        yield event_record(entry, vocabulary)
    wanted = list(names) if objects else []
    for start in range(0, len(wanted), _AT_A_TIME):
        part = wanted[start : start + _AT_A_TIME]
        found = workspace.objects_of(part)
        yield from (_object_record(name, found[name]) for name in part if name in found)


def run_record(run: RunView, solved: int) -> dict[str, Any]:
    """Return a run in brief as an object of JSON."""
    return {
        "schema": RUN,
        "run": run.run,
        "began": written(run.started_at),
        "suite": run.config.suite,
        "model": run.config.model,
        "policy": run.config.policy,
        "tasks": len(run.config.tasks),
        "samples": len(run.settled),
        "expected": run.expected,
        "solved": solved,
        "ending": run.ending,
        "sessions": run.sessions,
    }


def _object_record(name: str, data: bytes) -> dict[str, Any]:
    record: dict[str, Any] = {"schema": OBJECT, "digest": name}
    try:
        return {**record, "text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {**record, "base64": b64encode(data).decode("ascii")}
