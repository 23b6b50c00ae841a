"""Attention with an online softmax: three ways to fold one row of scores and values.

Source: arXiv 2502.02534, group of attention; the fold is that of FlashAttention.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmark.tasks.regimes import regimes, small
from benchmark.tasks.task import Array, Task, Values

_FORMULA = "o[n] = sum over m of softmax(scores[n])[m] * values[n, m]"

_SIZES = """\
M = Dim(5)
N = Dim(7)
D = Dim(16)
"""

_KERNEL = """\
def kernel(
    scores: Stream(f32, [N, M]), values: Stream(Buffer(f32, [D]), [N, M])
) -> Stream(f32, [N, D]):
"""

_RUNNING = """\
def running_max(s: f32, state: Tuple(f32, f32, f32) = (lowest, 0.0, 0.0)) -> Tuple(f32, f32, f32):
    high, _, _ = state
    higher = max(high, s)
    return higher, exp(s - higher), exp(high - higher)

def weight_and_decay(high: f32, weight: f32, decay: f32) -> Tuple(f32, f32):
    return weight, decay
"""


def _far_below_zero(values: dict[str, Array], rng: np.random.Generator) -> Values:
    """Put scores where a largest score that begins with any small number leaves no weight."""
    return {**values, "scores": values["scores"] - 1000.0}


# an answer that begins the running maximum with a number of its own is right in all others
_REGIMES = regimes("MND", small("scores far below zero", _far_below_zero))


def _attention(given: Mapping[str, Any]) -> tuple[Any, ...]:
    weights = given["scores"].softmax(-1)
    return ((weights.unsqueeze(-1) * given["values"]).sum(-2),)


ONLINE_SOFTMAX_FOLD = Task(
    name="attention/online-softmax-fold",
    statement=(
        "For each of N queries, M scores and M value vectors of D numbers arrive. Return, as a "
        "stream of numbers, the average of the value vectors weighted by the softmax of the "
        "scores. `softmax_fold` takes a score, its value vector and a running state of (largest "
        "score, total weight, weighted average), and brings the state up to date, so that no "
        "second pass over the scores is needed; `average_of` picks the average out of a state."
    ),
    formula=_FORMULA,
    header=f"""\
{_SIZES}
def softmax_fold(
    s: f32, v: Buffer(f32, [D]), state: Tuple(f32, f32, Buffer(f32, [D])) = (lowest, 0.0, 0.0)
) -> Tuple(f32, f32, Buffer(f32, [D])):
    high, total, average = state
    higher = max(high, s)
    kept = total * exp(high - higher)
    weight = exp(s - higher)
    return higher, kept + weight, (average * kept + v * weight) / (kept + weight)

def average_of(high: f32, total: f32, average: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return average

{_KERNEL}""",
    reference=_attention,
    regimes=_REGIMES,
    note="The published card prints D=11; its code has 16.",
)

ONLINE_SOFTMAX_SCAN = Task(
    name="attention/online-softmax-scan",
    statement=(
        "For each of N queries, M scores and M value vectors of D numbers arrive. Return, as a "
        "stream of numbers, the average of the value vectors weighted by the softmax of the "
        "scores. Here the fold is in two steps. `running_max` takes a score and a state, and "
        "gives for every score (largest score so far, weight of this score, factor by which "
        "earlier weights shrink); `weight_and_decay` keeps the last two of them. `average_fold` "
        "takes a weight, a factor and a value vector, and brings a state of (total weight, "
        "weighted average) up to date; `average_of` picks the average out of it."
    ),
    formula=_FORMULA,
    header=f"""\
{_SIZES}
{_RUNNING}
def average_fold(
    weight: f32, decay: f32, v: Buffer(f32, [D]), state: Tuple(f32, Buffer(f32, [D])) = (0.0, 0.0)
) -> Tuple(f32, Buffer(f32, [D])):
    kept = state[0] * decay
    return kept + weight, (state[1] * kept + v * weight) / (kept + weight)

def average_of(total: f32, average: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return average

{_KERNEL}""",
    reference=_attention,
    regimes=_REGIMES,
    note="The published card prints D=11; its code has 16.",
)

DEFERRED_DIVISION = Task(
    name="attention/deferred-division",
    statement=(
        "For each of N queries, M scores and M value vectors of D numbers arrive. Return, as a "
        "stream of numbers, the average of the value vectors weighted by the softmax of the "
        "scores. Weights and weighted vectors are summed apart, and divided once at the end. "
        "`running_max` takes a score and a state, and gives for every score (largest score so "
        "far, weight of this score, factor by which earlier weights shrink); `weight_and_decay` "
        "keeps the last two. `total_fold` sums the weights, `mixed_fold` the weighted value "
        "vectors, both with the factors applied; `divide` divides the one by the other."
    ),
    formula=_FORMULA,
    header=f"""\
{_SIZES}
{_RUNNING}
def total_fold(weight: f32, decay: f32, state: f32 = 0.0) -> f32:
    return state * decay + weight

def mixed_fold(
    weight: f32, decay: f32, v: Buffer(f32, [D]), state: Buffer(f32, [D]) = 0.0
) -> Buffer(f32, [D]):
    return state * decay + v * weight

def divide(mixed: Buffer(f32, [D]), total: f32) -> Buffer(f32, [D]):
    return mixed / total

{_KERNEL}""",
    reference=_attention,
    regimes=_REGIMES,
    reads="reuse",
    note="The published card prints D=11; its code has 16.",
)

ATTENTION = (ONLINE_SOFTMAX_FOLD, ONLINE_SOFTMAX_SCAN, DEFERRED_DIVISION)
