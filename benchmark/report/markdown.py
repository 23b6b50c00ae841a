"""A report as Markdown, to be put under a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmark.report.content import Report
from benchmark.report.facts import facts
from benchmark.report.rounds import curve_table
from benchmark.report.sections import tables
from benchmark.report.tables import Table, interval, solved_words

_MEANT = re.compile(r"([\\`*_{}\[\]<>#|~])")
_OPEN = frozenset({"Scores", "Rounds", "Tasks"})
"""Tables that are not folded away."""


def report_markdown(report: Report) -> str:
    """Write a report as GitHub's Markdown."""
    solved = report.scores.solved
    run = report.run
    lines = [
        f"## {plain(run.config.model)}: solved {solved_words(solved)}",
        "",
    ]
    if solved.interval is not None:
        lines += [f"95 % interval {interval(solved.interval)}.", ""]
    for table in tables(report):
        is_open = table.title in _OPEN or table.title.startswith("Against")
        lines += _open(table) if is_open else _folded(table)
        if table.title == "Scores" and report.scores.curve.samples:
            lines += _folded(curve_table(report.scores))
    lines += ["<details><summary>Run</summary>", ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {plain(name)} | {plain(value)} |" for name, value in facts(run)]
    return "\n".join([*lines, "", "</details>"]) + "\n"


def plain(text: str) -> str:
    """Take the meaning from signs that Markdown would read."""
    return _MEANT.sub(r"\\\1", " ".join(text.split()))


def table_rows(table: Table) -> list[str]:
    """Return the lines of a table, and its remarks."""
    lines = [
        _row(each.name for each in table.columns),
        "|" + "|".join("--:" if each.right else "---" for each in table.columns) + "|",
        *(_row(row) for row in table.rows),
    ]
    for note in table.notes:
        lines += ["", f"*{plain(note)}*"]
    return lines


def _open(table: Table) -> list[str]:
    return [f"### {plain(table.title)}", "", *table_rows(table), ""]


def _folded(table: Table) -> list[str]:
    summary = f"<details><summary>{plain(table.title)}</summary>"
    return [summary, "", *table_rows(table), "", "</details>", ""]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(plain, cells)) + " |"
