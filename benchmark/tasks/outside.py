"""Tasks of other packages, which name them by entry points of the group `aspl.tasks`.

An entry point names a `Task` or a sequence of them; the name of each is `package/name`, where the
package is the one that installs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from benchmark.tasks.task import Task, TaskError

GROUP = "aspl.tasks"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")


def installed_tasks(ours: Mapping[str, Task]) -> Mapping[str, Task]:
    """Return the tasks of installed packages by name.

    Errors: TaskError for an entry point that cannot be loaded or holds no tasks, for a name that
            does not begin with the package's, and for one that is taken.
    """
    found: dict[str, Task] = {}
    owners = dict.fromkeys(ours, "aspl-workbench")
    for point in sorted(entry_points(group=GROUP), key=lambda each: (_package(each), each.name)):
        package = _package(point)
        for task in _loaded(point):
            if task.name in owners:
                raise TaskError(
                    f"two packages have a task `{task.name}`: {owners[task.name]} and {package}"
                )
            if not task.name.startswith(f"{package}/"):
                raise TaskError(
                    f"{_told(point)}: the task `{task.name}` must be called `{package}/...`"
                )
            owners[task.name] = package
            found[task.name] = task
    return found


def tasks_in(value: object) -> tuple[Task, ...]:
    """Return a task, or the tasks of a sequence.

    Errors: TaskError for anything else, an empty sequence, a name of the wrong form or given twice.
    """
    tasks = (value,) if isinstance(value, Task) else value
    if not isinstance(tasks, tuple | list) or not tasks:
        raise TaskError(f"expected a Task or a sequence of them, got {type(value).__name__}")
    names: set[str] = set()
    for each in tasks:
        if not isinstance(each, Task):
            raise TaskError(f"expected a sequence of Task, got one of {type(each).__name__}")
        if NAME.fullmatch(each.name) is None:
            raise TaskError(
                f"a task is called `family/variant` in small letters, got `{each.name}`"
            )
        if each.name in names:
            raise TaskError(f"two tasks are called `{each.name}`")
        names.add(each.name)
    return tuple(tasks)


def _loaded(point: EntryPoint) -> tuple[Task, ...]:
    try:
        return tasks_in(point.load())
    except TaskError as error:
        raise TaskError(f"{_told(point)}: {error}") from error
    except Exception as error:
        # what an import of foreign code raises can be anything
        raise TaskError(f"{_told(point)}: {type(error).__name__}: {error}") from error


def _package(point: EntryPoint) -> str:
    name = point.dist.name if point.dist is not None else point.module.split(".")[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _told(point: EntryPoint) -> str:
    return f"entry point `{point.name} = {point.value}` of {_package(point)}"
