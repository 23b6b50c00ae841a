"""Judging on the inputs that recorded verdicts were made on.

What is told of wrong values stands in prompts, so a run comes to the same prompts on the same
inputs alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from benchmark.judge.early import Checkup
from benchmark.judge.pool import JudgePool
from benchmark.judge.seeds import Seeds
from benchmark.judge.verdict import Verdict
from benchmark.runs.judging import read_verdict
from benchmark.store.events import SampleChecked
from benchmark.store.objects import digest_of
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace
from benchmark.tasks.task import Task

Judgement: TypeAlias = tuple[str, str, str]
"""A task's name, and the digests of a program and of its verdict."""


@dataclass(frozen=True, slots=True)
class SameInputs:
    """A judge that draws inputs from the seeds of the verdict that a program had."""

    pool: JudgePool
    seeds: Mapping[tuple[str, str], Seeds]
    """By task and digest of the program."""

    def judge(self, task: Task, text: str) -> Verdict:
        """Return the verdict on a program."""
        return self.pool.judge(task, text, seeds=self.seeds.get((task.name, digest_of(text))))

    def check(self, task: Task, text: str) -> Checkup:
        """Return what the first stages say of a program; they look at no values."""
        return self.pool.check(task, text)


def recorded_seeds(workspace: Workspace, run: RunView) -> dict[tuple[str, str], Seeds]:
    """Return the seeds of a run's verdicts by task and digest of the program."""
    found = tuple(judgements(run))
    objects = workspace.objects_of(name for _, _, name in found)
    seeds: dict[tuple[str, str], Seeds] = {}
    for task, program, name in found:
        verdict = read_verdict(objects[name])
        if verdict is not None and verdict.seeds:
            seeds[task, program] = verdict.seeds
    return seeds


def judgements(run: RunView) -> Iterator[Judgement]:
    """Walk what a run's programs were found to be: by checks between calls, and at the end."""
    for sample in run.samples:
        for step in sample.steps:
            if isinstance(step, SampleChecked):
                yield step.task, step.program, step.checkup
        if sample.judged is not None:
            yield sample.task, sample.judged.program, sample.judged.verdict
