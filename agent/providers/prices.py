"""What tokens cost, in USD, by a table of dated prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from agent.providers.rows import row_for, rows_of, shipped_rows
from agent.providers.usage import Tokens

Usd: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a million tokens of a model cost, in USD."""

    models: tuple[str, ...]
    """Patterns of `vendor/name`."""
    input: Usd
    cached: Usd | None = None
    """Read from the cache; as other input where it is not given."""
    cache_write: Usd | None = None
    """Written to the cache; as other input where it is not given."""
    cache_write_long: Usd | None = None
    """Written to be kept longer; as other writes where it is not given."""
    output: Usd
    batch: Usd = 1.0
    """What a batch costs, as a part of that."""
    as_of: date
    source: str

    def usd(self, tokens: Tokens, *, batch: bool = False) -> float:
        """Return what tokens cost."""
        cached = self.input if self.cached is None else self.cached
        write = self.input if self.cache_write is None else self.cache_write
        long = write if self.cache_write_long is None else self.cache_write_long
        whole = (
            tokens.uncached * self.input
            + tokens.cached * cached
            + tokens.cache_write * write
            + tokens.cache_write_long * long
            + tokens.output * self.output
        )
        return whole * (self.batch if batch else 1.0) / MILLION

    def most(self, input_tokens: int, output_tokens: int) -> float:
        """Return the most that a call may cost."""
        read = self.usd(Tokens(uncached=input_tokens, output=output_tokens))
        return max(read, self.usd(Tokens(cache_write=input_tokens, output=output_tokens)))


def read_prices(more: Path | None = None) -> tuple[Price, ...]:
    """Return the prices that are known, those of a file of the user's first.

    Errors: UsageError for a file that is no table of prices.
    """
    own = () if more is None else rows_of(more, "price", Price)
    return own + shipped_rows("prices.toml", "price", Price)


def price_of(model: str, prices: Iterable[Price]) -> Price | None:
    """Return the price of `vendor/name`, None where it is not known."""
    return row_for(model, prices)
