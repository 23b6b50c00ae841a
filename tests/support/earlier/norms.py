"""Normalisation of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from earlier.task import Task


def _layer_norm(E0: Any) -> Any:
    mean, variance = E0.mean(axis=-1, keepdims=True), E0.var(axis=-1, keepdims=True)
    return (E0 - mean) / np.sqrt(variance + 1e-5)


NORM_BUFFERED = Task(
    name="norm/buffered-layer-norm",
    header='''\
"""y[n] = (x[n] - mean(x[n])) / sqrt(var(x[n]) + eps)"""
N = Dim(7)
D = Dim(16)
eps = 1e-5

def fn_mean(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return full([D], mean(x))

def fn_minus(a: Buffer(f32, [D]), b: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return a - b

def fn_square(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return x * x

def fn_eps(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return x + eps

def fn_sqrt(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return sqrt(x)

def fn_div(a: Buffer(f32, [D]), b: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return a / b

def kernel(E0: Stream(Buffer(f32, [D]), [N])) -> Stream(Buffer(f32, [D]), [N]):
''',
    earlier="""\
E1, E2 = step.Copy().apply(E0)
E3 = step.Map(fn=fn_mean).apply(E1)
E4 = step.Zip().apply((E2, E3))
E5 = step.Map(fn=fn_minus).apply(E4)
E6, E7 = step.Copy().apply(E5)
E8 = step.Map(fn=fn_square).apply(E6)
E9 = step.Map(fn=fn_mean).apply(E8)
E10 = step.Map(fn=fn_eps).apply(E9)
E11 = step.Map(fn=fn_sqrt).apply(E10)
E12 = step.Zip().apply((E7, E11))
S0 = step.Map(fn=fn_div).apply(E12)
return S0
""",
    modern="""\
for_mean, x = Broadcast(E0, n=2)
mean = Map(for_mean, fn=fn_mean)
for_variance, centred = Broadcast(Map(Zip(x, mean), fn=fn_minus), n=2)
variance = Map(Map(for_variance, fn=fn_square), fn=fn_mean)
deviation = Map(Map(variance, fn=fn_eps), fn=fn_sqrt)
return Map(Zip(centred, deviation), fn=fn_div)
""",
    formula=_layer_norm,
)

_SCALAR_STEPS = """\
def fn_square(x: f32) -> f32:
    return x * x

def fn_mean(total: f32) -> f32:
    return total / D

def fn_add(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def fn_eps(x: f32) -> f32:
    return x + eps

def fn_sqrt(x: f32) -> f32:
    return sqrt(x)

def fn_div(a: f32, b: f32) -> f32:
    return a / b
"""

NORM_SCALAR = Task(
    name="norm/scalar-layer-norm",
    header=f'''\
"""y[n, d] = (x[n, d] - mean(x[n])) / sqrt(var(x[n]) + eps), var = E(x**2) - E(x)**2"""
N = Dim(7)
D = Dim(16)
eps = 1e-5

{_SCALAR_STEPS}
def fn_minus(a: f32, b: f32) -> f32:
    return a - b

def kernel(E0: Stream(f32, [N, D])) -> Stream(f32, [N, D]):
''',
    earlier="""\
E1, E2 = step.Copy().apply(E0)
E3, E4 = step.Copy().apply(E1)
E5 = step.Accum(fn=fn_add, b=1).apply(E3)
E6 = step.Map(fn=fn_mean).apply(E5)
E7, E8 = step.Copy().apply(E6)
E9 = step.Map(fn=fn_square).apply(E4)
E10 = step.Accum(fn=fn_add, b=1).apply(E9)
E11 = step.Map(fn=fn_mean).apply(E10)
E12 = step.Map(fn=fn_square).apply(E7)
E13 = step.Zip().apply((E11, E12))
E14 = step.Map(fn=fn_minus).apply(E13)
E15 = step.Map(fn=fn_eps).apply(E14)
E16 = step.Map(fn=fn_sqrt).apply(E15)
E17 = step.Repeat(n=D).apply(E8)
E18 = step.Zip().apply((E2, E17))
E19 = step.Map(fn=fn_minus).apply(E18)
E20 = step.Repeat(n=D).apply(E16)
E21 = step.Zip().apply((E19, E20))
S0 = step.Map(fn=fn_div).apply(E21)
return S0
""",
    modern="""\
for_moments, x = Broadcast(E0, n=2)
for_mean, for_squares = Broadcast(for_moments, n=2)
mean = Map(Accum(for_mean, fn=fn_add), fn=fn_mean)
mean_0, mean_1 = Broadcast(mean, n=2)
squares = Map(Accum(Map(for_squares, fn=fn_square), fn=fn_add), fn=fn_mean)
variance = Map(Zip(squares, Map(mean_0, fn=fn_square)), fn=fn_minus)
deviation = Map(Map(variance, fn=fn_eps), fn=fn_sqrt)
centred = Map(Zip(x, Repeat(mean_1, n=D)), fn=fn_minus)
return Map(Zip(centred, Repeat(deviation, n=D)), fn=fn_div)
""",
    formula=_layer_norm,
)

NORM_RMS = Task(
    name="norm/rms",
    header=f'''\
"""y[n, d] = x[n, d] / sqrt(mean(x[n]**2) + eps)"""
N = Dim(7)
D = Dim(16)
eps = 1e-5

{_SCALAR_STEPS}
def kernel(E0: Stream(f32, [N, D])) -> Stream(f32, [N, D]):
''',
    earlier="""\
E1, E2 = step.Copy().apply(E0)
E3 = step.Map(fn=fn_square).apply(E1)
E4 = step.Accum(fn=fn_add, b=1).apply(E3)
E5 = step.Map(fn=fn_mean).apply(E4)
E6 = step.Map(fn=fn_eps).apply(E5)
E7 = step.Map(fn=fn_sqrt).apply(E6)
E8 = step.Repeat(n=D).apply(E7)
E9 = step.Zip().apply((E2, E8))
S0 = step.Map(fn=fn_div).apply(E9)
return S0
""",
    modern="""\
for_squares, x = Broadcast(E0, n=2)
mean = Map(Accum(Map(for_squares, fn=fn_square), fn=fn_add, rank=1), fn=fn_mean)
root = Map(Map(mean, fn=fn_eps), fn=fn_sqrt)
return Map(Zip(x, Repeat(root, n=D)), fn=fn_div)
""",
    formula=lambda E0: E0 / np.sqrt((E0**2).mean(axis=-1, keepdims=True) + 1e-5),
)
