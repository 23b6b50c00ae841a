"""Rounds that are asked in batches: hours later, for less, behind the same events.

First answers are handed in together and collected by the identities of their requests; what comes
next, each episode does as if it had asked alone. A batch that was handed in is collected by
whichever session is there when it is done; what expired is asked again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.episodes.asking import Asking
from agent.episodes.caller import Caller
from agent.episodes.ended import Stopped
from agent.episodes.job import Job
from agent.providers.model import BatchModel, CallFailed, Reply, Request
from benchmark.runs.recorder import Recorder
from benchmark.store.config import Usage
from benchmark.store.events import BatchCollected, BatchEvent, BatchSubmitted
from benchmark.store.workspace import Write

Sleep: TypeAlias = Callable[[float], Awaitable[None]]

FIRST_S, LONGEST_S = 5.0, 300.0
"""Between two looks at a batch: so long at first, then longer by half each time, up to this."""
MOST_REQUESTS = 2000
"""Of one batch: far below what servers take, so that a failed one costs little."""
MOST_TRIES = 3
"""Times that a request is handed in whose batches expired."""


@dataclass(slots=True)
class Batches:
    """The batches of one session."""

    run: str
    model: BatchModel
    caller: Caller
    asking: Asking
    recorder: Recorder
    sleep: Sleep = asyncio.sleep
    _held: dict[str, Usage] = field(default_factory=dict)
    """What is reserved for requests under way, by their identities."""
    _tries: Counter[str] = field(default_factory=Counter)
    _given_up: set[tuple[str, int]] = field(default_factory=set)

    async def ask(self, jobs: Iterable[Job], under_way: Iterable[BatchSubmitted]) -> None:
        """Have the first answers of samples recorded, as far as they can be had."""
        todo = list(jobs)
        for batch in under_way:
            await self._hold(batch, todo)
            await self._collect(batch, todo)
        while (left := self._left(todo)) and self.caller.budget.ending is None:
            batches = [await self._submit(part) for part in _parts(left)]
            for made in batches:
                if made is not None:
                    await self._collect(made, todo)
        self.caller.skipped += len(left)

    def _left(self, jobs: Iterable[Job]) -> list[Job]:
        """Return the samples that an answer may still be had for."""
        known, given_up = self.caller.known, self._given_up
        return [
            job
            for job in jobs
            if (job.task, job.sample, 0) not in known and (job.task, job.sample) not in given_up
        ]

    def _request(self, job: Job) -> tuple[str, Request]:
        request = self.caller.request(job, 0, "propose", self.asking.proposal(job))
        return request.identity(self.caller.model.name), request

    async def _submit(self, jobs: list[Job]) -> BatchSubmitted | None:
        """Hand samples in, as many as the budget has room for; None for none."""
        requests: dict[str, Request] = {}
        samples: list[tuple[str, int, str]] = []
        for job in jobs:
            identity, request = self._request(job)
            bound = self.caller.model.bound(request)
            if not await self.caller.budget.reserve(bound, wait=False):
                break
            self._held[identity] = bound
            requests[identity] = request
            samples.append((job.task, job.sample, identity))
            await self.caller.announce(job, request, identity, bound)
        if not requests:
            return None
        try:
            batch = await self.model.submit(requests)
        except CallFailed as failure:
            await self._refused(jobs, samples, failure)
            return None
        made = BatchSubmitted(round=jobs[0].round, batch=batch, samples=tuple(samples))
        await self._record(made)
        return made

    async def _refused(
        self, jobs: list[Job], samples: list[tuple[str, int, str]], failure: CallFailed
    ) -> None:
        """Record that no request of a batch was taken."""
        by_place = {(job.task, job.sample): job for job in jobs}
        for task, sample, identity in samples:
            await self._failed(by_place[task, sample], identity, failure)

    async def _hold(self, batch: BatchSubmitted, jobs: Iterable[Job]) -> None:
        """Set aside what a batch of an earlier session may cost."""
        by_place = {(job.task, job.sample): job for job in jobs}
        for task, sample, identity in batch.samples:
            if (task, sample) in by_place:
                _, request = self._request(by_place[task, sample])
                self._held[identity] = self.caller.model.bound(request)
                self.caller.budget.hold(self._held[identity])

    async def _collect(self, batch: BatchSubmitted, jobs: Iterable[Job]) -> None:
        """Wait for a batch, and record what came of it."""
        by_place = {(job.task, job.sample): job for job in jobs}
        found = await self._waited(batch.batch)
        expired = 0
        for task, sample, identity in batch.samples:
            job = by_place.get((task, sample))
            if job is None or (task, sample, 0) in self.caller.known:
                continue
            result = found.get(identity)
            if isinstance(result, CallFailed):
                await self._failed(job, identity, result)
            elif result is None:
                expired += 1
                await self._expired(job, identity)
            else:
                await self._settle(identity, result.usage)
                await self.caller.answered(job, self._request(job)[1], identity, result)
        await self._record(BatchCollected(round=batch.round, batch=batch.batch, expired=expired))

    async def _waited(self, batch: str) -> Mapping[str, Reply | CallFailed]:
        wait = FIRST_S
        while True:
            try:
                found = await self.model.collect(batch)
            except CallFailed as failure:
                # it stays submitted, and a further session looks again
                self.caller.budget.stop("incomplete", f"batch {batch}: {failure.reason}")
                self.caller.skipped += 1
                raise Stopped from failure
            if found is not None:
                return found
            await self.sleep(wait)
            wait = min(LONGEST_S, wait * 1.5)

    async def _expired(self, job: Job, identity: str) -> None:
        """Have a sample asked again, but not for ever."""
        nothing = Usage(calls=0, usd=0.0)
        self._tries[identity] += 1
        if self._tries[identity] >= MOST_TRIES:
            await self._failed(job, identity, CallFailed("it expired", nothing))
        else:
            await self._settle(identity, nothing)

    async def _failed(self, job: Job, identity: str, failure: CallFailed) -> None:
        await self._settle(identity, failure.usage)
        self._given_up.add((job.task, job.sample))
        await self.caller.fail(job, 0, failure)

    async def _settle(self, identity: str, usage: Usage) -> None:
        bound = self._held.pop(identity, None)
        if bound is not None:
            await self.caller.budget.settle(bound, usage)

    async def _record(self, event: BatchEvent) -> None:
        await self.recorder.record(Write(run=self.run, events=(event,)))


def _parts(jobs: list[Job]) -> list[list[Job]]:
    return [jobs[start : start + MOST_REQUESTS] for start in range(0, len(jobs), MOST_REQUESTS)]
