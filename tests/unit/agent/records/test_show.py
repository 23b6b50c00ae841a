"""What is shown of a run: at a glance, step by step, and word by word."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asked_tasks import TASKS
from campaigns import session, start
from episodes_of_rules import FIRST, Recorded, ran
from run_records import opened, proposed, record

from agent.providers.model import Request
from agent.records.display import overview_text
from agent.records.episode import episode_record, texts_of
from agent.records.overview import overview, overview_record
from agent.records.pages import episodes_text, prompts_text, whole_text
from agent.records.story import Story, stories
from benchmark.store.config import PolicyOptions, Usage
from benchmark.store.events import CallBegan, SampleFailed, SampleProposed
from benchmark.store.objects import digest
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    with opened(tmp_path) as workspace:
        yield workspace


def of_task(workspace: Workspace, run: RunView, task: str) -> tuple[Story, ...]:
    return tuple(each for each in stories(workspace, run) if each.view.task == task)


def test_samples_are_told_step_by_step(
    place: Workspace, golden: Callable[[str, str], None]
) -> None:
    run = ran(place)
    found = of_task(place, run, "a/1")
    golden(
        "agent/episodes.txt",
        episodes_text(run, found, texts_of(place, found), color=False) + "\n",
    )


def test_two_checks_behind_one_call_are_both_told(place: Workspace) -> None:
    (story,) = (each for each in of_task(place, ran(place), "a/1") if each.view.sample == 2)
    names = [(each.name, getattr(each, "step", ""), each.call) for each in story.steps]
    assert names == [
        ("sample.proposed", "propose", 0),
        ("sample.checked", "", 0),
        ("sample.proposed", "guard", 1),
        ("sample.checked", "", 1),
        ("sample.proposed", "repair", 2),
    ]


def test_a_run_is_told_at_a_glance(place: Workspace, golden: Callable[[str, str], None]) -> None:
    def late(request: Request) -> str:
        """Solve one more task in every round."""
        solved = request.sample >= 2 * (1 + list(TASKS).index(request.task))
        outcome = "correct" if solved else "wrong-values"
        return f"```\n{outcome} {request.sample}\n```"

    options = PolicyOptions(patience=2, rounds=3)
    run = session(place, start(place, 2, options=options, policy="adaptive"), Recorded(late))
    text = overview_text(overview(run, stories(place, run)), color=False)
    golden("agent/overview.txt", text + "\n")


def test_every_call_is_counted_whatever_became_of_it(place: Workspace) -> None:
    tried = ("answers 503", "answers 429")
    paid = Usage(
        input_tokens=1000,
        cached_tokens=600,
        cache_write_tokens=300,
        output_tokens=50,
        reasoning_tokens=40,
        usd=0.5,
        unknown_usd=0.25,
    )
    told = SampleProposed(task="rope/neox", sample=0, reply=digest(b"x"), retried=tried, usage=paid)
    failed = SampleFailed(
        task="rope/neox",
        sample=1,
        stage="propose",
        reason="answers 500",
        retried=("answers 500",),
        usage=Usage(calls=0, usd=0.0),
    )
    judged = SampleFailed(
        task="rope/neox", sample=0, stage="judge", reason="gone", usage=Usage(calls=0, usd=0.0)
    )
    lost = CallBegan(task="rope/neox", sample=2, call=0, step="propose", request="r", bound_usd=2.0)
    write = Write(run="", events=(told, failed, judged, lost), objects=(b"x",))
    run = record(place, "r", [write])
    found = overview(run, stories(place, run))
    totals = found.totals
    assert (totals.retried, totals.failed, totals.lost, totals.lost_usd) == (3, 1, 1, 2.0)
    assert totals.usage == paid
    row = overview_record(found)
    assert (row["usage"]["uncached_tokens"], row["lost_calls"]) == (100, 1)
    text = overview_text(found, color=False)
    assert "may still be billed    $2.2500" in text
    told_of = of_task(place, run, "rope/neox")
    pages = episodes_text(run, told_of, texts_of(place, told_of), color=False)
    assert "600 of them cached, 300 to the cache, 50 out, 40 of them thinking, $0.5000" in pages
    assert pages.count("in vain: answers 503") == 1
    assert "failed to propose: answers 500\n    in vain: answers 500" in pages
    assert "lost: call 0, propose, at most $2.0000" in pages
    assert "failed to judge: gone" in pages


def test_what_was_recorded_twice_is_told_once(place: Workspace) -> None:
    once = proposed("rope/neox", 0, b"an answer")
    run = record(place, "r", [once, once])
    (story,) = of_task(place, run, "rope/neox")
    assert len(story.steps) == 1


def test_one_sample_is_told_word_by_word(place: Workspace) -> None:
    run = ran(place)
    story = of_task(place, run, "a/2")[0]
    texts = texts_of(place, [story])
    text = whole_text(story, texts, color=False)
    assert text.startswith(
        "a/2, sample 0, round 0: correct, 400 cycles\n\n-- role (system, always,"
    )
    parts = ("-- task (", "-- reply to call 0 ", "ill-typed a/2 0 0", "check: ill-typed")
    places = [text.index(each) for each in (*parts, "-- feedback (", "-- reply to call 1 ")]
    assert places == sorted(places)
    assert text.index("-ill-typed a/2 0 0\n  +correct a/2 0 1") > places[-1]


def test_prompts_alone_are_told_apart_by_rules(place: Workspace) -> None:
    found = of_task(place, ran(place), "a/1")
    texts = texts_of(place, found)
    repaired, plain = found[0], found[FIRST.index("correct")]
    both = prompts_text(repaired, texts)
    assert both.startswith("-- call 0, propose ---")
    assert both.count("-- call ") == 2
    one = prompts_text(plain, texts)
    assert "-- call " not in one
    assert one in both


def test_signs_that_move_a_terminal_are_shown_as_text(place: Workspace) -> None:
    run = session(
        place, start(place, 1), Recorded(lambda _: "```\nill-typed \x1b[2J\n```\n\x1b]0;x")
    )
    story = of_task(place, run, "a/1")[0]
    assert "\x1b" not in whole_text(story, texts_of(place, [story]), color=False)


def test_a_sample_is_an_object_of_json(place: Workspace) -> None:
    found = of_task(place, ran(place), "a/1")
    texts = texts_of(place, found)
    short, whole = (episode_record("r", found[1], texts, whole=each) for each in (False, True))
    assert json.loads(json.dumps(whole)) == whole
    assert [each["step"] for each in whole["steps"]] == ["call", "check", "copies"]
    assert whole["steps"][2]["changes"] == [
        "@@ -1 +1 @@",
        "-not-linear twice a/1 1 0",
        "+correct a/1 1 0",
    ]
    assert whole["steps"][0]["prompt"][0]["name"] == "role"
    assert "prompt" not in short["steps"][0]
    assert whole["verdict"]["outcome"] == whole["outcome"] == "correct"
    unfenced = episode_record("r", found[-1], texts, whole=False)
    assert (unfenced["outcome"], unfenced["program"]) == ("no-program", None)
    assert unfenced["reason"]


def test_a_run_is_an_object_of_json(place: Workspace) -> None:
    run = ran(place, "adaptive")
    found = overview_record(overview(run, stories(place, run)))
    assert json.loads(json.dumps(found)) == found
    assert [each["newly_solved"] for each in found["rounds"]] == [list(TASKS)]
    assert {each["state"] for each in found["tasks"]} == {"solved"}
    assert found["usage"]["calls"] == run.usage.calls


def test_a_task_that_waits_for_samples_is_not_complete(place: Workspace) -> None:
    run = start(place)
    seen = overview(run, stories(place, run))
    assert {each.state for each in seen.tasks} == {"not asked"}
    began = session(place, run, Recorded(lambda _: "wrong-values", failing=[0]))
    states = [each.state for each in overview(began, stories(place, began)).tasks]
    assert sorted(states) == ["not complete", "unsolved", "unsolved"]
    assert fold("r", place.entries("r")) == began
