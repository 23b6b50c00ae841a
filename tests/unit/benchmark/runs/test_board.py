"""Where the tasks of a session stand."""

from __future__ import annotations

from pathlib import Path

from rounds import ADAPTIVE, adaptive
from run_records import failed, opened, outcomes, record, unfenced

from benchmark.runs.board import Board
from benchmark.scores.tally import Solve
from benchmark.store.testing import SteppingClock


def test_a_board_tells_what_is_new(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        empty = record(workspace, "empty", [], ADAPTIVE)
        record(workspace, "r", adaptive(), ADAPTIVE)
        entries = list(workspace.entries("r"))
    board = Board.of(empty, SteppingClock())
    assert board.progress.expected == 8
    assert board.add(entries) == [
        "round 0: 4 tasks, no exemplars",
        "solved bmm/outer in round 0 by sample 0: 1 of 4",
        "round 1: 3 tasks, 1 exemplar",
        "solved attention/fused in round 1 by sample 3: 2 of 4",
        "round 2: 2 tasks, 2 exemplars, the hardest 1 of 2 strata, 1 for each task",
    ]
    # further rounds ask for more than was known at first
    assert (board.progress.settled, board.progress.expected) == (17, 18)
    assert board.usage.input_tokens == 17_000
    assert board.round is not None
    assert board.round.round == 2
    task = board.tasks["bmm/outer"]
    assert (task.samples, task.cycles, task.outcome) == (2, 80, "correct")
    assert board.tasks["rope/neox"].outcome == "limit"


def test_a_board_goes_on_where_a_run_stands(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        before = record(workspace, "r", adaptive(), ADAPTIVE)
        more = [*unfenced("attention/scan", 5, ""), *failed("attention/scan", 6)]
        record(workspace, "more", [*more, *outcomes("rope/neox", {"correct": 1}, first=6)])
        entries = list(workspace.entries("more"))
    board = Board.of(before, SteppingClock())
    task = board.tasks["attention/fused"]
    assert (task.samples, task.solved_by) == (4, Solve(round=1, sample=3))
    assert (task.outcome, task.cycles) == ("correct", 100)
    assert board.add(entries) == ["solved rope/neox in round 0 by sample 6: 3 of 4"]
    assert board.tasks["attention/scan"].outcome == "no-program"
    # in the order in which they are asked for, and then in that in which they came
    assert board.curve.solves == (3, 12, 19)
    assert (board.curve.samples, board.curve.begins) == (19, (0, 8, 14))
    assert board.usage.calls == 20
