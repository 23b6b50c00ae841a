"""Answers that no task may accept: some that ignore the question, some that are nearly right.

An answer that passes in every regime says that the task's inputs or tolerances are too weak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import InputError
from aspl.reference.state import EvaluationFailed
from aspl.text.parse import parse
from aspl.values.column import Dense
from aspl.values.stream import StreamValue
from benchmark.judge.compare import Difference, compare
from benchmark.tasks.header import header_of
from benchmark.tasks.task import Array, Expected, Regime, Task, TaskError, Values

OPERATORS = {"Accum": "Scan", "Scan": "Accum", "Partition": "Parallelize"}
"""Operators of a solution, and what stands in their place in a changed one."""
SIGNS = {
    "+": "-",
    "-": "+",
    "*": "+",
    "/": "*",
    ">": ">=",
    "<=": "<",
    "max": "min",
    "exp": "abs",
    "sqrt": "abs",
    "sigmoid": "tanh",
    "softmax": "sigmoid",
    "relu": "abs",
    "gelu": "relu",
    "cos": "sin",
    "sin": "cos",
}
"""The same for signs and primitives in the bodies of given functions."""
_NUMBER = re.compile(r"\b(?:rank|min|max|n)=(\d+)")
_SIGN = re.compile(r"(?<=\s)(?:\+|-|\*|/|>|<=)(?=\s)|\b[a-z]+(?=\()")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """One draw of one regime, and what the reference makes of it."""

    regime: Regime
    seed: int
    values: Values
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer for one output that ignores the question."""

    name: str
    output: int


def accepted_answers(task: Task, cases: Sequence[Drawn]) -> tuple[Answer, ...]:
    """Return the control answers that no case rejects."""
    seen: dict[Answer, bool] = {}
    for place, case in enumerate(cases):
        for answer, array in _answers(case, cases[place - 1]):
            if seen.get(answer, True):
                wanted = case.expected.outputs[answer.output]
                seen[answer] = compare(array, wanted, task.tolerance) is None
    return tuple(answer for answer, passes in seen.items() if passes)


def _answers(case: Drawn, before: Drawn) -> Iterator[tuple[Answer, Array]]:
    earlier = "the answer before"
    for output, each in enumerate(case.expected.outputs):
        wanted = each.values
        yield Answer(name="zero", output=output), np.zeros_like(wanted)
        constant = wanted.mean() if wanted.dtype.kind == "f" else 1
        yield Answer(name="constant", output=output), np.full_like(wanted, constant)
        yield Answer(name=earlier, output=output), before.expected.outputs[output].values
        for name, given in case.values.items():
            if given.shape == wanted.shape and given.dtype == wanted.dtype:
                yield Answer(name=f"the input `{name}`", output=output), given
        for axis, extent in enumerate(wanted.shape):
            if extent > 1:
                told = f"along axis {axis}"
                yield Answer(name=f"turned round {told}", output=output), np.flip(wanted, axis)
                yield Answer(name=f"moved {told}", output=output), np.roll(wanted, 1, axis)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A solution with one thing changed, in itself or in the functions that it is given."""

    about: str
    text: str
    header: str | None = None
    """The task's own if None."""


def changes(task: Task, solution: str) -> tuple[Change, ...]:
    """Return solutions with one function swapped, or one operator, number or sign changed."""
    functions = [function.name for function in header_of(task).functions]
    found: list[Change] = []
    for name in functions:
        for other in (*(each for each in functions if each != name), "identity"):
            found += _replaced(solution, rf"\b{name}\b", other)
    for name, other in OPERATORS.items():
        found += _replaced(solution, rf"\b{name}\b", other)
    for match in _NUMBER.finditer(solution):
        start, end = match.span(1)
        for number in (int(match[1]) - 1, int(match[1]) + 1):
            text = f"{solution[:start]}{number}{solution[end:]}"
            found.append(Change(about=_about(solution, start, match[1], str(number)), text=text))
    return (*found, *_signs(task.header, solution))


def _signs(header: str, solution: str) -> Iterator[Change]:
    start = 0
    for line in header.splitlines(keepends=True):
        for match in _SIGN.finditer(line) if line.startswith("    ") else ():
            if match[0] in SIGNS:
                low, high = start + match.start(), start + match.end()
                other = SIGNS[match[0]]
                about = f"header, {_about(header, low, match[0], other)}"
                changed = header[:low] + other + header[high:]
                yield Change(about=about, text=solution, header=changed)
        start += len(line)


def _replaced(text: str, pattern: str, other: str) -> Iterator[Change]:
    for match in re.finditer(pattern, text):
        about = _about(text, match.start(), match[0], other)
        yield Change(about=about, text=text[: match.start()] + other + text[match.end() :])


def _about(text: str, start: int, old: str, new: str) -> str:
    return f"line {text.count(chr(10), 0, start) + 1}: `{new}` for `{old}`"


def accepted_changes(
    task: Task, cases: Sequence[Drawn], changed: Sequence[Change]
) -> tuple[Change, ...]:
    """Return the changed solutions that no case rejects."""

    def passes(change: Change) -> bool:
        given = task if change.header is None else replace(task, header=change.header)
        return first_wrong(given, cases, change.text) is None

    return tuple(filter(passes, changed))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wrong:
    """Where an answer is wrong, and why."""

    case: Drawn
    reason: str


def first_wrong(task: Task, cases: Sequence[Drawn], text: str) -> Wrong | None:
    """Return the first case in which a kernel's body is not right, None if there is none."""
    read: dict[str, Checked | str] = {}
    for case in cases:
        name = case.regime.name
        if name not in read:
            read[name] = _checked(task, case.regime, text)
        reason = _reason(read[name], task, case)
        if reason is not None:
            return Wrong(case=case, reason=reason)
    return None


def _checked(task: Task, regime: Regime, text: str) -> Checked | str:
    findings = Findings()
    try:
        header = header_of(task, regime.sizes)
    except TaskError as error:
        return str(error)
    program = parse(text, findings, header=header)
    checked = None if program is None else check(program, findings)
    if checked is not None:
        return checked
    return "; ".join(f"{each.code} {each.message}" for each in findings.sorted())


def _reason(checked: Checked | str, task: Task, case: Drawn) -> str | None:
    if isinstance(checked, str):
        return checked
    try:
        outputs = evaluate(checked, case.values).outputs
    except EvaluationFailed as failure:
        return f"{failure.diagnostic.code} {failure.diagnostic.message}"
    except InputError as error:
        return str(error)
    for number, (got, wanted) in enumerate(zip(outputs, case.expected.outputs, strict=True)):
        difference = compare(_array(got), wanted, task.tolerance)
        if difference is not None:
            return f"output {number}: {_told(difference)}"
    return None


def _told(difference: Difference) -> str:
    if difference.kind != "values":
        return f"the {difference.kind} is not the reference's"
    return (
        f"{difference.wrong} of {difference.total} numbers are wrong, by up to "
        f"{difference.largest_absolute:.3g}, relative {difference.largest_relative:.3g}"
    )


def _array(value: StreamValue) -> Array:
    """Return a regular stream as an array; a task's results are regular by their types."""
    assert isinstance(value.column, Dense)
    lengths = [length for length in value.nest.lengths if isinstance(length, int)]
    data = value.column.data
    return (
        data.reshape(*lengths, *data.shape[1:]) if len(lengths) == len(value.nest.lengths) else data
    )
