"""The models that the server has: what each takes, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Vendor: TypeAlias = Literal["openai", "anthropic"]

BATCH_SHARE = 0.5
"""What a batch costs of the price of calls that are answered at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD for a million tokens."""

    input: float
    cached: float
    output: float
    write_5m: float = 0.0
    write_1h: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One model; what it does not take is refused with 400."""

    name: str
    vendor: Vendor
    price: Price
    context: int = 200_000
    max_output: int = 64_000
    temperature: bool = True
    """Also top_p."""
    seed: bool = True
    """In chat completions."""
    choices: bool = True
    """Whether chat completions give several at once, by `n`."""
    schema: bool = True
    responses: bool = True
    """Whether OpenAI's Responses have it; a local server has chat completions alone."""
    batch: bool = True
    reasoning: int = 0
    """Tokens of thinking before each answer."""
    cache_from: int = 1024
    """The shortest prefix that is cached, in tokens."""
    bills_writes: bool = False
    """Whether OpenAI counts and bills what is written to the cache."""


GPT = Served(
    name="gpt-4.1-mini",
    vendor="openai",
    price=Price(input=0.40, cached=0.10, output=1.60),
    context=1_047_576,
    max_output=32_768,
)
GPT_THINKS = Served(
    name="gpt-5-mini",
    vendor="openai",
    price=Price(input=0.25, cached=0.025, output=2.00),
    context=400_000,
    max_output=128_000,
    temperature=False,
    seed=False,
    choices=False,
    reasoning=64,
)
GPT_WRITES = Served(
    name="gpt-writes",
    vendor="openai",
    price=Price(input=1.0, cached=0.1, write_5m=1.25, write_1h=1.25, output=8.0),
    bills_writes=True,
)
LOCAL = Served(
    name="local-model",
    vendor="openai",
    price=Price(input=0.0, cached=0.0, output=0.0),
    context=32_000,
    max_output=8_000,
    schema=False,
    responses=False,
    batch=False,
)
CLAUDE = Served(
    name="claude-haiku-4-5",
    vendor="anthropic",
    price=Price(input=1.0, cached=0.10, write_5m=1.25, write_1h=2.0, output=5.0),
)
CLAUDE_THINKS = Served(
    name="claude-opus-4-7",
    vendor="anthropic",
    price=Price(input=5.0, cached=0.50, write_5m=6.25, write_1h=10.0, output=25.0),
    temperature=False,
    reasoning=64,
)

CATALOG: tuple[Served, ...] = (GPT, GPT_THINKS, GPT_WRITES, LOCAL, CLAUDE, CLAUDE_THINKS)
