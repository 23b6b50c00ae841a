"""`aspl bench`: judging from the command line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from answers import GOOD, SQUARES, WRONG, misbehaving
from commands import Shown, aspl

from benchmark.judge.record import from_json
from benchmark.judge.verdict import Outcome
from benchmark.tasks.table import TASKS

COMMANDS = ("bench", "bench judge", "bench list", "bench show", "bench verify", "bench cache")


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    path = tmp_path / "answer.aspl"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_what_its_golden_says(
    command: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = aspl(*command.split(), "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden(f"help/{command.replace(' ', '_')}.txt", shown.stdout)


def test_tasks_are_verified(tmp_path: Path) -> None:
    shown = aspl("bench", "verify", "bmm/scaled-rows")
    assert shown.exit_code == 0
    assert "bmm/scaled-rows: good" in shown.stdout
    path = tmp_path / "zeros.py"
    source = Path(SQUARES).read_text(encoding="utf-8")
    path.write_text(source.replace('(values["x"] * values["x"])', '(values["x"] * 0)'))
    assert aspl("bench", "verify", str(path)).exit_code == 1


def judged(*arguments: str, stdin: str = "") -> Shown:
    return aspl("bench", "judge", *arguments, "--no-cache", stdin=stdin)


def test_a_right_answer_is_told_with_its_cost(answer: Path) -> None:
    shown = judged(SQUARES, str(answer))
    assert shown.exit_code == 0, shown
    assert "sums/squares: correct" in shown.stdout
    assert "cycles" in shown.stdout
    assert "again with --seeds" in shown.stdout


def test_wrong_values_are_told_by_place(tmp_path: Path) -> None:
    shown = judged(SQUARES, "-", "--seeds", "1,2", stdin=WRONG)
    assert shown.exit_code == 1
    assert "output 0 in regime `paper`: 5 of 5 numbers are wrong" in shown.stdout
    assert "first at [0], [1]" in shown.stdout
    assert "--seeds 1,2" in shown.stdout


def test_findings_are_shown_with_their_lines() -> None:
    text = "return Accum(Map(x, x, fn=mul), fn=add, init=zeros, rank=1)"
    shown = judged(SQUARES, "-", stdin=text)
    assert shown.exit_code == 1
    assert "not-linear" in shown.stdout
    assert "error[L001]" in shown.stdout
    assert text in shown.stdout
    auto = judged(SQUARES, "-", "--linearity", "auto", stdin=text)
    assert auto.exit_code == 0, auto


def test_json_is_a_verdict_that_comes_to_the_same_again(answer: Path) -> None:
    first = judged(SQUARES, str(answer), "--json")
    verdict = from_json(json.loads(first.stdout))
    assert verdict.outcome is Outcome.CORRECT
    seeds = ",".join(map(str, verdict.seeds))
    second = from_json(
        json.loads(judged(SQUARES, "-", "--json", "--seeds", seeds, stdin=GOOD).stdout)
    )
    assert (second.cost, second.seeds, second.versions) == (
        verdict.cost,
        verdict.seeds,
        verdict.versions,
    )


def test_several_answers_are_judged_at_once(answer: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.aspl"
    wrong.write_text(WRONG, encoding="utf-8")
    shown = judged(SQUARES, str(answer), str(wrong), "--json")
    records = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {Path(each["file"]).name: each["outcome"] for each in records} == {
        "answer.aspl": "correct",
        "wrong.aspl": "wrong-values",
    }
    assert shown.exit_code == 1


def test_a_file_that_is_no_program_hides_no_other(answer: Path, tmp_path: Path) -> None:
    contents = {
        "long": b"#" * 600_000,
        "endless": b"#" * 3_000_000,
        "bytes": b"\xff\xfereturn x",
    }
    files = [tmp_path / name for name in contents]
    for file in files:
        file.write_bytes(contents[file.name])
    shown = judged(SQUARES, *map(str, files), str(answer), "--json")
    records = [json.loads(line) for line in shown.stdout.splitlines()]
    outcomes = {Path(each["file"]).name: each["outcome"] for each in records}
    assert outcomes == {**dict.fromkeys(contents, "unparseable"), "answer.aspl": "correct"}
    assert shown.exit_code == 1
    told = judged(SQUARES, str(files[1]))
    assert "an answer has at most 524288 characters; this one has more" in told.stdout
    assert max(map(len, told.stdout.splitlines())) < 300


def test_a_verdict_is_kept_and_its_hit_explained(answer: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    first = aspl("bench", "judge", SQUARES, str(answer), "--cache-dir", folder)
    assert (first.exit_code, first.stderr) == (0, "")
    second = aspl("bench", "judge", SQUARES, str(answer), "--cache-dir", folder)
    assert second.stdout == first.stdout
    assert "hit because program" in second.stderr
    listed = aspl("bench", "cache", folder)
    assert json.loads(listed.stdout)["task"] == "sums/squares"
    assert "1 verdicts are forgotten" in aspl("bench", "cache", folder, "--clear").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bmm/nothing", "-"], "there is no task `bmm/nothing`"),
        ([SQUARES, "nowhere.aspl"], "cannot read `nowhere.aspl`"),
        ([SQUARES, "-", "--seeds", "x"], "expected --seeds N,N"),
        (["nowhere.py", "-"], "cannot read"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], words: str) -> None:
    shown = judged(*arguments)
    assert shown.exit_code == 2
    assert words in shown.stderr


def test_tasks_are_listed_and_shown() -> None:
    listed = aspl("bench", "list", "--suite", "core")
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(TASKS)
    records = aspl("bench", "list", "--json").stdout.splitlines()
    assert {json.loads(line)["schema"] for line in records} == {"aspl.task/1"}
    shown = aspl("bench", "show", "bmm/scaled-rows")
    assert TASKS["bmm/scaled-rows"].header.rstrip() in shown.stdout
    assert aspl("bench", "list", "--suite", "none").exit_code == 2


def test_an_answer_is_checked_without_judging(answer: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.aspl"
    twice.write_text("return Accum(Map(x, x, fn=mul), fn=add, init=zeros, rank=1)")
    shown = aspl("bench", "judge", SQUARES, str(answer), "--check-only")
    assert (shown.exit_code, shown.stdout) == (0, "sums/squares: checks (no values were judged)\n")
    shown = aspl("bench", "judge", SQUARES, str(twice), str(answer), "--check-only")
    assert shown.exit_code == 1
    assert "sums/squares: not-linear" in shown.stdout
    assert "error[L001]" in shown.stdout
    assert "with the copies that it lacks:\n\n" in shown.stdout
    assert "sums/squares: checks" in shown.stdout
    # what it would compute is not looked at
    shown = aspl("bench", "judge", SQUARES, "-", "--check-only", "--json", stdin=WRONG)
    record = json.loads(shown.stdout)
    assert (shown.exit_code, record["schema"], record["outcome"]) == (0, "aspl.checkup/1", None)
    assert (record["task"], record["file"]) == ("sums/squares", "<stdin>")
    auto = ("--linearity", "auto")
    assert aspl("bench", "judge", SQUARES, str(twice), "--check-only", *auto).exit_code == 0


def test_a_file_to_begin_with_is_taken_by_all_tools(tmp_path: Path) -> None:
    begun = aspl("bench", "show", SQUARES, "--file")
    path = tmp_path / "kernel.aspl"
    path.write_text(begun.stdout, encoding="utf-8")
    assert "expected 1 results, got 0" in aspl("check", str(path)).stdout
    path.write_text(begun.stdout.replace("    return\n", f"    {GOOD}\n"), encoding="utf-8")
    for command in ("check", "run", "sim", "draw"):
        assert aspl(command, str(path)).exit_code == 0, command
    assert judged(SQUARES, str(path)).exit_code == 0
    assert aspl("bench", "show", SQUARES, "--file", "--json").exit_code == 2


def test_what_is_hidden_is_not_shown() -> None:
    for name, task in TASKS.items():
        pages = [aspl("bench", "show", name, *each).stdout for each in ([], ["--json"], ["--file"])]
        shown = "".join(pages)
        for regime in task.regimes:
            assert f"`{regime.name}`" not in shown
        assert "tolerance" not in shown


def test_an_interrupted_command_ends_at_once_with_its_workers(tmp_path: Path) -> None:
    task = misbehaving("sleeps", tmp_path)
    # an answer that is right so far, so that its worker comes to the inputs, and sleeps there
    answer = tmp_path / "answer.txt"
    answer.write_text("return x\n", encoding="utf-8")
    script = "import agent.cli; agent.cli.main()"
    arguments = ["bench", "judge", task, str(answer), "--no-cache"]
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        until = time.monotonic() + 30
        # the nursery, and the worker that it forked
        while len(children := _descendants(command.pid)) < 2:
            assert time.monotonic() < until, command.poll()
            time.sleep(0.02)
        command.send_signal(signal.SIGINT)
        assert command.wait(10) == 130
    while any(map(_is_running, children)):
        assert time.monotonic() < until + 10, children
        time.sleep(0.02)


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    # whichever thread started them
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        for child in _words(thread / "children"):
            found += [int(child), *_descendants(int(child))]
    return found


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []


def _is_running(pid: int) -> bool:
    status = _words(Path(f"/proc/{pid}/stat"))
    return bool(status) and "Z" not in status
