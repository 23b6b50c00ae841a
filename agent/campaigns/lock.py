"""One session at a time: a run that is under way is not taken up by a second process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aspl.terminal import UsageError, quoted, reason


@contextmanager
def locked(workspace: Path | None, run: str) -> Iterator[None]:
    """Hold a run; the system lets go of it when the process ends, however that is.

    Runs in a server's database are not held.

    Errors: UsageError where another process holds it.
    """
    if workspace is None:
        yield
        return
    path = _path(workspace, run)
    try:
        file = path.open("w")
    except OSError as error:
        raise UsageError(f"cannot lock run {quoted(run)}: {reason(error)}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            words = "wait for its end, or stop it with Ctrl-C and resume it then"
            raise UsageError(
                f"run {quoted(run)} is under way in another process; {words}"
            ) from error
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_locked(workspace: Path | None, run: str) -> bool:
    """Whether a process holds a run; never known of a server's database."""
    if workspace is None:
        return False
    try:
        file = _path(workspace, run).open()
    except OSError:
        return False
    with file:
        try:
            # let go of at once: who wants to hold the run is refused for a moment at most
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _path(workspace: Path, run: str) -> Path:
    return workspace.parent / f"{workspace.name}.{run}.lock"
