"""Experts that tokens are sent to by a route that is given.

Source: arXiv 2502.02534, group of experts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.tasks.choices import first_left_out, flags, only_target, without_target
from benchmark.tasks.formulas import (
    EITHER_WAY,
    THREE_EXPERTS,
    affinity_text,
    either_way,
    three_ways,
    two_ways,
    two_ways_text,
    vector_sum_text,
)
from benchmark.tasks.regimes import regimes, small
from benchmark.tasks.task import Task


def _skip_with_affinity(given: Mapping[str, Any]) -> tuple[Any, ...]:
    x = given["x"]
    return (two_ways(x, (x @ given["A"]).sigmoid(), given["route"], given["W"]),)


def _weighted_sum(given: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("x", "route", "gates", "W1", "W2")
    return (three_ways(*(given[name] for name in names)),)


def _skip_by_mask(given: Mapping[str, Any]) -> tuple[Any, ...]:
    route = either_way(given["mask"])
    return (two_ways(given["x"], given["affinities"], route, given["W"]),)


SKIP_WITH_AFFINITY = Task(
    name="expert/skip-with-affinity",
    statement=(
        "M times N tokens of D numbers arrive number by number, and a route for each: a selector "
        "of an expert and of a way around it. Return for each token, as one buffer, the sum of "
        "what the ways that its route names make of it; a token that is sent nowhere becomes "
        "zeros. The expert, `transform`, takes a token and its affinity; `skip` takes the same "
        "and leaves the token as it is. `affinity` gives the affinity of a token, the sigmoid of "
        "its product with the weights A; `vector_sum` adds a vector to a running sum."
    ),
    formula=(
        "y = route[0] * (a * gelu(x @ W) + x) + route[1] * x for each token x, a = sigmoid(x @ A)"
    ),
    header=f"""\
M = Dim(5)
N = Dim(7)
D = Dim(16)
A = Parameter(f32, [D])
W = Parameter(f32, [D, D])

{affinity_text("D", "A")}
{two_ways_text("D")}
def kernel(
    x: Stream(f32, [M, N, D]), route: Stream(Selector(2), [M, N])
) -> Stream(Buffer(f32, [D]), [M, N]):
""",
    reference=_skip_with_affinity,
    regimes=regimes(
        "MND",
        small("token-untaken", flags("route", first_left_out)),
        small("all-to-the-expert", flags("route", only_target(0))),
        small("expert-unchosen", flags("route", without_target(0))),
    ),
    reads="reuse",
    note="The published routes name one way each; here they name one, both or none.",
)

WEIGHTED_SUM = Task(
    name="expert/weighted-sum",
    statement=(
        "M times N tokens of K numbers arrive, each as one buffer, with a route, a selector of "
        "any of three experts, and with three gates. Return for each token the sum of what the "
        "experts that its route names make of it; a token that is sent nowhere becomes zeros. "
        "`expert_0`, `expert_1` and `expert_2` take a token and its gates: each is a network of "
        "one hidden layer, times its own gate. `vector_sum` adds a vector to a running sum."
    ),
    formula="y = sum over e of route[e] * g[e] * (gelu(x @ W1[e]) @ W2[e]) for each token x",
    header=f"""\
M = Dim(5)
N = Dim(7)
K = Dim(9)
W1 = Parameter(f32, [3, K, 6])
W2 = Parameter(f32, [3, 6, K])

{THREE_EXPERTS}
{vector_sum_text("K")}
def kernel(
    x: Stream(Buffer(f32, [K]), [M, N]),
    route: Stream(Selector(3), [M, N]),
    gates: Stream(Buffer(f32, [3]), [M, N]),
) -> Stream(Buffer(f32, [K]), [M, N]):
""",
    reference=_weighted_sum,
    regimes=regimes(
        "MNK",
        small("token-untaken", flags("route", first_left_out)),
        small("expert-unchosen", flags("route", without_target(1))),
        small("all-to-one-expert", flags("route", only_target(2))),
    ),
    reads="reuse",
)

SKIP_BY_MASK = Task(
    name="expert/skip-by-mask",
    statement=(
        "M tokens of K numbers arrive, each as one buffer, with a flag and an affinity. Return "
        "for each token what an expert makes of it where the flag is set, and the token as it is "
        "elsewhere. The expert, `transform`, takes a token and its affinity; `skip` takes the "
        "same and leaves the token as it is. `either_way` makes a selector of these two ways from "
        "a flag; `vector_sum` adds a vector to a running sum."
    ),
    formula="y[m] = a[m] * gelu(x[m] @ W) + x[m] where mask[m], else x[m]",
    header=f"""\
M = Dim(5)
K = Dim(9)
W = Parameter(f32, [K, K])

{two_ways_text("K")}
{EITHER_WAY}
def kernel(
    x: Stream(Buffer(f32, [K]), [M]), mask: Stream(bool, [M]), affinities: Stream(f32, [M])
) -> Stream(Buffer(f32, [K]), [M]):
""",
    reference=_skip_by_mask,
    regimes=regimes(
        "MK",
        small("expert-unchosen", flags("mask", lambda mask: mask & False)),
        small("all-to-the-expert", flags("mask", lambda mask: mask | True)),
    ),
    reads="reuse",
)

EXPERT = (SKIP_WITH_AFFINITY, WEIGHTED_SUM, SKIP_BY_MASK)
