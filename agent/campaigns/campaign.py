"""One session of a run: a policy asks for rounds of samples, and every sample goes its own way.

No sample of a round waits for another. What is under way is bounded, and is all that a kill can
lose. What comes next is decided from the records alone, so a run that was killed goes on as it
would have.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

from agent.campaigns.batches import Batches, Sleep
from agent.campaigns.budget import Budget
from agent.episodes.asking import Asking
from agent.episodes.caller import Caller
from agent.episodes.checkpoints import checkpoints, forget
from agent.episodes.ended import Stopped
from agent.episodes.graph import Durability, Graph, episode_graph
from agent.episodes.job import Job, missing
from agent.episodes.state import first_state
from agent.episodes.steps import Steps
from agent.episodes.texts import Texts
from agent.policies.policy import Done, Policy, history_of
from agent.policies.retrieve import Likeness
from agent.policies.solved import solutions
from agent.providers.model import BatchModel, Model
from benchmark.runs.judging import Judge, Judging, KeyRule
from benchmark.runs.recorder import Observer, Recorder
from benchmark.store.clock import Clock
from benchmark.store.events import Ending, RoundBegan, RunEnded, RunEvent
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write
from benchmark.tasks.shown import Shown, shown
from benchmark.tasks.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Who takes part in a session."""

    workspace: Workspace
    model: Model
    policy: Policy
    judge: Judge
    tasks: Mapping[str, Task]
    key: KeyRule
    clock: Clock
    observer: Observer
    cache: bool = True
    sleep: Sleep = asyncio.sleep
    """Between two looks at a batch."""


def run_campaign(run: RunView, parts: Parts) -> RunView:
    """Run what is missing, and return the run as it ended.

    Errors: KeyboardInterrupt after what was under way is recorded as interrupted.
    """
    threads = ThreadPoolExecutor(run.limits.jobs, thread_name_prefix="judge")
    try:
        asyncio.run(_session(run, parts, threads))
    finally:
        # a judge that is interrupted ends with its pool
        threads.shutdown(wait=False, cancel_futures=True)
    return fold(run.run, parts.workspace.entries(run.run))


async def _session(run: RunView, parts: Parts, threads: ThreadPoolExecutor) -> None:
    async with checkpoints(parts.workspace.file) as saver:
        try:
            await _Session.of(run, parts, threads, saver).run()
        finally:
            await parts.model.close()


