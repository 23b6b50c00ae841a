"""The same configuration, seed and recorded replies give the same records."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from asked_tasks import TASKS
from campaigns import Answers, resume, session, start, words
from episodes_of_rules import Recorded, ran
from run_records import opened

from agent.providers.model import CallFailed, Request, Sampling
from agent.records.comparison import Replay, compared
from agent.records.replay import Place, from_records, replay
from benchmark.judge.verdict import Outcome
from benchmark.runs.testing import ScriptedJudge, by_first_word
from benchmark.store.config import Limits, ModelOptions, PolicyOptions
from benchmark.store.objects import digest_of
from benchmark.store.steering import ApprovalGiven
from benchmark.store.testing import SteppingClock, counted_ids
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write
from prompts.prompt import Prompt


def again(
    source: Workspace,
    view: RunView,
    out: Workspace,
    judge: ScriptedJudge | None = None,
    cached: bool = False,
) -> Replay:
    place = Place(
        workspace=out,
        judge=judge or ScriptedJudge(),
        tasks=TASKS,
        key=lambda task, text: digest_of(f"{task.name} {text}"),
        clock=SteppingClock(),
        ids=counted_ids("again"),
        observer=lambda entries: None,
        jobs=2,
        cached=cached,
    )
    return replay(source, view, place)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.mark.parametrize("policy", ["best-of-n", "adaptive"])
def test_repairs_and_guards_come_to_the_same_records(
    tmp_path: Path, out: Path, policy: str
) -> None:
    with opened(tmp_path) as source, opened(out) as new:
        view = ran(source, policy)
        found = again(source, view, new)
        assert (found.is_same, found.differences, found.asked_otherwise) == (True, (), 0)
        assert found.samples == 18
        other = fold("again-1", new.entries("again-1"))
        assert [each.calls for each in other.samples] != [each.calls for each in view.samples]
        assert [_free(each) for each in other.samples] == [_free(each) for each in view.samples]
        assert other.rounds == view.rounds
        assert other.usage.usd == 0.0


def _free(sample: object) -> object:
    """A sample without what its answers cost, and without how long its verdict took."""
    calls = tuple(
        replace(each, usage=replace(each.usage, usd=0.0))
        for each in sample.calls  # type: ignore[attr-defined] # a sample
    )
    return sample.task, sample.sample, sample.round, calls, sample.steps  # type: ignore[attr-defined] # a sample


def test_rounds_of_a_policy_are_decided_again(tmp_path: Path, out: Path) -> None:
    def late(request: Request) -> str:
        """Solve one more task in every round."""
        solved = request.sample >= 2 * (1 + list(TASKS).index(request.task))
        outcome = "correct" if solved else "wrong-values"
        return f"```\n{outcome} {request.sample}\n```"

    with opened(tmp_path) as source, opened(out) as new:
        options = PolicyOptions(patience=2)
        view = start(source, 2, options=options, policy="adaptive")
        view = session(source, view, Recorded(late))
        assert len(view.rounds) > 2
        assert any(each.exemplars for each in view.rounds)
        found = again(source, view, new)
        assert found.is_same
        assert found.asked_otherwise == 0


def test_calls_asked_in_other_words_are_told_and_answered(tmp_path: Path, out: Path) -> None:
    with opened(tmp_path) as source, opened(out) as new:
        # another name than that of the run, so that no request has the name it was recorded by
        view = session(source, start(source), Answers(words))
        found = again(source, view, new)
    assert (found.is_same, found.asked_otherwise) == (True, 9)


def test_a_judge_that_says_something_else_is_found_out(tmp_path: Path, out: Path) -> None:
    def rule(task: str, program: str) -> Outcome:
        return Outcome.DEADLOCK if task == "a/2" else by_first_word(task, program)

    with opened(tmp_path) as source, opened(out) as new:
        view = session(source, start(source), Recorded(words))
        found = again(source, view, new, ScriptedJudge(rule))
    assert not found.is_same
    assert {each.task for each in found.differences} == {"a/2"}
    assert [(each.sample, each.what, each.recorded) for each in found.differences] == [
        (0, "outcome", "wrong-values"),
        (1, "outcome", "correct"),
        (1, "cycles", "300"),
        (2, "outcome", "wrong-values"),
    ]


@pytest.mark.parametrize(("cached", "asked"), [(True, 0), (False, 9)])
def test_remembered_verdicts_are_taken_where_that_is_wanted(
    tmp_path: Path, out: Path, cached: bool, asked: int
) -> None:
    with opened(tmp_path) as source, opened(out) as new:
        view = session(source, start(source), Recorded(words))
        judge = ScriptedJudge()
        assert again(source, view, new, judge, cached).is_same
    assert judge.asked.total() == asked


def test_a_run_that_ran_out_of_budget_is_replayed_as_far_as_it_went(
    tmp_path: Path, out: Path
) -> None:
    with opened(tmp_path) as source, opened(out) as new:
        limits = Limits(jobs=1, calls_at_once=1, max_calls=4)
        view = session(source, start(source, limits=limits, policy="adaptive"), Recorded(words))
        assert (view.ending, len(view.settled)) == ("budget", 4)
        found = again(source, view, new)
        assert (found.is_same, found.samples) == (True, 4)
        other = fold("again-1", new.entries("again-1"))
        assert (len(other.settled), len(other.rounds)) == (4, 1)


def test_a_run_that_was_resumed_is_replayed_as_one(tmp_path: Path, out: Path) -> None:
    with opened(tmp_path) as source, opened(out) as new:
        session(source, start(source), Recorded(words, failing=[2, 5]))
        view = session(source, resume(source), Recorded(words))
        found = again(source, view, new)
        assert (view.sessions, found.is_same, found.samples) == (2, True, 9)


def test_a_run_in_batches_is_replayed_without_them(tmp_path: Path, out: Path) -> None:
    with opened(tmp_path) as source, opened(out) as new:
        view = session(source, start(source), Recorded(words))
        config = replace(view.config, reached=ModelOptions(is_batch=True))
        assert again(source, replace(view, config=config), new).is_same


def test_what_people_said_holds_in_a_replay(tmp_path: Path, out: Path) -> None:
    with opened(tmp_path) as source, opened(out) as new:
        view = start(source, 2, options=PolicyOptions(approve="judge"))
        said = tuple(
            ApprovalGiven(task=task, sample=sample, gate="judge", is_approved=task != "a/2")
            for task in TASKS
            for sample in range(2)
        )
        source.write([Write(run="r", events=said)])
        view = session(source, view, Recorded(words))
        assert [each.outcome == "rejected" for each in view.samples] == [
            *(False, False, True, True, False, False)
        ]
        assert again(source, view, new).is_same
        silent = replace(view, steered=replace(view.steered, decided=()))
        found = again(source, silent, source)
    # nothing waits for somebody who is not there
    assert {each.replayed for each in found.differences if each.what == "outcome"} == {"rejected"}
    assert len({(each.task, each.sample) for each in found.differences}) == 4


def test_what_was_not_recorded_fails(tmp_path: Path) -> None:
    with opened(tmp_path) as source:
        model = from_records(source, session(source, start(source, 1), Recorded(words)))
        request = Request(
            prompt=Prompt(()), sampling=Sampling(), seed=0, task="a/1", sample=0, step="repair"
        )
        with pytest.raises(CallFailed, match="it was not recorded"):
            asyncio.run(model.complete(request))
        reply = asyncio.run(model.complete(replace(request, step="propose")))
    assert (reply.text, reply.usage.usd) == ("```\nwrong-values a/1 0\n```", 0.0)


def test_rounds_and_samples_that_are_missing_are_differences(tmp_path: Path, out: Path) -> None:
    with opened(tmp_path) as one, opened(out) as two:
        long = session(one, start(one), Recorded(words))
        short = session(two, start(two, 2), Recorded(words))
    found = compared(long, short)
    assert found.rounds == (0,)
    assert [(each.task, each.sample, each.what) for each in found.differences] == [
        (task, 2, "end") for task in TASKS
    ]
    assert found.differences[0].replayed == "none"
