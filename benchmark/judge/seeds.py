"""Where inputs are drawn from: numbers that nobody knows before a run, and that are recorded."""

from __future__ import annotations

import os
from typing import TypeAlias

from aspl.terminal import UsageError, quoted

Seeds: TypeAlias = tuple[int, ...]

COUNT = 1
"""Draws of every regime, where nobody asks for more. A second draw rejected no mutant of a right
answer that the first, in its five to nine regimes, had let through."""
MOST = 64


def secret_seeds(count: int = COUNT) -> Seeds:
    """Return seeds that no answer can have been written for."""
    return tuple(int.from_bytes(os.urandom(8), "little") >> 1 for _ in range(count))


def read_seeds(text: str) -> Seeds:
    """Read seeds as a verdict records them: `12,34`.

    Errors: UsageError for what are no such numbers.
    """
    words = [word.strip() for word in text.split(",")]
    good = all(word.isascii() and word.isdigit() and len(word) < 20 for word in words)
    if not good or len(words) > MOST or any(int(word) >= 2**63 for word in words):
        raise UsageError(f"expected --seeds N,N of up to {MOST} whole numbers, got {quoted(text)}")
    return tuple(map(int, words))
