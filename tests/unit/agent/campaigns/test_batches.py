"""Rounds in batches: submitted once, collected by whoever is there, asked again if they expire."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from asked_tasks import TASKS
from campaigns import LIMITS, PRICE, Answers, parts_of, resume, words
from run_records import asked, config, opened

from agent.campaigns.campaign import run_campaign
from agent.providers.model import CallFailed, Reply, Request
from benchmark.store.config import Limits, ModelOptions, Usage
from benchmark.store.events import RunStarted
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write

HALF = replace(PRICE, usd=0.005)


class Server:
    """Takes batches, and answers them when they were asked for so often."""

    def __init__(self, looks: int = 2, expiring: int = 0, failing: tuple[str, ...] = ()) -> None:
        self.looks = looks
        self.expiring = expiring
        self.failing = failing
        self.batches: dict[str, dict[str, Request]] = {}
        self.looked: dict[str, int] = {}
        self.billed: list[str] = []


class InBatches(Answers):
    """Answers in batches alone."""

    def __init__(self, server: Server) -> None:
        super().__init__(words)
        self.server = server

    async def submit(self, requests: dict[str, Request]) -> str:
        name = f"batch-{len(self.server.batches)}"
        self.server.batches[name] = dict(requests)
        self.server.looked[name] = 0
        return name

    async def collect(self, batch: str) -> dict[str, Reply | CallFailed] | None:
        self.server.looked[batch] += 1
        if self.server.looked[batch] < self.server.looks:
            return None
        found: dict[str, Reply | CallFailed] = {}
        for identity, request in self.server.batches[batch].items():
            if self.server.expiring > 0:
                self.server.expiring -= 1
            elif request.task in self.server.failing:
                found[identity] = CallFailed("the prompt is refused", Usage(calls=1, usd=0.0))
            else:
                if self.server.looked[batch] == self.server.looks:
                    self.server.billed.append(identity)
                found[identity] = Reply(text=words(request), usage=HALF)
        return found


def start(workspace: Workspace, samples: int = 3, limits: Limits = LIMITS) -> RunView:
    found = replace(config(map(asked, TASKS), samples), reached=ModelOptions(is_batch=True))
    workspace.write([Write(run="r", events=(RunStarted(config=found, limits=limits),))])
    return fold("r", workspace.entries("r"))


def run(workspace: Workspace, view: RunView, model: InBatches, killed_after: int = 99) -> RunView:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) > killed_after:
            raise asyncio.CancelledError

    return run_campaign(view, replace(parts_of(workspace, view, model), sleep=sleep))


def test_a_round_goes_out_in_one_batch_and_comes_to_its_verdicts(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        server = Server()
        view = run(workspace, start(workspace), InBatches(server))
        assert (view.ending, len(view.settled), len(server.batches)) == ("done", 9, 1)
        assert view.usage.usd == pytest.approx(9 * 0.005)
        assert not view.batches
        assert not view.lost
        names = [each.event.name for each in workspace.entries("r")]
        assert (names.count("batch.submitted"), names.count("batch.collected")) == (1, 1)


def test_what_expired_is_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        server = Server(expiring=4)
        view = run(workspace, start(workspace), InBatches(server))
        assert (view.ending, len(view.settled)) == ("done", 9)
        assert [len(each) for each in server.batches.values()] == [9, 4]


def test_what_always_expires_is_given_up(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        server = Server(expiring=99)
        view = run(workspace, start(workspace, 1), InBatches(server))
        assert [len(each) for each in server.batches.values()] == [3, 3, 3]
        assert (view.ending, view.detail) == (
            "incomplete",
            "3 failed, most often propose: it expired",
        )


def test_what_is_refused_fails_and_the_rest_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        server = Server(failing=("a/2",))
        view = run(workspace, start(workspace), InBatches(server))
        assert (view.ending, len(view.settled)) == ("incomplete", 6)
        assert len(server.batches) == 1


def test_a_session_that_was_killed_leaves_its_batch_to_the_next(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        server = Server(looks=3)
        with pytest.raises(asyncio.CancelledError):
            run(workspace, start(workspace), InBatches(server), killed_after=0)
        left = fold("r", workspace.entries("r"))
        assert [len(each.samples) for each in left.batches] == [9]
        view = run(workspace, resume(workspace), InBatches(server))
        assert (view.ending, len(view.settled), len(server.batches)) == ("done", 9, 1)
        assert len(server.billed) == len(set(server.billed)) == 9


def test_a_budget_bounds_what_is_handed_in(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        server = Server()
        limits = replace(LIMITS, max_calls=4)
        view = run(workspace, start(workspace, limits=limits), InBatches(server))
        assert (view.ending, len(view.settled)) == ("budget", 4)
        view = run(workspace, resume(workspace), InBatches(server))
        assert (view.ending, len(view.settled)) == ("done", 9)
        assert [len(each) for each in server.batches.values()] == [4, 5]
