"""Attention with an online softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from earlier.formulas import softmax
from earlier.task import Task


def _attention(E0: Any, E1: Any) -> Any:
    return np.einsum("nm,nmd->nd", softmax(E0), E1)


ATTENTION_FOLD = Task(
    name="attention/online-softmax-fold",
    header='''\
"""o[n] = sum over m of softmax(s[n])[m] * v[n, m]"""
M = Dim(5)
N = Dim(7)
D = Dim(16)

def fn_maxsum(
    s: f32, v: Buffer(f32, [D]), state: Tuple(f32, f32, Buffer(f32, [D])) = (lowest, 0.0, 0.0)
) -> Tuple(f32, f32, Buffer(f32, [D])):
    high, total, out = state
    higher = max(high, s)
    kept = total * exp(high - higher)
    weight = exp(s - higher)
    return higher, kept + weight, (out * kept + v * weight) / (kept + weight)

def fn_third(high: f32, total: f32, out: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return out

def kernel(
    E0: Stream(f32, [N, M]), E1: Stream(Buffer(f32, [D]), [N, M])
) -> Stream(f32, [N, D]):
''',
    earlier="""\
E2 = step.Zip().apply((E0, E1))
E3 = step.Accum(fn=fn_maxsum, b=1).apply(E2)
E4 = step.Map(fn=fn_third).apply(E3)
S0 = step.Streamify().apply(E4)
return S0
""",
    modern="""\
pairs = Zip(E0, E1)
states = Accum(pairs, fn=fn_maxsum, rank=1)
return Streamify(Map(states, fn=fn_third))
""",
    formula=_attention,
)

_RUNNING = """\
def fn_running(s: f32, state: Tuple(f32, f32, f32) = (lowest, 0.0, 0.0)) -> Tuple(f32, f32, f32):
    high, _, _ = state
    higher = max(high, s)
    return higher, exp(s - higher), exp(high - higher)

def fn_last_two(high: f32, weight: f32, decay: f32) -> Tuple(f32, f32):
    return weight, decay
"""

ATTENTION_SCAN = Task(
    name="attention/online-softmax-scan",
    header=f'''\
"""o[n] = sum over m of softmax(s[n])[m] * v[n, m], with a scan of the running maximum"""
M = Dim(5)
N = Dim(7)
D = Dim(16)

{_RUNNING}
def fn_normalised(
    weight: f32, decay: f32, v: Buffer(f32, [D]), state: Tuple(f32, Buffer(f32, [D])) = (0.0, 0.0)
) -> Tuple(f32, Buffer(f32, [D])):
    kept = state[0] * decay
    return kept + weight, (state[1] * kept + v * weight) / (kept + weight)

def fn_second(total: f32, out: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return out

def kernel(
    E0: Stream(f32, [N, M]), E1: Stream(Buffer(f32, [D]), [N, M])
) -> Stream(f32, [N, D]):
''',
    earlier="""\
E2 = step.Scan(fn=fn_running, b=1).apply(E0)
E3 = step.Map(fn=fn_last_two).apply(E2)
E4 = step.Zip().apply((E3, E1))
E5 = step.Accum(fn=fn_normalised, b=1).apply(E4)
E6 = step.Map(fn=fn_second).apply(E5)
S0 = step.Streamify().apply(E6)
return S0
""",
    modern="""\
running = Scan(E0, fn=fn_running, rank=1)
steps = Zip(Map(running, fn=fn_last_two), E1)
states = Accum(steps, fn=fn_normalised, rank=1)
return Streamify(Map(states, fn=fn_second))
""",
    formula=_attention,
)

ATTENTION_DEFERRED = Task(
    name="attention/deferred-division",
    header=f'''\
"""o[n] = sum over m of softmax(s[n])[m] * v[n, m], divided once at the end"""
M = Dim(5)
N = Dim(7)
D = Dim(16)

{_RUNNING}
def fn_total(weight: f32, decay: f32, state: f32 = 0.0) -> f32:
    return state * decay + weight

def fn_mixed(
    weight: f32, decay: f32, v: Buffer(f32, [D]), state: Buffer(f32, [D]) = zeros
) -> Buffer(f32, [D]):
    return state * decay + v * weight

def fn_div(mixed: Buffer(f32, [D]), total: f32) -> Buffer(f32, [D]):
    return mixed / total

def kernel(
    E0: Stream(f32, [N, M]), E1: Stream(Buffer(f32, [D]), [N, M])
) -> Stream(f32, [N, D]):
''',
    earlier="""\
E2 = step.Scan(fn=fn_running, b=1).apply(E0)
E3 = step.Map(fn=fn_last_two).apply(E2)
E4, E5 = step.Copy().apply(E3)
E6 = step.Accum(fn=fn_total, b=1).apply(E4)
E7 = step.Zip().apply((E5, E1))
E8 = step.Accum(fn=fn_mixed, b=1).apply(E7)
E9 = step.Zip().apply((E8, E6))
E10 = step.Map(fn=fn_div).apply(E9)
S0 = step.Streamify().apply(E10)
return S0
""",
    modern="""\
running = Scan(E0, fn=fn_running, rank=1)
for_total, for_values = Broadcast(Map(running, fn=fn_last_two), n=2)
total = Accum(for_total, fn=fn_total, rank=1)
mixed = Accum(Zip(for_values, E1), fn=fn_mixed, rank=1)
return Streamify(Map(Zip(mixed, total), fn=fn_div))
""",
    formula=_attention,
)
