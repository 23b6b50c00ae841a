"""Runs from the command line: to their end, stopped, killed and resumed; reports and exports."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import Shown, aspl
from run_records import outcomes, record

from benchmark.solutions import solution_text
from benchmark.store.testing import SteppingClock
from benchmark.store.workspace import Workspace

TASKS = ("bmm/outer-products", "rope/neox", "norm/rms")
ASPL = [sys.executable, "-c", "from agent.cli import main; main()"]

COMMANDS = ("bench run", "bench report", "runs", "runs list", "runs show", "runs export", "runs gc")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_what_its_golden_says(
    command: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = aspl(*command.split(), "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden(f"help/{command.replace(' ', '_')}.txt", shown.stdout)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with answers: of four samples the last solves its task."""
    monkeypatch.chdir(tmp_path)
    write_answers(tmp_path / "answers", samples=4)
    return tmp_path


def write_answers(place: Path, samples: int) -> None:
    place.mkdir()
    for task in TASKS:
        solution = solution_text(task)
        assert solution is not None
        for sample in range(samples):
            wrong = solution.replace("fn=", "fun=") if sample % 4 != 3 else solution
            # all differ, so that every one is judged
            text = f"Here it is:\n\n```aspl\n# {sample}\n{wrong}\n```\n"
            path = place / f"{task.replace('/', '--')}.{sample}.txt"
            path.write_text(text, encoding="utf-8")


def arguments(*more: str, samples: int = 4) -> list[str]:
    tasks = [word for task in TASKS for word in ("--task", task)]
    words = ["bench", "run", "--model", "recorded/answers", "--samples", str(samples)]
    return [*words, *tasks, *more]


def samples_of(run: str = "last") -> list[dict[str, Any]]:
    shown = aspl("runs", "show", run, "--json")
    assert shown.exit_code == 0
    records = [json.loads(line) for line in shown.stdout.splitlines()]
    return [{**each, "run": ""} for each in records]


def finished(shown: Shown) -> None:
    assert shown.exit_code == 0, shown.stderr


def test_a_run_ends_with_its_report(folder: Path) -> None:
    shown = aspl(*arguments())
    finished(shown)
    assert "solved tasks  3/3 = 1.000" in shown.stdout
    assert "samples 12/12, solved 3/3" in shown.stderr
    assert (folder / ".aspl" / "workspace.db").exists()
    listed = json.loads(aspl("runs", "list", "--json").stdout)
    assert (listed["solved"], listed["samples"], listed["ending"]) == (3, 12, "done")
    assert listed["run"] in aspl("runs", "list").stdout
    assert [each["outcome"] for each in samples_of()[:4]] == ["ill-typed"] * 3 + ["correct"]
    assert "solved tasks  3/3" in aspl("bench", "report", "last").stdout


def test_events_are_told_as_they_happen(folder: Path) -> None:
    shown = aspl(*arguments("--json"))
    finished(shown)
    told = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {each["schema"] for each in told} == {"aspl.event/1"}
    names = [each["event"] for each in told]
    assert names.count("sample.judged") == names.count("sample.proposed") == 12
    assert names[-1] == "run.ended"
    exported = aspl("runs", "export", "last", "--no-objects").stdout.splitlines()
    assert [json.loads(line) for line in exported][1:] == told


def test_an_export_holds_every_text_once(folder: Path) -> None:
    finished(aspl(*arguments()))
    shown = aspl("runs", "export", "last", "-o", "run.jsonl")
    assert (shown.exit_code, shown.stdout) == (0, "")
    records = [json.loads(line) for line in Path("run.jsonl").read_text("utf-8").splitlines()]
    objects = {each["digest"]: each for each in records if each["schema"] == "aspl.object/1"}
    asked = {
        each["body"][name]
        for each in records
        if each["schema"] == "aspl.event/1"
        for name in ("reply", "program", "verdict", "prompt", "tail", "checkup", "before")
        if each["body"].get(name)
    }
    assert set(objects) == asked
    kinds = Counter(
        name
        for each in records
        if each["schema"] == "aspl.event/1"
        for name in ("prompt", "tail")
        if each["body"].get(name)
    )
    assert kinds["prompt"] == 12


