"""All tasks and suites; the place to add one."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from benchmark.tasks.attention import ATTENTION
from benchmark.tasks.bmm import BMM
from benchmark.tasks.expert import EXPERT
from benchmark.tasks.gemm import GEMM
from benchmark.tasks.index import INDEX
from benchmark.tasks.mixture import MIXTURE
from benchmark.tasks.norm import NORM
from benchmark.tasks.outside import installed_tasks
from benchmark.tasks.rope import ROPE
from benchmark.tasks.task import Task, TaskError

_CORE = (*ATTENTION, *BMM, *GEMM, *NORM, *ROPE, *INDEX, *EXPERT, *MIXTURE)

TASKS: Mapping[str, Task] = {task.name: task for task in _CORE}

SUITES: Mapping[str, tuple[str, ...]] = {
    # the stream-level tasks of arXiv 2502.02534
    "core": tuple(task.name for task in _CORE),
}


def all_tasks() -> Mapping[str, Task]:
    """Return the tasks of this package and of installed ones, by name.

    Errors: TaskError for an installed package whose tasks are wrong, or have a name that is taken.
    """
    return {**TASKS, **installed_tasks(TASKS)}


def task_named(name: str) -> Task:
    """Return a task by its name.

    Errors: TaskError with the nearest names where there is none, or as `all_tasks`.
    """
    found = TASKS.get(name) or all_tasks().get(name)
    if found is not None:
        return found
    near = get_close_matches(name, all_tasks(), n=3, cutoff=0.0)
    raise TaskError(f"there is no task `{name}`; the nearest are {', '.join(near)}")


def suite_named(name: str) -> tuple[Task, ...]:
    """Return the tasks of a suite in their order.

    Errors: TaskError with the names that there are.
    """
    if name not in SUITES:
        raise TaskError(f"there is no suite `{name}`; there is {', '.join(SUITES)}")
    return tuple(TASKS[each] for each in SUITES[name])
