"""Mixtures of experts and of depths, from the gate to the sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from earlier.experts import ADD, FILTER, THREE_EXPERTS, affine_expert, three_ways, two_ways
from earlier.formulas import largest, sigmoid, softmax
from earlier.indices import GATE, PREDICTOR, TOKEN_SHAPES, predicted
from earlier.task import DRAWN, Task, Values


def _positive(values: Values, **weights: float) -> Values:
    """Return the values with streams above 0 and some columns of the weights set."""
    changed = {
        name: np.abs(value) if name.startswith("E") else value for name, value in values.items()
    }
    return changed | {name: np.full_like(values[name], each) for name, each in weights.items()}


def _unchosen(values: Values) -> Values:
    """Return values for which the gate of expert 2 is the smallest for every token."""
    changed = _positive(values)
    changed["W"][:, 2] = -10.0
    return changed


def _gated(count: int) -> Callable[..., Any]:
    def formula(E0: Any, W: Any, W1: Any, W2: Any) -> Any:
        gates = softmax(E0 @ W)
        return three_ways(E0, largest(gates, count), gates, W1, W2)

    return formula


def _moe(count: int) -> Task:
    return Task(
        name=f"moe/top{count}",
        header=f'''\
"""y = sum over the {count} largest g[e] of g[e] * gelu(x @ W1[e]) @ W2[e], g = softmax(x @ W)"""
M = Dim(5)
N = Dim(7)
K = Dim(9)
W = Parameter(f32, [K, 3])
W1 = Parameter(f32, [3, K, 6])
W2 = Parameter(f32, [3, 6, K])

{GATE}
def fn_top{count}(g: Buffer(f32, [3])) -> Selector(3):
    return topk(g, {count})

{THREE_EXPERTS}
{ADD}
def kernel(E0: Stream(f32, [M, N, K])) -> Stream(Buffer(f32, [K]), [M, N]):
''',
        earlier=f"""\
E1 = step.Bufferize(a=1).apply(E0)
E2, E3 = step.Copy().apply(E1)
E4 = step.Map(fn=fn_gate).apply(E2)
E5, E6 = step.Copy().apply(E4)
E7 = step.Map(fn=fn_top{count}).apply(E5)
E8, E9 = step.Copy().apply(E7)
E10 = step.Zip().apply((E3, E6))
E11, E12, E13 = step.Partition(N=3).apply((E10, E8))
E14 = step.Map(fn=fn_expert0).apply(E11)
E15 = step.Map(fn=fn_expert1).apply(E12)
E16 = step.Map(fn=fn_expert2).apply(E13)
S0 = step.Merge(fn=fn_add).apply(((E14, E15, E16), E9))
return S0
""",
        modern=f"""\
for_gate, x = Broadcast(Bufferize(E0), n=2)
for_index, gates = Broadcast(Map(for_gate, fn=fn_gate), n=2)
route, back = Broadcast(Map(for_index, fn=fn_top{count}), n=2)
parts = Partition(Zip(x, gates), route, n=3)
experts = [fn_expert0, fn_expert1, fn_expert2]
results = [Map(part, fn=expert) for part, expert in zip(parts, experts)]
return Accum(Reassemble(results, back), fn=fn_add, rank=1)
""",
        formula=_gated(count),
        inputs=DRAWN | {"an expert that nobody chooses": _unchosen},
    )


MOE_TOP1, MOE_TOP2 = _moe(1), _moe(2)


def _depths(E0: Any, A: Any, W: Any) -> Any:
    affinity = sigmoid(E0 @ A)
    mask = largest(affinity, 3)
    return two_ways(E0, affinity, np.stack([mask, ~mask], axis=-1), W)


DEPTHS_TOP3 = Task(
    name="depths/top3-tokens",
    header=f'''\
"""Mixture of depths: the 3 tokens with the largest a = sigmoid(x @ A) go through the expert"""
M = Dim(5)
K = Dim(9)
A = Parameter(f32, [K])
W = Parameter(f32, [K, K])

def fn_gate(x: Buffer(f32, [K])) -> f32:
    return sigmoid(x @ A)

def fn_top3(a: Buffer(f32, [M])) -> Buffer(bool, [M]):
    return topk(a, 3)

{FILTER}
{affine_expert("K")}
def kernel(E0: Stream(f32, [M, K])) -> Stream(Buffer(f32, [K]), [M]):
''',
    earlier="""\
