"""A run at a glance: its rounds, its tasks, and what all calls together took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from math import fsum
from typing import Any

from agent.records.story import Story
from benchmark.scores.tally import Tally, tallies
from benchmark.store.clock import written
from benchmark.store.config import Usage
from benchmark.store.events import RoundBegan, SampleFailed, SampleProposed
from benchmark.store.view import RunView

SCHEMA = "aspl.campaign/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSeen:
    """A round, and what came of it."""

    asked: RoundBegan
    samples: int
    """With an end, of all its tasks."""
    correct: int
    newly_solved: tuple[str, ...]
    """Tasks that no earlier round had solved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSeen:
    """A task, and how its samples stand."""

    tally: Tally
    asked: int
    """Samples that rounds asked for."""
    going: int
    """Samples that were answered and have no end yet."""
    failed: int
    """Samples that came to nothing in the world."""
    calls: int
    solved_in: int | None
    """The round that first solved it."""

    @property
    def state(self) -> str:
        """One word for it."""
        if self.solved_in is not None:
            return "solved"
        if self.tally.samples < self.asked:
            return "not complete"
        return "unsolved" if self.asked else "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What all calls of a run took."""

    usage: Usage
    retried: int
    """Attempts that came to nothing, and were made again or given up."""
    failed: int
    """Calls that ended without an answer."""
    lost: int
    """Calls that went out and never came back."""
    lost_usd: float
    """The most that these may be billed for, as far as prices are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A run at a glance."""

    run: RunView
    rounds: tuple[RoundSeen, ...]
    tasks: tuple[TaskSeen, ...]
    totals: Totals


def overview(run: RunView, stories: Iterable[Story]) -> Overview:
    """Count what happened in a run."""
    first = dict[str, int]()
    for each in run.samples:
        if each.is_correct:
            first[each.task] = min(each.round, first.get(each.task, each.round))
    return Overview(
        run=run,
        rounds=tuple(_round(run, each, first) for each in run.rounds),
        tasks=tuple(_task(run, each, first.get(each.task.name)) for each in tallies(run)),
        totals=_totals(run, stories),
    )


def overview_record(seen: Overview) -> dict[str, Any]:
    """Return it as an object of JSON."""
    run, totals = seen.run, seen.totals
    return {
        "schema": SCHEMA,
        "run": run.run,
        "model": run.config.model,
        "policy": run.config.policy,
        "seed": run.config.seed,
        "began": written(run.started_at),
        "ending": run.ending,
        "detail": run.detail,
        "sessions": run.sessions,
        "versions": dict(run.config.versions),
        "rounds": [_round_record(each) for each in seen.rounds],
        "tasks": [_task_record(each) for each in seen.tasks],
        "usage": {**asdict(totals.usage), "uncached_tokens": totals.usage.uncached_tokens},
        "retried": totals.retried,
        "failed_calls": totals.failed,
        "lost_calls": totals.lost,
        "lost_usd": totals.lost_usd,
    }


def _round(run: RunView, asked: RoundBegan, first: dict[str, int]) -> RoundSeen:
    there = [each for each in run.settled if each.round == asked.round]
    return RoundSeen(
        asked=asked,
        samples=len(there),
        correct=sum(each.is_correct for each in there),
        newly_solved=tuple(name for name in asked.tasks if first.get(name) == asked.round),
    )


def _task(run: RunView, tally: Tally, solved_in: int | None) -> TaskSeen:
    name = tally.task.name
    there = [each for each in run.samples if each.task == name]
    return TaskSeen(
        tally=tally,
        asked=sum(each.samples for each in run.rounds if name in each.tasks),
        going=sum(each.state == "proposed" for each in there),
        failed=sum(each.state == "failed" for each in there),
        calls=sum(each.usage.calls for each in there),
        solved_in=solved_in,
    )


def _totals(run: RunView, stories: Iterable[Story]) -> Totals:
    calls = list(_calls(stories))
    return Totals(
        usage=run.usage,
        retried=sum(len(each.retried) for each in calls),
        failed=sum(isinstance(each, SampleFailed) for each in calls),
        lost=len(run.lost),
        lost_usd=fsum(each.bound_usd or 0.0 for each in run.lost),
    )


def _calls(stories: Iterable[Story]) -> Iterator[SampleProposed | SampleFailed]:
    for story in stories:
        for step in story.steps:
            match step:
                case SampleProposed() | SampleFailed(stage="propose"):
                    yield step
                case _:
                    pass


def _round_record(each: RoundSeen) -> dict[str, Any]:
    asked = each.asked
    return {
        "round": asked.round,
        "stratum": asked.stratum,
        "strata": asked.strata,
        "exemplars": [asdict(exemplar) for exemplar in asked.exemplars],
        "chosen": {task: list(places) for task, places in asked.chosen.items()},
        "tasks": list(asked.tasks),
        "first": asked.first,
        "samples_of_each": asked.samples,
        "samples": each.samples,
        "correct": each.correct,
        "newly_solved": list(each.newly_solved),
    }


def _task_record(each: TaskSeen) -> dict[str, Any]:
    tally = each.tally
    return {
        "task": tally.task.name,
        "state": each.state,
        "solved_in": each.solved_in,
        "asked": each.asked,
        "samples": tally.samples,
        "correct": tally.correct,
        "outcomes": dict(tally.outcomes),
        "going": each.going,
        "failed": each.failed,
        "calls": each.calls,
        "cycles": tally.best.cycles if tally.best else None,
    }