def test_a_budget_ends_a_run_with_its_own_exit_code(folder: Path) -> None:
    shown = aspl(*arguments("--max-calls", "5"))
    assert shown.exit_code == 3
    assert "the budget is spent (5 calls); go on with `aspl bench run --resume " in shown.stderr
    assert len(samples_of()) == 5
    finished(aspl("bench", "run", "--resume", "last"))
    resumed = samples_of()
    finished(aspl(*arguments()))
    assert samples_of() == resumed


def test_a_run_without_all_answers_says_so(folder: Path) -> None:
    (folder / "answers" / "rope--neox.2.txt").unlink()
    shown = aspl(*arguments())
    assert shown.exit_code == 1
    assert (
        "not complete: 1 failed, most often propose: it was not recorded; go on with"
        in shown.stderr
    )
    assert "1 sample without an end" in shown.stdout
    again = aspl("bench", "run", "--resume", "last")
    assert again.exit_code == 1
    assert "it was not recorded" in aspl("runs", "show", "last").stdout


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*ASPL, *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_verdicts(process: subprocess.Popen[str], count: int) -> None:
    assert process.stdout is not None
    while count:
        line = process.stdout.readline()
        assert line, "the run ended too early"
        count -= json.loads(line)["event"] == "sample.judged"


def test_a_run_that_is_killed_and_resumed_ends_with_the_same_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_answers(tmp_path / "answers", samples=40)
    words = arguments("--json", samples=40)
    for verdicts in (1, 40):
        process = started(
            tmp_path, *(words if verdicts == 1 else ("bench", "run", "--resume", "last", "--json"))
        )
        wait_for_verdicts(process, verdicts)
        process.kill()
        process.communicate()
    listed = json.loads(aspl("runs", "list", "--json").stdout)
    assert listed["ending"] is None
    assert 41 <= listed["samples"] < 120
    before = {(each["task"], each["sample"]) for each in samples_of() if each["outcome"]}
    resumed = aspl("bench", "run", "--resume", "last", "--json")
    finished(resumed)
    events = [json.loads(line) for line in resumed.stdout.splitlines()]
    again = {
        (each["body"]["task"], each["body"]["sample"])
        for each in events
        if each["event"] == "sample.judged"
    }
    assert not again & before
    after = samples_of()
    finished(aspl(*words, "--no-cache"))
    assert samples_of() == after