@dataclass(slots=True)
class _Session:
    """The work of one session, within an event loop."""

    view: RunView
    parts: Parts
    texts: Texts
    recorder: Recorder
    budget: Budget
    asking: Asking
    caller: Caller
    steps: Steps
    graph: Graph
    saver: BaseCheckpointSaver[Any]
    shown: Mapping[str, Shown]
    batches: Batches | None
    ended: list[str] = field(default_factory=list)
    """Threads of episodes that came to their end."""

    @classmethod
    def of(
        cls,
        view: RunView,
        parts: Parts,
        threads: ThreadPoolExecutor,
        saver: BaseCheckpointSaver[Any],
    ) -> _Session:
        """Put a session together."""
        texts = Texts(parts.workspace)
        recorder = Recorder(parts.workspace, parts.observer)
        budget = Budget(view.limits, parts.clock, view.usage)
        pages = {name: shown(task) for name, task in parts.tasks.items()}
        asking = Asking(pages, texts, parts.model.has_temperature)
        caller = Caller(
            run=view.run,
            config=view.config,
            model=parts.model,
            budget=budget,
            recorder=recorder,
            texts=texts,
            slots=asyncio.Semaphore(view.limits.calls_at_once),
            known={
                (each.task, each.sample, call.call): call
                for each in view.samples
                if each.settled is None
                for call in each.calls
            },
        )
        slots = asyncio.Semaphore(view.limits.jobs)
        steps = Steps(
            run=view.run,
            options=view.config.options,
            tasks=parts.tasks,
            asking=asking,
            caller=caller,
            judging=Judging(parts.judge, parts.workspace, parts.key, threads, slots, parts.cache),
            recorder=recorder,
            texts=texts,
            clock=parts.clock,
        )
        return cls(
            view=view,
            parts=parts,
            texts=texts,
            recorder=recorder,
            budget=budget,
            asking=asking,
            caller=caller,
            steps=steps,
            graph=episode_graph(steps, saver),
            saver=saver,
            shown=pages,
            batches=_batches(view, parts, caller, asking, recorder),
        )

    async def run(self) -> None:
        """Take rounds as the policy asks for them, and record how the session ended."""
        ending: Ending = "interrupted"
        detail = ""
        try:
            reason = await self._rounds()
            ending, detail = self._ending(reason)
        except BaseExceptionGroup as group_of_errors:
            first = group_of_errors.exceptions[0]
            detail = f"internal error: {type(first).__name__}"
            raise first from group_of_errors
        finally:
            event = RunEnded(session=self.view.sessions - 1, ending=ending, detail=detail)
            await asyncio.shield(self._close(event))

    async def _rounds(self) -> str:
        """Run what earlier sessions left, then round after round; return why there is no more."""
        try:
            return await self._all_rounds()
        except Stopped:
            return ""

    async def _all_rounds(self) -> str:
        for asked in self.view.rounds:
            await self._round(asked)
        while self.budget.ending is None:
            found = self._next()
            if isinstance(found, Done):
                return found.reason
            await self._record(found)
            await self._round(found)
        return ""

    def _next(self) -> RoundBegan | Done:
        run = fold(self.view.run, self.parts.workspace.entries(self.view.run))
        likeness = Likeness(self.shown, self.texts.get)
        return self.parts.policy.next_round(
            history_of(run, solutions(run, self.texts.get), likeness)
        )

    async def _round(self, asked: RoundBegan) -> None:
        """Take every sample of a round that has no end to its end."""
        run = fold(self.view.run, self.parts.workspace.entries(self.view.run))
        todo = missing(run, asked)
        if not todo:
            return
        self.asking.begin(asked)
        if self.batches is not None:
            mine = [each for each in run.batches if each.round == asked.round]
            await self.batches.ask(todo, mine)
            todo = tuple(job for job in todo if (job.task, job.sample, 0) in self.caller.known)
        jobs = iter(todo)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.view.limits.calls_at_once + self.view.limits.jobs):
                group.create_task(self._work(jobs))
        await forget(self.saver, self.ended)
        self.ended.clear()

    async def _work(self, jobs: Iterator[Job]) -> None:
        for job in jobs:
            try:
                await self._episode(job)
            except Stopped:
                continue
            self.ended.append(job.thread(self.view.run))

    async def _episode(self, job: Job) -> None:
        config: RunnableConfig = {"configurable": {"thread_id": job.thread(self.view.run)}}
        durability: Durability = "exit" if self.parts.model.is_free else "sync"
        start = None if await self._is_remembered(job, config) else first_state(job)
        await self.graph.ainvoke(start, config, durability=durability)

    async def _is_remembered(self, job: Job, config: RunnableConfig) -> bool:
        """Whether an earlier session left a checkpoint from which an episode goes on."""
        if not job.is_begun or self.parts.model.is_free:
            return False
        return bool((await self.graph.aget_state(config)).next)

    def _ending(self, reason: str) -> tuple[Ending, str]:
        if self.budget.ending is not None and self.caller.skipped:
            return self.budget.ending, self.budget.detail
        failed: Counter[str] = self.caller.failed + self.steps.failed
        if failed:
            ((often, _),) = failed.most_common(1)
            return "incomplete", f"{failed.total()} failed, most often {often}"
        return "done", reason

    async def _close(self, event: RunEnded) -> None:
        await self._record(event)
        await self.recorder.close()

    async def _record(self, event: RunEvent) -> None:
        await self.recorder.record(Write(run=self.view.run, events=(event,)))


def _batches(
    view: RunView, parts: Parts, caller: Caller, asking: Asking, recorder: Recorder
) -> Batches | None:
    """Return what asks in batches, where that is wanted."""
    if not view.config.reached.is_batch:
        return None
    assert isinstance(parts.model, BatchModel), "who begins a run in batches looks at this"
    return Batches(view.run, parts.model, caller, asking, recorder, parts.sleep)
