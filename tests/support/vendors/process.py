"""The server in a process of its own, for tests that end other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SUPPORT = Path(__file__).parents[1]
_ROOT = _SUPPORT.parents[1]


@contextmanager
def served(ledger: Path, *options: str) -> Iterator[str]:
    """Run the server for as long as the `with` lasts, and give its URL.

    Args:
        options: as `python -m vendors.server` takes them.
    """
    paths = [str(_SUPPORT), str(_ROOT), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-m", "vendors.server", "--ledger", str(ledger), *options]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    # the end of its input ends it, also if this process is killed
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
