"""Pages whose files are written, whose commands are run, and whose outputs are compared.

A fence with a second word, as in "```aspl answer.aspl", is that file. In a fence of `sh`, a line is
a command; `# exit code N` behind it says how it ends where that is not with 0. A fence of `text`
below it is what the last command printed; `...` there stands for anything. Other fences are read
only by people.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from commands import Shown, aspl

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^(`{3,})([^`\n]*)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
_EXIT = re.compile(r"\s*# exit code (\d+)$")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced text of a page."""

    language: str
    name: str
    """Of the file that it is; empty for none."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a page has its reader do or see."""

    kind: Literal["file", "command", "output"]
    text: str
    name: str = ""
    """Of the file."""
    exit_code: int = 0
    """Of the command."""


def fences(page: str) -> Iterator[Fence]:
    """Give the fenced texts of a page in their order."""
    for _, info, text in _FENCE.findall(page):
        language, _, name = info.partition(" ")
        yield Fence(language, name, text)


def steps(page: str) -> Iterator[Step]:
    """Give the steps of a page in their order."""
    for each in fences(page):
        if each.name:
            yield Step(kind="file", text=each.text, name=each.name)
        elif each.language == "sh":
            yield from map(_command, each.text.replace("\\\n", " ").splitlines())
        elif each.language == "text":
            yield Step(kind="output", text=each.text)


def follow(
    name: str,
    folder: Path,
    patch: pytest.MonkeyPatch,
    instead: Callable[[str], str] = str,
) -> None:
    """Do in a folder what a page says, and hold what is printed against it.

    Args:
        name: as seen from the root.
        patch: holds what the page sets in the environment.
        instead: returns what is run in the place of a command.
    """
    patch.chdir(folder)
    patch.setenv("COLUMNS", "80")
    last = Shown(0, "", "")
    for step in steps((ROOT / name).read_text(encoding="utf-8")):
        if step.kind == "file":
            (folder / step.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / step.name).write_text(step.text, encoding="utf-8")
        elif step.kind == "command":
            last = _run(instead(step.text), patch)
            assert last.exit_code == step.exit_code, f"{step.text}\n{last.golden()}"
        else:
            assert is_as_shown(step.text, last.stdout), f"{step.text}---- printed\n{last.stdout}"


def is_as_shown(shown: str, printed: str) -> bool:
    """Whether a text is what a page shows; blanks at the ends of lines do not count."""
    parts = [re.escape(part) for part in shown.split("...")]
    printed = re.sub(r" +$", "", printed, flags=re.MULTILINE)
    return re.fullmatch(".*?".join(parts), printed, re.DOTALL) is not None


def _command(line: str) -> Step:
    found = _EXIT.search(line)
    code = int(found[1]) if found else 0
    return Step(kind="command", text=_EXIT.sub("", line).strip(), exit_code=code)


def _run(command: str, patch: pytest.MonkeyPatch) -> Shown:
    words = shlex.split(os.path.expandvars(command))
    if words[0] == "export":
        for each in words[1:]:
            patch.setenv(*each.split("=", 1))
        return Shown(0, "", "")
    if words[0] != "aspl":
        done = subprocess.run(["sh", "-e", "-c", command], capture_output=True, text=True)
        return Shown(done.returncode, done.stdout, done.stderr)
    file = words.pop() if ">" in words[-2:-1] else None
    if file is not None:
        words.pop()
    last = Shown(0, "", "")
    for part in _piped(words):
        assert part[0] == "aspl", command
        last = aspl(*part[1:], stdin=last.stdout)
    if file is not None:
        Path(file).write_text(last.stdout, encoding="utf-8")
    return last


def _piped(words: list[str]) -> Iterator[list[str]]:
    ends = [place for place, word in enumerate(words) if word == "|"]
    for start, end in zip([-1, *ends], [*ends, len(words)], strict=True):
        yield words[start + 1 : end]
