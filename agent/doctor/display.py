"""What people read of an examination."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from agent.doctor.checks import Check
from aspl.render import paint, visible_text


def checks_text(found: tuple[Check, ...], *, color: bool) -> str:
    """Write what was found, group by group, then what to do."""
    width = max(len(each.name) for each in found)
    blocks = [
        "\n".join([paint(group, "strong", color), *(_line(each, width, color) for each in members)])
        for group, members in groupby(found, lambda each: each.group)
    ]
    return "\n\n".join([*blocks, "\n".join(_advice(found))])


def _line(check: Check, width: int, color: bool) -> str:
    words = visible_text(check.found)
    shown = paint(words, "error", color) if check.state == "missing" else words
    return f"  {check.name:<{width}}  {shown}"


def _advice(found: tuple[Check, ...]) -> Iterator[str]:
    missing = [each for each in found if each.state == "missing"]
    if not missing:
        yield "nothing that is needed is missing"
    for each in missing:
        yield f"{each.name}: {each.advice}"
