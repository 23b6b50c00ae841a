"""`aspl console` from the command line: scripts, sessions that it starts, wrong calls."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import aspl
from run_records import judged, opened, record, verdict
from textual.binding import Binding

from agent.campaigns.lock import is_locked
from agent.console.board import BoardScreen
from agent.console.keys import SCREENS
from agent.console.script import VERBS, read_script
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace

MAIN = "import agent.cli; agent.cli.main()"
INTERRUPTED = 130

Golden = Callable[[str, str], None]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def script(folder: Path, *lines: str) -> str:
    (folder / "play.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "play.txt"


def recorded(folder: Path) -> str:
    with opened(folder) as place:
        record(place, "run-1", judged(verdict("attention/fused", "x\n", "correct", 1234), 0))
    return str(folder / "workspace.db")


def test_help_is_what_its_golden_says(golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    golden("help/console.txt", aspl("console", "--help").stdout)


def test_a_script_is_played_and_its_pictures_need_no_network(here: Path) -> None:
    place = recorded(here)
    steps = script(
        here,
        "# a comment",
        "until solved 1/4",
        "screenshot board.svg",
        "size 80x24",
        "press enter 3",
        "wait 0.1",
        "screenshot answer.svg",
    )
    shown = aspl("console", "last", "--script", steps, "--workspace", place)
    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", "")
    board, answer = ((here / name).read_text() for name in ("board.svg", "answer.svg"))
    assert "attention" in board
    assert "call&#160;0" in answer
    for picture in (board, answer):
        assert "url(http" not in picture
        assert "@font-face" not in picture


def test_keys_are_typed_into_what_has_the_focus(here: Path) -> None:
    place = recorded(here)
    steps = script(
        here, "until solved", "press h", "type mind it", "press enter", "until a hint was"
    )
    assert aspl("console", "run-1", "--script", steps, "--workspace", place).exit_code == 0
    with Workspace.open(place) as workspace:
        (hint,) = fold("run-1", workspace.entries("run-1")).steered.hints
        assert workspace.text(hint.hint) == "mind it"


def test_a_script_that_waits_in_vain_says_for_what(here: Path) -> None:
    place = recorded(here)
    steps = script(here, "until solved 7/4 0.3")
    shown = aspl("console", "last", "--script", steps, "--workspace", place)
    assert shown.exit_code == 2
    assert shown.stderr == "aspl: `solved 7/4` did not come to the screen in 0.3 s\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("push enter", "play.txt:2: expected one of press, type, wait, until, size, screenshot"),
        ("press", "play.txt:2: expected one of"),
        ("wait long", "play.txt:2: expected one of"),
        ("size 80", "play.txt:2: expected one of"),
    ],
)
def test_a_line_that_is_no_act_is_told_with_its_number(here: Path, line: str, words: str) -> None:
    place = recorded(here)
    steps = script(here, "press enter", line)
    shown = aspl("console", "last", "--script", steps, "--workspace", place)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert words in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("last",), "the console needs a terminal; --script plays keys without one"),
        (("last", "--model", "local/synth"), "RUN is followed, --model starts a run"),
        (("none", "--script", "play.txt"), "there is no run `none`"),
        (("last", "--script", "nothing.txt"), "cannot read `nothing.txt`: no such file"),
        (("last", "--script", "play.txt", "--size", "80"), "expected --size WIDTHxHEIGHT"),
    ],
)
def test_wrong_calls(here: Path, arguments: tuple[str, ...], words: str) -> None:
    place = recorded(here)
    script(here, "press enter")
    shown = aspl("console", *arguments, "--workspace", place)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert words in shown.stderr


def test_a_console_that_breaks_is_a_fault_of_ours(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: BoardScreen) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(BoardScreen, "take", broken)
    steps = script(here, "wait 0.2")
    with pytest.raises(ZeroDivisionError):
        aspl("console", "last", "--workspace", recorded(here), "--script", steps)
    assert capsys.readouterr() == ("", ""), "who runs the command tells of it in a line"


def test_a_run_of_a_workspace_that_is_not_there(here: Path) -> None:
    shown = aspl("console", "last", "--script", script(here, "press q"))
    assert (shown.exit_code, (here / ".aspl").exists()) == (2, False)


def one_run(here: Path) -> RunView:
    with Workspace.open(str(here / "w.db")) as workspace:
        (run,) = workspace.runs()
        return fold(run, workspace.entries(run))


def started(here: Path, *arguments: str, model: str) -> tuple[int, str]:
    asked = ("--model", model, "--task", "norm/rms", "--workspace", "w.db", *arguments)
    shown = aspl("console", *asked)
    return shown.exit_code, shown.stderr


def test_a_run_is_started_and_followed_to_its_end(here: Path) -> None:
    steps = script(here, "until done 60", "until solved 0/1")
    found = started(here, "--samples", "2", "--script", steps, model="scripted/zero")
    assert found == (0, "")
    run = one_run(here)
    assert (run.ending, run.config.samples, len(run.settled)) == ("done", 2, 2)


def test_a_session_that_cannot_begin_says_why(here: Path) -> None:
    steps = script(here, "until there is no embedded model 60")
    assert started(here, "--script", steps, model="local/nobody")[0] == 0


def test_closing_stops_what_was_started(here: Path) -> None:
    steps = script(here, "until you are asked 60")
    code, words = started(here, "--script", steps, model="human/console")
    run = one_run(here)
    assert (code, run.ending) == (0, "interrupted")
    assert words == (
        "stopping the session that was started here\n"
        f"go on with `aspl bench run --resume {run.run}`\n"
    )
    assert not is_locked(here / "w.db", run.run)


def test_closing_at_once_stops_what_did_not_begin_yet(here: Path) -> None:
    code, words = started(here, "--script", script(here, "wait 0"), model="human/console")
    assert code == 0
    assert words.startswith("stopping the session that was started here\n")
    assert "None" not in words


def test_what_is_detached_goes_on_behind_the_console(here: Path) -> None:
    steps = script(here, "until you are asked 60")
    asked = ("--model", "human/console", "--task", "norm/rms", "--workspace", "w.db", "--detach")
    # a process of its own, whose end ends nothing else
    shown = subprocess.run(
        [sys.executable, "-c", MAIN, "console", *asked, "--script", steps],
        capture_output=True,
        text=True,
        check=False,
    )
    run = one_run(here)
    assert (shown.returncode, run.ending) == (0, None)
    assert shown.stderr == f"run {run.run} goes on; `aspl console last` follows it\n"
    assert is_locked(here / "w.db", run.run)
    # another console says that it is to stop
    steps = script(here, "until running", "press x", "until stopped 60")
    assert aspl("console", "last", "--script", steps, "--workspace", "w.db").exit_code == 0
    assert one_run(here).ending == "stopped"


def test_a_console_whose_terminal_is_closed_stops_what_it_started(here: Path) -> None:
    steps = script(here, "until you are asked 60", "screenshot asked.svg", "wait 60")
    asked = ("--model", "human/console", "--task", "norm/rms", "--workspace", "w.db")
    command = [sys.executable, "-c", MAIN, "console", *asked, "--script", steps]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (here / "asked.svg").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == INTERRUPTED
    assert one_run(here).ending == "interrupted"


def test_a_person_answers_and_the_answer_is_judged(here: Path) -> None:
    steps = script(
        here,
        "until you are asked 60",
        "press a enter",
        "type return x",
        "press f7",
        "until done 60",
    )
    assert started(here, "--script", steps, model="human/console") == (0, "")
    (sample,) = one_run(here).samples
    assert (sample.outcome, sample.usage.calls) == ("wrong-values", 1)


PAGE = Path(__file__).parents[2] / "docs" / "console.md"


def test_the_page_shows_every_picture_and_no_other() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\((images/console-[^)]+)\)", PAGE.read_text()))
    there = {f"images/{each.name}" for each in (PAGE.parent / "images").glob("console-*")}
    assert shown == there


def test_the_script_on_the_page_can_be_read(here: Path) -> None:
    (text,) = re.findall(r"```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (here / "page.txt").write_text(text)
    verbs = [each.verb for each in read_script(here / "page.txt")]
    assert set(verbs) == set(VERBS)


def test_the_keys_on_the_page_are_those_of_the_screens() -> None:
    known = {
        key
        for _, screen in SCREENS
        for each in screen.BINDINGS
        if isinstance(each, Binding)
        for key in each.key.split(",")
    }
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE.read_text(), re.MULTILINE)
    told = {key for row in rows for key in re.findall(r"`([^`]+)`", row)}
    assert told
    assert told <= known
