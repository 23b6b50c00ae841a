"""FLOPs of one number's worth of each function.

Source: the published function table counts 2 for a multiply-add of a product, 1 for arithmetic, 4
for `exp`, 8 for `silu`. Every other weight is assumed from these: roots and logarithms as `exp`,
functions made of an exponential and a few steps as `silu`.
"""

from __future__ import annotations

from collections.abc import Mapping

ELEMENTWISE_FLOPS: Mapping[str, int] = {
    "exp": 4,
    "log": 4,
    "sqrt": 4,
    "rsqrt": 4,
    "sin": 4,
    "cos": 4,
    "sigmoid": 6,
    "tanh": 8,
    "erf": 8,
    "gelu": 12,
    "silu": 8,
    "relu": 1,
    "abs": 1,
    "neg": 1,
    "square": 1,
    "floor": 1,
}

SOFTMAX_FLOPS = 8
"""Per number: maximum, difference, exponential, sum, quotient."""

POWER_FLOPS = 8
MULTIPLY_ADD_FLOPS = 2
