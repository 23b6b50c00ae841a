"""What a campaign shows of itself while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rounds import ADAPTIVE, adaptive
from run_records import asked, config, opened, outcomes, record

from agent.campaigns.display import shown
from agent.campaigns.frame import frame, short
from benchmark.runs.board import Board
from benchmark.store.config import Limits
from benchmark.store.testing import SteppingClock
from benchmark.store.workspace import Entry

FAMILIES = ("attention", "bmm", "gemm", "norm", "rope")
LIMITED = Limits(
    jobs=2, calls_at_once=4, max_calls=100, max_tokens=50_000, max_usd=1.0, max_minutes=2
)


def small(folder: Path, limits: Limits | None = None) -> tuple[Board, list[Entry]]:
    """Return an empty board of four tasks, and the events of a run of three rounds."""
    with opened(folder) as workspace:
        empty = record(workspace, "empty", [], ADAPTIVE)
        record(workspace, "r", adaptive(), ADAPTIVE)
        entries = list(workspace.entries("r"))
    if limits is not None:
        empty = replace(empty, limits=limits)
    return Board.of(empty, SteppingClock()), entries


def large(folder: Path) -> Board:
    """Return the board of a run of 25 tasks, of which some are solved."""
    names = [f"{family}/variant-{number}" for family in FAMILIES for number in range(5)]
    writes = [
        write
        for name in names[:20]
        for write in outcomes(name, {"ill-typed": 1, "correct": int(name[-1] in "024")})
    ]
    with opened(folder) as workspace:
        run = record(workspace, "r", writes, config(map(asked, names), samples=2))
    return Board.of(run, SteppingClock())


def text_of(board: Board, width: int, height: int) -> str:
    lines = ["".join(span.text for span in line) for line in frame(board, width, height)]
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (110, 44), (60, 12)])
def test_a_frame_fits_its_terminal(
    tmp_path: Path, golden: Callable[[str, str], None], width: int, height: int
) -> None:
    golden(f"runs/frame-{width}x{height}.txt", text_of(large(tmp_path), width, height))


def test_a_frame_tells_rounds_money_and_what_is_left(
    tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    board, entries = small(tmp_path, LIMITED)
    board.add(entries)
    golden("runs/frame-rounds.txt", text_of(board, 100, 24))


@pytest.mark.parametrize("width", [0, 1, 7, 24, 39, 76, 300])
@pytest.mark.parametrize("height", [0, 1, 3, 5, 9, 100])
def test_frames_of_any_size_fit(tmp_path: Path, width: int, height: int) -> None:
    text_of(large(tmp_path), width, height)


def test_without_a_terminal_rounds_and_solved_tasks_are_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board, entries = small(tmp_path)
    with shown(board) as observer:
        for entry in entries:
            observer([entry])
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if not line.startswith("samples ")] == [
        "round 0: 4 tasks, no exemplars",
        "solved bmm/outer in round 0 by sample 0: 1 of 4",
        "round 1: 3 tasks, 1 exemplar",
        "solved attention/fused in round 1 by sample 3: 2 of 4",
        "round 2: 2 tasks, 2 exemplars, the hardest 1 of 2 strata, 1 for each task",
    ]
    # the clock moves by a second when it is looked at: with each event, and with each line
    assert 6 < sum(line.startswith("samples ") for line in lines) < len(entries) / 4


def on_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch, live: bool = True) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    board, entries = small(folder)
    with shown(board, live=live) as observer:
        observer(entries)


@pytest.mark.parametrize("is_plain", [False, True])
def test_on_a_terminal_there_is_a_table_in_colours_unless_they_are_not_wanted(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    is_plain: bool,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1" if is_plain else "")
    on_a_terminal(tmp_path, monkeypatch)
    written = capsys.readouterr().err
    assert "attention/fused" in written
    assert "solved bmm/outer in round 0" not in written
    assert ("\x1b[32m" in written) is not is_plain
    # the table goes away in the end
    assert written.rstrip().endswith("\x1b[2K")


@pytest.mark.parametrize(("term", "live"), [("dumb", True), ("xterm-256color", False)])
def test_dumb_terminals_and_those_that_others_write_to_get_lines(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    term: str,
    live: bool,
) -> None:
    monkeypatch.setenv("TERM", term)
    on_a_terminal(tmp_path, monkeypatch, live)
    written = capsys.readouterr().err
    assert "solved bmm/outer in round 0 by sample 0: 1 of 4\n" in written
    assert "\x1b" not in written


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (9_999, "9,999"), (12_345, "12.3k"), (999_949, "999.9k"), (4_560_000, "4.6M")],
)
def test_counts_are_short(number: int, words: str) -> None:
    assert short(number) == words