E1 = step.Bufferize(a=1).apply(E0)
E2, E3 = step.Copy().apply(E1)
E4 = step.Map(fn=fn_gate).apply(E2)
E5, E6 = step.Copy().apply(E4)
E7 = step.Promote(b=1).apply(E5)
E8 = step.Bufferize(a=1).apply(E7)
E9 = step.Map(fn=fn_top3).apply(E8)
E10 = step.Streamify().apply(E9)
E11 = step.Flatten(L=[0, 1]).apply(E10)
E12 = step.Map(fn=fn_filter).apply(E11)
E13, E14 = step.Copy().apply(E12)
E15 = step.Zip().apply((E3, E6))
E16, E17 = step.Partition(N=2).apply((E15, E13))
E18 = step.Map(fn=fn_expert0).apply(E16)
E19 = step.Map(fn=fn_expert1).apply(E17)
S0 = step.Merge(fn=fn_add).apply(((E18, E19), E14))
return S0
""",
    modern="""\
for_gate, x = Broadcast(Bufferize(E0), n=2)
for_mask, affinity = Broadcast(Map(for_gate, fn=fn_gate), n=2)
chosen = Map(Bufferize(Promote(for_mask, rank=1)), fn=fn_top3)
mask = Flatten(Streamify(chosen))
route, back = Broadcast(Map(mask, fn=fn_filter), n=2)
taken, skipped = Partition(Zip(x, affinity), route, n=2)
results = [Map(taken, fn=fn_expert0), Map(skipped, fn=fn_expert1)]
return Accum(Reassemble(results, back), fn=fn_add, rank=1)
""",
    formula=_depths,
    shapes=TOKEN_SHAPES,
)


def _depths_predicted(E0: Any, A: Any, W: Any, W1: Any, W2: Any) -> Any:
    taken = predicted(E0, W1, W2)
    return two_ways(E0, sigmoid(E0 @ A), np.stack([taken, ~taken], axis=-1), W)


DEPTHS_PREDICTED = Task(
    name="depths/predictor",
    header=f'''\
"""Mixture of depths: the tokens with mlp(x) > 0.5 go through the expert"""
M = Dim(5)
N = Dim(7)
D = Dim(16)
A = Parameter(f32, [D])
W = Parameter(f32, [D, D])
W1 = Parameter(f32, [D, 8])
W2 = Parameter(f32, [8])

{PREDICTOR}
def fn_affinity(x: Buffer(f32, [D])) -> f32:
    return sigmoid(x @ A)

{affine_expert("D")}
def kernel(E0: Stream(f32, [M, N, D])) -> Stream(Buffer(f32, [D]), [M, N]):
''',
    earlier="""\
E1 = step.Bufferize(a=1).apply(E0)
E2, E3 = step.Copy().apply(E1)
E4, E5 = step.Copy().apply(E2)
E6 = step.Map(fn=fn_score).apply(E4)
E7 = step.Map(fn=fn_filter).apply(E6)
E8, E9 = step.Copy().apply(E7)
E10 = step.Map(fn=fn_affinity).apply(E5)
E11 = step.Zip().apply((E3, E10))
E12, E13 = step.Partition(N=2).apply((E11, E8))
E14 = step.Map(fn=fn_expert0).apply(E12)
E15 = step.Map(fn=fn_expert1).apply(E13)
S0 = step.Merge(fn=fn_add).apply(((E14, E15), E9))
return S0
""",
    modern="""\
for_gates, x = Broadcast(Bufferize(E0, rank=1), n=2)
for_score, for_affinity = Broadcast(for_gates, n=2)
route, back = Broadcast(Map(Map(for_score, fn=fn_score), fn=fn_filter), n=2)
pairs = Zip(x, Map(for_affinity, fn=fn_affinity))
taken, skipped = Partition(pairs, route, n=2)
results = [Map(taken, fn=fn_expert0), Map(skipped, fn=fn_expert1)]
return Accum(Reassemble(results, back), fn=fn_add, rank=1)
""",
    formula=_depths_predicted,
    inputs=DRAWN
    | {
        "nobody is chosen": lambda values: _positive(values, W1=1.0, W2=-1.0),
        "everybody is chosen": lambda values: _positive(values, W1=1.0, W2=1.0),
    },
)
