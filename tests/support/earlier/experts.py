"""Experts that are routed to by a given index."""

from __future__ import annotations

from typing import Any

import numpy as np

from earlier.formulas import gelu, sigmoid
from earlier.task import DRAWN, Inputs, Task, Values


def _with_index(values: Values, flags: Any) -> Values:
    return values | {"E1": np.broadcast_to(flags, values["E1"].shape) > 0}


def _first_token_untaken(values: Values) -> Values:
    index = np.ones_like(values["E1"])
    index.reshape(-1, index.shape[-1])[0] = False
    return _with_index(values, index)


def _first_expert_only(values: Values) -> Values:
    return _with_index(values, np.arange(values["E1"].shape[-1]) == 0)


_ROUTES: Inputs = DRAWN | {
    "a token that nobody takes": _first_token_untaken,
    "experts that nobody chooses": _first_expert_only,
    "nobody takes anything": lambda values: _with_index(values, 0),
    "everybody takes everything": lambda values: _with_index(values, 1),
}


def affine_expert(width: str) -> str:
    return f"""\
def fn_expert0(x: Buffer(f32, [{width}]), a: f32) -> Buffer(f32, [{width}]):
    return a * gelu(x @ W) + x

def fn_expert1(x: Buffer(f32, [{width}]), a: f32) -> Buffer(f32, [{width}]):
    return x

def fn_add(
    x: Buffer(f32, [{width}]), state: Buffer(f32, [{width}]) = 0.0
) -> Buffer(f32, [{width}]):
    return state + x
"""


def two_ways(x: Any, affinity: Any, index: Any, W: Any) -> Any:
    moved = affinity[..., None] * gelu(x @ W) + x
    return index[..., :1] * moved + index[..., 1:] * x


EXPERT_AFFINITY = Task(
    name="expert/skip-with-affinity",
    header=f'''\
"""y = i[0] * (a * gelu(x @ W) + x) + i[1] * x, with a = sigmoid(x @ A) and i given"""
M = Dim(5)
N = Dim(7)
D = Dim(16)
A = Parameter(f32, [D])
W = Parameter(f32, [D, D])

def fn_affinity(x: Buffer(f32, [D])) -> f32:
    return sigmoid(x @ A)

{affine_expert("D")}
def kernel(
    E0: Stream(f32, [M, N, D]), E1: Stream(Selector(2), [M, N])
) -> Stream(Buffer(f32, [D]), [M, N]):
''',
    earlier="""\
E2 = step.Bufferize(a=1).apply(E0)
E3, E4 = step.Copy().apply(E2)
E5 = step.Map(fn=fn_affinity).apply(E3)
E6 = step.Zip().apply((E4, E5))
E7, E8 = step.Copy().apply(E1)
E9, E10 = step.Partition(N=2).apply((E6, E7))
E11 = step.Map(fn=fn_expert0).apply(E9)
E12 = step.Map(fn=fn_expert1).apply(E10)
S0 = step.Merge(fn=fn_add).apply(((E11, E12), E8))
return S0
""",
    modern="""\
for_affinity, x = Broadcast(Bufferize(E0), n=2)
pairs = Zip(x, Map(for_affinity, fn=fn_affinity))
route, back = Broadcast(E1, n=2)
taken, skipped = Partition(pairs, route, n=2)
results = [Map(taken, fn=fn_expert0), Map(skipped, fn=fn_expert1)]
return Accum(Reassemble(results, back), fn=fn_add, rank=1)
""",
    formula=lambda E0, E1, A, W: two_ways(E0, sigmoid(E0 @ A), E1, W),
    inputs=_ROUTES,
)

THREE_EXPERTS = "\n".join(
    f"""\
def fn_expert{place}(x: Buffer(f32, [K]), g: Buffer(f32, [3])) -> Buffer(f32, [K]):
    return g[{place}] * (gelu(x @ W1[{place}]) @ W2[{place}])
"""
    for place in range(3)
)

