"""How numbers are drawn."""

from __future__ import annotations

import numpy as np

from aspl.types import DType
from benchmark.tasks.header import Port
from benchmark.tasks.task import Array, Regime

WIDE_DECADES = 3.0
INTEGERS = 8
"""Whole numbers that are no indices are below."""


def drawn(port: Port, regime: Regime, rng: np.random.Generator) -> Array:
    """Draw the values of one input."""
    shape = port.shape
    if port.dtype is DType.BOOL:
        return rng.random(shape) < 0.5
    if port.dtype.is_integer:
        return rng.integers(0, INTEGERS if port.targets is None else port.targets, size=shape)
    if port.is_weight:
        few = regime.style == "ties"
        return rng.integers(-1, 2, size=shape).astype(float) if few else rng.standard_normal(shape)
    return _floats(regime, shape, rng)


def _floats(regime: Regime, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    match regime.style:
        case "normal":
            return rng.standard_normal(shape)
        case "negative":
            return -np.abs(rng.standard_normal(shape))
        case "ties":
            # whole numbers: sums of their products are exact in any order
            return rng.integers(-2, 3, size=shape).astype(float)
        case "wide":
            magnitudes = 10.0 ** rng.uniform(-WIDE_DECADES, WIDE_DECADES, shape)
            return rng.choice((-1.0, 1.0), shape) * magnitudes
        case "extreme":
            ends = 10.0 ** (rng.choice((-1.0, 1.0), shape) * regime.decades)
            return rng.choice((-1.0, 1.0), shape) * rng.uniform(1.0, 2.0, shape) * ends
