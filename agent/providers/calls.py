"""The one owner of attempts: how often, how long and how many at once a server is asked.

The clients of the vendors try once. Here an attempt is repeated after a jittered wait that doubles,
never before the server allows it; one deadline holds for all attempts of a call and the waits
between; a refusal that holds for every call ends them all.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from agent.providers.failures import AttemptFailed
from agent.providers.model import CallFailed
from agent.providers.pacing import Need, Pacing
from benchmark.store.clock import Clock, SystemClock
from benchmark.store.config import Usage

A = TypeVar("A")
"""What a server answers."""
Attempt: TypeAlias = Callable[[], Awaitable[A]]
"""Asks once. Errors: AttemptFailed."""
Sleep: TypeAlias = Callable[[float], Awaitable[None]]
Draw: TypeAlias = Callable[[], float]
"""Returns a number in [0, 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a call may take."""

    deadline_s: float = 600.0
    """Of all attempts and the waits between."""
    attempts: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    """Of our own waits; a server may ask for longer ones."""
    calls_at_once: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Generic[A]):
    """An answer, and what it took to get it."""

    answer: A
    retried: tuple[str, ...]
    unknown: int
    """Attempts without an answer that may be billed."""
    seconds: float


@dataclass(slots=True)
class _Course:
    """A call that goes on."""

    start_s: float
    bound: Usage
    retried: list[str] = field(default_factory=list)
    unknown: int = 0
    is_out: bool = False
    """Whether an attempt is under way."""


class Calls:
    """Asks one server, within one event loop.

    Args:
        pacing: what the server allows; of answers it learns elsewhere, of refusals here.
    """

    def __init__(
        self,
        patience: Patience,
        pacing: Pacing,
        *,
        clock: Clock | None = None,
        sleep: Sleep = asyncio.sleep,
        draw: Draw = random.random,
    ) -> None:
        self._patience = patience
        self._pacing = pacing
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._draw = draw
        self._slots = asyncio.Semaphore(patience.calls_at_once)
        self._ended: str | None = None
        self._was_reached = False

    def afresh(self) -> Calls:
        """Return one that asks in the same way, whatever refusals this one has met."""
        return Calls(
            self._patience, self._pacing, clock=self._clock, sleep=self._sleep, draw=self._draw
        )

    async def answer(self, attempt: Attempt[A], bound: Usage) -> Answered[A]:
        """Ask until there is an answer.

        Args:
            bound: the most that an attempt takes.

        Errors: CallFailed.
        """
        async with self._slots:
            course = _Course(self._clock.seconds(), bound)
            try:
                async with asyncio.timeout(self._patience.deadline_s) as deadline:
                    answer = await self._persist(attempt, course)
            except TimeoutError:
                if not deadline.expired():
                    raise
                course.unknown += course.is_out
                reason = f"no answer within {self._patience.deadline_s:g} s"
                raise self._failed(reason, course) from None
            return Answered(
                answer=answer,
                retried=tuple(course.retried),
                unknown=course.unknown,
                seconds=self._clock.seconds() - course.start_s,
            )

    async def _persist(self, attempt: Attempt[A], course: _Course) -> A:
        need = Need(course.bound.input_tokens, course.bound.output_tokens)
        while True:
            await self._wait_for_turn(need, course)
            course.is_out = True
            try:
                answer = await attempt()
            except AttemptFailed as failed:
                course.is_out = False
                course.unknown += failed.billed
                self._was_reached = self._was_reached or failed.outcome != "unreached"
                self._pacing.read(failed.headers)
                await self._recover(failed, course)
            else:
                self._was_reached = True
                return answer

    async def _wait_for_turn(self, need: Need, course: _Course) -> None:
        while self._ended is None and (wait_s := self._pacing.wait_s(need)) > 0:
            await self._wait(wait_s, course)
        if self._ended is not None:
            raise self._failed(self._ended, course, ends_run=True)
        self._pacing.take(need)

    async def _recover(self, failed: AttemptFailed, course: _Course) -> None:
        """Wait until the next attempt. Errors: CallFailed if there shall be none."""
        last = failed.outcome == "final" or len(course.retried) + 1 >= self._patience.attempts
        # a server that never answered is a wrong address
        if failed.outcome == "ends_run" or (last and not self._was_reached):
            self._ended = failed.reason
        if failed.outcome == "ends_run" or last:
            raise self._failed(failed.reason, course, ends_run=self._ended is not None)
        course.retried.append(failed.reason)
        if failed.wait_s > 0:
            self._pacing.pause(failed.wait_s)
        await self._wait(self._wait_s(failed, len(course.retried)), course)

    def _wait_s(self, failed: AttemptFailed, attempts: int) -> float:
        own = min(
            self._patience.first_wait_s * 2.0 ** (attempts - 1), self._patience.longest_wait_s
        )
        if failed.wait_s > 0:
            return failed.wait_s + self._draw() * self._patience.first_wait_s
        return own * (0.5 + 0.5 * self._draw())

    async def _wait(self, seconds: float, course: _Course) -> None:
        """Wait, unless the deadline passes before. Errors: CallFailed."""
        left_s = self._patience.deadline_s - (self._clock.seconds() - course.start_s)
        if seconds > left_s:
            deadline = f"the deadline of {self._patience.deadline_s:g} s"
            reason = f"the next attempt may be made in {seconds:.0f} s, past {deadline}"
            # no other call would get its turn within its deadline either
            all_fail = seconds > self._patience.deadline_s
            raise self._failed(reason, course, ends_run=all_fail)
        await self._sleep(seconds)

    def _failed(self, reason: str, course: _Course, *, ends_run: bool = False) -> CallFailed:
        seconds = self._clock.seconds() - course.start_s
        usd = course.bound.usd
        return CallFailed(
            reason,
            Usage(
                calls=course.unknown,
                usd=None if course.unknown and usd is None else 0.0,
                unknown_usd=course.unknown * (usd or 0.0),
                seconds=seconds,
            ),
            ends_run=ends_run,
            unknown=course.unknown > 0,
            retried=tuple(course.retried),
        )
