"""Where times and the names of runs come from; passed in, so that records can be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

Ids: TypeAlias = Callable[[], str]
"""Makes a name for a run that no other has."""


class Clock(Protocol):
    """The time of day, and a time that never goes back."""

    def now(self) -> datetime:
        """Return the time of day, with its zone."""
        ...

    def seconds(self) -> float:
        """Return seconds from some start; only differences mean something."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Return the seconds of the monotonic clock."""
        return time.monotonic()


def random_ids(clock: Clock) -> Ids:
    """Return names that sort by time: `20260801-142233-3fa9c1`."""

    def next_id() -> str:
        from secrets import token_hex

        return f"{clock.now():%Y%m%d-%H%M%S}-{token_hex(3)}"

    return next_id


def written(at: datetime) -> str:
    """Write a time so that texts sort as times do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read(text: str) -> datetime:
    """Read what `written` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
