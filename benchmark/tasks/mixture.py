"""Mixtures of experts and of depths from end to end: choice, experts, sum.

Source: arXiv 2502.02534, group of whole layers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmark.tasks.choices import (
    GATE_LOGIT,
    TOKEN_LOGIT,
    by_affinity,
    by_threshold,
    by_token,
    expert_for_all,
    expert_unchosen,
    predicted,
    tempered,
)
from benchmark.tasks.formulas import (
    EITHER_WAY,
    GATE,
    SCORE,
    THREE_EXPERTS,
    TOP3_TOKENS,
    affinity_text,
    either_way,
    largest,
    three_ways,
    two_ways,
    two_ways_text,
    vector_sum_text,
)
from benchmark.tasks.formulas import predicted as taken
from benchmark.tasks.regimes import chain, regimes, small
from benchmark.tasks.task import Task

_GATED = tempered("W", GATE_LOGIT)


def _experts(count: int) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    def reference(given: Mapping[str, Any]) -> tuple[Any, ...]:
        x = given["x"]
        gates = (x @ given["W"]).softmax(-1)
        return (three_ways(x, largest(gates, count), gates, given["W1"], given["W2"]),)

    return reference


def _top3_tokens(given: Mapping[str, Any]) -> tuple[Any, ...]:
    x = given["x"]
    affinities = (x @ given["A"]).sigmoid()
    return (two_ways(x, affinities, either_way(largest(affinities, 3)), given["W"]),)


def _predicted_tokens(given: Mapping[str, Any]) -> tuple[Any, ...]:
    x = given["x"]
    route = either_way(taken(x, given["W1"], given["W2"]))
    return (two_ways(x, (x @ given["A"]).sigmoid(), route, given["W"]),)


def _header(count: int) -> str:
    return f"""\
M = Dim(5)
N = Dim(7)
K = Dim(9)
W = Parameter(f32, [K, 3])
W1 = Parameter(f32, [3, K, 6])
W2 = Parameter(f32, [3, 6, K])

{GATE}
def top{count}(g: Buffer(f32, [3])) -> Selector(3):
    return topk(g, {count})

{THREE_EXPERTS}
{vector_sum_text("K")}
def kernel(x: Stream(f32, [M, N, K])) -> Stream(Buffer(f32, [K]), [M, N]):
"""


TOP1_EXPERTS = Task(
    name="mixture/top1-experts",
    statement=(
        "A mixture of three experts of which each token takes one. M times N tokens of K numbers "
        "arrive number by number. Return for each token, as one buffer, what the expert with its "
        "largest gate, of equal ones the first, makes of it. `gate` gives the gates of a token, "
        "the softmax of its product with the weights W, and `top1` a selector of gates. "
        "`expert_0`, `expert_1` and `expert_2` take a token and its gates: each is a network of "
        "one hidden layer, times its own gate. `vector_sum` adds a vector to a running sum."
    ),
    formula="y = g[e] * (gelu(x @ W1[e]) @ W2[e]) for each token x, g = softmax(x @ W), "
    "e = argmax(g)",
    header=_header(1),
    reference=_experts(1),
    regimes=regimes(
        "MNK",
        small("expert-unchosen", chain(expert_unchosen, _GATED)),
        small("all-to-one-expert", chain(expert_for_all, _GATED)),
        adapt=_GATED,
    ),
    margin=by_token(1),
    reads="reuse",
)

TOP2_EXPERTS = Task(
    name="mixture/top2-experts",
    statement=(
        "A mixture of three experts of which each token takes two. M times N tokens of K numbers "
        "arrive number by number. Return for each token, as one buffer, the sum of what the two "
        "experts with its largest gates, of equal ones the first, make of it. `gate` gives the "
        "gates of a token, the softmax of its product with the weights W, and `top2` a selector "
        "of gates. `expert_0`, `expert_1` and `expert_2` take a token and its gates: each is a "
        "network of one hidden layer, times its own gate. `vector_sum` adds a vector to a running "
        "sum."
    ),
    formula="y = sum over the 2 largest g[e] of g[e] * (gelu(x @ W1[e]) @ W2[e]) for each token x, "
    "g = softmax(x @ W)",
    header=_header(2),
    reference=_experts(2),
    regimes=regimes(
        "MNK",
        small("expert-unchosen", chain(expert_unchosen, _GATED)),
        small("one-expert-for-all", chain(expert_for_all, _GATED)),
        adapt=_GATED,
    ),
    margin=by_token(2),
    reads="reuse",
)

TOP3_DEPTHS = Task(
    name="mixture/top3-tokens",
    statement=(
        "A mixture of depths: of M tokens the 3 with the largest affinities, of equal ones the "
        "first, go through an expert, and all others around it. Tokens of K numbers arrive number "
        "by number; return each as one buffer. `affinity` gives the affinity of a token, the "
        "sigmoid of its product with the weights A; `top3` makes the flags of the affinities of "
        "all tokens, and `either_way` a selector of the two ways from a flag. The expert, "
        "`transform`, takes a token and its affinity; `skip` takes the same and leaves the token "
        "as it is; `vector_sum` adds a vector to a running sum."
    ),
    formula=(
        "y[m] = a[m] * gelu(x[m] @ W) + x[m] where a[m] is among the 3 largest of a, else x[m]; "
        "a[m] = sigmoid(x[m] @ A)"
    ),
    header=f"""\
