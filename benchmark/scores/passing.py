"""pass@k: the chance that k samples of a task hold a correct one.

Source: Chen et al., "Evaluating large language models trained on code", 2021
"""

from __future__ import annotations

from collections.abc import Iterable
from math import comb


def pass_at(k: int, samples: int, correct: int) -> float:
    """Return the unbiased estimate 1 - C(n - c, k) / C(n, k), for k up to n."""
    assert 1 <= k <= samples
    assert 0 <= correct <= samples
    # whole numbers until the end: no product of many roundings
    return (comb(samples, k) - comb(samples - correct, k)) / comb(samples, k)


def ks_for(samples: Iterable[int]) -> tuple[int, ...]:
    """Return the k to report: 1, 2, 4 and so on up to the least samples of a task, and that."""
    least = min(samples, default=0)
    powers = [1 << power for power in range(least.bit_length())]
    return tuple(sorted({*powers, least} - {0}))
