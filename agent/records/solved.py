"""What came of asking for the kernel of one task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from aspl.render import visible_text
from benchmark.judge.record import to_json
from benchmark.report.content import Shown, TaskReport, said
from benchmark.store.view import RunView

SCHEMA = "aspl.solve/1"


def solved_text(found: TaskReport) -> str:
    """Write the best correct program with its cost, or the wrong one that got furthest."""
    shown = _shown(found)
    if shown is None:
        return "\n".join(_nothing(found))
    return f"{visible_text(shown.program.rstrip())}\n\n{said(shown)}"


def solved_record(run: RunView, found: TaskReport) -> dict[str, Any]:
    """Return it as an object of JSON."""
    shown = _shown(found)
    return {
        "schema": SCHEMA,
        "run": run.run,
        "task": found.tally.task.name,
        "model": run.config.model,
        "solved": found.best is not None,
        "samples": found.tally.samples,
        "correct": found.tally.correct,
        "sample": shown.sample if shown else None,
        "program": shown.program if shown else None,
        "verdict": to_json(shown.verdict) if shown and shown.verdict else None,
        "failures": list(found.failures),
        "usage": asdict(run.usage),
        "ending": run.ending,
    }


def _shown(found: TaskReport) -> Shown | None:
    return found.best or next(iter(found.wrong), None)


def _nothing(found: TaskReport) -> Iterator[str]:
    yield f"{found.tally.task.name}: there is no program"
    for outcome, count in sorted(found.tally.outcomes.items()):
        yield f"  {count} {outcome}"
    for each in found.failures:
        yield f"  {visible_text(each)}"
