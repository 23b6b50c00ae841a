"""The meaning of functions of single numbers, shared by primitives and library."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from aspl.reference.functions.erf import erf
from aspl.values.column import Array


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x))."""
    result: Array = 1 / (1 + np.exp(-x))
    return result


def gelu(x: Array) -> Array:
    """Return x * (1 + erf(x / sqrt(2))) / 2, the exact form."""
    result: Array = x * (1 + erf(x * math.sqrt(0.5))) * 0.5
    return result


def softmax(x: Array, axis: int = -1) -> Array:
    """Return exp(x - max(x)) over its sum along an axis."""
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    result: Array = powers / powers.sum(axis=axis, keepdims=True)
    return result


UNARY: Mapping[str, Callable[[Array], Array]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sin": np.sin,
    "cos": np.cos,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "erf": erf,
    "gelu": gelu,
    "silu": lambda x: x * sigmoid(x),
    "relu": lambda x: np.maximum(x, 0),
    "abs": np.abs,
    "neg": np.negative,
    "square": np.square,
    "floor": np.floor,
}
