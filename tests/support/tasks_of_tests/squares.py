"""A task that is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.tasks.task import Regime, Task


def _reference(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return ((values["x"] * values["x"]).sum(dim=-1),)


TASK = Task(
    name="sums/squares",
    statement="The sum of the squares of every row of x.",
    formula="y[m] = sum over k of x[m, k] ** 2",
    header="""\
M, K = Dim(5), Dim(9)

def square(a: f32) -> f32:
    return a * a

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
""",
    reference=_reference,
    regimes=(
        Regime(name="paper", sizes={}),
        Regime(name="primes", sizes={"M": 7, "K": 3}),
        Regime(name="ones", sizes={"M": 1, "K": 1}),
    ),
)