M = Dim(5)
K = Dim(9)
A = Parameter(f32, [K])
W = Parameter(f32, [K, K])

{affinity_text("K", "A")}
{TOP3_TOKENS}
{EITHER_WAY}
{two_ways_text("K")}
def kernel(x: Stream(f32, [M, K])) -> Stream(Buffer(f32, [K]), [M]):
""",
    reference=_top3_tokens,
    regimes=regimes("MK", adapt=tempered("A", TOKEN_LOGIT), instead={"ones": {"M": 3}}),
    margin=by_affinity("A"),
    kind="shape",
    reads="reuse",
)

PREDICTED_DEPTHS = Task(
    name="mixture/predicted-tokens",
    statement=(
        "A mixture of depths with a predictor: tokens whose score is above one half go through an "
        "expert, and all others around it. M times N tokens of D numbers arrive number by number; "
        "return each as one buffer. `score` gives the score of a token, a network of one hidden "
        "layer with the weights W1 and W2, and `above_half` a selector of the two ways from a "
        "score. `affinity` gives the affinity of a token, the sigmoid of its product with the "
        "weights A. The expert, `transform`, takes a token and its affinity; `skip` takes the "
        "same and leaves the token as it is; `vector_sum` adds a vector to a running sum."
    ),
    formula=(
        "y = a * gelu(x @ W) + x where sigmoid(relu(x @ W1) @ W2) > 0.5, else x, for each token x; "
        "a = sigmoid(x @ A)"
    ),
    header=f"""\
M = Dim(5)
N = Dim(7)
D = Dim(16)
A = Parameter(f32, [D])
W = Parameter(f32, [D, D])
W1 = Parameter(f32, [D, 8])
W2 = Parameter(f32, [8])

{SCORE}
{affinity_text("D", "A")}
{two_ways_text("D")}
def kernel(x: Stream(f32, [M, N, D])) -> Stream(Buffer(f32, [D]), [M, N]):
""",
    reference=_predicted_tokens,
    regimes=regimes(
        "MND",
        small("nobody-chosen", predicted(taken=False)),
        small("everybody-chosen", predicted(taken=True)),
    ),
    margin=by_threshold,
    reads="reuse",
)

MIXTURE = (TOP1_EXPERTS, TOP2_EXPERTS, TOP3_DEPTHS, PREDICTED_DEPTHS)
