"""What a run shows of itself while it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import config, failed, judged, opened, outcomes, record, unfenced, verdict

from benchmark.runs.display import shown
from benchmark.runs.progress import Progress
from benchmark.store.testing import SteppingClock


def test_progress_is_told_in_one_line(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        before = record(workspace, "r", judged(verdict("bmm/outer", "x", "correct", 9), 0))
        progress = Progress.of(before, SteppingClock())
        assert progress.line() == "samples 1/16, solved 1/4, 0.0 verdicts/s"
        record(
            workspace,
            "other",
            [
                *outcomes("rope/neox", {"correct": 2}),
                *unfenced("rope/neox", 2, ""),
                *failed("rope/neox", 3),
            ],
        )
        progress.add(list(workspace.entries("other")))
    # the clock moves by a second each time it is looked at: 3 verdicts in 2 s, 12 are left
    line = progress.line()
    assert line == "samples 4/16, solved 2/4, 1.5 verdicts/s, 1 failed, 0:08 to go"


def test_long_waits_are_told_in_hours(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        run = record(workspace, "r", [], config(samples=1000))
        progress = Progress.of(run, SteppingClock(step_s=60.0))
        entries = [each for each in workspace.entries() if each.event.name == "run.ended"]
        progress.add(entries)
        record(workspace, "other", outcomes("rope/neox", {"correct": 10}))
        progress.add(list(workspace.entries("other")))
    assert progress.line().endswith("0.2 verdicts/s, 6:39:00 to go")


def test_without_a_terminal_there_is_a_line_from_time_to_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path) as workspace:
        run = record(workspace, "r", outcomes("rope/neox", {"correct": 4}))
        entries = list(workspace.entries())
    progress = Progress.of(run, SteppingClock())
    with shown(progress) as observer:
        for entry in entries:
            observer([entry])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("samples ") for line in lines)


def test_on_a_terminal_there_is_a_bar(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as workspace:
        run = record(workspace, "r", outcomes("rope/neox", {"correct": 4}))
        entries = list(workspace.entries())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    with shown(Progress.of(run, SteppingClock())) as observer:
        observer(entries)
    assert "samples 8/16, solved 1/4" in capsys.readouterr().err
