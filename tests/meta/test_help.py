"""Every command's help is its golden, and holds one example, which the command takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer
from commands import aspl

from agent.cli import build

EXAMPLE = re.compile(r"^  Example: aspl (.+)$", re.MULTILINE)


def commands(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every command and group with its words."""
    yield path, found
    for name, inner in getattr(found, "commands", {}).items():
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(build())))


@pytest.fixture(autouse=True)
def _columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_what_its_golden_says(
    path: tuple[str, ...], golden: Callable[[str, str], None]
) -> None:
    shown = aspl(*path, "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden(f"help/{'_'.join(path) or 'aspl'}.txt", shown.stdout)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_example_of_a_help_is_taken_by_its_command(path: tuple[str, ...]) -> None:
    (example,) = EXAMPLE.findall(aspl(*path, "--help").stdout)
    words = shlex.split(example)
    named = max((each for each in COMMANDS if tuple(words[: len(each)]) == each), key=len)
    assert named[: len(path)] == path
    COMMANDS[named].make_context(" ".join(named), words[len(named) :])


def test_an_example_with_an_option_that_is_not_there_is_not_taken() -> None:
    with pytest.raises(Exception, match="No such option"):
        COMMANDS["bench", "run"].make_context("aspl bench run", ["--modle", "local/synth"])