ADD = """\
def fn_add(x: Buffer(f32, [K]), state: Buffer(f32, [K]) = 0.0) -> Buffer(f32, [K]):
    return state + x
"""


def three_ways(x: Any, index: Any, gates: Any, W1: Any, W2: Any) -> Any:
    results = np.stack([gelu(x @ W1[place]) @ W2[place] for place in range(3)], axis=-2)
    return ((index * gates)[..., None] * results).sum(axis=-2)


EXPERT_WEIGHTED = Task(
    name="expert/weighted-sum",
    header=f'''\
"""y = sum over e of i[e] * g[e] * gelu(x @ W1[e]) @ W2[e], 0 to 3 experts active"""
M = Dim(5)
N = Dim(7)
K = Dim(9)
W1 = Parameter(f32, [3, K, 6])
W2 = Parameter(f32, [3, 6, K])

{THREE_EXPERTS}
{ADD}
def kernel(
    E0: Stream(Buffer(f32, [K]), [M, N]),
    E1: Stream(Selector(3), [M, N]),
    E2: Stream(Buffer(f32, [3]), [M, N]),
) -> Stream(Buffer(f32, [K]), [M, N]):
''',
    earlier="""\
E3 = step.Zip().apply((E0, E2))
E4, E5 = step.Copy().apply(E1)
E6, E7, E8 = step.Partition(N=3).apply((E3, E4))
E9 = step.Map(fn=fn_expert0).apply(E6)
E10 = step.Map(fn=fn_expert1).apply(E7)
E11 = step.Map(fn=fn_expert2).apply(E8)
S0 = step.Merge(fn=fn_add).apply(((E9, E10, E11), E5))
return S0
""",
    modern="""\
pairs = Zip(E0, E2)
route, back = Broadcast(E1, n=2)
parts = Partition(pairs, route, n=3)
experts = [fn_expert0, fn_expert1, fn_expert2]
results = [Map(part, fn=expert) for part, expert in zip(parts, experts)]
return Accum(Reassemble(results, back), fn=fn_add, rank=1)
""",
    formula=lambda E0, E1, E2, W1, W2: three_ways(E0, E1, E2, W1, W2),
    inputs=_ROUTES,
)

FILTER = """\
def fn_filter(mask: bool) -> Selector(2):
    return stack(mask, ~mask)
"""


def _masked(E0: Any, E1: Any, E2: Any, W: Any) -> Any:
    return two_ways(E0, E2, np.stack([E1, ~E1], axis=-1), W)


EXPERT_MASKED = Task(
    name="expert/skip-by-mask",
    header=f'''\
"""y = a * gelu(x @ W) + x where the mask is set, else x; mask and a given"""
M = Dim(5)
K = Dim(9)
W = Parameter(f32, [K, K])

{affine_expert("K")}
{FILTER}
def kernel(
    E0: Stream(Buffer(f32, [K]), [M]), E1: Stream(bool, [M]), E2: Stream(f32, [M])
) -> Stream(Buffer(f32, [K]), [M]):
''',
    earlier="""\
E3 = step.Zip().apply((E0, E2))
E4 = step.Map(fn=fn_filter).apply(E1)
E5, E6 = step.Copy().apply(E4)
E7, E8 = step.Partition(N=2).apply((E3, E5))
E9 = step.Map(fn=fn_expert0).apply(E7)
E10 = step.Map(fn=fn_expert1).apply(E8)
S0 = step.Merge(fn=fn_add).apply(((E9, E10), E6))
return S0
""",
    modern="""\
pairs = Zip(E0, E2)
route, back = Broadcast(Map(E1, fn=fn_filter), n=2)
taken, skipped = Partition(pairs, route, n=2)
results = [Map(taken, fn=fn_expert0), Map(skipped, fn=fn_expert1)]
return Accum(Reassemble(results, back), fn=fn_add, rank=1)
""",
    formula=_masked,
    inputs=DRAWN
    | {
        "nobody takes the expert": lambda values: _with_index(values, 0),
        "everybody takes the expert": lambda values: _with_index(values, 1),
    },
)
