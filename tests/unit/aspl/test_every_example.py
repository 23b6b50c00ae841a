"""Every operator's example checks, computes what it states, and is written and read back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from naive import interpret, read_inputs
from naive.values import difference, observed

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.ops.base import Example
from aspl.ops.table import OPS
from aspl.program import Program
from aspl.reference.evaluate import Evaluation, evaluate
from aspl.text.parse import parse
from aspl.text.printer import print_program
from aspl.values.literal import to_nested

EXAMPLES = {name: op.example for name, op in OPS.items()}
each_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


def parsed(text: str) -> Program:
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    assert not len(findings), [f"{each.code} {each.message}" for each in findings]
    return program


def checked(example: Example) -> Checked:
    findings = Findings()
    found = check(parsed(example.text), findings)
    assert not len(findings), [f"{each.code} {each.message}" for each in findings]
    assert found is not None
    return found


def inputs_of(example: Example) -> dict[str, Any]:
    """Return what the example gives, and blank tensors where it only stores."""
    blank = {name: np.zeros_like(np.asarray(held)) for name, held in example.tensors.items()}
    return blank | dict(example.inputs)


def evaluated(example: Example) -> Evaluation:
    return evaluate(checked(example), inputs_of(example), precision="f64", keep=True)


@each_example
def test_the_example_checks_without_any_finding(example: Example) -> None:
    checked(example)


@each_example
def test_the_example_computes_the_stated_values(example: Example) -> None:
    made = evaluated(example)
    assert len(made.outputs) == len(example.outputs)
    for got, stated in zip(made.outputs, example.outputs, strict=True):
        assert_nested(to_nested(got), stated)
    assert {name: tensor.tolist() for name, tensor in made.tensors.items()} == example.tensors


def assert_nested(got: Any, stated: Any) -> None:
    """Compare values and nesting: lists with lists, tuples with tuples, numbers with numbers."""
    if isinstance(stated, list | tuple):
        assert type(got) is type(stated)
        assert len(got) == len(stated)
        for left, right in zip(got, stated, strict=True):
            assert_nested(left, right)
        return
    assert not isinstance(got, list | tuple)
    assert got == stated


@pytest.mark.parametrize("example", [each for name, each in EXAMPLES.items() if name != "Feedback"])
def test_the_example_equals_the_naive_interpreter(example: Example) -> None:
    program = checked(example)
    made = evaluated(example)
    meant = interpret(program, read_inputs(program, inputs_of(example)))
    for value, stream in enumerate(program.types):
        got = observed(made.streams[value], stream)
        assert difference(got, meant.streams[value], len(stream.shape)) is None
    assert made.tensors.keys() == meant.tensors.keys()
    for name, tensor in made.tensors.items():
        np.testing.assert_array_equal(tensor, meant.tensors[name])


@each_example
def test_the_example_is_written_and_read_back(example: Example) -> None:
    program = parsed(example.text)
    assert parsed(print_program(program)) == program
