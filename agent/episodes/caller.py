"""Calls of a model: looked up in the records first, reserved, recorded, settled.

A call that the records hold an answer to is never made again, so a sample can be taken up from any
point without paying twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from agent.campaigns.budget import Budget
from agent.episodes.ended import Stopped
from agent.episodes.job import Job, seed_of
from agent.episodes.texts import Texts, split
from agent.providers.model import CallFailed, Model, Reply, Request, Sampling
from benchmark.runs.answers import Unfenced, program_in
from benchmark.runs.recorder import Recorder
from benchmark.store.config import RunConfig, Usage
from benchmark.store.events import (
    CallBegan,
    RunEvent,
    SampleFailed,
    SampleProposed,
    Step,
)
from benchmark.store.workspace import Write
from prompts.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said in one call."""

    reply: str
    """The digest of its text."""
    program: str | None
    """The digest of the program in it."""
    reason: str = ""
    """Why there is no program."""


@dataclass(slots=True)
class Caller:
    """Makes the calls of one session."""

    run: str
    config: RunConfig
    model: Model
    budget: Budget
    recorder: Recorder
    texts: Texts
    slots: asyncio.Semaphore
    known: dict[tuple[str, int, int], SampleProposed]
    """Answers that are there already, by task, sample and call."""
    failed: Counter[str] = field(default_factory=Counter)
    skipped: int = 0

    async def call(self, job: Job, call: int, step: Step, prompt: Prompt) -> Answer:
        """Return the answer to one call.

        Errors: Stopped where there is none, which is recorded.
        """
        before = self.known.get((job.task, job.sample, call))
        if before is not None:
            return self._again(before)
        request = self.request(job, call, step, prompt)
        bound = self.model.bound(request)
        async with self.slots:
            if not await self.budget.reserve(bound):
                self.skipped += 1
                raise Stopped
            identity = request.identity(self.model.name)
            try:
                await self.announce(job, request, identity, bound)
                reply = await self.model.complete(request)
            except CallFailed as failure:
                await self.budget.settle(bound, failure.usage)
                await self.fail(job, call, failure)
                raise Stopped from failure
            except BaseException:
                # nobody knows what became of it
                await self.budget.settle(bound, Usage(usd=0.0, unknown_usd=bound.usd or 0.0))
                raise
            await self.budget.settle(bound, reply.usage)
        await self.answered(job, request, identity, reply)
        return self._again(self.known.pop((job.task, job.sample, call)))

    def request(self, job: Job, call: int, step: Step, prompt: Prompt) -> Request:
        """Return what is asked for in a call."""
        options = self.config.options
        temperatures = options.temperatures
        return Request(
            prompt=prompt,
            sampling=Sampling(
                temperature=temperatures[job.sample % len(temperatures)] if temperatures else None,
                max_output_tokens=options.max_output_tokens,
            ),
            seed=seed_of(self.config.seed, job, call),
            task=job.task,
            sample=job.sample,
            call=call,
            step=step,
        )

    def _again(self, before: SampleProposed) -> Answer:
        if before.program is not None:
            return Answer(before.reply, before.program)
        program = program_in(self.texts.get(before.reply))
        if isinstance(program, Unfenced):
            return Answer(before.reply, None, program.reason)
        return Answer(before.reply, self.texts.put(program)[0])

    async def announce(self, job: Job, request: Request, identity: str, bound: Usage) -> None:
        """Record that a call that is paid for goes out."""
        if self.model.is_free:
            return
        event = CallBegan(
            task=job.task,
            sample=job.sample,
            round=job.round,
            call=request.call,
            step=request.step,
            request=identity,
            bound_usd=bound.usd,
        )
        await self._record(event)

    async def answered(self, job: Job, request: Request, identity: str, reply: Reply) -> None:
        """Record an answer; it is known from then on."""
        name, data = self.texts.put(reply.text)
        objects = [data]
        program = program_in(reply.text)
        held = None
        if not isinstance(program, Unfenced):
            held, text = self.texts.put(program)
            objects.append(text)
        shared, own = split(request.prompt)
        parts = [self.texts.put(part) if part else None for part in (shared, own)]
        objects += [part[1] for part in parts if part]
        event = SampleProposed(
            task=job.task,
            sample=job.sample,
            round=job.round,
            call=request.call,
            step=request.step,
            reply=name,
            program=held,
            prompt=parts[0][0] if parts[0] else None,
            tail=parts[1][0] if parts[1] else None,
            request=identity,
            finish=reply.finish,
            served=reply.served,
            retried=reply.retried,
            usage=reply.usage,
        )
        await self._record(event, *objects)
        self.known[job.task, job.sample, request.call] = event

    async def fail(self, job: Job, call: int, failure: CallFailed) -> None:
        """Record that nothing came of a call; one that no other call can do better ends the run."""
        if failure.ends_run:
            self.budget.stop("incomplete", failure.reason)
        self.failed[f"propose: {failure.reason}"] += 1
        await self._record(
            SampleFailed(
                task=job.task,
                sample=job.sample,
                round=job.round,
                call=call,
                stage="propose",
                reason=failure.reason,
                retried=failure.retried,
                usage=failure.usage,
            )
        )

    async def _record(self, event: RunEvent, *objects: bytes) -> None:
        await self.recorder.record(Write(run=self.run, events=(event,), objects=objects))
