"""The frame around every sub-command: exit codes, version, crash reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import build, guard


def raising(error: BaseException):
    def command() -> None:
        raise error

    return command


def test_a_crash_prints_one_line_and_exits_70(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        guard(raising(ValueError("boom")))
    assert stop.value.code == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("aspl: internal error: ValueError; traceback in ")
    report = Path(err.split(" in ")[1].strip())
    assert "ValueError: boom" in report.read_text(encoding="utf-8")
    report.unlink()


def test_a_crash_without_a_place_for_its_report_is_told_in_full(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(SystemExit) as stop:
        guard(raising(ValueError("boom")))
    assert stop.value.code == 70
    assert "ValueError: boom\naspl: internal error" in capsys.readouterr().err


def test_an_interrupt_exits_130() -> None:
    with pytest.raises(SystemExit) as stop:
        guard(raising(KeyboardInterrupt()))
    assert stop.value.code == 130


def test_an_exit_code_of_a_command_is_kept() -> None:
    with pytest.raises(SystemExit) as stop:
        guard(raising(SystemExit(1)))
    assert stop.value.code == 1


def test_the_version_is_shown() -> None:
    result = CliRunner().invoke(build(), ["--version"])
    assert (result.exit_code, result.output) == (0, "aspl 0.1.0\n")


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["--no-such-option"]])
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(build(), arguments).exit_code == 2
