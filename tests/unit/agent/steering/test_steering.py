"""What people say to a run: it hears them while it goes on, and keeps all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from campaigns import LIMITS, Answers, resume, rule_of, session, start
from run_records import opened

from agent.episodes.texts import joined
from agent.providers.model import Reply, Request
from agent.steering.acts import Steering
from agent.steering.person import Person
from benchmark.runs.testing import ScriptedJudge
from benchmark.store.config import Limits, PolicyOptions
from benchmark.store.steering import FORKED, ApprovalAsked
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Entry, Workspace
from prompts.prompt import Section

ONE = Limits(jobs=1, calls_at_once=1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr("agent.steering.watch.LOOK_S", 0.005)
    with opened(tmp_path) as workspace:
        yield workspace


def apart(act: Callable[..., object], *args: object) -> None:
    """Do something as another process would: not in the run's own event loop."""
    Thread(target=act, args=args).start()


class Steers(Answers):
    """Does something to the run when it is asked for the answer number so."""

    def __init__(self, at: int, act: Callable[[], object], answer: str = "correct") -> None:
        super().__init__(rule_of(f"```\n{answer}\n```"))
        self.at = at
        self.act = act

    async def complete(self, request: Request) -> Reply:
        number = len(self.calls) + 1
        reply = await super().complete(request)
        if number == self.at:
            await asyncio.to_thread(self.act)
            await asyncio.sleep(0.05)
        return reply


class Says(list[Entry]):
    """An observer that says yes or no to what waits."""

    def __init__(self, steering: Steering, rule: Callable[[ApprovalAsked], bool]) -> None:
        super().__init__()
        self.steering = steering
        self.rule = rule
        self.heard: list[ApprovalAsked] = []

    def extend(self, entries) -> None:
        for entry in entries:
            if isinstance(entry.event, ApprovalAsked):
                self.heard.append(entry.event)
                apart(self.steering.decide, entry.event, self.rule(entry.event), "looks odd")


def test_a_hint_goes_into_further_prompts_of_its_task(place: Workspace) -> None:
    steering = Steering(place, "r")
    view = start(place, 3, ONE)
    model = Steers(1, lambda: steering.hint("a/2", "Mind the `last` dim.\n```"))
    view = session(place, view, model)
    hinted = [(each.task, each.sample) for each in model.requests if each.prompt.named("hint")]
    # the first one may have waited for its turn already
    assert hinted[-2:] == [("a/2", 1), ("a/2", 2)]
    assert {task for task, _ in hinted} == {"a/2"}
    shown = next(each for each in model.requests if each.prompt.named("hint")).prompt
    assert "Mind the `last` dim." in shown.named("hint")[0].text
    assert [each.name for each in shown.sections][-2:] == ["task", "hint"]
    (call,) = [each for each in view.samples if each.task == "a/2"][-1].calls
    assert call.prompt is not None
    assert joined(place.text(call.prompt), "").named("hint"), "the record has it, too"


def test_a_run_pauses_and_goes_on(place: Workspace) -> None:
    steering = Steering(place, "r")
    times: list[int] = []

    class Pauses(Steers):
        async def complete(self, request: Request) -> Reply:
            number = len(self.calls) + 1
            reply = await super().complete(request)
            if number == self.at:
                await asyncio.sleep(0.1)
                times.append(len(self.calls))
                await asyncio.to_thread(steering.act, "go-on")
            return reply

    model = Pauses(2, lambda: steering.act("pause"))
    view = session(place, start(place, 2, LIMITS), model)
    assert (view.ending, len(view.settled)) == ("done", 6)
    assert times[0] <= 2 + LIMITS.calls_at_once + LIMITS.jobs, "what was under way ends"
    assert not view.steered.is_paused


def test_a_run_stops_and_can_be_resumed(place: Workspace) -> None:
    steering = Steering(place, "r")
    model = Steers(2, lambda: steering.act("stop"))
    view = session(place, start(place, 4, ONE), model)
    assert (view.ending, view.detail) == ("stopped", "somebody asked for it")
    assert 2 <= len(view.settled) < 12
    view = session(place, resume(place), Answers(rule_of("```\ncorrect\n```")))
    assert (view.ending, len(view.settled)) == ("done", 12)


@pytest.mark.parametrize("is_free", [True, False])
def test_programs_wait_for_a_yes_before_they_are_judged(place: Workspace, is_free: bool) -> None:
    options = PolicyOptions(approve="judge")
    judge = ScriptedJudge()
    model = Answers(rule_of("```\ncorrect\n```"))
    model.is_free = is_free
    says = Says(Steering(place, "r"), lambda asked: asked.task != "a/2")
    view = session(place, start(place, 2, options=options), model, judge, says)
    assert (view.ending, len(view.settled), len(says.heard)) == ("done", 6, 6)
    outcomes = {each.task: each.outcome for each in view.samples}
    assert outcomes == {"a/1": "correct", "a/2": "rejected", "b/1": "correct"}
    assert all(task != "a/2" for task, _ in judge.asked)
    assert not view.steered.waiting


