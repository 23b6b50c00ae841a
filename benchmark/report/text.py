"""A report as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from aspl.render import paint
from benchmark.report.content import Report
from benchmark.report.facts import facts
from benchmark.report.plot import plot
from benchmark.report.rounds import curve_table
from benchmark.report.sections import tables
from benchmark.report.tables import Table

PLOT_WIDTH, PLOT_HEIGHT = 78, 12
NARROW = 24
"""Columns of the narrowest cell that is broken into lines."""
BELOW = 8
"""Where a cell begins that has its lines below the others."""


def report_text(report: Report, *, color: bool = False, width: int = 0) -> str:
    """Write a report; no newline at the end.

    Args:
        width: columns of the terminal, on which the learning curve is drawn; 0 for none, where it
            is told in lines.
    """
    blocks = [_aligned(facts(report.run), width)]
    for table in tables(report):
        if table.title == "Tasks" and report.scores.curve.samples:
            blocks.append(_curve(report, color, width))
        blocks.append(_block(table, color, width))
    return "\n\n".join(blocks)


def table_lines(table: Table, width: int = 0) -> list[str]:
    """Lay a table out in columns, two spaces in.

    Args:
        width: beyond it the last cell of a row is broken into lines; 0 for nowhere.
    """
    heads = tuple(each.name for each in table.columns)
    rows = [heads, *table.rows] if any(heads) else list(table.rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    start = sum(each + 2 for each in widths[:-1]) + 2
    lines: list[str] = []
    for row in rows:
        cells = "".join(
            f"  {cell.rjust(room) if column.right else cell.ljust(room)}"
            for cell, room, column in zip(row[:-1], widths, table.columns, strict=False)
        )
        is_right = table.columns[-1].right
        last = row[-1].rjust(widths[-1]) if is_right else row[-1]
        if is_right or not width or start + len(last) <= width:
            lines.append(f"{cells}  {last}".rstrip())
            continue
        # beside the others where there is room for some words, else below them
        indent = start if width - start >= NARROW else BELOW
        broken = _broken(row[-1], width - indent)
        if indent == start:
            lines.append(f"{cells}  {broken.pop(0)}".rstrip())
        else:
            lines.append(cells.rstrip())
        lines += [" " * indent + each for each in broken]
    return lines


def _block(table: Table, color: bool, width: int) -> str:
    lines = [paint(table.title, "strong", color), *table_lines(table, width)]
    for note in table.notes:
        first, *rest = _broken(f"({note})", width - 2)
        lines += [f"  {first}", *(f"   {each}" for each in rest)]
    return "\n".join(lines)


def _curve(report: Report, color: bool, width: int) -> str:
    scores = report.scores
    drawn = plot(scores.curve, scores.solved.tasks, min(width - 2, PLOT_WIDTH), PLOT_HEIGHT)
    table = curve_table(scores)
    if not drawn:
        return _block(table, color, width)
    return "\n".join([paint(table.title, "strong", color), *(f"  {line}" for line in drawn)])


def _broken(cell: str, room: int) -> list[str]:
    """Break a cell into lines, where there is a width, and room for some words in each."""
    if room < NARROW or len(cell) <= room:
        return [cell]
    return wrap(cell, room, break_long_words=False, break_on_hyphens=False) or [cell]


def _aligned(pairs: Iterable[tuple[str, str]], width: int) -> str:
    found = list(pairs)
    start = max(len(name) for name, _ in found) + 2
    lines: list[str] = []
    for name, value in found:
        first, *rest = _broken(value, width - start)
        lines.append(f"{name:<{start}}{first}")
        lines += [" " * start + each for each in rest]
    return "\n".join(lines)
