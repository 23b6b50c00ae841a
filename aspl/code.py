"""What is written down about one diagnostic code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Code:
    """A row of the table behind `aspl explain`."""

    code: str
    title: str
    why: str
    wrong: str
    """A whole program that triggers this code and no other."""
    right: str
    """The same program put right."""
    bare: bool = False
    """Whether both are answers to a task: kernels for the header `aspl.diagnose.TASK`."""
    inputs: Mapping[str, Any] | None = None
    """Values by name for a run of both; random ones when not given."""
    orders: Mapping[int, tuple[int, ...]] | None = None
    """Arrival orders by node that are replayed in that run."""
    machine: str = ""
    """A machine as TOML that both are simulated on. Where one is given, a check finds nothing
    wrong, and only a simulation does."""
