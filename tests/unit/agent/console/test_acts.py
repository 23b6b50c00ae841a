"""Every act of the console is an event of the run, and sessions are started for what needs one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_tasks import TASKS
from campaigns import Answers, resume, rule_of, session
from consoles import (
    SMALL,
    Launches,
    acted,
    campaign,
    desk,
    look,
    press,
    screen,
    settle,
    type_in,
    under_way,
    workspace,
)
from run_records import judged, verdict
from textual.pilot import Pilot
from textual.widgets import TextArea

from agent.campaigns.lock import locked
from agent.console.app import Console
from agent.episodes.texts import joined
from agent.providers.model import Request
from benchmark.store.events import RunEnded
from benchmark.store.objects import digest, encoded
from benchmark.store.steering import (
    FORKED,
    AnswerAsked,
    AnswerGiven,
    ApprovalAsked,
    ApprovalGiven,
    HintGiven,
    RunSteered,
    SampleWanted,
)
from benchmark.store.view import fold
from benchmark.store.workspace import Workspace, Write

FIRST = "attention/fused"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as found:
        yield found


def last(place: Workspace) -> object:
    return [entry.event for entry in place.entries("r")][-1]


def wrong(_: Request) -> str:
    return "```\nwrong-values of it\n```"


def test_a_hint_is_given_to_the_task_that_is_chosen(place: Workspace) -> None:
    under_way(place)

    async def hint(pilot: Pilot[None]) -> None:
        await press(pilot, "down", "h")
        await type_in(pilot, "mind the rank")
        await press(pilot, "enter")

    acted(desk(place), hint)
    event = last(place)
    assert isinstance(event, HintGiven)
    assert (event.task, place.text(event.hint)) == ("attention/scan", "mind the rank")


def test_escape_gives_no_hint(place: Workspace) -> None:
    under_way(place)
    before = last(place)

    async def think_better(pilot: Pilot[None]) -> None:
        await press(pilot, "h")
        await type_in(pilot, "no")
        await press(pilot, "escape")

    acted(desk(place), think_better)
    assert last(place) == before


def test_a_run_is_paused_goes_on_and_is_stopped(place: Workspace) -> None:
    under_way(place)
    words: list[str] = []

    async def steer(pilot: Pilot[None]) -> None:
        for key in ("p", "p", "x"):
            await press(pilot, key)
            await look(pilot)
            words.append(screen(pilot).splitlines()[0])

    with locked(place.file, "r"):
        acted(desk(place), steer)
    acts = [entry.event for entry in place.entries("r") if isinstance(entry.event, RunSteered)]
    assert [(each.session, each.act) for each in acts] == [(0, "pause"), (0, "go-on"), (0, "stop")]
    assert [each.split(" \u00b7 ")[1] for each in words] == ["paused", "running", "stopping"]


@pytest.mark.parametrize("key", ["p", "x"])
def test_a_run_without_a_session_is_not_steered(place: Workspace, key: str) -> None:
    under_way(place)
    before = last(place)

    async def steer(pilot: Pilot[None]) -> None:
        await press(pilot, key)
        assert "no session is under way" in screen(pilot)

    acted(desk(place), steer)
    assert last(place) == before


def waiting(place: Workspace, *samples: int) -> None:
    program = encoded("return x\n")
    events = [
        ApprovalAsked(task="a/1", sample=each, gate="judge", program=digest(program))
        for each in samples
    ]
    under_way(place, Write(run="", events=tuple(events), objects=(program,)))


def test_what_waits_is_approved_or_rejected_with_a_reason(place: Workspace) -> None:
    waiting(place, 0, 1)

    async def judge(pilot: Pilot[None]) -> None:
        await press(pilot, "a", "y")
        await look(pilot)
        await press(pilot, "n")
        await type_in(pilot, "it is a copy")
        await press(pilot, "enter")
        await look(pilot)
        assert "nothing waits for you" in screen(pilot)

    acted(desk(place), judge, SMALL)
    given = [each.event for each in place.entries("r") if isinstance(each.event, ApprovalGiven)]
    assert [(each.sample, each.is_approved, each.reason) for each in given] == [
        (0, True, ""),
        (1, False, "it is a copy"),
    ]


def test_a_program_that_waits_can_be_checked_first(place: Workspace) -> None:
    waiting(place, 0)

    async def check(pilot: Pilot[None]) -> None:
        await press(pilot, "a", "c")
        assert "unparseable: no errors" in screen(pilot), "the judge of tests knows no `return`"

    acted(desk(place), check)


def test_a_sample_is_tried_again_by_a_further_session(place: Workspace) -> None:
    campaign(place, wrong, 1)
    launches = Launches()

    async def retry(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "t")
        assert "Go on with the run now?" in screen(pilot)
        await press(pilot, "y")

    acted(desk(place, launch=launches), retry)
    event = last(place)
    assert isinstance(event, SampleWanted)
    assert (event.task, event.sample, event.source, event.program) == ("a/1", FORKED, 0, None)
    (made,) = launches.made
    assert made.options == ["--resume", "r", "--jobs", "2", "--calls", "3"]
    view = session(place, resume(place), Answers(rule_of("```\ncorrect\n```")))
    assert [each.outcome for each in view.samples if each.sample == FORKED] == ["correct"]


def test_nobody_is_asked_where_a_session_hears_it(place: Workspace) -> None:
    under_way(place, *judged(verdict(FIRST, "x\n", "wrong-values"), 0))

    async def retry(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "t")
        assert "Go on with the run now?" not in screen(pilot)

    with locked(place.file, "r"):
        acted(desk(place), retry)
    assert isinstance(last(place), SampleWanted)


def test_an_edited_program_is_a_fork(place: Workspace) -> None:
    campaign(place, wrong, 1)

    async def edit(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e", "f6")
        assert "wrong-values" in screen(pilot)
        pilot.app.screen.query_one(TextArea).load_text("correct by hand\n")
        await press(pilot, "f6")
        assert "correct: 300 cycles" in screen(pilot)
        await press(pilot, "f8")
        assert "all values of all regimes are right" in screen(pilot)
        await press(pilot, "escape", "f7", "n")

    acted(desk(place), edit)
    event = last(place)
    assert isinstance(event, SampleWanted)
    assert event.program is not None
    assert (event.call, place.text(event.program)) == (0, "correct by hand\n")
    never = Answers(rule_of("never asked"))
    view = session(place, resume(place), never)
    assert [each.outcome for each in view.samples if each.sample == FORKED] == ["correct"]
    assert never.calls == []


def test_what_was_written_is_not_lost_by_one_key(place: Workspace) -> None:
    campaign(place, wrong, 1)

    async def leave(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        await type_in(pilot, "x")
        await press(pilot, "escape")
        assert "Leave what you wrote?" in screen(pilot)
        await press(pilot, "n")
        assert pilot.app.screen.query_one(TextArea).text.startswith("xwrong")
        await press(pilot, "escape", "y")
        assert "F6 Judge" not in screen(pilot)

    acted(desk(place), leave)


def test_an_edited_prompt_is_a_fork_whose_call_is_made_again(place: Workspace) -> None:
    campaign(place, wrong, 1)

    async def edit(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "w", "enter")
        await type_in(pilot, "Be brief. ")
        await press(pilot, "f7", "n")

    acted(desk(place), edit)
    event = last(place)
    assert isinstance(event, SampleWanted)
    assert event.prompt is not None
    prompt = joined(place.text(event.prompt), place.text(event.tail) if event.tail else "")
    assert prompt.named("task")[0].text.startswith("Be brief. ")


def test_a_prompt_that_is_not_changed_is_no_fork(place: Workspace) -> None:
    campaign(place, wrong, 1)
    before = last(place)

    async def edit(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "w", "f7")
        assert "nothing is changed" in screen(pilot)
        await press(pilot, "escape")

    acted(desk(place), edit)
    assert last(place) == before


def test_a_person_answers_as_the_model(place: Workspace) -> None:
    campaign(place, wrong, 1)
    (call,) = fold("r", place.entries("r")).samples[0].calls
    assert call.prompt is not None
    asked = AnswerAsked(task="a/1", sample=7, call=0, prompt=call.prompt, tail=call.tail)
    place.write([Write(run="r", events=(asked,))])

    async def answer(pilot: Pilot[None]) -> None:
        await press(pilot, "a")
        assert "a/1 7  for an answer" in screen(pilot)
        await press(pilot, "enter")
        assert "Copy the input." in screen(pilot), "the task is on top of the prompt"
        await type_in(pilot, "return x")
        await press(pilot, "f5")
        assert "unparseable" in screen(pilot)
        await press(pilot, "f7")

    acted(desk(place), answer)
    event = last(place)
    assert isinstance(event, AnswerGiven)
    assert (event.task, event.sample) == ("a/1", 7)
    assert place.text(event.answer) == "```aspl\nreturn x\n```"


def test_a_run_goes_on_with_further_limits_where_its_budget_is_spent(place: Workspace) -> None:
    under_way(place)
    place.write([Write(run="r", events=(RunEnded(session=0, ending="budget", detail="9 calls"),))])
    launches = Launches()

    async def start(pilot: Pilot[None]) -> None:
        await press(pilot, "s")
        assert "The budget is spent (9 calls)" in screen(pilot)
        await type_in(pilot, "20")
        await press(pilot, "enter")

    acted(desk(place, launch=launches), start)
    assert launches.made[0].options == ["--resume", "r", "--budget", "calls=20"]


def test_a_new_run_is_asked_for_by_a_form_and_followed(place: Workspace) -> None:
    launches = Launches()

    async def start(pilot: Pilot[None]) -> None:
        await press(pilot, "n", "tab")
        await type_in(pilot, "norm/rms bmm/outer-products")
        await press(pilot, "f7")
        (made,) = launches.made
        assert "a session is started" in screen(pilot)
        await asyncio.to_thread(campaign, place, wrong, 1)
        made.name, made.going = "r", False
        await look(pilot)
        assert "solved 0/3" in screen(pilot), "its board is shown"

    acted(desk(place, None, launch=launches), start)
    options = " ".join(launches.made[0].options)
    assert options == (
        "--model local/synth --task norm/rms --task bmm/outer-products --samples 4 --seed 0"
        " --repairs 0 --suite core --policy adaptive"
    )


def test_a_session_that_does_not_begin_says_why(place: Workspace) -> None:
    launches = Launches()
    of = desk(place, None, launch=launches)
    of.start(["--model", "no/such"])

    async def wait(pilot: Pilot[None]) -> None:
        launches.made[0].going = False
        await look(pilot)
        assert "aspl: there is no such model" in screen(pilot)

    acted(of, wait)


def test_another_run_is_followed(place: Workspace) -> None:
    campaign(place, wrong, 1)

    async def choose(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        await look(pilot)
        assert "run r" in screen(pilot)
        assert "solved 0/3" in screen(pilot)

    acted(desk(place, None), choose)


def test_a_run_under_way_is_followed_as_it_goes(place: Workspace) -> None:
    under_way(place)

    async def follow(pilot: Pilot[None]) -> None:
        assert "solved 0/4" in screen(pilot)
        for write in judged(verdict(FIRST, "x\n", "correct", 50), 0):
            place.write([Write(run="r", events=write.events, objects=write.objects)])
        await look(pilot)
        assert "solved 1/4" in screen(pilot)
        await press(pilot, "enter")
        assert "correct 50" in screen(pilot)
        for write in judged(verdict(FIRST, "y\n", "ill-typed"), 1):
            place.write([Write(run="r", events=write.events, objects=write.objects)])
        await look(pilot)
        assert "ill-typed" in screen(pilot), "what comes in is listed"

    with locked(place.file, "r"):
        acted(desk(place), follow)


def test_a_screen_fits_when_the_terminal_changes(place: Workspace) -> None:
    campaign(place, wrong, 1)

    async def resize(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        assert "wrong-values of it" in screen(pilot)
        await pilot.resize_terminal(*SMALL)
        await settle(pilot)
        assert "wrong-values of it" not in screen(pilot), "one part at a time"
        assert max(map(len, screen(pilot).splitlines())) <= 80
        await press(pilot, "3")
        assert "wrong-values of it" in screen(pilot)
        await pilot.resize_terminal(30, 8)
        await settle(pilot)
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert "1 samples" in screen(pilot)
        assert "wrong-values of it" in screen(pilot)

    acted(desk(place), resize)


@pytest.mark.parametrize(("key", "is_closed"), [("s", True), ("l", True), ("escape", False)])
def test_closing_asks_about_a_session_that_was_started(
    place: Workspace, key: str, is_closed: bool
) -> None:
    launches = Launches()
    of = desk(place, None, launch=launches)
    of.start(["--model", "local/synth"])

    async def close(pilot: Pilot[None]) -> None:
        await press(pilot, "q")
        assert "A session that was started here is under way" in screen(pilot)
        await press(pilot, key)
        assert isinstance(pilot.app, Console)
        assert pilot.app.is_running != is_closed

    acted(of, close)
    assert of.is_detached == (key == "l")


@pytest.mark.parametrize("is_detached", [True, False])
def test_closing_asks_nothing_where_nothing_was_started_or_it_goes_on(
    place: Workspace, is_detached: bool
) -> None:
    campaign(place, wrong, 1)
    of = desk(place, is_detached=is_detached)
    if is_detached:
        of.start(["--model", "local/synth"])

    async def close(pilot: Pilot[None]) -> None:
        await press(pilot, "q")
        assert not pilot.app.is_running

    acted(of, close)


def test_a_task_that_is_gone_can_be_looked_at_but_not_edited(place: Workspace) -> None:
    campaign(place, wrong, 1)
    of = desk(place)
    of.task = {name: each for name, each in TASKS.items() if name != "a/1"}.get

    async def edit(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        assert "there is no program to edit" in screen(pilot)

    acted(of, edit)
