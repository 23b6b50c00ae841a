"""Lines for fine-tuning: what was asked and said, what it was worth, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from campaigns import session, start
from episodes_of_rules import FIRST, Recorded, ran
from run_records import judged, opened, record, verdict

from agent.providers.model import Request
from agent.records.episode import prompts_of, texts_of
from agent.records.story import stories
from agent.records.training import CANARY, answered, examples, tag_of
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    with opened(tmp_path) as workspace:
        yield workspace


def lines(workspace: Workspace, run: RunView, **options: Any) -> list[dict[str, Any]]:
    chosen = answered(run, options.pop("only", "all"))
    return list(examples(workspace, run, chosen, messages=options.pop("messages", False)))


def test_every_sample_is_a_line_with_the_prompt_of_its_last_answer(place: Workspace) -> None:
    run = ran(place)
    found = lines(place, run)
    assert len(found) == len(run.settled) == 18
    assert [each["call"] for each in found[:6]] == [1, 0, 2, 1, 0, 0]
    assert [each["step"] for each in found[:6]] == [
        *("repair", "propose", "repair", "repair", "propose", "propose")
    ]
    story = stories(place, run)[0]
    prompt = prompts_of(story, texts_of(place, [story]))[-1][1]
    assert prompt is not None
    assert (found[0]["system"], found[0]["user"]) == (prompt.text("system"), prompt.text("user"))
    assert found[0]["answer"] == "Here:\n```\ncorrect a/1 0 1\n```\n"
    assert found[0]["program"] == found[0]["verdict"]["program"] == "correct a/1 0 1\n"
    assert (found[0]["outcome"], found[0]["cycles"]) == ("correct", 400)
    assert json.loads(json.dumps(found)) == found


def test_copies_by_the_compiler_stand_in_the_program_alone(place: Workspace) -> None:
    line = lines(place, ran(place))[1]
    assert "not-linear twice a/1 1 0" in line["answer"]
    assert line["program"] == "correct a/1 1 0\n"


def test_only_correct_ones_where_that_is_wanted(place: Workspace) -> None:
    found = lines(place, ran(place), only="correct")
    assert len(found) == 3 * len(FIRST)
    assert {each["outcome"] for each in found} == {"correct"}


def test_messages_are_what_chats_have(place: Workspace) -> None:
    run = ran(place)
    plain, chat = lines(place, run)[0], lines(place, run, messages=True)[0]
    assert chat["messages"] == [
        {"role": "system", "content": plain["system"]},
        {"role": "user", "content": plain["user"]},
        {"role": "assistant", "content": plain["answer"]},
    ]
    assert {"system", "user", "answer"}.isdisjoint(chat)


def test_exemplars_are_named_by_their_tasks(place: Workspace) -> None:
    def rule(request: Request) -> str:
        solved = request.task == "a/1" or request.sample >= 2
        return f"```\n{'correct' if solved else 'wrong-values'} {request.sample}\n```"

    run = session(place, start(place, 2, policy="adaptive"), Recorded(rule))
    found = lines(place, run)
    shown = {(each["task"], each["round"]): each["exemplars"] for each in found}
    assert shown["b/1", 0] == []
    assert shown["b/1", 1] == ["a/1"]


def test_where_a_line_comes_from_stands_in_it(place: Workspace) -> None:
    line = lines(place, ran(place))[4]
    assert (line["run"], line["model"], line["sample"], line["seed"]) == (
        "r",
        "recorded/answers",
        4,
        0,
    )
    assert line["versions"] == {
        "prompts": "unknown",
        "judge": "0123456789abcdef",
        "workbench": "unknown",
    }
    assert "Apache-2.0" in line["licence"]


def test_a_tag_names_the_product_the_task_and_its_header() -> None:
    canary, task, header = tag_of("norm/rms").split(" ")
    assert (canary, task, len(header)) == (CANARY, "norm/rms", 16)
    assert header != tag_of("rope/neox").split(" ")[2]
    assert tag_of("no/task") == f"{CANARY} no/task unknown"
    # it never changes: corpora are searched for it
    assert CANARY == "aspl-workbench-canary-7d1c1f0e-5c0b-4b7e-9a39-3f5e0a6c2d84"


def test_samples_whose_prompt_is_not_known_are_left_out(place: Workspace) -> None:
    run = record(place, "r", judged(verdict("rope/neox", "x", "correct", 9), 0))
    assert len(run.settled) == 1
    assert answered(run, "all") == ()
