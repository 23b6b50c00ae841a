"""Verdicts that are found again: no program is judged twice by the same judge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from benchmark.judge.record import from_json, to_json
from benchmark.judge.verdict import Outcome, Verdict
from benchmark.store.objects import decoded, digest, encoded
from benchmark.store.workspace import Remembered, Workspace
from benchmark.tasks.task import Task

CACHE_KIND = "verdict"
UNSURE = frozenset({Outcome.LIMIT, Outcome.CRASHED})
"""Outcomes that may be the machine's doing; they are never taken from the cache."""


class Judge(Protocol):
    """Says what a program is worth; several threads may ask at once."""

    def judge(self, task: Task, text: str) -> Verdict:
        """Return the verdict on a program."""
        ...


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


def cache_key(task: str, versions: Mapping[str, str], program: str) -> str:
    """Name all that a verdict depends on: the task, the program, the judge's versions.

    Seeds are left out: an answer that passes from one seed and fails from another is what the
    judge's secret seeds are there to find, not to forgive.
    """
    parts = ["aspl.verdict-key/1", task, sorted(versions.items()), digest(encoded(program))]
    return sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(slots=True)
class Judging:
    """Judges programs in threads, and remembers.

    Args:
        versions: by task, what verdicts on it depend on.
        cache: whether verdicts of other runs are taken.
    """

    judge: Judge
    workspace: Workspace
    versions: Mapping[str, Mapping[str, str]]
    threads: Executor
    cache: bool = True
    _known: dict[str, asyncio.Task[Found]] = field(default_factory=dict)

    async def verdict(self, task: Task, program: str) -> Found:
        """Return the verdict on a program; twins that come at the same time wait for one."""
        key = cache_key(task.name, self.versions[task.name], program)
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
        verdict = await loop.run_in_executor(self.threads, self.judge.judge, task, program)
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
