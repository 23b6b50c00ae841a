"""Tasks held to account: a task that accepts a wrong answer, or rejects a right one, is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.controls import (
    Drawn,
    accepted_answers,
    accepted_changes,
    changes,
    first_wrong,
)
from benchmark.solutions import solution_text
from benchmark.tasks.draw import draw, expected, keeps_margin, misfits
from benchmark.tasks.outside import NAME
from benchmark.tasks.task import Expected, Regime, Task, TaskError, Values, Wanted
from benchmark.verification import Verification

SEEDS = (0, 1, 2)
LOOSEST = 0.01
"""Of the scale of an output: a tolerance beyond it, from the reference's own error, says that the
task is badly conditioned there."""


def verify(
    task: Task, *, solution: str | None = None, seeds: Sequence[int] = SEEDS
) -> Verification:
    """Try a task: its text, its reference in every regime, a solution, and answers that are wrong.

    Args:
        solution: the body of a kernel that is right; the hidden one of this package if not given
        seeds: where inputs are drawn from
    """
    problems = list(_text_problems(task))
    try:
        cases = drawn_cases(task, seeds)
        problems += [each for case in cases for each in _case_problems(task, case)]
    except TaskError as error:
        return Verification(task=task.name, problems=(*problems, str(error)))
    if problems:
        return Verification(task=task.name, problems=tuple(problems), cases=len(cases))
    problems += [
        f"output {each.output}: {each.name} passes for an answer"
        for each in accepted_answers(task, cases)
    ]
    text = solution_text(task.name) if solution is None else solution
    changed = () if text is None else changes(task, text)
    if text is not None:
        wrong = first_wrong(task, cases, text)
        if wrong is not None:
            problems.append(f"{_place(wrong.case)}: the solution is rejected: {wrong.reason}")
        else:
            passed = accepted_changes(task, cases, changed)
            problems += [f"a changed solution passes: {each.about}" for each in passed]
    return Verification(
        task=task.name,
        problems=tuple(problems),
        cases=len(cases),
        changes=len(changed),
        has_solution=text is not None,
    )


def _text_problems(task: Task) -> Iterator[str]:
    if NAME.fullmatch(task.name) is None:
        yield f"the name `{task.name}` is not `family/variant` in small letters"
    for what, text in (("statement", task.statement), ("formula", task.formula)):
        if not text.strip() or "\n" in text:
            yield f"the {what} is not one paragraph"
    names = [regime.name for regime in task.regimes]
    if len(set(names)) < len(names):
        yield "two regimes have one name"
    if not names:
        yield "there are no regimes"


def drawn_cases(task: Task, seeds: Sequence[int]) -> tuple[Drawn, ...]:
    """Draw every regime of a task from some seeds."""
    made = []
    for regime in task.regimes:
        for seed in seeds:
            values = draw(task, regime, seed)
            wanted = expected(task, values)
            made.append(Drawn(regime=regime, seed=seed, values=values, expected=wanted))
    return tuple(made)


def _case_problems(task: Task, case: Drawn) -> Iterator[str]:
    if not _repeats(task, case.regime, case.seed, case.values, case.expected):
        yield f"{_place(case)}: drawn again, inputs or outputs differ"
    if not keeps_margin(task, case.values):
        yield f"{_place(case)}: inputs are too near to a change of choice"
    problems = list(misfits(task, case.regime, case.expected))
    if not problems:
        problems = [
            f"output {number} of the reference {problem}"
            for number, wanted in enumerate(case.expected.outputs)
            for problem in _number_problems(task, wanted)
        ]
    yield from (f"{_place(case)}: {each}" for each in problems)


def _number_problems(task: Task, wanted: Wanted) -> Iterator[str]:
    if not wanted.is_finite:
        yield "is not finite"
    elif np.isnan(wanted.error):
        yield "is not finite in float32"
    elif task.tolerance.own * wanted.error > LOOSEST * wanted.scale:
        yield f"is off by {wanted.error:.3g} in float32, of numbers of {wanted.scale:.3g}"


def _repeats(task: Task, regime: Regime, seed: int, values: Values, wanted: Expected) -> bool:
    again = draw(task, regime, seed)
    pairs = [(values[name], again[name]) for name in values]
    other = expected(task, again)
    if len(wanted.outputs) != len(other.outputs):
        return False
    outputs = zip(wanted.outputs, other.outputs, strict=True)
    pairs += [(one.values, two.values) for one, two in outputs]
    return all(np.array_equal(one, other, equal_nan=True) for one, other in pairs)


def _place(case: Drawn) -> str:
    return f"regime `{case.regime.name}`, seed {case.seed}"
