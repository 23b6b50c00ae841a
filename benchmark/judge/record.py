"""Verdicts as objects of JSON, which come back as they were."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aspl.render import from_json as diagnostic_from_json
from aspl.render import to_json as diagnostic_to_json
from benchmark.judge.verdict import Cost, Mismatch, Outcome, Verdict

SCHEMA = "aspl.verdict/1"


def to_json(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as an object of JSON; what is no finite number is written as a word."""
    return {
        "schema": SCHEMA,
        "task": verdict.task,
        "outcome": str(verdict.outcome),
        "program": verdict.program,
        "diagnostics": [diagnostic_to_json(each) for each in verdict.diagnostics],
        "mismatches": [_mismatch_to_json(each) for each in verdict.mismatches],
        "cost": None if verdict.cost is None else asdict(verdict.cost),
        "seeds": list(verdict.seeds),
        "versions": dict(verdict.versions),
        "reason": verdict.reason,
        "seconds": verdict.seconds,
    }


def from_json(record: Mapping[str, Any]) -> Verdict:
    """Read what `to_json` wrote.

    Errors: ValueError for a record of another schema, or one that is not complete.
    """
    if record.get("schema") != SCHEMA:
        raise ValueError(f"expected a record of schema {SCHEMA}, got {record.get('schema')}")
    try:
        return Verdict(
            task=record["task"],
            outcome=Outcome(record["outcome"]),
            program=record["program"],
            diagnostics=tuple(map(diagnostic_from_json, record["diagnostics"])),
            mismatches=tuple(map(_mismatch_from_json, record["mismatches"])),
            cost=None if record["cost"] is None else Cost(**record["cost"]),
            seeds=tuple(record["seeds"]),
            versions=dict(record["versions"]),
            reason=record["reason"],
            seconds=record["seconds"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a record of schema {SCHEMA} that is not complete: {error}") from error


def _mismatch_to_json(mismatch: Mismatch) -> dict[str, Any]:
    return {
        "output": mismatch.output,
        "regime": mismatch.regime,
        "kind": mismatch.kind,
        "largest_absolute": _number(mismatch.largest_absolute),
        "largest_relative": _number(mismatch.largest_relative),
        "wrong": mismatch.wrong,
        "total": mismatch.total,
        "first": [list(each) for each in mismatch.first],
        "got": [_number(each) for each in mismatch.got],
        "wanted": [_number(each) for each in mismatch.wanted],
    }


def _mismatch_from_json(record: Mapping[str, Any]) -> Mismatch:
    return Mismatch(
        output=record["output"],
        regime=record["regime"],
        kind=record["kind"],
        largest_absolute=float(record["largest_absolute"]),
        largest_relative=float(record["largest_relative"]),
        wrong=record["wrong"],
        total=record["total"],
        first=tuple(tuple(each) for each in record["first"]),
        # older records lack these two
        got=tuple(map(float, record.get("got", ()))),
        wanted=tuple(map(float, record.get("wanted", ()))),
    )


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
