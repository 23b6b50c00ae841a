"""aspl agent and aspl doctor from the command line: solved, shown, replayed, exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Shown, aspl
from run_records import asked, config, outcomes, record
from vendors.catalog import LOCAL
from vendors.server import KEY, Server

from agent.records.training import CANARY
from benchmark.solutions import solution_text
from benchmark.store.workspace import Workspace

COMMANDS = (
    *("agent", "agent solve", "agent show", "agent replay", "agent export"),
    *("agent prompt", "agent probe", "doctor"),
)
WRONG = "return Map(steps, steps, fn=sub)"
TASK = "rope/neox"


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
    """A folder with answers to one task: the second of three is right."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "answers"
    place.mkdir()
    for sample, program in enumerate((WRONG, str(solution_text(TASK)), "retrun x")):
        text = f"```aspl\n{program}\n```\n"
        (place / f"rope--neox.{sample}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def solved(*more: str) -> Shown:
    return aspl("agent", "solve", TASK, "--model", "recorded/answers", *more)


def replayed(run: str = "last") -> Shown:
    shown = aspl("agent", "replay", run)
    assert (shown.exit_code, shown.stdout.count("\n")) == (0, 1), shown.stdout + shown.stderr
    return shown


def test_the_best_program_of_a_task_is_printed_with_its_cost(folder: Path) -> None:
    shown = solved("--samples", "3")
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"{str(solution_text(TASK)).rstrip()}\n\n{TASK}: correct")
    assert "  cycles  " in shown.stdout
    assert "samples 3/3, solved 1/1" in shown.stderr
    listed = json.loads(aspl("runs", "list", "--json").stdout)
    assert (listed["tasks"], listed["samples"], listed["ending"]) == (1, 3, "done")


def test_the_wrong_program_that_got_furthest_is_printed_with_what_is_wrong(folder: Path) -> None:
    shown = solved()
    assert shown.exit_code == 1
    assert shown.stdout.startswith(f"{WRONG}\n\n{TASK}: not-linear")
    assert "error[L001]: stream `steps` is read twice" in shown.stdout


def test_a_solution_is_an_object_of_json(folder: Path) -> None:
    found = json.loads(solved("--samples", "3", "--json").stdout)
    assert (found["schema"], found["solved"], found["sample"]) == ("aspl.solve/1", True, 1)
    assert found["program"] == found["verdict"]["program"]
    assert (found["samples"], found["correct"], found["usage"]["calls"]) == (3, 1, 4)


def test_answers_without_any_program_are_told(folder: Path) -> None:
    shown = aspl("agent", "solve", TASK, "--model", "scripted/empty")
    assert shown.exit_code == 1
    assert shown.stdout == f"{TASK}: there is no program\n  1 no-program\n"


def test_a_budget_ends_the_asking(folder: Path) -> None:
    shown = solved("--samples", "3", "--budget", "calls=0")
    assert shown.exit_code == 1
    assert "the budget is spent (0 calls)" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("solve", "rope/neo", "--model", "scripted/zero"), "there is no task `rope/neo`"),
        (("solve", TASK, "--model", "nobody/there"), "expected VENDOR/NAME"),
        (("show", "last", "--sample", "0"), "say of which TASK"),
        (("show", "last", "--prompt"), "say of which TASK"),
        (("show", "last", "bmm/none"), "the run has no task `bmm/none`"),
        (("show", "last", TASK, "--sample", "7"), "the run has no sample 7"),
        (("show", "nothing"), "there is no run `nothing`"),
        (("replay", "nothing"), "there is no run `nothing`"),
        (("export", "last", "-o", "no/folder/x"), "cannot write `no/folder/x`"),
    ],
)
def test_wrong_calls_are_told_in_one_line(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    solved()
    shown = aspl("agent", *arguments)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith(f"aspl: {words}")
    assert shown.stderr.count("\n") == 1


def test_what_was_run_is_shown_from_afar_and_from_near(folder: Path) -> None:
    solved("--samples", "3")
    run = aspl("agent", "show", "last")
    assert run.exit_code == 0
    assert "  rope/neox  solved      0        1        3      3      4 " in run.stdout
    task = aspl("agent", "show", "last", TASK).stdout
    assert "rope/neox, sample 0, round 0: not-linear\n  call 0, propose: " in task
    assert "  call 1, copies by the model: " in task
    assert "     1 | retrun x\n" in task
    whole = aspl("agent", "show", "last", TASK, "--sample", "1").stdout
    assert "-- role (system, always, about " in whole
    assert "-- reply to call 0 ---" in whole


def test_a_prompt_is_shown_as_it_was_sent(folder: Path) -> None:
    solved("--samples", "2")
    text = aspl("agent", "show", "last", TASK, "--prompt", "--sample", "1").stdout
    told = aspl("agent", "prompt", TASK, "--sample", "1", "--json").stdout
    sections = [json.loads(line) for line in told.splitlines()]
    assert text == "\n\n".join(each["text"] for each in sections) + "\n"
    shown = aspl("agent", "show", "last", TASK, "--prompt", "--sample", "1", "--json").stdout
    records = [json.loads(line) for line in shown.splitlines()]
    assert records == [{**each, "call": 0} for each in sections]


def test_shown_records_are_objects_of_json(folder: Path) -> None:
    solved("--samples", "3")
    run = json.loads(aspl("agent", "show", "last", "--json").stdout)
    assert (run["schema"], run["usage"]["calls"]) == ("aspl.campaign/1", 4)
    lines = aspl("agent", "show", "last", TASK, "--json").stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert [each["outcome"] for each in found] == ["not-linear", "correct", "unparseable"]
    assert {each["run"] for each in found} == {run["run"]}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--model", "scripted/zero"),
        ("--model", "scripted/zero", "--repairs", "1", "--repair-on", "verdict"),
        ("--model", "scripted/solutions", "--policy", "adaptive"),
        ("--model", "local/synth", "--repairs", "1", "--repair-on", "verdict"),
        ("--model", "local/synth", "--policy", "adaptive", "--rounds", "2"),
    ],
)
def test_recorded_answers_give_the_same_records(folder: Path, arguments: tuple[str, ...]) -> None:
    tasks = [word for name in (TASK, "bmm/outer-products") for word in ("--task", name)]
    assert aspl("bench", "run", "--samples", "2", *tasks, *arguments).exit_code == 0
    words = replayed().stdout
    assert "samples are the same" in words
    assert "in other words" not in words


