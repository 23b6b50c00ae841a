"""Small tasks for tests of runs, which nobody judges for real."""

from __future__ import annotations

from typing import Literal

from benchmark.tasks.task import Regime, Task


def task(name: str, reads: Literal["once", "reuse"] = "once") -> Task:
    return Task(
        name=name,
        statement="Copy the input.",
        formula="y = x",
        header="N = Dim(4)\n\ndef kernel(x: Stream(f32, [N])) -> Stream(f32, [N]):\n",
        reference=lambda values: (values["x"],),
        regimes=(Regime(name="paper", sizes={}),),
        reads=reads,
    )


TASKS = {each.name: each for each in (task("a/1"), task("a/2", "reuse"), task("b/1"))}