def test_an_interrupted_run_ends_with_its_own_exit_code(tmp_path: Path) -> None:
    write_answers(tmp_path / "answers", samples=40)
    process = started(tmp_path, *arguments("--json", samples=40))
    wait_for_verdicts(process, 3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "interrupted; go on with `aspl bench run --resume " in said
    place = str(tmp_path / ".aspl" / "workspace.db")
    listed = json.loads(aspl("runs", "list", "--workspace", place, "--json").stdout)
    assert listed["ending"] == "interrupted"
    assert listed["samples"] >= 3


def test_two_runs_at_the_same_time(folder: Path) -> None:
    both = [started(folder, *arguments("--json")) for _ in range(2)]
    ends = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    runs = [json.loads(line) for line in aspl("runs", "list", "--json").stdout.splitlines()]
    assert [each["samples"] for each in runs] == [12, 12]
    assert samples_of(runs[0]["run"]) == samples_of(runs[1]["run"])


def test_reports_are_written_as_files(folder: Path) -> None:
    finished(aspl(*arguments()))
    names = {"html": "<!DOCTYPE html>", "markdown": "## recorded", "csv": "run,", "junit": "<?xml"}
    words = [word for form in names for word in (f"--{form}", f"report.{form}")]
    shown = aspl("bench", "report", "last", "--against", "last", *words)
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert shown.stderr.count("the report is in report.") == 4
    for form, start in names.items():
        assert Path(f"report.{form}").read_text("utf-8").startswith(start)
    assert aspl("bench", "report", "last", "--markdown", "-").stdout.startswith("## recorded")
    record = json.loads(aspl("bench", "report", "last", "--json").stdout)
    assert record["schema"] == "aspl.report/2"


def test_one_sample_is_shown_with_its_verdict(folder: Path) -> None:
    finished(aspl(*arguments("--max-calls", "12")))
    shown = aspl("runs", "show", "last", "--task", "rope/neox", "--sample", "0")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Here it is:\n\n```aspl\n# 0\n")
    assert "rope/neox: ill-typed" in shown.stdout
    assert "has no parameter `fun`" in shown.stdout


def test_garbage_is_collected(folder: Path) -> None:
    finished(aspl(*arguments()))
    with Workspace.open(".aspl/workspace.db", clock=SteppingClock()) as workspace:
        orphan = workspace.store(b"nobody speaks of it")
        count = workspace.size()[0]
    shown = aspl("runs", "gc")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("removed 1 objects of ")
    assert f"{count - 1} objects of " in shown.stdout
    with Workspace.open(".aspl/workspace.db") as workspace:
        assert workspace.objects_of([orphan]) == {}


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "w.db"
    with Workspace.open(str(place), clock=SteppingClock()) as workspace:
        record(workspace, "run-a", outcomes("rope/neox", {"correct": 1, "ill-typed": 1}))
        record(workspace, "run-b", [], ending="budget")
    return place


def test_lists_are_what_their_goldens_say(
    recorded: Path, golden: Callable[[str, str], None]
) -> None:
    golden("runs/list.txt", aspl("runs", "list", "--workspace", "w.db").stdout)
    golden("runs/show.txt", aspl("runs", "show", "run-a", "--workspace", "w.db").stdout)


WRONG = [
    ("bench run", "say who answers with --model, or go on with a run with --resume"),
    ("bench run --model gpt", "expected VENDOR/NAME, got `gpt`; there are openai, openai-chat"),
    ("bench run --model scripted/zer", "there is no script `zer`; there are empty, zero,"),
    ("bench run --model recorded/none", "cannot read `none`: no such file or directory"),
    ("bench run --model scripted/zero --suite cor", "there is no suite `cor`"),
    ("bench run --model scripted/zero --task rope/nex", "there is no task `rope/nex`; the nearest"),
    ("bench run --resume run-a --samples 3", "a run is resumed as it was asked for; leave --samp"),
    ("bench run --resume run-c", "there is no run `run-c`; did you mean"),
    ("bench run --resume run-a", "there is no task `attention/fused`; the nearest are"),
    ("bench report run", "several runs begin with `run`; did you mean `run-a` or `run-b`?"),
    ("bench report run-a --html - --json", "only one format can go to standard output"),
    ("bench report run-a --html no/such.html", "cannot write `no/such.html`: no such file"),
    ("runs show run-a --task rope/nex", "the run has no task `rope/nex`; did you mean `rope/neo"),
    ("runs show run-a --sample 1", "say of which --task the sample is"),
    ("runs show run-a --task rope/neox --sample 9", "the run has no sample 9 of `rope/neox`"),
    ("runs export run-a -o no/such.jsonl", "cannot write `no/such.jsonl`: no such file"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_a_wrong_call_is_told_in_one_line(recorded: Path, words: str, message: str) -> None:
    shown = aspl(*words.split(), "--workspace", "w.db")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith(f"aspl: {message}"), shown.stderr
    assert shown.stderr.count("\n") == 1


def test_a_workspace_that_is_not_there_is_not_made_by_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = aspl("runs", "list")
    assert shown.exit_code == 2
    assert shown.stderr.startswith("aspl: there is no workspace `.aspl/workspace.db`")
    assert not list(tmp_path.iterdir())
