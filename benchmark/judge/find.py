"""Tasks by their names, or from files of Python that their owners trust."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from benchmark.tasks.file import load_tasks
from benchmark.tasks.task import Task, TaskError

_SUFFIX = ".py"
_MARK = "::"


def find_task(source: str) -> Task:
    """Return a task of the table by its name, or that of a file, `FILE.py` or `FILE.py::NAME`.

    The file is executed.

    Errors: TaskError that says what is wrong with it.
    """
    source = settled(source)
    if is_file(source):
        return _from_file(source)
    from benchmark.tasks.table import task_named

    return task_named(source)


def is_file(source: str) -> bool:
    """Whether a task is that of a file."""
    return source.partition(_MARK)[0].endswith(_SUFFIX)


def settled(source: str) -> str:
    """Return where a task is found from any folder."""
    path, mark, name = source.partition(_MARK)
    return f"{Path(path).resolve()}{mark}{name}" if is_file(source) else source


@cache
def _from_file(source: str) -> Task:
    path, _, name = source.partition(_MARK)
    tasks = {task.name: task for task in load_tasks(Path(path))}
    if not name and len(tasks) == 1:
        return next(iter(tasks.values()))
    if name in tasks:
        return tasks[name]
    raise TaskError(f"write `{path}{_MARK}NAME` with one of {', '.join(tasks)}")
