"""What is read of a formula and of the bodies of functions."""

from __future__ import annotations

import pytest
from asked_of_synth import section

from agent.synth.formula import Formula, read_formula
from agent.synth.reading import read_task
from agent.synth.trees import binary, text_of

HEADER = """\
M, K = Dim(3), Dim(4)
eps = 0.5

def square(a: f32) -> f32:
    return a * a

def mean_of(total: f32) -> f32:
    return total / K

def total(a: f32, state: f32 = 0.0) -> f32:
    return state + a

def less(a: f32, b: f32) -> f32:
    return a - b

def shifted(a: f32) -> f32:
    c = a + eps
    return c

def kernel(x: Stream(f32, [M, K]), z: Stream(f32, [M])) -> Stream(f32, [M]):
"""


def read(formula: str) -> Formula:
    asked = read_task(section(HEADER, formula))
    assert asked is not None
    return read_formula(asked)


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("y[m] = x[m, k] - z[m]", "-(x,z)"),
        ("y = (x - z) * x + eps", "+(*(-(x,z),x),0.5)"),
        ("y[m] = sum over k of x[m, k] ** 2", "sum(*(x,x))"),
        ("a = mean(z), y = x - a; return y, a", "-(x,/(sum(z),size))"),
        ("y = a - x, a = mean(z)", "-(/(sum(z),size),x)"),
        ("y = sqrt(x[m][2 : 4]) for each row x", "sqrt(x)"),
        ("y = x - z - x", "-(-(x,z),x)"),
    ],
)
def test_a_formula_is_a_tree(formula: str, tree: str) -> None:
    assert text_of(read(formula).results[0]) == tree


@pytest.mark.parametrize("formula", ["", "y = ", "y = (x", "y = x[", "y = * x", "no equation"])
def test_what_cannot_be_read_says_nothing(formula: str) -> None:
    assert not any(read(formula).ways)


def test_functions_are_found_by_what_they_compute() -> None:
    ways = read("y = mean(x ** 2) - z").ways
    x, z = ("x", ()), ("z", ())
    squared = binary("*", x, x)
    total = ("sum", (squared,))
    mean = ("/", (total, ("size", ())))
    assert ways[0] == (((x,), squared),)
    # a mean is a total over a size, whatever computes the total
    assert ways[1] == (((total,), mean),)
    assert ways[2] == (((squared,), total),)
    assert ways[3] == (((mean, z), ("-", (mean, z))),)


def test_numbers_are_known_by_value_and_sums_in_either_order() -> None:
    x = ("x", ())
    assert read("y = eps + x").ways[4] == (((x,), binary("+", x, ("0.5", ()))),)


def test_a_sum_is_a_fold_that_adds() -> None:
    x = ("x", ())
    assert read("y = sum over k of x").ways[2] == (((x,), ("sum", (x,))),)
