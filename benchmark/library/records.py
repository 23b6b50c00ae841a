"""What a gate says, and what a library holds, as objects of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benchmark.library.diff import Change
from benchmark.library.gate import Gated
from benchmark.library.manifest import Manifest

GATE = "aspl.gate/1"
PROGRAM = "aspl.library-program/1"
CHANGE = "aspl.library-change/1"


def gate_record(gated: Gated, place: str) -> dict[str, Any]:
    """Return what a gate says."""
    return {
        "schema": GATE,
        "library": place,
        "good": gated.is_good,
        "programs": [
            {
                "task": each.task,
                "outcome": each.outcome,
                "good": each.is_good,
                "metrics": None if each.metrics is None else asdict(each.metrics),
                "before": None if each.before is None else asdict(each.before),
                "seconds": each.seconds,
            }
            for each in gated.rows
        ],
        "findings": [
            {"level": str(each.level), "name": each.name, **asdict(each)} for each in gated.findings
        ],
    }


def program_records(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Return what a manifest says of each program."""
    for each in sorted(manifest.programs, key=lambda each: each.task):
        yield {"schema": PROGRAM, "machine": manifest.machine, **asdict(each)}


def change_records(changes: tuple[Change, ...]) -> Iterator[dict[str, Any]]:
    """Return how each task differs between two libraries."""
    for each in changes:
        yield {"schema": CHANGE, **asdict(each)}
