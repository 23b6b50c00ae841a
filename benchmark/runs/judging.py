"""Verdicts that are found again: no program is judged twice by the same judge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

from benchmark.judge.early import Checkup
from benchmark.judge.record import from_json, to_json
from benchmark.judge.verdict import Outcome, Verdict
from benchmark.store.objects import decoded, digest, encoded
from benchmark.store.workspace import Remembered, Workspace
from benchmark.tasks.task import Task

CACHE_KIND = "verdict"
UNSURE = frozenset({Outcome.LIMIT, Outcome.CRASHED})
"""Outcomes that may be the machine's doing; they are never taken from the cache."""

T = TypeVar("T")
KeyRule: TypeAlias = Callable[[Task, str], str]


class Judge(Protocol):
    """Says what a program is worth; several threads may ask at once."""

    def judge(self, task: Task, text: str) -> Verdict:
        """Return the verdict on a program."""
        ...

    def check(self, task: Task, text: str) -> Checkup:
        """Return what the first stages say of a program."""
        ...


class JudgeFailed(Exception):
    """The judge broke: one line that says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A verdict, and where it came from."""

    verdict: Verdict
    data: bytes
    """The verdict as it is kept."""
    key: str
    cached: bool

    @property
    def name(self) -> str:
        """The digest of the verdict."""
        return digest(self.data)

    @property
    def remembered(self) -> tuple[Remembered, ...]:
        """What the cache is to hold from now on."""
        if self.cached or self.verdict.outcome in UNSURE:
            return ()
        return (Remembered(kind=CACHE_KIND, key=self.key, object=self.name),)


@dataclass(slots=True)
class Judging:
    """Judges programs in threads, and remembers.

    Args:
        key: names all that a verdict on a program depends on.
        slots: of what is asked at the same time.
        cache: whether verdicts of other runs are taken.
    """

    judge: Judge
    workspace: Workspace
    key: KeyRule
    threads: Executor
    slots: asyncio.Semaphore
    cache: bool = True
    _known: dict[str, asyncio.Task[Found]] = field(default_factory=dict)

    async def verdict(self, task: Task, program: str) -> Found:
        """Return the verdict on a program; twins that come at the same time wait for one."""
        key = self.key(task, program)
        known = self._known.get(key)
        if known is None:
            self._known[key] = asyncio.create_task(self._find(key, task, program))
            return await self._settled(key)
        found = await asyncio.shield(known)
        if found.verdict.outcome in UNSURE:
            return await self._find(key, task, program)
        return Found(verdict=found.verdict, data=found.data, key=key, cached=True)

    async def checkup(self, task: Task, program: str) -> Checkup:
        """Return what the first stages say of a program."""
        async with self.slots:
            return await self._ask(self.judge.check, task, program)

    async def _settled(self, key: str) -> Found:
        try:
            return await asyncio.shield(self._known[key])
        except BaseException:
            self._known.pop(key, None)
            raise

    async def _find(self, key: str, task: Task, program: str) -> Found:
        kept = self._recall(key) if self.cache else None
        if kept is not None:
            return kept
        async with self.slots:
            verdict = await self._ask(self.judge.judge, task, program)
            if verdict.outcome is Outcome.CRASHED:
                # once more: it may have been the machine
                verdict = await self._ask(self.judge.judge, task, program)
        data = encoded(json.dumps(to_json(verdict), sort_keys=True))
        return Found(verdict=verdict, data=data, key=key, cached=False)

    async def _ask(self, ask: Callable[[Task, str], T], task: Task, program: str) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.threads, ask, task, program)
        # whatever it is, it costs this sample's verdict and not the run
        except Exception as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            raise JudgeFailed(words) from error

    def _recall(self, key: str) -> Found | None:
        name = self.workspace.recall(CACHE_KIND, key)
        if name is None:
            return None
        data = self.workspace.object(name)
        verdict = read_verdict(data)
        return None if verdict is None else Found(verdict=verdict, data=data, key=key, cached=True)


def read_verdict(data: bytes) -> Verdict | None:
    """Read a verdict as it is kept; None for one of another schema."""
    try:
        return from_json(json.loads(decoded(data)))
    except ValueError:
        return None
