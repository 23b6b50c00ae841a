"""Judging the programs of a library again, from source, in clean workers."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.judge.pool import JudgePool
from benchmark.judge.verdict import Verdict
from benchmark.library.folder import Folder
from benchmark.tasks.task import Task


def measured(folder: Folder, tasks: Mapping[str, Task], pool: JudgePool) -> Mapping[str, Verdict]:
    """Return the verdict on each program that can be judged, by task.

    Nothing that was judged before is believed; inputs are drawn from the seeds of the pool.
    """
    asked = [
        (each.entry.task, each.text)
        for each in folder.files
        if each.text is not None and each.entry.task in tasks
    ]
    return {asked[each.place][0]: each.verdict for each in pool.map(asked)}
