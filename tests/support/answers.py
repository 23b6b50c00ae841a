"""Answers to the tasks of the judge's own tests, and where these tasks are."""

from __future__ import annotations

from pathlib import Path

_TASKS = Path(__file__).parent / "tasks_of_tests"

SQUARES = str(_TASKS / "squares.py")
GOOD = "return Accum(Map(x, fn=square), fn=add, init=zeros, rank=1)"
WRONG = "return Accum(x, fn=add, init=zeros, rank=1)"


def misbehaving(deed: str, folder: Path) -> str:
    """Write a task with a deed that no answer can do; return where it is."""
    path = folder / f"{deed}.py"
    path.write_text(
        f"import sys\n\nsys.path.insert(0, {str(_TASKS)!r})\n"
        f"from misbehaving import misbehaving\n\nTASK = misbehaving({deed!r})\n",
        encoding="utf-8",
    )
    return str(path)
