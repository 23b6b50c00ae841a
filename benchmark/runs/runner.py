"""One session of a run: every missing sample goes its own way from question to verdict.

    propose -> record -> find the program -> judge, or find the verdict -> record

No sample waits for another. Calls and verdicts have limits of their own; workers take one sample
at a time, so what is under way is bounded, and is all that a kill can lose.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from benchmark.runs.answers import Unfenced, program_in
from benchmark.runs.budget import Budget
from benchmark.runs.judging import Found, Judge, JudgeFailed, Judging, KeyRule
from benchmark.runs.plan import Job, missing
from benchmark.runs.recorder import Observer, Recorder
from benchmark.runs.solver import Request, Solver, SolverFailed, sample_seed
from benchmark.store.clock import Clock
from benchmark.store.events import (
    Ending,
    RunEnded,
    RunEvent,
    SampleFailed,
    SampleJudged,
    SampleProposed,
    SampleUnfenced,
    Usage,
    as_cached,
)
from benchmark.store.objects import digest, encoded
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Remembered, Workspace, Write
from benchmark.tasks.shown import Shown, shown
from benchmark.tasks.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Who takes part in a session."""

    workspace: Workspace
    solver: Solver
    judge: Judge
    tasks: Mapping[str, Task]
    key: KeyRule
    clock: Clock
    observer: Observer
    cache: bool = True


def run_session(run: RunView, parts: Parts) -> RunView:
    """Run what is missing, and return the run as it ended.

    Errors: KeyboardInterrupt after what was under way is recorded as interrupted.
    """
    threads = ThreadPoolExecutor(run.limits.jobs, thread_name_prefix="judge")
    try:
        asyncio.run(_Session.of(run, parts, threads).run())
    finally:
        # a judge that is interrupted ends with its pool
        threads.shutdown(wait=False, cancel_futures=True)
    return fold(run.run, parts.workspace.entries(run.run))


@dataclass(slots=True)
class _Session:
    """The work of one session, within an event loop."""

    view: RunView
    parts: Parts
    recorder: Recorder
    judging: Judging
    budget: Budget
    calls: asyncio.Semaphore
    verdicts: asyncio.Semaphore
    seen: dict[str, Shown] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    skipped: int = 0

    @classmethod
    def of(cls, view: RunView, parts: Parts, threads: ThreadPoolExecutor) -> _Session:
        """Put a session together."""
        limits = view.limits
        return cls(
            view=view,
            parts=parts,
            recorder=Recorder(parts.workspace, parts.observer),
            judging=Judging(parts.judge, parts.workspace, parts.key, threads, parts.cache),
            budget=Budget(limits, parts.clock, view.usage.calls),
            calls=asyncio.Semaphore(limits.calls_at_once),
            verdicts=asyncio.Semaphore(limits.jobs),
        )

    async def run(self) -> None:
        """Take every missing sample to its end, and record how the session ended."""
        jobs = iter(missing(self.view))
        limits = self.view.limits
        ending: Ending = "interrupted"
        detail = ""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(limits.calls_at_once + limits.jobs):
                    group.create_task(self._work(jobs))
            ending, detail = self._ending()
        except BaseExceptionGroup as group_of_errors:
            first = group_of_errors.exceptions[0]
            detail = f"internal error: {type(first).__name__}"
            raise first from group_of_errors
        finally:
            event = RunEnded(session=self.view.sessions - 1, ending=ending, detail=detail)
            await asyncio.shield(self._close(event))

    def _ending(self) -> tuple[Ending, str]:
        if self.budget.ending is not None and self.skipped:
            return self.budget.ending, self.budget.detail
        if self.failed:
            ((often, _),) = self.failed.most_common(1)
            return "incomplete", f"{self.failed.total()} failed, most often {often}"
        return "done", ""

    async def _close(self, event: RunEnded) -> None:
        await self._record(event)
        await self.recorder.close()

    async def _work(self, jobs: Iterator[Job]) -> None:
        for job in jobs:
            if job.reply is not None:
                answer = self.parts.workspace.text(job.reply)
            else:
                proposed = await self._propose(job)
                if proposed is None:
                    continue
                answer = proposed
            await self._settle(job, answer)

    async def _propose(self, job: Job) -> str | None:
        """Return an answer that is recorded; None where there is none."""
        async with self.calls:
            if not self.budget.reserve():
                self.skipped += 1
                return None
            try:
                reply = await self.parts.solver.propose(self._request(job))
            except SolverFailed as failure:
                self.budget.settle(failure.usage.calls)
                if failure.ends_run:
                    self.budget.stop("incomplete", failure.reason)
                await self._fail(job, "propose", failure.reason, failure.usage)
                return None
            self.budget.settle(reply.usage.calls)
        answer = encoded(reply.text)
        prompt = None if reply.prompt is None else encoded(reply.prompt)
        event = SampleProposed(
            task=job.task,
            sample=job.sample,
            reply=digest(answer),
            prompt=None if prompt is None else digest(prompt),
            usage=reply.usage,
        )
        await self._record(event, answer, *(() if prompt is None else (prompt,)))
        return reply.text

    def _request(self, job: Job) -> Request:
        return Request(
            task=self._shown(job.task),
            sample=job.sample,
            seed=sample_seed(self.view.config.seed, job.task, job.sample),
        )

    def _shown(self, name: str) -> Shown:
        if name not in self.seen:
            self.seen[name] = shown(self.parts.tasks[name])
        return self.seen[name]

    async def _settle(self, job: Job, answer: str) -> None:
        """Bring an answer to its end: a verdict, or that it holds no program."""
        reply = digest(encoded(answer))
        program = program_in(answer)
        if isinstance(program, Unfenced):
            await self._record(
                SampleUnfenced(task=job.task, sample=job.sample, reply=reply, reason=program.reason)
            )
            return
        async with self.verdicts:
            begin = self.parts.clock.seconds()
            try:
                found = await self.judging.verdict(self.parts.tasks[job.task], program)
            except JudgeFailed as failure:
                await self._fail(job, "judge", str(failure), Usage(calls=0))
                return
            seconds = self.parts.clock.seconds() - begin
        await self._judged(job, reply, program, found, seconds)

    async def _judged(
        self, job: Job, reply: str, program: str, found: Found, seconds: float
    ) -> None:
        text, cost = encoded(program), found.verdict.cost
        judged = SampleJudged(
            task=job.task,
            sample=job.sample,
            reply=reply,
            program=digest(text),
            verdict=found.name,
            outcome=str(found.verdict.outcome),
            cycles=cost.cycles if cost is not None else None,
            length=len(program),
            seconds=seconds,
        )
        event = as_cached(judged, found.key) if found.cached else judged
        await self._record(event, text, found.data, remembered=found.remembered)

    async def _fail(
        self, job: Job, stage: Literal["propose", "judge"], reason: str, usage: Usage
    ) -> None:
        self.failed[f"{stage}: {reason}"] += 1
        await self._record(
            SampleFailed(task=job.task, sample=job.sample, stage=stage, reason=reason, usage=usage)
        )

    async def _record(
        self, event: RunEvent, *objects: bytes, remembered: tuple[Remembered, ...] = ()
    ) -> None:
        write = Write(run=self.view.run, events=(event,), objects=objects, remembered=remembered)
        await self.recorder.record(write)
