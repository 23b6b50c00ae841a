"""Tokens, what of a prompt a server's cache holds, and what an answer costs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, TypeAlias

from vendors.catalog import BATCH_SHARE, Price

Lifetime: TypeAlias = Literal["5m", "1h"]

_STEP = 128
"""OpenAI caches prefixes in steps of so many tokens."""
_LOOKBACK = 20
"""Anthropic looks so many blocks before a breakpoint for a prefix that it has."""


def tokens(text: str | bytes) -> int:
    """Count tokens: one for every four bytes of UTF-8, the last may have fewer."""
    size = len(text if isinstance(text, bytes) else text.encode())
    return -(-size // 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one answer took, in tokens; the five are disjoint but for reasoning, which is output."""

    uncached: int = 0
    cached: int = 0
    write_5m: int = 0
    write_1h: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def input(self) -> int:
        """All of the prompt."""
        return self.uncached + self.cached + self.write_5m + self.write_1h

    def usd(self, price: Price, *, batch: bool = False) -> float:
        """Return what it costs."""
        whole = (
            self.uncached * price.input
            + self.cached * price.cached
            + self.write_5m * price.write_5m
            + self.write_1h * price.write_1h
            + self.output * price.output
        )
        return whole * (BATCH_SHARE if batch else 1.0) / 1e6


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a prompt; a cached prefix may end behind it."""

    text: str
    breakpoint: Lifetime | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """How the cache takes a prompt, and what it holds once the prompt was answered."""

    spent: Spent
    written: frozenset[str]


@dataclass(slots=True)
class PromptCache:
    """The prefixes that were answered before; none of them is ever dropped."""

    _held: set[str] = field(default_factory=set)

    def automatic(self, scope: str, blocks: Sequence[Block], least: int, *, bills: bool) -> Lookup:
        """Look up a prompt as OpenAI does: by its longest prefix, in steps of 128 tokens.

        Args:
            scope: what prefixes are held for: model and `prompt_cache_key`.
            least: the shortest prefix that counts, in tokens.
            bills: whether what is written is counted apart.
        """
        text = "\n".join(each.text for each in blocks).encode()
        whole = tokens(text)
        steps = range(-(-least // _STEP) * _STEP, len(text) // 4 + 1, _STEP)
        digests = {step: _digest(scope, text[: 4 * step]) for step in steps}
        cached = max((step for step, each in digests.items() if each in self._held), default=0)
        write = max(digests, default=0) - cached if bills else 0
        spent = Spent(uncached=whole - cached - write, cached=cached, write_5m=write)
        return Lookup(spent, frozenset(digests.values()))

    def explicit(self, scope: str, blocks: Sequence[Block], least: int) -> Lookup:
        """Look up a prompt as Anthropic does: by prefixes that end at breakpoints."""
        texts = [each.text.encode() for each in blocks]
        ends = list(accumulate(texts))
        sizes = [tokens(each) for each in ends]
        digests = [_digest(scope, each) for each in ends]
        marks = [i for i, each in enumerate(blocks) if each.breakpoint and sizes[i] >= least]
        near = {i for mark in marks for i in range(max(0, mark - _LOOKBACK), mark + 1)}
        cached = max((sizes[i] for i in near if digests[i] in self._held), default=0)
        writes: dict[Lifetime, int] = {"5m": 0, "1h": 0}
        reached = cached
        for i in marks:
            lifetime = blocks[i].breakpoint
            if lifetime is not None and sizes[i] > reached:
                writes[lifetime] += sizes[i] - reached
                reached = sizes[i]
        spent = Spent(
            uncached=(sizes[-1] if sizes else 0) - cached - writes["5m"] - writes["1h"],
            cached=cached,
            write_5m=writes["5m"],
            write_1h=writes["1h"],
        )
        return Lookup(spent, frozenset(digests[i] for i in marks))

    def remember(self, lookup: Lookup) -> None:
        """Hold the prefixes of a prompt, once it was answered."""
        self._held |= lookup.written


def _digest(scope: str, prefix: bytes) -> str:
    return hashlib.sha256(scope.encode() + b"\0" + prefix).hexdigest()
