"""Verdicts that are found again: no program is judged twice by the same judge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from benchmark.judge.record import from_json, to_json
from benchmark.judge.verdict import Outcome, Verdict
from benchmark.store.objects import decoded, digest, encoded
from benchmark.store.workspace import Remembered, Workspace
from benchmark.tasks.task import Task

CACHE_KIND = "verdict"
UNSURE = frozenset({Outcome.LIMIT, Outcome.CRASHED})
"""Outcomes that may be the machine's doing; they are never taken from the cache."""

KeyRule: TypeAlias = Callable[[Task, str], str]


class Judge(Protocol):
    """Says what a program is worth; several threads may ask at once."""

    def judge(self, task: Task, text: str) -> Verdict:
        """Return the verdict on a program."""
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
        cache: whether verdicts of other runs are taken.
    """

    judge: Judge
    workspace: Workspace
    key: KeyRule
    threads: Executor
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
        loop = asyncio.get_running_loop()
        try:
            verdict = await loop.run_in_executor(self.threads, self.judge.judge, task, program)
        # whatever it is, it costs this sample's verdict and not the run
        except Exception as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            raise JudgeFailed(words) from error
        data = encoded(json.dumps(to_json(verdict), sort_keys=True))
        return Found(verdict=verdict, data=data, key=key, cached=False)

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
