"""One session of a run: a policy asks for rounds of samples, and every sample goes its own way.

No sample of a round waits for another. What is under way is bounded, and is all that a kill can
lose. What comes next is decided from the records alone, so a run that was killed goes on as it
would have.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from agent.campaigns.batches import Batches, Sleep
from agent.campaigns.budget import Budget
from agent.episodes.asking import Asking
from agent.episodes.caller import Caller
from agent.episodes.checkpoints import checkpoints, forget, release
from agent.episodes.ended import Stopped
from agent.episodes.graph import STEPS_MOST, Durability, Graph, episode_graph
from agent.episodes.job import Job, missing, wanted_job
from agent.episodes.state import State, first_state
from agent.episodes.steps import Steps
from agent.episodes.texts import Texts
from agent.policies.policy import Done, Policy, history_of
from agent.policies.retrieve import Likeness
from agent.policies.solved import Solution, solutions
from agent.providers.model import BatchModel, Model
from agent.steering.person import Person
from agent.steering.watch import Watch
from benchmark.runs.judging import Judge, Judging, KeyRule
from benchmark.runs.recorder import Observer, Recorder
from benchmark.store.clock import Clock
from benchmark.store.events import Ending, RoundBegan, RunEnded, RunEvent
from benchmark.store.steering import AnswerAsked, ApprovalAsked, SampleWanted
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write
from benchmark.tasks.shown import Shown, shown
from benchmark.tasks.task import Task

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

STOPPED = "somebody asked for it"
KEPT = 32
"""Episodes that ended, whose checkpoints are still there: their room is used again."""


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
    watch: Watch
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
        watch = Watch.of(view, parts.workspace, recorder, lambda: budget.stop("stopped", STOPPED))
        asking.hints = watch.hints
        if isinstance(parts.model, Person):
            parts.model.ask = _answers(watch, texts, caller)
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
            watch=watch,
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
        looking = asyncio.create_task(self.watch.keep_looking())
        try:
            return await self._all_rounds()
        except Stopped:
            return ""
        finally:
            looking.cancel()

    async def _all_rounds(self) -> str:
        left = self._now()
        for asked in self.view.rounds:
            self.asking.begin(asked)
            await self._round(asked, left)
        while self.budget.ending is None:
            run = self._now()
            found = await self._next(run)
            if not isinstance(found, Done):
                await self._record(found)
                self.asking.begin(found)
                await self._round(found, run)
            elif self.watch.wanted:
                await self._episodes(())
            else:
                return found.reason
        return ""

    def _now(self) -> RunView:
        """Return the run as it is recorded."""
        return fold(self.view.run, self.parts.workspace.entries(self.view.run))

    async def _next(self, run: RunView) -> RoundBegan | Done:
        if run.config.options.approve == "exemplar":
            found = await self._approved(run)
        else:
            found = solutions(run, self.texts.get)
        likeness = Likeness(self.shown, self.texts.get)
        return self.parts.policy.next_round(history_of(run, found, likeness))

    async def _approved(self, run: RunView) -> dict[str, Solution]:
        """Return the solutions that somebody said yes to; who says no is asked of others."""
        rejected: set[tuple[str, int]] = set()
        while True:
            found = solutions(run, self.texts.get, rejected)
            asked = [
                ApprovalAsked(
                    task=task,
                    sample=each.sample,
                    round=each.round,
                    gate="exemplar",
                    program=each.exemplar.program,
                )
                for task, each in found.items()
            ]
            given = await asyncio.gather(*map(self.watch.decision, asked))
            new = {(each.task, each.sample) for each in given if not each.is_approved}
            if not new:
                return found
            rejected |= new

    async def _round(self, asked: RoundBegan, run: RunView) -> None:
        """Take every sample of a round that has no end to its end.

        Args: run: as it was recorded before any sample of this session was asked for in the round.
        """
        todo = missing(run, asked)
        if self.batches is not None and todo:
            mine = [each for each in run.batches if each.round == asked.round]
            await self.batches.ask(todo, mine)
            todo = tuple(job for job in todo if (job.task, job.sample, 0) in self.caller.known)
        if todo:
            await self._episodes(todo)

    async def _episodes(self, todo: Iterable[Job]) -> None:
        """Take samples to their end, and those that people ask for meanwhile."""
        jobs = deque(todo)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.view.limits.calls_at_once + self.view.limits.jobs):
                group.create_task(self._work(jobs, group))
        await self._forget()

    async def _forget(self) -> None:
        ended, self.ended = self.ended, []
        await forget(self.saver, ended)

    async def _work(self, jobs: deque[Job], group: asyncio.TaskGroup) -> None:
        while jobs or self.watch.wanted:
            job = jobs.popleft() if jobs else self._wanted(self.watch.wanted.popleft())
            try:
                await self.watch.may_go()
            except Stopped:
                self.caller.skipped += 1
                return
            with suppress(Stopped):
                await self._episode(job, group)

    def _wanted(self, wanted: SampleWanted) -> Job:
        self.asking.wanted[wanted.task, wanted.sample] = wanted
        return wanted_job(wanted)

    async def _episode(self, job: Job, group: asyncio.TaskGroup) -> None:
        start = None if await self._is_remembered(job) else first_state(job)
        state = await self._go(job, start)
        if _waits(state):
            # for a person, and nobody waits for that one
            group.create_task(self._decided(job, state))

    async def _go(self, job: Job, start: State | Command[Any] | None) -> dict[str, Any]:
        """Run an episode's graph to its end, or to where it waits; return its state."""
        durability: Durability = "exit" if self.parts.model.is_free else "sync"
        state = await self.graph.ainvoke(start, self._config(job), durability=durability)
        if not _waits(state):
            self.ended.append(job.thread(self.view.run))
            if len(self.ended) >= KEPT:
                await self._forget()
        return state

    async def _decided(self, job: Job, state: dict[str, Any]) -> None:
        """Take up an episode each time that somebody said yes or no."""
        while _waits(state):
            asked = ApprovalAsked(
                task=job.task,
                sample=job.sample,
                round=job.round,
                gate="judge",
                program=state["program"],
            )
            try:
                given = await self.watch.decision(asked)
                answer = {"is_approved": given.is_approved, "reason": given.reason}
                state = await self._go(job, Command(resume=answer))
            except Stopped:
                self.caller.skipped += 1
                return

    def _config(self, job: Job) -> RunnableConfig:
        thread = {"thread_id": job.thread(self.view.run)}
        return {"configurable": thread, "recursion_limit": STEPS_MOST}

    async def _is_remembered(self, job: Job) -> bool:
        """Whether an earlier session left a checkpoint from which an episode goes on."""
        if not job.is_begun or self.parts.model.is_free:
            return False
        return bool((await self.graph.aget_state(self._config(job))).next)

    def _ending(self, reason: str) -> tuple[Ending, str]:
        if self.budget.ending is not None and self.caller.skipped:
            return self.budget.ending, self.budget.detail
        failed: Counter[str] = self.caller.failed + self.steps.failed
        if failed:
            ((often, _),) = failed.most_common(1)
            return "incomplete", f"{failed.total()} failed, most often {often}"
        return "done", reason

    async def _close(self, event: RunEnded) -> None:
        await release(self.saver)
        await self._record(event)
        await self.recorder.close()

    async def _record(self, event: RunEvent) -> None:
        await self.recorder.record(Write(run=self.view.run, events=(event,)))


def _answers(
    watch: Watch, texts: Texts, caller: Caller
) -> Callable[[AnswerAsked, list[bytes]], Awaitable[str]]:
    """Return how a person is asked."""

    async def ask(asked: AnswerAsked, objects: list[bytes]) -> str:
        try:
            return texts.get(await watch.answer(asked, *objects))
        except Stopped:
            caller.skipped += 1
            raise

    return ask


def _waits(state: dict[str, Any]) -> bool:
    """Whether a graph waits for a person."""
    return "__interrupt__" in state


def _batches(
    view: RunView, parts: Parts, caller: Caller, asking: Asking, recorder: Recorder
) -> Batches | None:
    """Return what asks in batches, where that is wanted."""
    if not view.config.reached.is_batch:
        return None
    assert isinstance(parts.model, BatchModel), "who begins a run in batches looks at this"
    return Batches(view.run, parts.model, caller, asking, recorder, parts.sleep)
