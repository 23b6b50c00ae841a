"""A run again from its recorded answers, without a network: do the same records come of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Thread

from agent.campaigns.campaign import Parts, run_campaign
from agent.campaigns.start import begun, versions
from agent.episodes.texts import Texts
from agent.policies.policy import Done, History, Policy
from agent.policies.table import POLICIES
from agent.providers.model import CallFailed, Finish, Reply, Request, spent_nothing
from agent.providers.recorded import NOT_RECORDED
from agent.records.comparison import Replay, compared
from agent.records.inputs import judgements
from benchmark.runs.judging import CACHE_KIND, Judge, KeyRule
from benchmark.runs.recorder import Observer
from benchmark.store.clock import Clock, Ids
from benchmark.store.config import Limits, Usage
from benchmark.store.events import Event, RoundBegan, SampleProposed
from benchmark.store.objects import decoded
from benchmark.store.steering import ApprovalAsked, ApprovalGiven
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Entry, Remembered, Workspace, Write
from benchmark.tasks.task import Task

_UNDECIDED = "nobody said anything of it in the run that is replayed"
_FINISHES: Mapping[str, Finish] = {"cut": "cut", "refused": "refused"}


@dataclass(slots=True)
class FromRecords:
    """A model that says again what a run recorded, by request; else by task, sample and call."""

    name: str
    """Of the model that was recorded, so that requests bear the same names."""
    has_temperature: bool
    texts: Texts
    by_request: Mapping[str, SampleProposed]
    by_call: Mapping[tuple[str, int, int], SampleProposed]
    asked_otherwise: int = 0
    """Calls whose request was not recorded, but another one in its place."""

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing."""
        return True

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return spent_nothing(calls=1)

    async def complete(self, request: Request) -> Reply:
        """Return what was answered. Errors: CallFailed where nothing was."""
        found = self.by_request.get(request.identity(self.name))
        if found is None:
            found = self.by_call.get((request.task, request.sample, request.call))
            if found is None or found.step != request.step:
                raise CallFailed(NOT_RECORDED, spent_nothing())
            self.asked_otherwise += 1
        return Reply(
            text=self.texts.get(found.reply),
            usage=replace(found.usage, usd=0.0, unknown_usd=0.0, seconds=0.0),
            finish=_FINISHES.get(found.finish, "complete"),
            served=found.served,
            retried=found.retried,
        )

    async def close(self) -> None:
        """Do nothing."""


def from_records(workspace: Workspace, run: RunView) -> FromRecords:
    """Return a model that answers as a run recorded it."""
    calls = [call for sample in run.samples for call in sample.calls]
    first = [each for each in calls if each.step == "propose"]
    return FromRecords(
        name=run.config.model,
        # prompts of models without one end with a tail of their sample
        has_temperature=not any(each.tail for each in first),
        texts=Texts(workspace),
        by_request={each.request: each for each in calls if each.request},
        by_call={(each.task, each.sample, each.call): each for each in calls},
    )


@dataclass(frozen=True, slots=True)
class UpTo:
    """A policy that stops behind the rounds that were recorded."""

    policy: Policy
    rounds: int

    def next_round(self, history: History) -> RoundBegan | Done:
        """Return the next round, or why there is none."""
        if len(history.rounds) >= self.rounds:
            return Done("no further round was recorded")
        return self.policy.next_round(history)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run is replayed, and by whom it is judged."""

    workspace: Workspace
    judge: Judge
    tasks: Mapping[str, Task]
    key: KeyRule
    clock: Clock
    ids: Ids
    observer: Observer
    jobs: int
    cached: bool
    """Whether verdicts that the run's workspace remembers are taken."""


def replay(source: Workspace, run: RunView, place: Place) -> Replay:
    """Run a campaign again on its recorded answers, and compare it sample by sample."""
    model = from_records(source, run)
    # answers that are at hand come in no batches
    reached = replace(run.config.reached, is_batch=False)
    config = replace(run.config, versions=versions(), reached=reached)
    limits = Limits(jobs=place.jobs, calls_at_once=run.limits.calls_at_once)
    again = _told(source, run, begun(place.workspace, config, limits, place.ids), place)
    if place.cached:
        _remember(source, run, place)
    policy = POLICIES[config.policy]()
    parts = Parts(
        workspace=place.workspace,
        model=model,
        policy=policy if run.ending == "done" else UpTo(policy, len(run.rounds)),
        judge=place.judge,
        tasks=place.tasks,
        key=place.key,
        clock=place.clock,
        observer=_refusing(again.run, place),
        cache=place.cached,
    )
    return compared(run, run_campaign(again, parts), model.asked_otherwise)


def _told(source: Workspace, run: RunView, again: RunView, place: Place) -> RunView:
    """Have a run hear from its beginning what people said to another."""
    said: tuple[Event, ...] = (*run.steered.hints, *run.steered.decided, *run.steered.wanted)
    objects = source.objects_of(name for each in said for name in each.objects())
    write = Write(run=again.run, events=said, objects=tuple(objects.values()))
    place.workspace.write([write])
    return fold(again.run, place.workspace.entries(again.run))


def _refusing(run: str, place: Place) -> Observer:
    """Return an observer that says no where nobody said anything, so that nothing waits."""

    def observe(entries: Sequence[Entry]) -> None:
        asked = [each.event for each in entries if isinstance(each.event, ApprovalAsked)]
        if asked:
            refused = (
                ApprovalGiven(
                    task=each.task,
                    sample=each.sample,
                    gate=each.gate,
                    is_approved=False,
                    reason=_UNDECIDED,
                )
                for each in asked
            )
            # apart from the run's own loop, which may be about to end a transaction
            write = Write(run=run, events=tuple(refused))
            Thread(target=place.workspace.write, args=([write],)).start()
        place.observer(entries)

    return observe


def _remember(source: Workspace, run: RunView, place: Place) -> None:
    """Copy what the cache knows of a run's programs."""
    programs = {(task, program) for task, program, _ in judgements(run)}
    texts = source.objects_of(program for _, program in programs)
    found = dict[str, str]()
    for task, program in sorted(programs):
        key = place.key(place.tasks[task], decoded(texts[program]))
        name = source.recall(CACHE_KIND, key)
        if name is not None:
            found[key] = name
    verdicts = source.objects_of(found.values())
    remembered = [Remembered(kind=CACHE_KIND, key=key, object=each) for key, each in found.items()]
    place.workspace.write(
        [
            Write(
                run=run.run,
                events=(),
                objects=tuple(verdicts.values()),
                remembered=tuple(remembered),
            )
        ]
    )
