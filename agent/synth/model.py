"""The synthesiser as a model among others: `local/synth`."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.providers.model import CallFailed, Reply, Request, spent_nothing
from agent.synth.synthesise import EFFORT, synthesise
from benchmark.store.config import Usage

MANUAL = ("operators", "patterns")
"""Sections that explain the language by programs."""
_Call: TypeAlias = tuple[str, tuple[str, ...], str, int, int, float | None, str]
_NO_TASK = "The prompt tells no task.\n"


@dataclass(slots=True)
class Synth:
    """A program synthesiser that reads what a language model would be told, and nothing else.

    Args:
        jobs: processes that answer; the first request starts them.
        effort: the most steps of one answer.
    """

    jobs: int = 1
    effort: int = EFFORT
    _pool: ProcessPoolExecutor | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """`vendor/name`."""
        return "local/synth"

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing."""
        return True

    @property
    def has_temperature(self) -> bool:
        """Whether samples differ of themselves: by the seed of their requests."""
        return True

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return spent_nothing(calls=1)

    async def complete(self, request: Request) -> Reply:
        """Return an answer, the same one to an equal request. Errors: CallFailed."""
        sections = request.prompt.named("task")
        text = _NO_TASK
        if sections:
            exemplars = tuple(each.text for each in request.prompt.named("exemplar"))
            feedback = "\n".join(each.text for each in request.prompt.named("feedback"))
            heat = request.sampling.temperature
            manual = "\n".join(each.text for name in MANUAL for each in request.prompt.named(name))
            call = (sections[0].text, exemplars, feedback, request.seed, self.effort, heat, manual)
            text = await self._run(call)
        return Reply(text=text, usage=spent_nothing(calls=1), served=self.name)

    async def _run(self, call: _Call) -> str:
        pool = self._started()
        loop = asyncio.get_running_loop()
        try:
            with _uninterrupted():
                answer = loop.run_in_executor(pool, synthesise, *call)
            return await answer
        except BrokenProcessPool as error:
            if self._pool is pool:
                self._pool = None
            raise CallFailed("a process of the synthesiser ended", spent_nothing(1)) from error

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.jobs,
                mp_context=multiprocessing.get_context("spawn"),
            )
        return self._pool

    async def close(self) -> None:
        """End the processes; what was not begun is not answered."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that leave interrupts to the one that asks, which ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
