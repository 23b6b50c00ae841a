"""Judging the programs of a library again, from source, in clean workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from benchmark.judge.pool import Judged
from benchmark.judge.verdict import Verdict
from benchmark.library.folder import Folder
from benchmark.tasks.task import Task


class Judges(Protocol):
    """Who judges many answers, as a `JudgePool` does."""

    def map(self, answers: Iterable[tuple[Task | str, str]]) -> Iterator[Judged]:
        """Judge answers, each a task and a text, and yield each verdict as it comes."""
        ...


def measured(folder: Folder, tasks: Mapping[str, Task], judges: Judges) -> Mapping[str, Verdict]:
    """Return the verdict on each program that can be judged, by task.

    Nothing that was judged before is believed; inputs are drawn from the seeds of the judges.
    """
    asked = [
        (each.entry.task, each.text)
        for each in folder.files
        if each.text is not None and each.entry.task in tasks
    ]
    return {asked[each.place][0]: each.verdict for each in judges.map(asked)}
