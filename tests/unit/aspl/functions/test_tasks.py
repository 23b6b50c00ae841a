"""The functions that the benchmark's stream-level tasks give are expressible, and compute right."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from columns import assert_same, run_of
from functions import Scope, declared

from aspl.dims import size
from aspl.functions.apply import fold_init
from aspl.functions.function import Fill
from aspl.reference.functions.apply import fold_values, map_values, scan_values
from aspl.types import DType, Tensor
from aspl.values.column import Dense

K, E, D = size("K"), size("E"), size("D")
SCOPE = Scope(
    parameters={
        "W": Tensor(DType.F32, (K, E)),
        "w": Tensor(DType.F32, (K,)),
        "V": Tensor(DType.F32, (D, D)),
    },
    numbers={"eps": 1e-5},
)

GIVEN = """
def maxsum(s: f32, v: Buffer(f32, [D]), state: Tuple(f32, f32, Buffer(f32, [D])) = (-inf, 0, 0)) \
-> Tuple(f32, f32, Buffer(f32, [D])):
    m, l, o = state
    m2 = max(m, s)
    l2 = l * exp(m - m2) + exp(s - m2)
    return m2, l2, (o * l * exp(m - m2) + v * exp(s - m2)) / l2

def third(x: Tuple(f32, f32, Buffer(f32, [D]))) -> Buffer(f32, [D]):
    return x[2]

def decay(s: f32, state: Tuple(f32, f32, f32) = (-inf, 0, 0)) -> Tuple(f32, f32, f32):
    m = max(state[0], s)
    return m, exp(s - m), exp(state[0] - m)

def weighted(e: f32, d: f32, v: Buffer(f32, [D]), o: Buffer(f32, [D]) = zeros) -> Buffer(f32, [D]):
    return o * d + e * v

def outer_of_buffers(a: Buffer(f32, [N]), b: Buffer(f32, [D])) -> Buffer(f32, [D, N]):
    return outer(b, a)

def mean_broadcast(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return broadcast_to(mean(x), [D])

def divide_by_size(x: f32) -> f32:
    return x / D

def add_eps(x: f32) -> f32:
    return x + eps

def running(x: f32, state: f32 = -1) -> f32:
    return state + x

def neox(p: f32, x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    t = p / 10000 ** (2 * cast(iota(D // 2), f32) / D)
    a, b = x[:D // 2], x[D // 2:]
    return concat(a * cos(t) - b * sin(t), b * cos(t) + a * sin(t))

def gptj(p: f32, x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    t = p / 10000 ** (2 * cast(iota(D // 2), f32) / D)
    a, b = x[::2], x[1::2]
    return reshape(stack(a * cos(t) - b * sin(t), b * cos(t) + a * sin(t)), [D])

def gate(x: Buffer(f32, [K])) -> Buffer(f32, [E]):
    return softmax(x @ W)

def top1(g: Buffer(f32, [E])) -> Selector(E):
    return topk(g, 1)

def top3_tokens(g: Buffer(f32, [E, M])) -> Buffer(bool, [E, M]):
    return topk(g, 3)

def affinity(x: Buffer(f32, [K])) -> f32:
    return sigmoid(x @ w)

def mask(a: Buffer(f32, [M])) -> Buffer(f32, [M]):
    return cast(topk(a, 3), f32)

def route(score: f32) -> Selector(2):
    return one_hot(cast(score > 0.5, i64), 2)

def mask_to_one_hot(m: f32) -> Selector(2):
    return stack(m == 0, m != 0)

def expert(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return gelu(x @ V) @ transpose(V)

def weighted_sum(i: Selector(E), g: Buffer(f32, [E]), y: Buffer(f32, [E, D])) -> Buffer(f32, [D]):
    return (cast(i, f32) * g) @ y
"""

FUNCTIONS = {
    text.strip().removeprefix("def ").split("(")[0]: text.strip() for text in GIVEN.split("\n\n")
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_given_function_is_expressible(name: str) -> None:
    assert declared(FUNCTIONS[name], SCOPE).name == name


def test_maxsum_is_softmax_attention() -> None:
    fn = declared(FUNCTIONS["maxsum"], SCOPE)
    random = np.random.default_rng(2)
    s, v = 3 * random.standard_normal(35), random.standard_normal((35, 16))
    starts, init = np.arange(0, 36, 7), fold_init(fn, None)
    assert init is not None
    got = fold_values(fn, (Dense(s), Dense(v)), starts, init, fn.result, run_of())
    wanted = []
    for a, b in pairwise(starts):
        p = np.exp(s[a:b] - s[a:b].max())
        wanted.append((s[a:b].max(), p.sum(), p @ v[a:b] / p.sum()))
    assert_same(got, wanted)


def test_positions_come_from_a_running_sum() -> None:
    fn = declared(FUNCTIONS["running"], SCOPE)
    init = fold_init(fn, None)
    assert init == Fill(-1.0)
    got = scan_values(fn, (Dense(np.ones(6)),), np.array([0, 3, 6]), init, fn.result, run_of())
    assert_same(got, [0.0, 1.0, 2.0] * 2)


@pytest.mark.parametrize("name", ["neox", "gptj"])
def test_rotation(name: str) -> None:
    fn = declared(FUNCTIONS[name], SCOPE)
    x, p = np.random.default_rng(0).standard_normal((3, 16)), np.arange(3.0)
    wanted = []
    for position, row in zip(p, x, strict=True):
        turned = np.empty(16)
        for i in range(8):
            a, b = (i, i + 8) if name == "neox" else (2 * i, 2 * i + 1)
            t = position / 10000 ** (2 * i / 16)
            turned[a] = row[a] * math.cos(t) - row[b] * math.sin(t)
            turned[b] = row[b] * math.cos(t) + row[a] * math.sin(t)
        wanted.append(turned)
    assert_same(map_values(fn, (Dense(p), Dense(x)), fn.result, run_of()), wanted)


def test_routing() -> None:
    route = declared(FUNCTIONS["route"], SCOPE)
    got = map_values(route, (Dense(np.array([0.1, 0.9])),), route.result, run_of())
    assert_same(got, [[True, False], [False, True]])
    one_hot = declared(FUNCTIONS["mask_to_one_hot"], SCOPE)
    got = map_values(one_hot, (Dense(np.array([0.0, 1.0])),), one_hot.result, run_of())
    assert_same(got, [[True, False], [False, True]])
