"""Doubles of the clock and of the names of runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmark.store.clock import Ids


@dataclass(slots=True)
class SteppingClock:
    """A clock that moves by a step each time it is looked at."""

    at: datetime = datetime(2026, 8, 1, 12, tzinfo=UTC)
    step_s: float = 1.0
    _seconds: float = 0.0

    def now(self) -> datetime:
        """Return the time, a step after the last one."""
        self.at += timedelta(seconds=self.step_s)
        return self.at

    def seconds(self) -> float:
        """Return seconds, a step after the last ones."""
        self._seconds += self.step_s
        return self._seconds


def counted_ids(prefix: str = "run") -> Ids:
    """Return the names `run-1`, `run-2` and so on."""
    count = 0

    def next_id() -> str:
        nonlocal count
        count += 1
        return f"{prefix}-{count}"

    return next_id
