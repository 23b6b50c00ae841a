"""All tables of a report, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.report.content import Report
from benchmark.report.cost import cost_table
from benchmark.report.rounds import rounds_table
from benchmark.report.tables import (
    Table,
    against_table,
    metrics_table,
    outcomes_table,
    parts_table,
    scores_table,
    tasks_table,
)


def tables(report: Report) -> Iterator[Table]:
    """Walk the tables of a report."""
    yield scores_table(report.scores)
    if report.against is not None:
        yield against_table(report.run, report.against)
    if len(report.scores.rounds) > 1:
        yield rounds_table(report.scores)
    yield tasks_table(report.tasks, with_rounds=len(report.scores.rounds) > 1)
    if any(each.best is not None for each in report.tasks):
        yield metrics_table(report.tasks)
    yield parts_table("Families", "family", report.scores.families)
    yield parts_table("Classes", "class", report.scores.classes)
    if report.scores.outcomes:
        yield outcomes_table(report.scores)
    usage = report.run.usage
    # models that nobody counts for took nothing
    if usage.calls and (usage.input_tokens or usage.usd != 0.0 or usage.unknown_usd):
        yield cost_table(report.run)
