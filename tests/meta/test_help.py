"""What is told of commands is there: a golden and an example in each help, names in pages."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from commands import aspl

from agent.cli import build

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"^  Example: aspl (.+)$", re.MULTILINE)


def commands(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every command and group with its words."""
    yield path, found
    for name, inner in getattr(found, "commands", {}).items():
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(build())))
OPTIONS = {
    name
    for command in COMMANDS.values()
    for each in command.params
    for name in (*each.opts, *each.secondary_opts)
} | {"--help"}


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


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/README.md"), *ROOT.glob("docs/*.md")])
PAGE_NAMES = [str(each.relative_to(ROOT)) for each in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_commands_and_options_that_a_page_names_are_there(page: Path) -> None:
    named, options = set[str](), set[str]()
    for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", page.read_text(encoding="utf-8")):
        words = code.split()
        if words[0] == "aspl" and len(words) > 1:
            named.add(" ".join(itertools.takewhile(re.compile("[a-z-]+").fullmatch, words[1:])))
        options |= {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)}
    assert {each for each in named if each and not resolved(each.split())} == set()
    assert options - OPTIONS == set()


def resolved(words: list[str]) -> bool:
    """Whether words begin with a command that is there, the rest of them being its arguments."""
    named = max((each for each in COMMANDS if tuple(words[: len(each)]) == each), key=len)
    return bool(named) and (len(named) == len(words) or not hasattr(COMMANDS[named], "commands"))
