"""Solvers that need no model: recordings and scripts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from asked_tasks import TASKS

from aspl.terminal import UsageError
from benchmark.runs.recorded import read_recording
from benchmark.runs.scripted import SCRIPTS, Scripted
from benchmark.runs.solver import Request, Solver, SolverFailed, sample_seed
from benchmark.tasks.shown import shown


def ask(solver: Solver, sample: int = 0) -> str:
    request = Request(task=shown(TASKS["a/1"]), sample=sample, seed=0)
    reply = asyncio.run(solver.propose(request))
    assert reply.usage.usd == 0
    return reply.text


def test_a_folder_of_answers(tmp_path: Path) -> None:
    (tmp_path / "a--1.0.txt").write_text("first", encoding="utf-8")
    (tmp_path / "a--1.12.txt").write_text("second", encoding="utf-8")
    solver = read_recording(str(tmp_path))
    assert (ask(solver), ask(solver, 12)) == ("first", "second")
    with pytest.raises(SolverFailed, match="it was not recorded") as raised:
        ask(solver, 1)
    assert raised.value.usage.calls == 0


def test_lines_of_answers(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    lines = [json.dumps({"task": "a/1", "sample": i, "text": f"answer {i}"}) for i in range(2)]
    path.write_text("\n\n".join(lines), encoding="utf-8")
    assert ask(read_recording(str(path)), 1) == "answer 1"
    assert ask(read_recording(str(tmp_path)), 0) == "answer 0"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.jsonl", "{}", "expected an object with task, sample and text on line 1 of"),
        ("a.jsonl", '{"task": "a", "sample": "1", "text": ""}', "expected an object"),
        ("a.jsonl", "[", "expected an object"),
        ("a--1.txt", "x", "expected files named TASK.SAMPLE.txt, with -- for the /"),
        ("other", "x", "holds no answers"),
    ],
)
def test_what_is_no_recording_is_told_of(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_recording(str(tmp_path))


def test_a_recording_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_recording(str(tmp_path / "missing"))


def test_scripts() -> None:
    assert ask(Scripted(SCRIPTS["empty"])) == ""
    assert ask(Scripted(SCRIPTS["zero"])) == "```aspl\nreturn Map(x, x, fn=sub)\n```\n"
    assert ask(Scripted(SCRIPTS["solutions"])) == "", "the task is none of the table"


def test_seeds_differ_by_run_task_and_sample() -> None:
    seeds = {sample_seed(s, t, n) for s in (0, 1) for t in ("a/1", "a/2") for n in range(50)}
    assert len(seeds) == 200
    assert all(0 <= each < 2**63 for each in seeds)
    assert sample_seed(0, "a/1", 0) == sample_seed(0, "a/1", 0)
