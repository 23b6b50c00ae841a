"""Answers by a rule, for doubles of models in tests and smoke runs."""

from __future__ import annotations

from collections.abc import Callable

from benchmark.tasks.shown import Shown


def empty(_: Shown) -> str:
    """Say nothing at all."""
    return ""


def zero(task: Shown) -> str:
    """Take the first input from itself, whatever is asked for."""
    first = task.inputs[0][0]
    return f"```aspl\nreturn Map({first}, {first}, fn=sub)\n```\n"


def solutions(task: Shown) -> str:
    """Copy the stored solution: a smoke test of the judge, and no measure of anything."""
    from benchmark.solutions import solution_text

    text = solution_text(task.name)
    return "" if text is None else f"```aspl\n{text.rstrip()}\n```\n"


SCRIPTS: dict[str, Callable[[Shown], str]] = {
    "empty": empty,
    "zero": zero,
    "solutions": solutions,
}
