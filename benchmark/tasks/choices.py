"""Choices by which tokens are routed: how near inputs are to another one, and special inputs.

`softmax` gates choose the largest numbers, of equal ones the first; a predictor chooses by a
threshold. The functions here work on inputs, in numpy; what a reference computes is `formulas`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmark.tasks.task import Adapt, Array, Values

Margin = Callable[[Mapping[str, Any]], float]

GATE_LOGIT = 8.0
"""Gates are drawn with logits of this size at most, so that float32 tells all gates apart."""
TOKEN_LOGIT = 4.0
"""The same for affinities, which a sigmoid brings near to 1 and to each other sooner."""


def softmax(x: Array) -> Array:
    """Return exp(x) over its sum along the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def separation(values: Array, keys: Array, count: int) -> float:
    """Return how far the `count` largest along the last axis are from the others.

    A share of the larger of two numbers; numbers made of equal keys tie in every precision and
    are told apart by their places, so they do not count.
    """
    order = np.argsort(-values, axis=-1, kind="stable")
    chosen = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(chosen, order[..., :count], True, axis=-1)
    gaps = values[..., :, None] - values[..., None, :]
    sizes = np.maximum(np.abs(values[..., :, None]), np.abs(values[..., None, :]))
    tied = (keys[..., :, None, :] == keys[..., None, :, :]).all(axis=-1)
    counts = chosen[..., :, None] & ~chosen[..., None, :] & ~tied
    return float(np.min(gaps / np.maximum(sizes, 1e-30), where=counts, initial=math.inf))


def by_token(count: int) -> Margin:
    """Return the margin of tokens that choose `count` experts by softmax(x @ W)."""

    def margin(given: Mapping[str, Any]) -> float:
        logits = given["x"] @ given["W"]
        return separation(softmax(logits), logits[..., None], count)

    return margin


def by_expert(given: Mapping[str, Any]) -> float:
    """Return the margin of experts that choose 3 tokens by softmax(x @ W)."""
    logits = given["x"] @ given["W"]
    return separation(softmax(logits).T, logits[None], 3)


def by_affinity(weight: str) -> Margin:
    """Return the margin of a choice of 3 tokens by sigmoid(x @ weight)."""

    def margin(given: Mapping[str, Any]) -> float:
        logits = given["x"] @ given[weight]
        return separation(1 / (1 + np.exp(-logits)), logits[..., None], 3)

    return margin


def by_threshold(given: Mapping[str, Any]) -> float:
    """Return the margin of sigmoid(relu(x @ W1) @ W2) > 0.5.

    A token whose score is exactly 0 is not taken in any precision, unless its hidden numbers
    hardly miss 0.
    """
    x, w1, w2 = given["x"], given["W1"], given["W2"]
    before = x @ w1
    hidden = np.maximum(before, 0.0)
    score, size = hidden @ w2, hidden @ np.abs(w2)
    missed = np.maximum(-before / np.maximum(np.abs(x) @ np.abs(w1), 1e-30), 0.0).min(axis=-1)
    away = np.minimum(np.abs(score) / np.maximum(size, 1e-30), np.abs(score))
    unmoved = np.where((missed == 0) | (size > 0), np.inf, missed)
    return float(np.min(np.where(score == 0, unmoved, away)))


def tempered(weight: str, limit: float) -> Adapt:
    """Return an adaptation that makes gate weights small enough for x @ weight <= limit.

    They shrink by a power of two, so that whole numbers stay exact.
    """

    def adapt(values: dict[str, Array], rng: np.random.Generator) -> Values:
        largest = float(np.abs(values["x"] @ values[weight]).max(initial=0.0))
        if largest <= limit:
            return values
        return values | {weight: values[weight] * 2.0 ** math.floor(math.log2(limit / largest))}

    return adapt


def expert_unchosen(values: dict[str, Array], rng: np.random.Generator) -> Values:
    """Return tokens above 0, and gate weights by which expert 2 is the last for all of them."""
    weights = values["W"].copy()
    weights[:, 2] = weights[:, :2].min(axis=1) - 1.0
    return values | {"x": np.abs(values["x"]), "W": weights}


def expert_for_all(values: dict[str, Array], rng: np.random.Generator) -> Values:
    """Return tokens above 0, and gate weights by which expert 0 is the first for all of them."""
    weights = values["W"].copy()
    weights[:, 0] = weights[:, 1:].max(axis=1) + 1.0
    return values | {"x": np.abs(values["x"]), "W": weights}


def predicted(*, taken: bool) -> Adapt:
    """Return an adaptation by which a predictor takes every token, or none."""

    def adapt(values: dict[str, Array], rng: np.random.Generator) -> Values:
        sign = 1.0 if taken else -1.0
        positive = {name: np.abs(values[name]) for name in ("x", "W1", "W2")}
        return values | positive | {"W2": sign * positive["W2"]}

    return adapt


def flags(name: str, given: Callable[[Array], Array]) -> Adapt:
    """Return an adaptation that sets flags of an input anew."""

    def adapt(values: dict[str, Array], rng: np.random.Generator) -> Values:
        return values | {name: given(values[name].copy())}

    return adapt


def first_left_out(selectors: Array) -> Array:
    """Return selectors of which the first names nobody and the others somebody."""
    whole = selectors.reshape(-1, selectors.shape[-1])
    whole[~whole.any(axis=-1), 0] = True
    whole[0] = False
    return whole.reshape(selectors.shape)


def only_target(target: int) -> Callable[[Array], Array]:
    """Return selectors that all name one target."""
    return lambda selectors: np.broadcast_to(
        np.arange(selectors.shape[-1]) == target, selectors.shape
    )


def without_target(target: int) -> Callable[[Array], Array]:
    """Return selectors that never name one target."""
    return lambda selectors: selectors & (np.arange(selectors.shape[-1]) != target)
