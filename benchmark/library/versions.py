"""What the numbers of a library depend on beside its programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from benchmark.judge.identity import MACHINE, judge_version
from benchmark.library.folder import sha256
from simulator.load import machine_text

_ROOT = Path(__file__).parents[2]
_PARTS = ("compiler", "simulator")
_DIGITS = 16


def versions() -> Mapping[str, str]:
    """Return the versions of workbench, judge and simulator."""
    try:
        workbench = metadata.version("aspl-workbench")
    except metadata.PackageNotFoundError:
        workbench = "not installed"
    return {"workbench": workbench, "judge": judge_version(), "simulator": simulator_version()}


def machine() -> str:
    """Return the name of the machine that programs are simulated on, and a hash of it."""
    return f"{MACHINE} {sha256(machine_text(MACHINE).encode())[:_DIGITS]}"


@cache
def simulator_version() -> str:
    """Return a hash of all sources that cycles and bytes are counted by."""
    found = sorted(path for part in _PARTS for path in (_ROOT / part).rglob("*.py"))
    return sha256(b"".join(sha256(path.read_bytes()).encode() for path in found))[:_DIGITS]
