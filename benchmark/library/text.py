"""What a gate says, as text for a terminal."""

from __future__ import annotations

import textwrap

from aspl.render import paint
from benchmark.library.findings import Finding
from benchmark.library.gate import Gated
from benchmark.library.tables import counted, gated_table, one_line
from benchmark.report.text import table_lines


def headline(gated: Gated) -> str:
    """Return in one line whether a library passes, and how many of its programs."""
    good = sum(each.is_good for each in gated.rows)
    verdict = "passes" if gated.is_good else "fails"
    levels = counted(each.level for each in gated.findings)
    return f"the library {verdict}: {good} of {len(gated.rows)} programs are good; {levels}"


def gated_text(gated: Gated, place: str, *, color: bool = False) -> str:
    """Write what a gate says; no newline at the end.

    Args: place: the folder of the library, as it was typed.
    """
    blocks = ["\n".join(table_lines(gated_table(gated)))] if gated.rows else []
    blocks += [_finding(each, place, color) for each in gated.findings]
    blocks.append(paint(headline(gated), "strong" if gated.is_good else "error", color))
    return "\n\n".join(blocks)


def _finding(found: Finding, place: str, color: bool) -> str:
    style = {"error": "error", "warning": "warning"}.get(found.level, "label")
    head = paint(f"{found.level}[{found.code}]", style, color)
    lines = [f"{head}: {found.name}: {one_line(found.message)}"]
    lines.append(f"  --> {place}/{one_line(found.file)}:{found.line}")
    if found.detail:
        lines.append(textwrap.indent(found.detail, "    "))
    return "\n".join(lines)
