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
    """Copy the stored solution of the prompt's task, whose name is the last of all tasks' in it.

    A text without any is answered by prose.
    """
    from benchmark.solutions import solution_text

    found = list(_names().finditer(prompt))
    text = solution_text(found[-1].group()) if found else None
    return PROSE if text is None else f"Here it is.\n\n```aspl\n{text.rstrip()}\n```\n"


def mixed(prompt: str, call: int) -> str:
    """Answer half of all prompts right, three of ten wrong, two of ten without a program."""
    drawn = hashlib.sha256(prompt.encode()).digest()[0] / 256
    if drawn < 0.5:
        return solutions(prompt, call)
    return ZERO if drawn < 0.8 else PROSE


RULES: Mapping[str, Rule] = {"echo": echo, "zero": zero, "solutions": solutions, "mixed": mixed}


@cache
def _names() -> re.Pattern[str]:
    from benchmark.tasks.table import TASKS

    longest_first = sorted(TASKS, key=len, reverse=True)
    names = "|".join(re.escape(each) for each in longest_first)
    return re.compile(rf"(?<![\w/]){'(?:' + names + ')'}(?![\w/])")
