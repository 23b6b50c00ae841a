"""Functions that a program knows by their types alone; their meaning comes with the run."""

from typing import Any

import numpy as np
import pytest

from aspl import Checked, Findings, check, evaluate, parse
from aspl.functions.apply import map_flops
from aspl.reference.inputs import InputError
from aspl.text.printer import print_program
from aspl.values.column import Dense, columns_of
from compiler.compiled import compile_program
from simulator.load import load_machine
from simulator.simulate import simulate

PROGRAM = """\
M = Dim(2)
K = Dim(3)
W = Parameter(f32, [K])

def total(x: f32, state: f32 = 0) -> f32:
    ...

def scaled(x: f32) -> Tuple(f32, Buffer(f32, [K])):
    ...

def kernel(x: Stream(f32, [M, K])) -> Stream(Tuple(f32, Buffer(f32, [K])), [M]):
    y = Accum(x, fn=total)
    s2 = Map(y, fn=scaled)
    return s2
"""


def _total(args: Any, run: Any) -> Any:
    x, state = args
    assert len(x) == len(state)
    return x + state


def _scaled(args: Any, run: Any) -> Any:
    (x,) = args
    return x, x[:, None] * run.parameters["W"]


VALUES = {"x": [[1, 2, 3], [4, 5, 6]], "W": [1, 2, 3], "total": _total, "scaled": _scaled}


def _checked(text: str) -> Checked:
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    checked = check(program, findings)
    assert checked is not None, list(findings)
    return checked


def _cycles(checked: Checked, values: Any) -> int:
    ready = compile_program(checked).checked
    return simulate(ready, load_machine("reference"), values).report.cycles


def test_a_given_function_computes_what_the_run_says():
    found = evaluate(_checked(PROGRAM), VALUES, precision="f64").outputs[0].column
    first, second = columns_of(found)
    assert isinstance(first, Dense)
    assert isinstance(second, Dense)
    assert first.data.tolist() == [6, 15]
    assert second.data.tolist() == [[6, 12, 18], [15, 30, 45]]


def test_a_given_function_without_meaning_is_named():
    with pytest.raises(InputError, match="`total` is a given function"):
        evaluate(_checked(PROGRAM), {"x": VALUES["x"], "W": VALUES["W"]})


def test_a_given_function_prints_as_it_was_read():
    program = _checked(PROGRAM).program
    assert print_program(program) == PROGRAM


def test_a_call_of_a_given_function_costs_the_numbers_that_it_makes():
    scaled = _checked(PROGRAM).program.functions[1]
    assert str(map_flops(scaled, (scaled.params[0].type,), scaled.result)) == "K + 1"


def test_a_given_function_names_its_extents():
    findings = Findings()
    parse(PROGRAM.replace("-> Tuple(f32, Buffer(f32, [K])):", "-> Buffer(f32, [_]):"), findings)
    assert "F008" in [each.code for each in findings]


def test_a_fold_gives_its_state():
    findings = Findings()
    parse(PROGRAM.replace("state: f32 = 0) -> f32:", "state: f32 = 0) -> bool:"), findings)
    assert "F010" in [each.code for each in findings]


def test_a_program_of_given_functions_is_simulated():
    assert _cycles(_checked(PROGRAM), VALUES) > 0


def test_a_selector_that_a_given_function_makes_decides_a_simulation():
    text = """\
N = Dim(4)

def way(x: f32) -> Selector(2):
    ...

def kernel(x: Stream(f32, [N])):
    a, b = Broadcast(x, n=2)
    return Partition(Promote(a, rank=0), Map(b, fn=way), n=2)
"""

    def way(args: Any, run: Any) -> Any:
        return np.stack([args[0] > 0, args[0] <= 0], axis=1)

    values = {"x": [1.0, -1.0, 2.0, 3.0], "way": way}
    checked = _checked(text)
    assert evaluate(checked, values).outputs[0].nest.lengths[0] == 3
    assert _cycles(checked, values) > 0


def test_a_module_carries_a_given_function():
    compiled = compile_program(_checked(PROGRAM))
    assert [each.is_given for each in compiled.checked.program.functions] == [True, True]
