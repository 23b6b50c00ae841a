"""Calls of functions that a task's author wrote: what goes wrong in them is told with its place."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from benchmark.tasks.task import Task, TaskError

P = ParamSpec("P")
T = TypeVar("T")

_OURS = Path(__file__).parents[1]
_WORDS = 500


def authored(task: Task, what: str, function: Callable[P, T], *args: P.args, **kw: P.kwargs) -> T:
    """Call a function of a task.

    Errors: TaskError for whatever it raises, with the line of the author's file.
    """
    try:
        return function(*args, **kw)
    except (Exception, SystemExit) as error:
        # a task is somebody's program, which may fail in any way
        raise TaskError(_told(task, what, error)) from error


def authored_functions(task: Task) -> Mapping[str, Callable[..., Any]]:
    """Return the given functions of a task; called, each fails as `authored` says."""
    return {name: _guarded(task, name, function) for name, function in task.given.items()}


def _guarded(task: Task, name: str, function: Callable[P, T]) -> Callable[P, T]:
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        return authored(task, f"given function `{name}`", function, *args, **kwargs)

    return guarded


def _told(task: Task, what: str, error: BaseException) -> str:
    # a message of torch may have many lines
    words = " ".join(str(error).split())[:_WORDS]
    said = f"{type(error).__name__}: {words}" if words else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)[1:]
    # what of ours stands in for a file of another kind tells the place itself
    if not frames or _OURS in Path(frames[0].filename).parents:
        return f"{task.name}: {what}: {said}"
    last = next(each for each in reversed(frames) if each.filename == frames[0].filename)
    return f"{last.filename}:{last.lineno}: {task.name}: {what}: in `{last.name}`: {said}"
