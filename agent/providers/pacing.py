"""How long to wait before a call, by what servers say is left of their limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from benchmark.store.clock import Clock

LOST_S = 1.0
"""The most that is cut off a moment which is told in whole seconds."""

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_UNITS_S = (3600.0, 60.0, 1.0, 0.001)


@dataclass(frozen=True, slots=True)
class Need:
    """Tokens that a call takes at most."""

    input: int
    output: int

    def of(self, kind: str) -> int:
        """Return how much of a limit it takes."""
        amounts = {"requests": 1, "input-tokens": self.input, "output-tokens": self.output}
        return amounts.get(kind, self.input + self.output)


@dataclass(slots=True)
class _Window:
    left: int
    until_s: float
    """By the clock; then it is full again."""


class Pacing:
    """What is left until when, as the last headers said less what was taken since."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._paused_until_s = 0.0

    def wait_s(self, need: Need) -> float:
        """Return the seconds until a call may go out; 0 for now."""
        now = self._clock.seconds()
        ends = [
            window.until_s
            for kind, window in self._windows.items()
            if window.left < need.of(kind) and window.until_s > now
        ]
        return max([0.0, self._paused_until_s - now, *(end - now for end in ends)])

    def take(self, need: Need) -> None:
        """Count a call that goes out."""
        for kind, window in self._windows.items():
            window.left -= need.of(kind)

    def pause(self, seconds: float) -> None:
        """Let no call go out for some time."""
        self._paused_until_s = max(self._paused_until_s, self._clock.seconds() + seconds)

    def read(self, headers: Mapping[str, str]) -> None:
        """Learn what is left from the headers of an answer."""
        now = self._clock.seconds()
        for kind, left, reset in _stated(headers):
            seconds = self._reset_s(reset, headers)
            if left.isascii() and left.isdigit() and seconds is not None:
                self._windows[kind] = _Window(int(left), now + seconds)

    def _reset_s(self, reset: str, headers: Mapping[str, str]) -> float | None:
        duration = _DURATION.fullmatch(reset)
        if reset and duration:
            parts = zip(duration.groups(), _UNITS_S, strict=True)
            return sum(float(number) * unit for number, unit in parts if number)
        try:
            until = datetime.fromisoformat(reset)
        except ValueError:
            return None
        # by the server's own clock, where it tells it: ours may be wrong
        seconds = (_aware(until) - _date_of(headers, self._clock)).total_seconds()
        return seconds if until.microsecond else seconds + LOST_S


def _stated(headers: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for kind in ("requests", "tokens"):
        names = f"x-ratelimit-remaining-{kind}", f"x-ratelimit-reset-{kind}"
        yield kind, headers.get(names[0], ""), headers.get(names[1], "")
    for kind in ("requests", "tokens", "input-tokens", "output-tokens"):
        name = f"anthropic-ratelimit-{kind}"
        yield kind, headers.get(f"{name}-remaining", ""), headers.get(f"{name}-reset", "")


def _date_of(headers: Mapping[str, str], clock: Clock) -> datetime:
    try:
        return _aware(parsedate_to_datetime(headers.get("date", "")))
    except (ValueError, TypeError):
        return clock.now()


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
