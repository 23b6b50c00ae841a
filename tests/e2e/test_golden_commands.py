"""Every `.aspl` under `tests/golden` with a first line `# RUN: aspl ...`, against its `.expect`.

In the line, `%s` stands for the file itself, which is also what standard input gives.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands import aspl, command_of

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(
    path
    for path in GOLDEN.rglob("*.aspl")
    if command_of(path.read_text(encoding="utf-8")) is not None
)


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(GOLDEN).as_posix() for path in FILES])
def test_a_command_prints_what_its_golden_says(
    path: Path, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("COLUMNS", "80")
    text = path.read_text(encoding="utf-8")
    arguments = [path.name if word == "%s" else word for word in command_of(text) or ()]
    shown = aspl(*arguments, stdin=text)
    golden(path.relative_to(GOLDEN).with_suffix(".expect").as_posix(), shown.golden())


def test_goldens_are_found() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("command", ["", "check", "fmt", "run", "explain", "ops", "opt", "draw"])
def test_help_is_what_its_golden_says(
    command: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = aspl(*command.split(), "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden(f"help/{command or 'aspl'}.txt", shown.stdout)
