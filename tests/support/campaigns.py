"""Campaigns with models by rule, and judges by script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from asked_tasks import TASKS
from run_records import asked, config

from agent.campaigns.campaign import Parts, run_campaign
from agent.policies.table import POLICIES
from agent.providers.model import CallFailed, Model, Reply, Request
from benchmark.runs.judging import Judge
from benchmark.runs.testing import ScriptedJudge
from benchmark.store.config import Limits, PolicyOptions, Usage
from benchmark.store.events import RunResumed, RunStarted
from benchmark.store.objects import digest_of
from benchmark.store.testing import SteppingClock
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Entry, Workspace, Write

Rule = Callable[[Request], str]
LIMITS = Limits(jobs=2, calls_at_once=3)
PRICE = Usage(input_tokens=100, output_tokens=10, usd=0.01)


class Answers:
    """Answers by a rule, takes money for it, and counts its calls."""

    name = "test/answers"
    is_free = False
    has_temperature = True

    def __init__(self, rule: Rule, failing: Sequence[int] = ()) -> None:
        self.rule = rule
        self.failing = failing
        self.calls: list[tuple[str, int]] = []
        self.requests: list[Request] = []

    def bound(self, request: Request) -> Usage:
        return PRICE

    async def complete(self, request: Request) -> Reply:
        number = len(self.calls)
        self.calls.append((request.task, request.sample))
        self.requests.append(request)
        await asyncio.sleep(0)
        if number in self.failing:
            raise CallFailed("timed out", Usage(calls=1, seconds=30.0))
        return Reply(text=self.rule(request), usage=PRICE)

    async def close(self) -> None:
        pass


def words(request: Request) -> str:
    """The second sample of each task is correct, and all answers differ."""
    outcome = "correct" if request.sample == 1 else "wrong-values"
    return f"```\n{outcome} {request.task} {request.sample}\n```"


def rule_of(text: str) -> Rule:
    """Say the same to everything."""
    return lambda _: text


def start(
    workspace: Workspace,
    samples: int = 3,
    limits: Limits = LIMITS,
    options: PolicyOptions | None = None,
    policy: str = "best-of-n",
) -> RunView:
    found = config(map(asked, TASKS), samples, policy=policy, options=options or PolicyOptions())
    workspace.write([Write(run="r", events=(RunStarted(config=found, limits=limits),))])
    return fold("r", workspace.entries("r"))


def resume(workspace: Workspace, limits: Limits = LIMITS) -> RunView:
    session = fold("r", workspace.entries("r")).sessions
    workspace.write([Write(run="r", events=(RunResumed(session=session, limits=limits),))])
    return fold("r", workspace.entries("r"))


def session(
    workspace: Workspace,
    view: RunView,
    model: Model,
    judge: Judge | None = None,
    seen: list[Entry] | None = None,
    cache: bool = True,
) -> RunView:
    return run_campaign(view, parts_of(workspace, view, model, judge, seen, cache))


def parts_of(
    workspace: Workspace,
    view: RunView,
    model: Model,
    judge: Judge | None = None,
    seen: list[Entry] | None = None,
    cache: bool = True,
) -> Parts:
    return Parts(
        workspace=workspace,
        model=model,
        policy=POLICIES[view.config.policy](),
        judge=judge or ScriptedJudge(),
        tasks=TASKS,
        key=lambda task, text: digest_of(f"{task.name} {text}"),
        clock=SteppingClock(step_s=6.0),
        observer=(seen if seen is not None else []).extend,
        cache=cache,
    )
