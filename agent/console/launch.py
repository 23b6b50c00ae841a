"""Sessions that the console starts: processes of their own, which outlive it where that is wanted.

What they say goes to a file beside the workspace, for nobody reads their standard error.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Protocol, TypeAlias

from aspl.terminal import UsageError, reason
from benchmark.store.clock import Clock
from benchmark.store.config import Limits

PATIENCE_S = 30.0
"""How long a session may take to record what is under way when it is interrupted."""
_COMMAND = "import agent.cli; agent.cli.main()"
_NAME = "run "
_WORDS = 400


class Session(Protocol):
    """A session that the console started."""

    def run(self) -> str | None:
        """Return the name of its run; None as long as that is not known."""
        ...

    def is_going(self) -> bool:
        """Whether its process is there."""
        ...

    def last_words(self) -> str:
        """Return the last line that it said."""
        ...

    def interrupt(self) -> None:
        """End it, and wait until it has recorded what was under way."""
        ...

    def wait(self) -> None:
        """Wait for one that has nothing to do any more."""
        ...


Launch: TypeAlias = Callable[[Sequence[str]], Session]
"""Starts `aspl bench run` with options. Errors: UsageError."""


@dataclass(frozen=True, slots=True)
class Process:
    """A session in a process of its own, of a process group of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    def run(self) -> str | None:
        """Return the name of its run; None as long as that is not known."""
        for line in self._lines():
            if line.startswith(_NAME):
                return line.removeprefix(_NAME).strip()
        return None

    def is_going(self) -> bool:
        """Whether the process is there."""
        return self.process.poll() is None

    def last_words(self) -> str:
        """Return the last line that it said."""
        lines = [line for line in self._lines() if line.strip()]
        return lines[-1][:_WORDS] if lines else "it said nothing"

    def interrupt(self) -> None:
        """End it, and wait until it has recorded what was under way."""
        self.process.send_signal(signal.SIGINT)
        self.wait()

    def wait(self) -> None:
        """Wait for one that has nothing to do any more; one that does not end is ended."""
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _lines(self) -> list[str]:
        try:
            return self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []


def launcher(workspace: str, file: Path | None, clock: Clock) -> Launch:
    """Return what starts sessions in a workspace.

    Args:
        file: of the database, beside which the logs go; None for a server's.
    """

    def launch(options: Sequence[str]) -> Process:
        log = _log(file, clock)
        command = [sys.executable, "-c", _COMMAND, "bench", "run", *options]
        try:
            with log.open("wb") as out:
                process = subprocess.Popen(
                    [*command, "--workspace", workspace],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise UsageError(f"cannot start a session: {reason(error)}") from error
        return Process(process, log)

    return launch


def _log(file: Path | None, clock: Clock) -> Path:
    name = f"{clock.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
    if file is not None:
        return file.parent / f"{file.name}.{name}"
    handle, path = mkstemp(prefix="aspl-", suffix=f".{name}")
    os.close(handle)
    return Path(path)


def limit_options(limits: Limits) -> list[str]:
    """Return the options by which a further session gets the limits of the one before."""
    found = ["--jobs", str(limits.jobs), "--calls", str(limits.calls_at_once)]
    for option, value in (
        ("--max-calls", limits.max_calls),
        ("--max-minutes", limits.max_minutes),
        ("--max-usd", limits.max_usd),
        ("--max-tokens", limits.max_tokens),
    ):
        if value is not None:
            found += [option, str(value)]
    return found
