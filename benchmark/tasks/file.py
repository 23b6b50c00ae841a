"""Tasks of a Python file that its owner trusts: the file is executed as it is."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import ModuleType

from benchmark.tasks.header import signature_of
from benchmark.tasks.outside import tasks_in
from benchmark.tasks.task import Task, TaskError


def load_tasks(path: Path) -> tuple[Task, ...]:
    """Return the tasks of a file, `TASK` or `TASKS`, whose headers are right.

    Errors: TaskError that names the file, and the line or the task where something is wrong.
    """
    tasks = _named(path, _executed(path))
    for task in tasks:
        try:
            for regime in task.regimes:
                signature_of(task, regime.sizes)
        except TaskError as error:
            raise TaskError(f"{path}: task `{task.name}`: {error}") from error
    return tasks


def _executed(path: Path) -> ModuleType:
    module = ModuleType(f"aspl_task_file_{path.stem}")
    module.__file__ = str(path)
    # dataclasses of the file look for their module
    sys.modules[module.__name__] = module
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except OSError as error:
        raise TaskError(f"cannot read {path}: {error.strerror or error}") from error
    except SyntaxError as error:
        raise TaskError(f"{path}:{error.lineno}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        # the file is somebody's program, which may fail in any way
        words = f"{type(error).__name__}: {error}"
        raise TaskError(f"{path}:{_line(error, str(path))}: {words}") from error
    finally:
        del sys.modules[module.__name__]
    return module


def _named(path: Path, module: ModuleType) -> tuple[Task, ...]:
    found = [name for name in ("TASK", "TASKS") if hasattr(module, name)]
    if len(found) != 1:
        told = "neither `TASK` nor `TASKS`" if not found else "both `TASK` and `TASKS`"
        raise TaskError(f"{path} defines {told}; it needs one of them")
    try:
        return tasks_in(getattr(module, found[0]))
    except TaskError as error:
        raise TaskError(f"{path}: `{found[0]}`: {error}") from error


def _line(error: BaseException, path: str) -> int:
    """Return the last line of the file that took part in an error."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((each.lineno or 1 for each in reversed(frames) if each.filename == path), 1)
