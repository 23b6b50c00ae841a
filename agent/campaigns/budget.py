"""When a session stops asking: what a call may take is reserved before, and settled after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from aspl.terminal import UsageError, quoted
from benchmark.store.clock import Clock
from benchmark.store.config import Limits, Usage
from benchmark.store.events import Ending
from benchmark.store.view import total

MINUTE_S = 60.0
_NOTHING = Usage(calls=0, usd=0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run may take, as it was asked for; None for no limit."""

    calls: int | None = None
    minutes: float | None = None
    usd: float | None = None
    tokens: int | None = None


_READ: dict[str, Callable[[str], float]] = {
    "calls": int,
    "minutes": float,
    "usd": float,
    "tokens": int,
}


def read_budget(text: str) -> Asked:
    """Read `calls=N,minutes=M,usd=X,tokens=N`, any of them.

    Errors: UsageError for anything else.
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (word.strip() for word in part.partition("="))
        if not equals or name not in _READ or name in found:
            wanted = "--budget calls=N,minutes=M,usd=X,tokens=N"
            raise UsageError(f"expected {wanted}, got {quoted(text)}")
        try:
            found[name] = _READ[name](number)
        except ValueError:
            found[name] = -1
    if not all(0 <= each < inf for each in found.values()):
        raise UsageError(f"expected numbers of 0 or more in --budget, got {quoted(text)}")
    return Asked(**found)  # type: ignore[arg-type] # read as each of them is


@dataclass(slots=True)
class Budget:
    """What is left of a session's limits, and why it stopped asking.

    Args:
        spent: what the run took so far.
    """

    limits: Limits
    clock: Clock
    spent: Usage
    _start_s: float = 0.0
    _reserved: list[Usage] = field(default_factory=list)
    _freed: asyncio.Condition = field(default_factory=asyncio.Condition)
    ending: Ending | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        self._start_s = self.clock.seconds()

    async def reserve(self, bound: Usage, *, wait: bool = True) -> bool:
        """Set aside what a call may take at most; False when no further one may be made.

        Where it would fit if calls under way take less than they may, it waits for them.

        Args: wait: whether to; else it is refused for now.
        """
        async with self._freed:
            while self.ending is None:
                over = self._over(bound)
                if over is None:
                    self._reserved.append(bound)
                    return True
                if not self._reserved or not over.may_pass:
                    self.stop("budget", over.words)
                    break
                if not wait:
                    return False
                await self._freed.wait()
            self._freed.notify_all()
            return False

    def hold(self, bound: Usage) -> None:
        """Set aside what is under way already, whatever the limits are."""
        self._reserved.append(bound)

    async def settle(self, bound: Usage, usage: Usage) -> None:
        """Count what a reserved call took; what a lost call may still be billed stays counted."""
        async with self._freed:
            self._reserved.remove(bound)
            self.spent = total((self.spent, usage))
            self._freed.notify_all()

    def stop(self, ending: Ending, detail: str) -> None:
        """Ask no more, for another reason."""
        if self.ending is None:
            self.ending, self.detail = ending, detail

    def _over(self, bound: Usage) -> _Over | None:
        """Return the limit that a further call would break."""
        limits = self.limits
        minutes = limits.max_minutes
        if minutes is not None and self.clock.seconds() - self._start_s >= minutes * MINUTE_S:
            return _Over(f"{minutes:g} minutes", may_pass=False)
        taken = total((self.spent, *self._reserved)) if self._reserved else self.spent
        if limits.max_calls is not None and taken.calls + max(1, bound.calls) > limits.max_calls:
            return _Over(f"{limits.max_calls} calls", may_pass=self.spent.calls < limits.max_calls)
        if limits.max_tokens is not None and _tokens(taken) + _tokens(bound) > limits.max_tokens:
            return _Over(f"{limits.max_tokens:,} tokens", may_pass=True)
        if limits.max_usd is not None and _usd(taken) + _usd(bound) > limits.max_usd:
            return _Over(f"${limits.max_usd:g}", may_pass=True)
        return None


@dataclass(frozen=True, slots=True)
class _Over:
    """A limit that a call would break."""

    words: str
    may_pass: bool
    """Whether there is room once calls under way have taken less than they may."""


def _tokens(usage: Usage) -> int:
    return usage.input_tokens + usage.output_tokens


def _usd(usage: Usage) -> float:
    return (usage.usd or 0.0) + usage.unknown_usd
