"""A routing as the programs take it: selectors, and how many tokens every expert gets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def tokens_of(routing: NDArray[np.int64], experts: int) -> list[int]:
    """Return how many tokens every expert gets."""
    counts: list[int] = np.bincount(routing.ravel(), minlength=experts).tolist()
    return counts


def selectors_of(routing: NDArray[np.int64], experts: int) -> dict[str, NDArray[Any]]:
    """Return the control tensors: all experts of a token, and one by one."""
    ranks = routing[:, :, None] == np.arange(experts)
    chosen = ranks.any(axis=1)
    return {"to": chosen, "ranks": ranks, "back": chosen}


def padded_rows(counts: list[int], tile: int | None) -> int:
    """Return the rows that the experts compute, with tiles of `tile` rows padded to the end."""
    return sum(counts) if tile is None else sum(-(-count // tile) * tile for count in counts)


def passes(counts: list[int], tile: int | None) -> int:
    """Return how often the weights of an expert are read, all experts together."""
    return sum(count > 0 if tile is None else -(-count // tile) for count in counts)
