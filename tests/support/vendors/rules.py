"""Who answers behind the server: a rule from the prompt's text and the call's number."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

Rule: TypeAlias = Callable[[str, int], str]

ZERO = "```aspl\nreturn Map(nothing, nothing, fn=nothing)\n```\n"
"""A program that checks in no task: it reads streams that no task has."""
PROSE = "I would fold the stream first, and then I would map what is left.\n"
"""An answer without a program."""


def echo(prompt: str, call: int) -> str:
    """Say the prompt again."""
    return prompt


def zero(prompt: str, call: int) -> str:
    """Answer a program that does not check."""
    return ZERO


def solutions(prompt: str, call: int) -> str:
    """Copy the stored solution of the task that stands last in the prompt, by name or header.

    A text without any is answered by prose.
    """
    from benchmark.solutions import solution_text

    text = solution_text(_last_task(prompt))
    return PROSE if text is None else f"Here it is.\n\n```aspl\n{text.rstrip()}\n```\n"


def mixed(prompt: str, call: int) -> str:
    """Answer half of all prompts right, three of ten wrong, two of ten without a program."""
    drawn = hashlib.sha256(prompt.encode()).digest()[0] / 256
    if drawn < 0.5:
        return solutions(prompt, call)
    return ZERO if drawn < 0.8 else PROSE


RULES: Mapping[str, Rule] = {"echo": echo, "zero": zero, "solutions": solutions, "mixed": mixed}


def _last_task(prompt: str) -> str:
    """Return the name of a task; empty for none."""
    from benchmark.tasks.table import TASKS

    names = ((found.end(), found.group()) for found in _names().finditer(prompt))
    ends = {name: (end, len(name)) for end, name in names}
    for name, task in TASKS.items():
        header = task.header.strip()
        start = prompt.rfind(header)
        if start >= 0:
            # the longer of two that end together holds the other
            ends[name] = max(ends.get(name, (0, 0)), (start + len(header), len(header)))
    return max(ends, key=ends.__getitem__, default="")


@cache
def _names() -> re.Pattern[str]:
    from benchmark.tasks.table import TASKS

    longest_first = sorted(TASKS, key=len, reverse=True)
    names = "|".join(re.escape(each) for each in longest_first)
    return re.compile(rf"(?<![\w/]){'(?:' + names + ')'}(?![\w/])")
