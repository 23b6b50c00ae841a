"""A report as one object of JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from benchmark.report.content import Report

SCHEMA = "aspl.report/1"


def report_record(report: Report) -> dict[str, Any]:
    """Return the scores of a run, and of its comparison, as an object of JSON."""
    run, other = report.run, report.against
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "run": run.run,
        "model": run.config.model,
        "policy": run.config.policy,
        "suite": run.config.suite,
        "seed": run.config.seed,
        "ending": run.ending,
        "usage": asdict(run.usage),
        "scores": asdict(report.scores),
        "tasks": [
            {
                "task": each.tally.task.name,
                "samples": each.tally.samples,
                "correct": each.tally.correct,
                "unanswered": each.tally.unanswered,
                "outcomes": dict(each.tally.outcomes),
                "best": None if each.tally.best is None else asdict(each.tally.best),
            }
            for each in report.tasks
        ],
    }
    if other is not None:
        found["against"] = {"run": other.run.run, **asdict(other.comparison)}
    return found
