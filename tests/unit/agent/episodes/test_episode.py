"""Episodes: what follows an answer that does not check, that reads streams twice, or is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked_tasks import TASKS
from campaigns import Answers, Rule, resume, session, start
from run_records import opened

from agent.episodes.texts import joined
from benchmark.runs.testing import ScriptedJudge
from benchmark.store.config import PolicyOptions
from benchmark.store.events import SampleChecked, SampleGuarded
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace


def fenced(*texts: str) -> Rule:
    """Answer the calls of a sample with one text after the other."""
    return lambda request: f"```\n{texts[request.call]}\n```"


def run(workspace: Workspace, rule: Rule, **options: object) -> tuple[RunView, Answers]:
    model = Answers(rule)
    found = PolicyOptions(**options)  # type: ignore[arg-type] # fields of the options
    view = session(workspace, start(workspace, 1, options=found), model)
    assert view.ending == "done"
    return view, model


def steps(model: Answers, task: str = "a/1") -> list[str]:
    return [each.step for each in model.requests if each.task == task]


def test_what_does_not_check_is_told_and_mended(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        rule = fenced("ill-typed", "unparseable", "correct at last")
        view, model = run(workspace, rule, repairs=2)
        sample = view.samples[0]
        assert steps(model) == ["propose", "repair", "repair"]
        assert sample.outcome == "correct"
        assert [each.step for each in sample.calls] == ["propose", "repair", "repair"]
        assert [each.outcome for each in sample.steps if isinstance(each, SampleChecked)] == [
            "ill-typed",
            "unparseable",
        ]
        last = sample.calls[-1]
        assert last.prompt is not None
        assert last.tail is not None
        prompt = joined(workspace.text(last.prompt), workspace.text(last.tail))
        assert "unparseable" in prompt.named("feedback")[0].text
        assert (sample.usage.calls, view.usage.calls) == (3, 9)


@pytest.mark.parametrize(("repairs", "calls"), [(0, 1), (1, 2), (3, 4), (16, 17)])
def test_repairs_are_bounded(tmp_path: Path, repairs: int, calls: int) -> None:
    with opened(tmp_path) as workspace:
        view, model = run(workspace, lambda _: "```\nill-typed\n```", repairs=repairs)
        assert len(steps(model)) == calls
        assert view.samples[0].outcome == "ill-typed"


def test_an_answer_without_a_program_ends_its_sample(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        view, model = run(workspace, lambda _: "```\n```", repairs=3)
        assert steps(model) == ["propose"]
        assert (view.samples[0].outcome, view.samples[0].usage.calls) == ("no-program", 1)


def test_the_compiler_puts_copies_in_before_a_model_is_asked(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        view, model = run(workspace, fenced("not-linear twice"), repairs=1)
        assert steps(model) == ["propose"]
        sample = view.samples[0]
        (checked, guarded) = sample.steps
        assert isinstance(checked, SampleChecked)
        assert isinstance(guarded, SampleGuarded)
        assert sample.outcome == "correct"
        assert sample.judged is not None
        assert workspace.text(sample.judged.program) == "correct\n"
        assert workspace.text(guarded.before) == "not-linear twice\n"


def test_a_model_guards_where_the_compiler_cannot(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        view, model = run(workspace, fenced("not-linear", "correct"))
        assert steps(model) == ["propose", "guard"]
        assert view.samples[0].outcome == "correct"
        sections = [each.name for each in model.requests[-1].prompt.sections]
        assert "operators" not in sections, "the guard sees its rule and the program"


@pytest.mark.parametrize("guard", ["off", "pass"])
def test_a_guard_can_be_left_out(tmp_path: Path, guard: str) -> None:
    with opened(tmp_path) as workspace:
        view, model = run(workspace, fenced("not-linear"), guard=guard)
        assert steps(model) == ["propose"]
        assert view.samples[0].outcome == "not-linear"


def test_a_guard_is_asked_once(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        view, model = run(workspace, lambda _: "```\nnot-linear\n```", repairs=1)
        assert steps(model) == ["propose", "guard", "repair"]
        assert view.samples[0].outcome == "not-linear"


@pytest.mark.parametrize(("on", "asked"), [("check", 1), ("verdict", 2)])
def test_wrong_values_go_back_only_where_that_is_wanted(
    tmp_path: Path, on: str, asked: int
) -> None:
    with opened(tmp_path) as workspace:
        rule = fenced("wrong-values", "correct")
        view, model = run(workspace, rule, repairs=1, repair_on=on)
        assert len(steps(model)) == asked
        assert view.samples[0].outcome == ("correct" if asked == 2 else "wrong-values")


def test_temperatures_are_dealt_and_seeds_differ(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        model = Answers(fenced("correct"))
        options = PolicyOptions(temperatures=(0.4, 0.7, 1.0))
        session(workspace, start(workspace, 4, options=options), model)
        first = sorted(
            (each.sample, each.sampling.temperature)
            for each in model.requests
            if each.task == "a/1"
        )
        assert first == [(0, 0.4), (1, 0.7), (2, 1.0), (3, 0.4)]
        assert len({each.seed for each in model.requests}) == 12
        assert len({each.identity("m") for each in model.requests}) == 12


def test_a_kill_between_calls_pays_for_none_twice(tmp_path: Path) -> None:
    """Whatever step the process dies in, what was answered is not asked for again."""

    class Dies(ScriptedJudge):
        def judge(self, task, text):
            raise KeyboardInterrupt

    rule = fenced("ill-typed", "correct")
    options = PolicyOptions(repairs=1)
    with opened(tmp_path) as workspace:
        model = Answers(rule)
        with pytest.raises(KeyboardInterrupt):
            session(workspace, start(workspace, 1, options=options), model, Dies())
        assert model.calls
        again = Answers(rule)
        view = session(workspace, resume(workspace), again)
        assert (view.ending, len(view.settled)) == ("done", len(TASKS))
        assert len(model.calls) + len(again.calls) == view.usage.calls == 6
        asked = {(each.task, each.call) for each in (*model.requests, *again.requests)}
        assert len(asked) == 6


def test_a_free_model_is_not_announced_and_a_paid_one_is(tmp_path: Path) -> None:
    for is_free, wanted in ((True, 0), (False, 3)):
        with opened(tmp_path / str(is_free)) as workspace:
            model = Answers(fenced("correct"))
            model.is_free = is_free
            session(workspace, start(workspace, 1), model)
            names = [each.event.name for each in workspace.entries("r")]
            assert names.count("call.began") == wanted


def test_samples_of_a_model_without_temperature_are_told_apart(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        model = Answers(fenced("correct"))
        model.has_temperature = False
        session(workspace, start(workspace, 3), model)
        prompts = [each.prompt for each in model.requests if each.task == "a/1"]
        tails = {each.named("tail")[0].text for each in prompts}
        assert len(tails) == 3
        assert len({tuple(each.sections[:-1]) for each in prompts}) == 1