def test_answers_of_a_server_are_replayed_without_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        model, url = f"openai-chat/{LOCAL.name}", server.openai_url
        shown = aspl(
            *("agent", "solve", TASK, "--model", model, "--base-url", url),
            *("--samples", "2", "--allow-unknown-price"),
        )
        assert shown.exit_code == 0, shown.stderr
        calls = len(server.seen)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "replayed: 2 of 2 samples are the same" in replayed().stdout
    assert len(server.seen) == calls
    line = json.loads(aspl("agent", "export", "last").stdout.splitlines()[0])
    assert (line["model"], line["outcome"]) == (model, "correct")
    assert line["served"]


def test_a_changed_record_is_found_out(folder: Path) -> None:
    with Workspace.open("workspace.db") as workspace:
        config_of_one = config([asked(TASK)], samples=1)
        record(workspace, "written", outcomes(TASK, {"correct": 1}), config_of_one)
    shown = aspl("agent", "replay", "written", "--workspace", "workspace.db", "--json")
    found = json.loads(shown.stdout)
    assert (shown.exit_code, found["same"], found["rounds"]) == (1, False, [0])
    assert [(each["what"], each["recorded"]) for each in found["differences"]] == [
        ("outcome", "correct"),
        ("cycles", "100"),
        ("steps", "none"),
    ]
    text = aspl("agent", "replay", "written", "--workspace", "workspace.db")
    assert text.exit_code == 1
    assert "written replayed: 0 of 1 samples are the same" in text.stdout


def test_a_replay_is_kept_where_that_is_wanted(folder: Path) -> None:
    solved("--samples", "3")
    shown = aspl("agent", "replay", "last", "--cached", "--workspace-out", "again.db", "--json")
    found = json.loads(shown.stdout)
    listed = json.loads(aspl("runs", "list", "--workspace", "again.db", "--json").stdout)
    assert (listed["run"], listed["samples"]) == (found["replayed"], 3)
    assert len(aspl("runs", "list", "--json").stdout.splitlines()) == 1


def test_samples_are_exported_for_fine_tuning(folder: Path) -> None:
    solved("--samples", "3")
    shown = aspl("agent", "export", "last", "--format", "jsonl", "-o", "lines.jsonl")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert shown.stderr.startswith("3 samples of run ")
    lines = Path("lines.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(each)["outcome"] for each in lines] == [
        *("not-linear", "correct", "unparseable")
    ]
    assert all(CANARY in each for each in lines)
    (only,) = aspl("agent", "export", "last", "--only", "correct", "--messages").stdout.splitlines()
    roles = [each["role"] for each in json.loads(only)["messages"]]
    assert roles == ["system", "user", "assistant"]


def test_the_doctor_finds_nothing_missing_here(folder: Path) -> None:
    shown = aspl("doctor")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.endswith("nothing that is needed is missing\n")
    found = json.loads(aspl("doctor", "--json").stdout)
    assert (found["schema"], found["good"]) == ("aspl.doctor/1", True)


def test_the_doctor_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("text.db").write_text("no database" * 100, encoding="ascii")
    with Server() as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-0123456789")
        monkeypatch.setenv("OPENAI_BASE_URL", server.openai_url)
        shown = aspl("doctor", "--online", "--workspace", "text.db")
    assert shown.exit_code == 1
    assert "text.db: mend that, or name another with --workspace\n" in shown.stdout
    assert "openai: see what OPENAI_API_KEY and OPENAI_BASE_URL are set to" in shown.stdout
    assert "sk-wrong" not in shown.stdout + shown.stderr
