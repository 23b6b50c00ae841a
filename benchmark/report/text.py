"""A report as plain text."""

from __future__ import annotations

from collections.abc import Iterable

from aspl.render import paint
from benchmark.report.content import Report
from benchmark.report.tables import Table, facts, tables


def report_text(report: Report, *, color: bool = False) -> str:
    """Write a report for a terminal; no newline at the end."""
    blocks = [_aligned(facts(report.run))]
    for table in tables(report):
        lines = [paint(table.title, "strong", color), *table_lines(table)]
        lines += [f"  ({note})" for note in table.notes]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def table_lines(table: Table) -> list[str]:
    """Lay a table out in columns, two spaces in."""
    heads = tuple(each.name for each in table.columns)
    rows = [heads, *table.rows] if any(heads) else list(table.rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        ).rstrip()
        for row in rows
    ]


def _aligned(pairs: Iterable[tuple[str, str]]) -> str:
    found = list(pairs)
    width = max(len(name) for name, _ in found)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in found)
