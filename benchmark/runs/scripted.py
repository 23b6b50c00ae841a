"""Solvers that follow a script: doubles for tests and smoke runs, which know no task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmark.runs.solver import Reply, Request
from benchmark.store.events import Usage
from benchmark.tasks.shown import Shown


@dataclass(frozen=True, slots=True)
class Scripted:
    """A solver that answers every request by a rule, and costs nothing."""

    answer: Callable[[Shown], str]

    async def propose(self, request: Request) -> Reply:
        """Return what the rule says."""
        return Reply(text=self.answer(request.task), usage=Usage(usd=0.0))


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
