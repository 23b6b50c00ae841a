"""When a session stops asking: calls are reserved before they are made."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from aspl.terminal import UsageError, quoted
from benchmark.store.clock import Clock
from benchmark.store.events import Ending, Limits

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run may take, as it was asked for; None for no limit."""

    calls: int | None = None
    minutes: float | None = None


def read_budget(text: str) -> Asked:
    """Read `calls=N,minutes=M`, either alone or both.

    Errors: UsageError for anything else.
    """
    found: dict[str, str] = {}
    for part in text.split(","):
        name, equals, number = (word.strip() for word in part.partition("="))
        if not equals or name not in ("calls", "minutes") or name in found:
            raise UsageError(f"expected --budget calls=N,minutes=M, got {quoted(text)}")
        found[name] = number
    try:
        calls = int(found["calls"]) if "calls" in found else None
        minutes = float(found["minutes"]) if "minutes" in found else None
    except ValueError:
        calls = minutes = -1
    if (calls is not None and calls < 0) or (minutes is not None and not 0 <= minutes < inf):
        raise UsageError(f"expected numbers of 0 or more in --budget, got {quoted(text)}")
    return Asked(calls, minutes)


@dataclass(slots=True)
class Budget:
    """What is left of a session's limits, and why it stopped asking.

    Args:
        spent: calls of the run so far.
    """

    limits: Limits
    clock: Clock
    spent: int
    _start_s: float = 0.0
    _reserved: int = 0
    ending: Ending | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        self._start_s = self.clock.seconds()

    def reserve(self) -> bool:
        """Set a call aside; False when no further one may be made."""
        if self.ending is None:
            self._look()
        if self.ending is not None:
            return False
        self._reserved += 1
        return True

    def settle(self, calls: int) -> None:
        """Count what a reserved call took."""
        self._reserved -= 1
        self.spent += calls

    def stop(self, ending: Ending, detail: str) -> None:
        """Ask no more, for another reason."""
        if self.ending is None:
            self.ending, self.detail = ending, detail

    def _look(self) -> None:
        calls, minutes = self.limits.max_calls, self.limits.max_minutes
        if calls is not None and self.spent + self._reserved >= calls:
            self.stop("budget", f"{calls} calls")
        elif minutes is not None and self.clock.seconds() - self._start_s >= minutes * MINUTE_S:
            self.stop("budget", f"{minutes:g} minutes")
