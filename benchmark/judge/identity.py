"""What a verdict depends on beside the answer: the sources, the task, the machine, as hashes."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from benchmark.tasks.task import Task
from simulator.load import machine_text

MACHINE = "reference"
"""The machine that answers are simulated on."""
_DIGITS = 16
_ROOT = Path(__file__).parents[2]
_PARTS = ("aspl", "compiler", "simulator", "benchmark/judge", "benchmark/tasks")


def versions(task: Task) -> Mapping[str, str]:
    """Return the hashes that a verdict on a task records."""
    return {
        "judge": judge_version(),
        "task": task_identity(task),
        "machine": f"{MACHINE} {_digest([machine_text(MACHINE)])}",
    }


@cache
def judge_version() -> str:
    """Return a hash of all sources that a verdict is made by."""
    found = sorted(path for part in _PARTS for path in (_ROOT / part).rglob("*.py"))
    return _digest(path.read_text(encoding="utf-8") for path in found)


def task_identity(task: Task) -> str:
    """Return a hash of all that a task is: its texts, its inputs, and the code behind them."""
    regimes = [
        f"{each.name} {sorted(each.sizes.items())} {each.style} {_source(each.adapt)}"
        for each in task.regimes
    ]
    parts = (task.name, task.statement, task.formula, task.header, str(task.tolerance))
    return _digest([*parts, *regimes, _source(task.reference), _source(task.margin)])


def _source(function: Any) -> str:  # noqa: ANN401 - any callable, or None
    """Return the text of the file that a function stands in, as it may call others there."""
    if function is None:
        return ""
    name = getattr(function, "__qualname__", repr(type(function)))
    try:
        file = inspect.getsourcefile(inspect.unwrap(function))
    except TypeError:
        file = inspect.getsourcefile(type(function))
    return f"{name} {_text(file) if file else ''}"


@cache
def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError:
        return file


def _digest(parts: Iterable[str]) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        # the length first: no two lists of texts run into one
        hashed.update(f"{len(data)} ".encode() + data)
    return hashed.hexdigest()[:_DIGITS]
