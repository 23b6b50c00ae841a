"""What three APIs count, in one form: every token of the prompt is in exactly one part of it.

OpenAI's input holds what was read from and written to its cache, Anthropic's does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.providers.wire import Body, count, has


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of one answer."""

    uncached: int = 0
    cached: int = 0
    """Read from the server's cache."""
    cache_write: int = 0
    """Written to the server's cache for its shortest time."""
    cache_write_long: int = 0
    """Written to it for longer."""
    output: int = 0
    reasoning: int = 0
    """Of the output."""

    @property
    def input(self) -> int:
        """Return all tokens of the prompt."""
        return self.uncached + self.cached + self.cache_write + self.cache_write_long


def responses_tokens(body: Body) -> Tokens | None:
    """Return what the Responses API counted, None where it did not."""
    if not has(body, "usage", "input_tokens"):
        return None
    details = ("usage", "input_tokens_details")
    written = count(body, *details, "cache_write_tokens")
    long = count(body, *details, "cache_write_tokens_details", "ttl_12h_tokens")
    return _of_all_input(
        count(body, "usage", "input_tokens"),
        Tokens(
            cached=count(body, *details, "cached_tokens"),
            cache_write=max(0, written - long),
            cache_write_long=long,
            output=count(body, "usage", "output_tokens"),
            reasoning=count(body, "usage", "output_tokens_details", "reasoning_tokens"),
        ),
    )


def chat_tokens(body: Body) -> Tokens | None:
    """Return what the chat completions API counted, None where it did not."""
    if not has(body, "usage", "prompt_tokens"):
        return None
    details = ("usage", "prompt_tokens_details")
    return _of_all_input(
        count(body, "usage", "prompt_tokens"),
        Tokens(
            cached=count(body, *details, "cached_tokens"),
            cache_write=count(body, *details, "cache_write_tokens"),
            output=count(body, "usage", "completion_tokens"),
            reasoning=count(body, "usage", "completion_tokens_details", "reasoning_tokens"),
        ),
    )


def messages_tokens(body: Body) -> Tokens | None:
    """Return what the Messages API counted, None where it did not."""
    if not has(body, "usage", "input_tokens"):
        return None
    written = count(body, "usage", "cache_creation_input_tokens")
    long = count(body, "usage", "cache_creation", "ephemeral_1h_input_tokens")
    return Tokens(
        uncached=count(body, "usage", "input_tokens"),
        cached=count(body, "usage", "cache_read_input_tokens"),
        cache_write=max(0, written - long),
        cache_write_long=long,
        output=count(body, "usage", "output_tokens"),
        reasoning=count(body, "usage", "output_tokens_details", "thinking_tokens"),
    )


def _of_all_input(whole: int, parts: Tokens) -> Tokens:
    return Tokens(
        uncached=max(0, whole - parts.input),
        cached=parts.cached,
        cache_write=parts.cache_write,
        cache_write_long=parts.cache_write_long,
        output=parts.output,
        reasoning=parts.reasoning,
    )
