"""Tasks by their names, or from files of Python that their owners trust."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path

from aspl.terminal import quoted
from benchmark.tasks.task import Task, TaskError

SUFFIX = ".py"


def find_task(source: str) -> Task:
    """Return a task of the table by its name, or `TASK` of a file; the file is executed.

    Errors: TaskError that says what is wrong with it.
    """
    if source.endswith(SUFFIX):
        return _from_file(str(Path(source).resolve()))
    from benchmark.tasks.table import task_named

    return task_named(source)


@cache
def _from_file(path: str) -> Task:
    try:
        task = runpy.run_path(path).get("TASK")
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        raise TaskError(f"cannot read {quoted(path)}: {words}") from error
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        raise TaskError(f"{quoted(path)} does not run: {quoted(words)}") from error
    if not isinstance(task, Task):
        raise TaskError(f"{quoted(path)} defines no `TASK` that is a `benchmark.tasks.Task`")
    return task
