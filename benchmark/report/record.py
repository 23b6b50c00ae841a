"""A report as one object of JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from benchmark.report.content import Report
from benchmark.report.cost import lost_calls, lost_usd

SCHEMA = "aspl.report/2"


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
        "options": asdict(run.config.options),
        "ending": run.ending,
        "detail": run.detail,
        "usage": {**asdict(run.usage), "uncached_tokens": run.usage.uncached_tokens},
        "lost": {"calls": len(lost_calls(run)), "usd_at_most": lost_usd(run)},
        "scores": asdict(report.scores),
        "tasks": [
            {
                "task": each.tally.task.name,
                "is_asked": each.tally.is_asked,
                "samples": each.tally.samples,
                "correct": each.tally.correct,
                "first_round": asdict(each.tally.first),
                "solved_by": each.tally.solved_by and asdict(each.tally.solved_by),
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
