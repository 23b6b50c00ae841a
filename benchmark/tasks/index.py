"""Who goes where: gates, and the choices made from them.

Source: arXiv 2502.02534, group of indices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.tasks.choices import (
    GATE_LOGIT,
    TOKEN_LOGIT,
    by_affinity,
    by_expert,
    by_threshold,
    by_token,
    expert_for_all,
    expert_unchosen,
    predicted,
    tempered,
)
from benchmark.tasks.formulas import GATE, SCORE, TOP3_TOKENS, affinity_text, either_way, largest
from benchmark.tasks.formulas import predicted as taken
from benchmark.tasks.regimes import chain, regimes, small
from benchmark.tasks.task import Task

_THREE = {"ones": {"M": 3}}
_RETURNED = (
    "The published task returns a stream that is read too, and its rule does not count that; "
    "here it takes a copy."
)
_GATED = tempered("W", GATE_LOGIT)


def _top1_gate(given: Mapping[str, Any]) -> tuple[Any, ...]:
    gates = (given["x"] @ given["W"]).softmax(-1)
    return largest(gates, 1), gates


def _expert_choice(given: Mapping[str, Any]) -> tuple[Any, ...]:
    gates = (given["x"] @ given["W"]).softmax(-1)
    return largest(gates.T, 3).T, gates


def _top3_tokens(given: Mapping[str, Any]) -> tuple[Any, ...]:
    affinities = (given["x"] @ given["A"]).sigmoid()
    return largest(affinities, 3), affinities


TOP1_GATE = Task(
    name="index/top1-gate",
    statement=(
        "M tokens of K numbers arrive number by number. Return two streams: for each token the "
        "selector of the one expert of three with the largest gate, of equal ones the first, and "
        "for each token its three gates. `gate` gives the gates of a token, the softmax of its "
        "product with the weights W; `largest` makes a selector of gates."
    ),
    formula="g[m] = softmax(x[m] @ W), i[m] = one-hot of the largest of g[m]; return i, g",
    header=f"""\
M = Dim(5)
K = Dim(9)
W = Parameter(f32, [K, 3])

{GATE}
def largest(g: Buffer(f32, [3])) -> Selector(3):
    return topk(g, 1)

def kernel(x: Stream(f32, [M, K])) -> (Stream(Selector(3), [M]), Stream(Buffer(f32, [3]), [M])):
""",
    reference=_top1_gate,
    regimes=regimes(
        "MK",
        small("expert-unchosen", chain(expert_unchosen, _GATED)),
        small("all-to-one-expert", chain(expert_for_all, _GATED)),
        adapt=_GATED,
    ),
    margin=by_token(1),
    note=_RETURNED,
)

EXPERT_CHOICE = Task(
    name="index/expert-choice",
    statement=(
        "M tokens of K numbers arrive number by number, and experts choose tokens: each of three "
        "experts takes the 3 tokens with its largest gates, of equal ones the first, so that a "
        "token may be taken by several or by none. Return two streams: for each token the "
        "selector of the experts that take it, and for each token its three gates. `gate` gives "
        "the gates of a token, the softmax of its product with the weights W. The choice needs "
        "all tokens at once: `experts_first` turns the gates of all tokens into a row for each "
        "expert, `top3` makes the selector of the three tokens of one row, and `tokens_first` "
        "turns the selectors of all experts into one for each token."
    ),
    formula=(
        "g[m] = softmax(x[m] @ W), i[m, e] = g[m, e] is among the 3 largest of g[:, e]; return i, g"
    ),
    header=f"""\
M = Dim(5)
K = Dim(9)
W = Parameter(f32, [K, 3])

{GATE}
def experts_first(g: Buffer(f32, [M, 3])) -> Buffer(f32, [3, M]):
    return transpose(g)

def top3(g: Buffer(f32, [M])) -> Selector(M):
    return topk(g, 3)

def tokens_first(chosen: Buffer(Selector(M), [3])) -> Buffer(Selector(3), [M]):
    return transpose(chosen)

def kernel(x: Stream(f32, [M, K])) -> (Stream(Selector(3), [M]), Stream(Buffer(f32, [3]), [M])):
""",
    reference=_expert_choice,
    # more than 9 tokens, as in `primes` and `larger`, leave one that nobody takes
    regimes=regimes(
        "MK",
        small("one-expert-keen", chain(expert_for_all, _GATED)),
        adapt=_GATED,
        instead=_THREE,
    ),
    margin=by_expert,
    kind="shape",
    note=_RETURNED,
)

TOP3 = Task(
    name="index/top3-tokens",
    statement=(
        "M tokens of K numbers arrive number by number. Return two streams: for each token a flag "
        "that is set for the 3 tokens with the largest affinities, of equal ones the first, and "
        "for each token its affinity. `affinity` gives that of one token, the sigmoid of its "
        "product with the weights A; `top3` makes the flags of the affinities of all tokens."
    ),
    formula="a[m] = sigmoid(x[m] @ A), f[m] = a[m] is among the 3 largest of a; return f, a",
    header=f"""\
M = Dim(5)
K = Dim(9)
A = Parameter(f32, [K])

{affinity_text("K", "A")}
{TOP3_TOKENS}
def kernel(x: Stream(f32, [M, K])) -> (Stream(bool, [M]), Stream(f32, [M])):
""",
    reference=_top3_tokens,
    regimes=regimes("MK", adapt=tempered("A", TOKEN_LOGIT), instead=_THREE),
    margin=by_affinity("A"),
    kind="shape",
    note=_RETURNED,
)

PREDICTOR = Task(
    name="index/predictor",
    statement=(
        "M times N tokens of D numbers arrive number by number. Return for each token a selector "
        "of two ways: the first where its score is above one half, else the second. `score` gives "
        "the score of a token, a network of one hidden layer with the weights W1 and W2; "
        "`above_half` makes a selector of a score."
    ),
    formula="s[m, n] = sigmoid(relu(x[m, n] @ W1) @ W2), i[m, n] = (s > 0.5, s <= 0.5)",
    header=f"""\
M = Dim(5)
N = Dim(7)
D = Dim(16)
W1 = Parameter(f32, [D, 8])
W2 = Parameter(f32, [8])

{SCORE}
def kernel(x: Stream(f32, [M, N, D])) -> Stream(Selector(2), [M, N]):
""",
    reference=lambda given: (either_way(taken(given["x"], given["W1"], given["W2"])),),
    regimes=regimes(
        "MND",
        small("nobody-chosen", predicted(taken=False)),
        small("everybody-chosen", predicted(taken=True)),
    ),
    margin=by_threshold,
)

INDEX = (TOP1_GATE, EXPERT_CHOICE, TOP3, PREDICTOR)
