"""Normalisation of rows.

Source: arXiv 2502.02534, group of norms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmark.tasks.regimes import regimes, small
from benchmark.tasks.task import Array, Task, Values

EPS = 1e-5

_SIZES = """\
N = Dim(7)
D = Dim(16)
eps = 1e-5
"""

_STEPS = """\
def squared(x: f32) -> f32:
    return x * x

def mean_of(total: f32) -> f32:
    return total / D

def total_of(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def plus_eps(x: f32) -> f32:
    return x + eps

def root(x: f32) -> f32:
    return sqrt(x)

def over(x: f32, size: f32) -> f32:
    return x / size
"""


def _faint(values: dict[str, Array], rng: np.random.Generator) -> Values:
    """Return rows whose variance is no larger than eps, the first all zeros."""
    x = values["x"] * 3e-3
    x[0] = 0.0
    return values | {"x": x}


_REGIMES = regimes("ND", small("faint", _faint))


def _layer_norm(given: Mapping[str, Any]) -> tuple[Any, ...]:
    x = given["x"]
    centred = x - x.mean(-1, keepdim=True)
    return (centred / (centred.square().mean(-1, keepdim=True) + EPS).sqrt(),)


def _layer_norm_by_moments(given: Mapping[str, Any]) -> tuple[Any, ...]:
    x = given["x"]
    mean = x.mean(-1, keepdim=True)
    variance = x.square().mean(-1, keepdim=True) - mean.square()
    return ((x - mean) / (variance + EPS).sqrt(),)


def _rms_norm(given: Mapping[str, Any]) -> tuple[Any, ...]:
    x = given["x"]
    return (x / (x.square().mean(-1, keepdim=True) + EPS).sqrt(),)


BUFFERED_LAYER_NORM = Task(
    name="norm/buffered-layer-norm",
    statement=(
        "N rows of D numbers arrive, each as one buffer. Return each row less its mean, divided "
        "by the root of its variance plus eps; the variance is the mean of the squares of what is "
        "left when the mean is taken away. All functions work on whole rows: `mean_everywhere` "
        "gives a row that holds the mean in every place, `minus` and `over` take two rows, "
        "`squared`, `plus_eps` and `root` one."
    ),
    formula="y[n] = (x[n] - mean(x[n])) / sqrt(mean((x[n] - mean(x[n]))**2) + eps)",
    header=f"""\
{_SIZES}
def mean_everywhere(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return full([D], mean(x))

def minus(a: Buffer(f32, [D]), b: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return a - b

def squared(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return x * x

def plus_eps(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return x + eps

def root(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return sqrt(x)

def over(x: Buffer(f32, [D]), size: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return x / size

def kernel(x: Stream(Buffer(f32, [D]), [N])) -> Stream(Buffer(f32, [D]), [N]):
""",
    reference=_layer_norm,
    regimes=_REGIMES,
    reads="reuse",
    note="The published card counts 1 copy; a program that reads each stream once needs 2.",
)

SCALAR_LAYER_NORM = Task(
    name="norm/scalar-layer-norm",
    statement=(
        "N rows of D numbers arrive number by number. Return each row less its mean, divided by "
        "the root of its variance plus eps; the variance is the mean of the squares less the "
        "square of the mean. All functions work on numbers: `total_of` adds one to a running sum, "
        "`mean_of` divides a sum by D, `minus` and `over` take two numbers, `squared`, `plus_eps` "
        "and `root` one."
    ),
    formula="y[n, d] = (x[n, d] - mean(x[n])) / sqrt(mean(x[n]**2) - mean(x[n])**2 + eps)",
    header=f"""\
{_SIZES}
{_STEPS}
def minus(a: f32, b: f32) -> f32:
    return a - b

def kernel(x: Stream(f32, [N, D])) -> Stream(f32, [N, D]):
""",
    reference=_layer_norm_by_moments,
    regimes=_REGIMES,
    kind="shape",
    reads="reuse",
)

RMS = Task(
    name="norm/rms",
    statement=(
        "N rows of D numbers arrive number by number. Return each row divided by the root of the "
        "mean of its squares plus eps. All functions work on numbers: `total_of` adds one to a "
        "running sum, `mean_of` divides a sum by D, `over` takes two numbers, `squared`, "
        "`plus_eps` and `root` one."
    ),
    formula="y[n, d] = x[n, d] / sqrt(mean(x[n]**2) + eps)",
    header=f"""\
{_SIZES}
{_STEPS}
def kernel(x: Stream(f32, [N, D])) -> Stream(f32, [N, D]):
""",
    reference=_rms_norm,
    regimes=_REGIMES,
    kind="shape",
    reads="reuse",
)

NORM = (BUFFERED_LAYER_NORM, SCALAR_LAYER_NORM, RMS)
