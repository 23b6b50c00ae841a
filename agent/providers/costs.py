"""What a call can take at most, and what an answer took."""

from __future__ import annotations

from agent.providers.model import Request
from agent.providers.prices import Price
from agent.providers.profiles import Profile
from agent.providers.usage import Tokens
from benchmark.store.config import Usage

BYTES_OF_A_TOKEN = 2
"""Assumed: no vendor's tokens are shorter on the average of a page of English and programs, where
three to four bytes are usual."""
EXTRA_TOKENS = 256
"""Assumed: the most that roles, a schema and what servers add themselves take."""


def bound_of(request: Request, profile: Profile, price: Price | None) -> Usage:
    """Return the most that one call can take; `usd` is None where the price is not known."""
    size = sum(len(each.text.encode("utf-8", "surrogatepass")) for each in request.prompt.sections)
    input_tokens = -(-size // BYTES_OF_A_TOKEN) + EXTRA_TOKENS
    output_tokens = profile.output_of(request.sampling.max_output_tokens)
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        usd=None if price is None else price.most(input_tokens, output_tokens),
    )


def usage_of(
    tokens: Tokens | None,
    price: Price | None,
    bound: Usage,
    *,
    unknown: int = 0,
    seconds: float = 0.0,
    batch: bool = False,
) -> Usage:
    """Return what an answer took, with the attempts before it that may be billed.

    Args:
        tokens: None where the server did not count: then the answer, too, costs nobody knows what.
        unknown: attempts that came to nothing and may be billed.
    """
    uncounted = tokens is None
    tokens = tokens or Tokens()
    return Usage(
        calls=1 + unknown,
        input_tokens=tokens.input,
        cached_tokens=tokens.cached,
        cache_write_tokens=tokens.cache_write + tokens.cache_write_long,
        output_tokens=tokens.output,
        reasoning_tokens=tokens.reasoning,
        usd=None if price is None or uncounted else price.usd(tokens, batch=batch),
        unknown_usd=(unknown + uncounted) * (bound.usd or 0.0),
        seconds=seconds,
    )
