"""A judge that follows a script, for tests of runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmark.judge.early import Checkup
from benchmark.judge.verdict import Cost, Outcome, Verdict
from benchmark.tasks.task import Task

EARLY = frozenset({Outcome.UNPARSEABLE, Outcome.ILL_TYPED, Outcome.NOT_LINEAR, Outcome.WRONG_SHAPE})
Rule = Callable[[str, str], Outcome]
"""From the task's name and the program."""


def by_first_word(_: str, program: str) -> Outcome:
    """Take the outcome from the program's first word; what is none is unparseable."""
    first = program.split(maxsplit=1)[0] if program.strip() else ""
    return Outcome(first) if first in set(Outcome) else Outcome.UNPARSEABLE


@dataclass(slots=True)
class ScriptedJudge:
    """Judges by a rule, and counts what it was asked."""

    rule: Rule = by_first_word
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def check(self, task: Task, text: str) -> Checkup:
        """Return how far a program gets; `twice` in it stands for a stream that is read twice."""
        outcome = self.rule(task.name, text)
        early = outcome if outcome in EARLY else None
        linear = text.replace("not-linear twice", "correct") if "twice" in text else None
        return Checkup(outcome=early, linear=linear)

    def judge(self, task: Task, text: str) -> Verdict:
        """Return a verdict; cycles of a correct program are a hundred for each of its words."""
        self.asked[task.name, text] += 1
        outcome = self.rule(task.name, text)
        cost = None
        if outcome is Outcome.CORRECT:
            cost = Cost(
                cycles=100 * len(text.split()),
                off_chip_bytes=0,
                on_chip_bytes=0,
                flops=0,
                compute_utilization=0.0,
                bandwidth_utilization=0.0,
                bottleneck="",
                depth=2,
            )
        return Verdict(task=task.name, outcome=outcome, program=text, cost=cost)
