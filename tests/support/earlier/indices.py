"""Who goes where: gates and the choices made from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from earlier.formulas import largest, sigmoid, softmax
from earlier.task import ONES, PAPER, PRIMES, Task

# three tokens are chosen, so there are three at least
TOKEN_SHAPES = (PAPER, PRIMES, ONES | {"M": 3})

GATE = """\
def fn_gate(x: Buffer(f32, [K])) -> Buffer(f32, [3]):
    return softmax(x @ W)
"""


def _top1_gate(E0: Any, W: Any) -> Any:
    gates = softmax(E0 @ W)
    return largest(gates, 1), gates


INDEX_TOP1 = Task(
    name="index/top1-gate",
    header=f'''\
"""g[m] = softmax(x[m] @ W), and the one-hot index of its largest number"""
M = Dim(5)
K = Dim(9)
W = Parameter(f32, [K, 3])

{GATE}
def fn_top1(g: Buffer(f32, [3])) -> Selector(3):
    return topk(g, 1)

def kernel(E0: Stream(f32, [M, K])) -> (Stream(Selector(3), [M]), Stream(Buffer(f32, [3]), [M])):
''',
    earlier="""\
E1 = step.Bufferize(a=1).apply(E0)
E2 = step.Map(fn=fn_gate).apply(E1)
E3, S1 = step.Copy().apply(E2)
S0 = step.Map(fn=fn_top1).apply(E3)
return S0, S1
""",
    modern="""\
for_index, gates = Broadcast(Map(Bufferize(E0), fn=fn_gate), n=2)
return Map(for_index, fn=fn_top1), gates
""",
    formula=_top1_gate,
)


def _expert_choice(E0: Any, W: Any) -> Any:
    gates = softmax(E0 @ W)
    return largest(gates.T, 3).T, gates


INDEX_EXPERT_CHOICE = Task(
    name="index/expert-choice",
    header=f'''\
"""g[m] = softmax(x[m] @ W); every expert chooses the 3 tokens with the largest g"""
M = Dim(5)
K = Dim(9)
W = Parameter(f32, [K, 3])

{GATE}
def fn_by_expert(g: Buffer(f32, [M, 3])) -> Buffer(f32, [3, M]):
    return transpose(g)

def fn_top3(g: Buffer(f32, [M])) -> Selector(M):
    return topk(g, 3)

def fn_by_token(chosen: Buffer(Selector(M), [3])) -> Buffer(Selector(3), [M]):
    return transpose(chosen)

def kernel(E0: Stream(f32, [M, K])) -> (Stream(Selector(3), [M]), Stream(Buffer(f32, [3]), [M])):
''',
    earlier="""\
E1 = step.Bufferize(a=1).apply(E0)
E2 = step.Map(fn=fn_gate).apply(E1)
E3, S1 = step.Copy().apply(E2)
E4 = step.Promote(b=1).apply(E3)
E5 = step.Bufferize(a=1).apply(E4)
E6 = step.Map(fn=fn_by_expert).apply(E5)
E7 = step.Streamify().apply(E6)
E8 = step.Bufferize(a=1).apply(E7)
E9 = step.Map(fn=fn_top3).apply(E8)
E10 = step.Bufferize(a=1).apply(E9)
E11 = step.Map(fn=fn_by_token).apply(E10)
E12 = step.Streamify().apply(E11)
S0 = step.Flatten(L=[0, 1]).apply(E12)
return S0, S1
""",
    modern="""\
for_index, gates = Broadcast(Map(Bufferize(E0), fn=fn_gate), n=2)
by_expert = Map(Bufferize(Promote(for_index, rank=1)), fn=fn_by_expert)
chosen = Map(Bufferize(Streamify(by_expert)), fn=fn_top3)
by_token = Map(Bufferize(chosen), fn=fn_by_token)
return Flatten(Streamify(by_token)), gates
""",
    formula=_expert_choice,
    shapes=TOKEN_SHAPES,
)


def _top3_tokens(E0: Any, W: Any) -> Any:
    affinity = sigmoid(E0 @ W)
    return largest(affinity, 3), affinity


INDEX_TOKENS = Task(
    name="index/top3-tokens",
    header='''\
"""a[m] = sigmoid(x[m] @ W), and the mask of the 3 tokens with the largest a"""
M = Dim(5)
K = Dim(9)
W = Parameter(f32, [K])

def fn_gate(x: Buffer(f32, [K])) -> f32:
    return sigmoid(x @ W)

def fn_top3(a: Buffer(f32, [M])) -> Buffer(bool, [M]):
    return topk(a, 3)

def kernel(E0: Stream(f32, [M, K])) -> (Stream(bool, [M]), Stream(f32, [M])):
''',
    earlier="""\
E1 = step.Bufferize(a=1).apply(E0)
E2 = step.Map(fn=fn_gate).apply(E1)
E3, S1 = step.Copy().apply(E2)
E4 = step.Promote(b=1).apply(E3)
E5 = step.Bufferize(a=1).apply(E4)
E6 = step.Map(fn=fn_top3).apply(E5)
E7 = step.Streamify().apply(E6)
S0 = step.Flatten(L=[0, 1]).apply(E7)
return S0, S1
""",
    modern="""\
for_mask, affinity = Broadcast(Map(Bufferize(E0), fn=fn_gate), n=2)
mask = Map(Bufferize(Promote(for_mask, rank=1)), fn=fn_top3)
return Flatten(Streamify(mask), min=0, max=1), affinity
""",
    formula=_top3_tokens,
    shapes=TOKEN_SHAPES,
)


def predicted(x: Any, W1: Any, W2: Any) -> Any:
    return sigmoid(np.maximum(x @ W1, 0) @ W2) > 0.5


PREDICTOR = """\
def fn_score(x: Buffer(f32, [D])) -> f32:
    return sigmoid(relu(x @ W1) @ W2)

def fn_filter(score: f32) -> Selector(2):
    return stack(score > 0.5, score <= 0.5)
"""


def _index_predicted(E0: Any, W1: Any, W2: Any) -> Any:
    taken = predicted(E0, W1, W2)
    return np.stack([taken, ~taken], axis=-1)


INDEX_PREDICTED = Task(
    name="index/predictor",
    header=f'''\
"""The one-hot of mlp(x[m, n]) > 0.5"""
M = Dim(5)
N = Dim(7)
D = Dim(16)
W1 = Parameter(f32, [D, 8])
W2 = Parameter(f32, [8])

{PREDICTOR}
def kernel(E0: Stream(f32, [M, N, D])) -> Stream(Selector(2), [M, N]):
''',
    earlier="""\
E1 = step.Bufferize(a=1).apply(E0)
E2 = step.Map(fn=fn_score).apply(E1)
S0 = step.Map(fn=fn_filter).apply(E2)
return S0
""",
    modern="""\
scores = Map(Bufferize(E0, rank=1), fn=fn_score)
return Map(scores, fn=fn_filter)
""",
    formula=_index_predicted,
)
