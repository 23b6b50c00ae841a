"""Solvers that follow a script: doubles for tests and smoke runs, which know no task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmark.runs.solver import Question, Reply, Request
from benchmark.store.events import Usage


@dataclass(frozen=True, slots=True)
class Scripted:
    """A solver that answers every question by a rule, and costs nothing."""

    answer: Callable[[Question], str]

    async def propose(self, request: Request) -> Reply:
        """Return what the rule says."""
        return Reply(text=self.answer(request.question), usage=Usage(usd=0.0))


def empty(_: Question) -> str:
    """Say nothing at all."""
    return ""


def zero(question: Question) -> str:
    """Multiply the first input by nothing, whatever is asked for."""
    kernel = question.header.rpartition("def ")[2]
    first = kernel.partition("(")[2].partition(":")[0].strip()
    return f"```aspl\nreturn Map({first}, {first}, fn=sub)\n```\n"


def solutions(question: Question) -> str:
    """Copy the stored solution: a smoke test of the judge, and no measure of anything."""
    from benchmark.solutions import solution_text

    text = solution_text(question.task)
    return "" if text is None else f"```aspl\n{text.rstrip()}\n```\n"


SCRIPTS: dict[str, Callable[[Question], str]] = {
    "empty": empty,
    "zero": zero,
    "solutions": solutions,
}
