"""Extents in bodies: halves, names for extents, and what other sizes make of a function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from functions import attempt, codes_of, declared

from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.functions.outside import ELSEWHERE
from aspl.functions.primitives import PRIMITIVES
from aspl.functions.printing import declared_text
from aspl.program import Program
from aspl.reference.evaluate import evaluate
from aspl.text.parse import parse
from aspl.values.literal import to_array

KERNEL = """\
M, D = Dim(2), Dim(6)

{function}
def kernel(x: Stream(Buffer(f32, [D]), [M])):
    return Map(x, fn=f)
"""

ROTATED = {
    "halves": """\
def f(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    a, b = x[: D // 2], x[D // 2 :]
    return concat(a - b, a + b)
""",
    "named halves": """\
def f(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    half = D // 2
    a, b = x[:half], x[half:]
    return concat(a - b, a + b)
""",
    "named halves in rows": """\
def f(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    two, half = 2, D // 2
    rows = reshape(x, [two, half])
    return concat(rows[0] - rows[1], rows[0] + rows[1])
""",
}

PAIRED = """\
def f(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    a, b = x[::2], x[1::2]
    return reshape(stack(-b, a), [D])
"""


def _program(function: str) -> Program:
    findings = Findings()
    program = parse(KERNEL.format(function=function), findings)
    assert program is not None
    assert not findings.sorted()
    return program


def _at(program: Program, **sizes: int) -> Program:
    found = (replace(each, value=sizes.get(each.name, each.value)) for each in program.sizes)
    return replace(program, sizes=tuple(found))


def _run(program: Program, x: np.ndarray) -> np.ndarray | None:
    checked = check(program, Findings())
    assert checked is not None
    return to_array(evaluate(checked, {"x": x}).outputs[0])


@pytest.mark.parametrize("case", ROTATED)
def test_halves_are_of_one_extent(case: str) -> None:
    got = _run(_program(ROTATED[case]), np.arange(12).reshape(2, 6))
    np.testing.assert_array_equal(got, [[-3, -3, -3, 3, 5, 7], [-3, -3, -3, 15, 17, 19]])


def test_pairs_are_of_one_extent() -> None:
    got = _run(_program(PAIRED), np.arange(12).reshape(2, 6))
    np.testing.assert_array_equal(got, [[-1, 0, -3, 2, -5, 4], [-7, 6, -9, 8, -11, 10]])


@pytest.mark.parametrize("function", [*ROTATED.values(), PAIRED])
def test_sizes_that_do_not_halve_are_refused(function: str) -> None:
    program = _at(_program(function), D=7)
    findings = Findings()
    assert check(program, findings) is None
    assert {each.code for each in findings} == {"F004"}


@pytest.mark.parametrize("function", [*ROTATED.values(), PAIRED])
def test_what_was_looked_at_is_kept(function: str) -> None:
    checked = check(_program(function), Findings())
    assert checked is not None
    assert "D" in checked.depends_on


SMALL = {
    "def f(x: Buffer(f32, [D])) -> Buffer(f32, [4]):\n    return x[:4]\n": "F004",
    "def f(x: Buffer(f32, [D])) -> f32:\n    return x[5]\n": "F004",
    "def f(x: Buffer(f32, [D])) -> Selector(D):\n    return topk(x, 6)\n": "F003",
}


@pytest.mark.parametrize("function", SMALL)
def test_sizes_that_are_too_small_are_refused(function: str) -> None:
    findings = Findings()
    assert check(_at(_program(function), D=3), findings) is None
    assert [each.code for each in findings] == [SMALL[function]]
    text = KERNEL.format(function=function).replace("Dim(6)", "Dim(3)")
    findings = Findings()
    parse(text, findings)
    assert [each.code for each in findings] == [SMALL[function]]


LOCAL = [
    "n = 3\n    return x[n]",
    "n = 3\n    return x[-n] + n",
    "n, m = 1, 3\n    return sum(x[n:m])",
    "(n, m), y = (1, 3), x\n    return sum(y[n:m])",
    "n = D\n    return sum(x) / n",
    "n = D - 1\n    return x[n]",
    "n = ceil_div(D, 2)\n    return sum(x[:n])",
    "n = 2\n    return sum(x[: ceil_div(D, n)])",
    "n = 2\n    m = n * 4\n    return sum(zeros([m, n]))",
    "n = 2\n    return sum(full([n], x[0]))",
    "n = 3\n    n = x[n]\n    return n",
]


@pytest.mark.parametrize("body", LOCAL)
def test_a_name_may_stand_for_an_extent(body: str) -> None:
    text = f"def f(x: Buffer(f32, [D])) -> f32:\n    {body}\n"
    fn = declared(text)
    assert declared(declared_text(fn)) == fn


COMPUTED = [
    "return x[n]",
    "m = n\n    return x[m]",
    "m = 3\n    m = n\n    return x[m]",
    "m = 3.0\n    return x[m]",
    "m = x[0]\n    return sum(zeros([m]))",
    "m, k = 3, n\n    return x[k]",
]


@pytest.mark.parametrize("body", COMPUTED)
def test_what_a_run_computes_is_no_extent(body: str) -> None:
    text = f"def f(x: Buffer(f32, [D]), n: i64) -> f32:\n    {body}\n"
    fn, findings = attempt(text)
    assert fn is None
    (found,) = findings
    assert found.code == "F001"
    assert "one_hot" in found.hint


def test_names_for_extents_do_not_grow_without_bound() -> None:
    squares = "    n = n * n\n" * 60
    declared(f"def f(x: Buffer(f32, [D])) -> f32:\n    n = D * D\n{squares}    return x[0] * n\n")
    sums = "    n = n + D * n\n" * 60
    declared(f"def f(x: Buffer(f32, [D])) -> f32:\n    n = D * D\n{sums}    return x[0] * n\n")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_functions_of_other_languages_have_a_hint(name: str) -> None:
    assert name not in PRIMITIVES
    fn, findings = attempt(f"def f(x: f32) -> f32:\n    return {name}(x)\n")
    assert fn is None
    (found,) = findings
    assert (found.code, found.hint) == ("F002", f"write {ELSEWHERE[name]}")


def test_functions_do_not_call_each_other() -> None:
    text = """\
def g(x: f32) -> f32:
    return x * x

def f(x: f32) -> f32:
    return g(x)

def kernel(x: Stream(f32, [2])):
    return Map(x, fn=f)
"""
    findings = Findings()
    parse(text, findings)
    (found,) = findings
    assert found.code == "F002"
    assert "do not call each other" in found.hint


def test_several_values_for_one_array_are_to_be_stacked() -> None:
    text = "def f(x: f32) -> Selector(2):\n    return x > 0, x <= 0\n"
    assert codes_of(text) == ["F006"]
    (found,) = attempt(text)[1]
    assert "stack(a, b)" in found.hint
