"""What a gate says as Markdown, for a pull request or the summary of a job."""

from __future__ import annotations

from benchmark.library.findings import Finding
from benchmark.library.gate import Gated
from benchmark.library.tables import gated_table, one_line
from benchmark.library.text import headline
from benchmark.report.markdown import plain, table_rows

_MARKS = {"error": "❌", "warning": "⚠️", "note": "i"}


def gated_markdown(gated: Gated, place: str) -> str:
    """Write what a gate says as GitHub's Markdown."""
    mark = "✅" if gated.is_good else "❌"
    lines = [f"## {mark} {plain(place)}", "", plain(headline(gated)), ""]
    if gated.findings:
        lines += ["| | finding | where | |", "|---|---|---|---|"]
        lines += [_row(each) for each in gated.findings]
        lines.append("")
    if gated.rows:
        summary = "<details><summary>Programs</summary>"
        lines += [summary, "", *table_rows(gated_table(gated)), "", "</details>", ""]
    return "\n".join(lines)


def _row(found: Finding) -> str:
    cells = (f"{found.code} {found.name}", f"{found.file}:{found.line}", one_line(found.message))
    return f"| {_MARKS[found.level]} | {' | '.join(map(plain, cells))} |"
