"""What an endpoint takes, by model: data, never a test on a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from agent.providers.rows import row_for, rows_of, shipped_rows

Caching: TypeAlias = Literal["none", "automatic", "key", "breakpoints"]
"""How a prompt's prefix is cached: not at all or unknown; without our doing; by a key that we send;
up to where we say."""
OutputLimit: TypeAlias = Literal["max_tokens", "max_completion_tokens"]
"""What chat completions calls the most tokens of an answer."""
Positive: TypeAlias = Annotated[int, Field(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a model's endpoint takes; by default nothing that it could refuse."""

    models: tuple[str, ...]
    """Patterns of `vendor/name`."""
    temperature: bool = False
    top_p: bool = False
    seed: bool = False
    n: bool = False
    """Several answers in one call."""
    schema: bool = False
    """Answers of a JSON schema; then a program is asked for as one."""
    caching: Caching = "none"
    batch: bool = False
    efforts: tuple[str, ...] = ()
    """Words for how much it may think, as in `low`."""
    effort: str | None = None
    """The one that is sent; None leaves it to the model."""
    output_limit: OutputLimit = "max_tokens"
    context_window: Positive | None = None
    """Tokens of prompt and answer."""
    max_output: Positive | None = None
    """Tokens of an answer."""

    def output_of(self, wanted: int) -> int:
        """Return the most tokens of an answer to ask for."""
        return wanted if self.max_output is None else min(wanted, self.max_output)


def read_profiles(more: Path | None = None) -> tuple[Profile, ...]:
    """Return the profiles that are known, those of a file of the user's first.

    Errors: UsageError for a file that is no table of profiles.
    """
    own = () if more is None else rows_of(more, "profile", Profile)
    return own + shipped_rows("profiles.toml", "profile", Profile)


def profile_of(model: str, profiles: Iterable[Profile]) -> Profile:
    """Return the profile of `vendor/name`; a careful one where nothing is known."""
    return row_for(model, profiles) or Profile(models=(model,))
