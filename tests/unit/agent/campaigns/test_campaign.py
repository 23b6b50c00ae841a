"""Campaigns: everything is recorded, resuming does what is missing, limits stop."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from asked_tasks import TASKS
from campaigns import LIMITS, Answers, resume, session, start, words
from run_records import asked, config, opened

from agent.providers.model import CallFailed, Reply, Request
from benchmark.judge.verdict import Outcome
from benchmark.runs.testing import ScriptedJudge
from benchmark.store.config import Limits, Usage
from benchmark.store.events import RunEnded, RunStarted
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Entry, Write


def ends(view: RunView) -> list[tuple[str, int, str, str | None]]:
    """What a run comes to, without times and without who was first."""
    return [
        (each.task, each.sample, each.outcome, each.judged.program if each.judged else None)
        for each in view.samples
    ]


def test_a_run_is_recorded_from_its_start_to_its_end(tmp_path: Path) -> None:
    seen: list[Entry] = []
    with opened(tmp_path) as workspace:
        judge, model = ScriptedJudge(), Answers(words)
        view = session(workspace, start(workspace), model, judge, seen)
        assert (view.ending, len(view.settled), view.expected) == ("done", 9, 9)
        assert [each.sample for each in view.samples if each.is_correct] == [1, 1, 1]
        assert view.usage == Usage(calls=9, input_tokens=900, output_tokens=90, usd=view.usage.usd)
        assert view.usage.usd == pytest.approx(0.09)
        best = view.samples[1].judged
        assert best is not None
        assert best.cycles == 300
        assert workspace.text(best.program) == "correct a/1 1\n"
        assert list(workspace.entries("r", after=1)) == seen
        assert len(judge.asked) == 9


def test_every_task_gets_its_first_sample_before_any_gets_its_second(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        model = Answers(words)
        one = Limits(jobs=1, calls_at_once=1)
        session(workspace, start(workspace, 2, one), model)
    assert model.calls == [(task, sample) for sample in range(2) for task in TASKS]


def test_the_same_program_is_judged_once(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        judge = ScriptedJudge()
        view = session(workspace, start(workspace), Answers(lambda _: "correct"), judge)
        assert dict(judge.asked) == {(name, "correct"): 1 for name in TASKS}
        names = [each.event.name for each in workspace.entries("r")]
        assert (names.count("sample.judged"), names.count("sample.cached")) == (3, 6)
        assert {each.outcome for each in view.samples} == {"correct"}


@pytest.mark.parametrize(("cache", "asked_again"), [(True, 0), (False, 3)])
def test_verdicts_of_other_runs_hold_unless_they_are_not_wanted(
    tmp_path: Path, cache: bool, asked_again: int
) -> None:
    with opened(tmp_path) as workspace:
        session(workspace, start(workspace), Answers(lambda _: "correct"))
        second = RunStarted(config=config(map(asked, TASKS), 1), limits=LIMITS)
        workspace.write([Write(run="second", events=(second,))])
        judge = ScriptedJudge()
        view = fold("second", workspace.entries("second"))
        session(workspace, view, Answers(lambda _: "correct"), judge, cache=cache)
        assert judge.asked.total() == asked_again


@pytest.mark.parametrize(("outcome", "asked_for"), [("limit", 9), ("crashed", 18)])
def test_what_may_be_the_machines_doing_is_judged_again(
    tmp_path: Path, outcome: str, asked_for: int
) -> None:
    with opened(tmp_path) as workspace:
        judge = ScriptedJudge()
        session(workspace, start(workspace), Answers(lambda _: outcome), judge)
        assert judge.asked.total() == asked_for


def test_an_answer_without_a_program_keeps_its_cost(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        judge = ScriptedJudge()
        view = session(workspace, start(workspace, 1), Answers(lambda _: "```\n```"), judge)
        assert [each.outcome for each in view.samples] == ["no-program"] * 3
        assert (view.ending, view.usage.calls) == ("done", 3)
        assert not judge.asked
        assert session(workspace, resume(workspace), Answers(words)).samples == view.samples


def test_a_call_that_fails_is_made_again_when_the_run_is_resumed(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        view = session(workspace, start(workspace), Answers(words, failing=[2, 5]))
        assert (view.ending, view.detail, len(view.settled)) == (
            "incomplete",
            "2 failed, most often propose: timed out",
            7,
        )
        again = Answers(words)
        view = session(workspace, resume(workspace), again)
        assert (view.ending, len(view.settled), len(again.calls)) == ("done", 9, 2)
        assert view.usage.calls == 11


def test_a_model_that_cannot_go_on_ends_the_run(tmp_path: Path) -> None:
    class Refused(Answers):
        async def complete(self, request: Request) -> Reply:
            raise CallFailed("the key is refused", Usage(calls=0), ends_run=True)

    with opened(tmp_path) as workspace:
        view = session(workspace, start(workspace), Refused(words))
    assert (view.ending, view.detail) == ("incomplete", "the key is refused")
    assert len(view.samples) <= LIMITS.calls_at_once


def test_a_judge_that_breaks_costs_one_verdict(tmp_path: Path) -> None:
    def rule(task: str, program: str) -> Outcome:
        if task == "a/2":
            raise RuntimeError("the pool\nis gone")
        return Outcome.CORRECT

    with opened(tmp_path) as workspace:
        view = session(workspace, start(workspace, 1), Answers(words), ScriptedJudge(rule))
        failed = [each for each in view.samples if each.settled is None]
        assert [each.failures for each in failed] == [("judge: RuntimeError: the pool is gone",)]
        assert (view.ending, view.usage.calls) == ("incomplete", 3)
        model = Answers(words)
        view = session(workspace, resume(workspace), model)
        assert (view.ending, model.calls) == ("done", []), "its answer was there"


def test_a_budget_of_calls_is_never_exceeded_and_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        whole = ends(session(workspace, start(workspace), Answers(words)))
    with opened(tmp_path / "budget") as workspace:
        model = Answers(words)
        view = session(workspace, start(workspace, limits=replace(LIMITS, max_calls=4)), model)
        assert (view.ending, view.detail, len(model.calls)) == ("budget", "4 calls", 4)
        assert len(view.settled) == 4
        view = session(workspace, resume(workspace, replace(LIMITS, max_calls=4)), model)
        assert (view.ending, len(model.calls)) == ("budget", 4)
        view = session(workspace, resume(workspace, replace(LIMITS, max_calls=9)), model)
        assert (view.ending, len(model.calls)) == ("done", 9)
        assert ends(view) == whole


def test_a_budget_of_minutes_stops_asking(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        # each look at the clock takes 6 s
        limits = replace(LIMITS, max_minutes=0.5)
        view = session(workspace, start(workspace, samples=20, limits=limits), Answers(words))
    assert (view.ending, view.detail) == ("budget", "0.5 minutes")
    assert 0 < len(view.settled) < 10
    assert all(each.settled for each in view.samples)


def test_an_interrupted_session_keeps_what_was_answered(tmp_path: Path) -> None:
    interrupted: list[bool] = []

    class Interrupting(Answers):
        async def complete(self, request: Request) -> Reply:
            reply = await super().complete(request)
            # once: a second signal asks to end at once
            if len(self.calls) >= 5 and not interrupted:
                interrupted.append(True)
                signal.raise_signal(signal.SIGINT)
            return reply

    with opened(tmp_path) as workspace:
        with pytest.raises(KeyboardInterrupt):
            session(workspace, start(workspace), Interrupting(words))
        view = fold("r", workspace.entries("r"))
        assert view.ending == "interrupted"
        whole = session(workspace, resume(workspace), Answers(words))
        assert (whole.ending, len(whole.settled)) == ("done", 9)


def test_our_own_mistake_is_raised_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    def broken(request: Request) -> str:
        if request.sample == 1:
            raise ZeroDivisionError
        return words(request)

    with opened(tmp_path) as workspace:
        with pytest.raises(ZeroDivisionError):
            session(workspace, start(workspace), Answers(broken))
        (end,) = [each.event for each in workspace.entries("r") if isinstance(each.event, RunEnded)]
        assert end.detail == "internal error: ZeroDivisionError"
        view = session(workspace, resume(workspace), Answers(words))
        assert (view.ending, len(view.settled)) == ("done", 9)


def test_two_sessions_of_one_run_at_the_same_time_agree(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        view = start(workspace)
        session(workspace, view, Answers(words))
        # the second session was planned before the first one began
        both = session(workspace, view, Answers(words))
        assert (len(both.samples), both.usage.calls) == (9, 9)
        assert both.samples[1].outcome == "correct"


def test_answers_are_judged_while_others_are_awaited(tmp_path: Path) -> None:
    """A slow answer holds nobody up."""
    judge = ScriptedJudge()

    class Slow(Answers):
        async def complete(self, request: Request) -> Reply:
            reply = await super().complete(request)
            if (request.task, request.sample) == ("a/1", 0):
                async with asyncio.timeout(10):
                    while judge.asked.total() < 8:
                        await asyncio.sleep(0.001)
            return reply

    with opened(tmp_path) as workspace:
        assert session(workspace, start(workspace), Slow(words), judge).ending == "done"