def test_what_waits_does_not_hold_up_others(place: Workspace) -> None:
    """More programs wait than there are workers, and all of them come to be asked about."""
    steering = Steering(place, "r")
    options = PolicyOptions(approve="judge")
    heard: list[ApprovalAsked] = []

    class AtTheEnd(Says):
        def extend(self, entries) -> None:
            for entry in entries:
                if isinstance(entry.event, ApprovalAsked):
                    heard.append(entry.event)
            if len(heard) == 12:
                for asked in heard:
                    apart(steering.decide, asked, True)
                heard.append(heard[0])

    view = session(
        place,
        start(place, 4, ONE, options=options),
        Answers(rule_of("```\ncorrect\n```")),
        seen=AtTheEnd(steering, lambda _: True),
    )
    assert (view.ending, len(view.settled)) == ("done", 12)


def test_a_solution_waits_for_a_yes_before_it_is_an_exemplar(place: Workspace) -> None:
    def answer(request: Request) -> str:
        good = request.task != "b/1"
        return f"```\n{'correct' if good else 'wrong-values'} {request.sample}\n```"

    options = PolicyOptions(approve="exemplar", strata=1)
    says = Says(Steering(place, "r"), lambda asked: asked.task == "a/1" and asked.sample != 0)
    view = session(
        place,
        start(place, 2, options=options, policy="adaptive"),
        Answers(answer),
        seen=says,
    )
    assert view.ending == "done"
    second = view.rounds[1]
    assert [each.task for each in second.exemplars] == ["a/1"]
    assert place.text(second.exemplars[0].program) == "correct 1\n"
    assert second.tasks == ("b/1",), "a/2 is solved, though nobody learns from it"


def test_a_sample_is_drawn_anew(place: Workspace) -> None:
    view = session(place, start(place, 1), Answers(rule_of("```\nwrong-values\n```")))
    number = Steering(place, "r").retry("a/1", 0)
    again = Answers(rule_of("```\ncorrect\n```"))
    view = session(place, resume(place), again)
    assert number == FORKED
    assert again.calls == [("a/1", FORKED)]
    assert (view.ending, view.expected, len(view.settled)) == ("done", 4, 4)


def test_an_edited_program_is_judged_without_a_model(place: Workspace) -> None:
    session(place, start(place, 1), Answers(rule_of("```\nwrong-values\n```")))
    number = Steering(place, "r").fork_program("b/1", 0, 0, "correct by hand")
    again = Answers(rule_of("never asked"))
    view = session(place, resume(place), again)
    assert again.calls == []
    made = next(each for each in view.samples if each.sample == number)
    assert (made.outcome, made.usage.calls) == ("correct", 0)


def test_a_call_is_made_again_with_an_edited_prompt(place: Workspace) -> None:
    view = session(place, start(place, 1), Answers(rule_of("```\nwrong-values\n```")))
    (call,) = view.samples[0].calls
    assert call.prompt is not None
    prompt = joined(place.text(call.prompt), "")
    edited = replace(
        prompt, sections=(*prompt.sections, Section("note", "user", "sample", "Again"))
    )
    number = Steering(place, "r").fork_prompt("a/1", 0, 0, edited)
    again = Answers(rule_of("```\ncorrect\n```"))
    view = session(place, resume(place), again)
    assert again.calls == [("a/1", number)]
    assert again.requests[0].prompt == edited


def test_forks_of_a_run_that_goes_on_are_taken_up_at_once(place: Workspace) -> None:
    steering = Steering(place, "r")
    model = Steers(2, lambda: steering.retry("a/1", 0))
    view = session(place, start(place, 2, ONE), model)
    assert (view.ending, len(view.settled)) == ("done", 7)
    assert view.sessions == 1


def test_a_person_answers_as_the_model(place: Workspace) -> None:
    steering = Steering(place, "r")

    class Person_(list[Entry]):
        def extend(self, entries) -> None:
            for asked in steering.view().steered.asked:
                apart(steering.answer, asked, f"```\ncorrect {asked.task}\n```")

    view: RunView = session(place, start(place, 1), Person(), seen=Person_())
    assert (view.ending, [each.outcome for each in view.samples]) == ("done", ["correct"] * 3)
    assert not fold("r", place.entries("r")).steered.asked


def test_a_run_stops_though_a_person_is_asked(place: Workspace) -> None:
    steering = Steering(place, "r")

    class Stops(list[Entry]):
        def extend(self, entries) -> None:
            if steering.view().steered.asked and not steering.view().steered.is_stopping:
                apart(steering.act, "stop")

    view = session(place, start(place, 1), Person(), seen=Stops())
    assert (view.ending, len(view.settled)) == ("stopped", 0)
