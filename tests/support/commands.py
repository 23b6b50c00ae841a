"""The `aspl` command run inside the test process."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from typer.testing import CliRunner

from agent.cli import build


@dataclass(frozen=True)
class Shown:
    """What a command ended with."""

    exit_code: int
    stdout: str
    stderr: str

    def golden(self) -> str:
        """Write all of it as a golden holds it."""
        return f"exit {self.exit_code}\n--- stdout\n{self.stdout}--- stderr\n{self.stderr}"


def aspl(*arguments: str, stdin: str | bytes = "") -> Shown:
    """Run `aspl` with arguments; a crash is raised."""
    result = CliRunner().invoke(
        build(), list(arguments), input=stdin, catch_exceptions=False, prog_name="aspl"
    )
    return Shown(result.exit_code, result.stdout, result.stderr)


def command_of(text: str) -> list[str] | None:
    """Return the arguments that a text's first line `# RUN: aspl ...` gives, None without one."""
    first = text.split("\n", 1)[0]
    if not first.startswith("# RUN: aspl "):
        return None
    return shlex.split(first.removeprefix("# RUN: aspl "))
