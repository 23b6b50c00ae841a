"""Formulas that several references share, on torch tensors; and the given functions they stand for.

Imports torch only when called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

ROOT_OF_TWO = 2.0**0.5


def gelu(x: Tensor) -> Tensor:
    """Return x * (1 + erf(x / sqrt(2))) / 2."""
    return x * (1 + (x / ROOT_OF_TWO).erf()) / 2


def largest(x: Tensor, count: int) -> Tensor:
    """Return the flags of the largest numbers along the last axis, of equal ones the first."""
    order = (-x).argsort(dim=-1, stable=True)[..., :count]
    return (x != x).scatter(-1, order, True)


def predicted(x: Tensor, w1: Tensor, w2: Tensor) -> Tensor:
    """Return which tokens a predictor takes."""
    return ((x @ w1).relu() @ w2).sigmoid() > 0.5


def either_way(taken: Tensor) -> Tensor:
    """Return the selectors of two targets, the first for tokens that are taken."""
    import torch

    return torch.stack([taken, ~taken], dim=-1)


def two_ways(x: Tensor, affinity: Tensor, route: Tensor, weight: Tensor) -> Tensor:
    """Return the sum of what an expert and a way around it make of tokens sent there."""
    moved = affinity.unsqueeze(-1) * gelu(x @ weight) + x
    ways = route.to(x.dtype)
    return ways[..., :1] * moved + ways[..., 1:] * x


def three_ways(x: Tensor, route: Tensor, gates: Tensor, w1: Tensor, w2: Tensor) -> Tensor:
    """Return the sum of what three experts make of tokens sent there, times their gates."""
    import torch

    results = [gelu(x @ w1[place]) @ w2[place] for place in range(3)]
    shares = (route.to(x.dtype) * gates).unsqueeze(-1)
    return (shares * torch.stack(results, dim=-2)).sum(-2)


GATE = """\
def gate(x: Buffer(f32, [K])) -> Buffer(f32, [3]):
    return softmax(x @ W)
"""

SCORE = """\
def score(x: Buffer(f32, [D])) -> f32:
    return sigmoid(relu(x @ W1) @ W2)

def above_half(score: f32) -> Selector(2):
    return stack(score > 0.5, score <= 0.5)
"""

EITHER_WAY = """\
def either_way(taken: bool) -> Selector(2):
    return stack(taken, ~taken)
"""

THREE_EXPERTS = "\n".join(
    f"""\
def expert_{place}(x: Buffer(f32, [K]), g: Buffer(f32, [3])) -> Buffer(f32, [K]):
    return g[{place}] * (gelu(x @ W1[{place}]) @ W2[{place}])
"""
    for place in range(3)
)

TOP3_TOKENS = """\
def top3(a: Buffer(f32, [M])) -> Buffer(bool, [M]):
    return topk(a, 3)
"""


def affinity_text(width: str, weight: str) -> str:
    """Return the function that gives a token of some width its affinity."""
    return f"""\
def affinity(x: Buffer(f32, [{width}])) -> f32:
    return sigmoid(x @ {weight})
"""


def two_ways_text(width: str) -> str:
    """Return the functions of an expert and of the way around it."""
    return f"""\
def transform(x: Buffer(f32, [{width}]), a: f32) -> Buffer(f32, [{width}]):
    return a * gelu(x @ W) + x

def skip(x: Buffer(f32, [{width}]), a: f32) -> Buffer(f32, [{width}]):
    return x

{vector_sum_text(width)}"""


def vector_sum_text(width: str) -> str:
    """Return the fold that adds vectors."""
    return f"""\
def vector_sum(x: Buffer(f32, [{width}]), state: Buffer(f32, [{width}]) = 0.0) -> \
Buffer(f32, [{width}]):
    return state + x
"""
