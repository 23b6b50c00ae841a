"""The 26 tasks of the ICML benchmark, in its own dialect and in ours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import numpy as np
import pytest
from earlier import TASKS, Task, Values, read_header

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.program import Program
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import random_inputs
from aspl.text.header import Header
from aspl.text.parse import parse
from aspl.text.printer import print_program
from aspl.values.literal import to_array
from aspl.values.stream import StreamValue

every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


def _parsed(text: str, header: Header | None = None) -> Program:
    findings = Findings()
    program = parse(text, findings, header=header)
    assert program is not None
    assert not findings.sorted()
    return program


def _checked(program: Program) -> Checked:
    findings = Findings()
    checked = check(program, findings, linearity="strict")
    assert not findings.sorted()
    assert checked is not None
    return checked


def test_all_26_are_here() -> None:
    assert len({task.name for task in TASKS}) == len(TASKS) == 26


@every_task
def test_both_spellings_are_one_program(task: Task) -> None:
    header = read_header(task.header)
    program = _parsed(task.file)
    assert _parsed(task.earlier, header) == program
    assert _parsed(task.modern, header) == program
    assert _parsed(task.header + textwrap.indent(task.earlier, "    ")) == program


@every_task
def test_a_bare_kernel_may_have_its_first_line(task: Task) -> None:
    header = read_header(task.header)
    names = ", ".join(name for name, _ in header.inputs)
    text = f"def kernel({names}):\n{textwrap.indent(task.earlier, '    ')}"
    assert _parsed(text, header) == _parsed(task.file)


@every_task
def test_a_solution_is_linear_and_without_a_finding(task: Task) -> None:
    _checked(_parsed(task.earlier, read_header(task.header)))


@every_task
def test_a_solution_prints_as_itself(task: Task) -> None:
    program = _parsed(task.earlier, read_header(task.header))
    assert _parsed(print_program(program)) == program


def _cases() -> Iterator[object]:
    for task in TASKS:
        for shape in task.shapes:
            sizes = task.sizes(shape)
            label = "-".join(f"{name}{size}" for name, size in sizes.items())
            for special, change in task.inputs.items():
                yield pytest.param(task, sizes, change, id=f"{task.name}-{label}-{special}")


@pytest.mark.parametrize(("task", "sizes", "change"), [*_cases()])
def test_a_solution_computes_the_formula(task, sizes, change) -> None:
    checked = _checked(_parsed(task.earlier, read_header(task.header, sizes)))
    values = change(_drawn(checked.program))
    expected = task.formula(**values)
    outputs = evaluate(checked, values, precision="f64").outputs
    wanted = expected if isinstance(expected, tuple) else (expected,)
    for got, want in zip(outputs, wanted, strict=True):
        array = to_array(got)
        assert array is not None
        assert array.shape == want.shape
        np.testing.assert_allclose(array, want, rtol=1e-9, atol=1e-12)


def _drawn(program: Program) -> Values:
    drawn = random_inputs(program, seed=1)
    return {
        name: to_array(value) if isinstance(value, StreamValue) else value
        for name, value in drawn.items()
    }
