"""Programs that are checked and judged while they are written, in a worker of the judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from benchmark.judge.early import Checkup
from benchmark.judge.pool import JudgePool
from benchmark.judge.verdict import Verdict
from benchmark.runs.judging import Judge
from benchmark.tasks.task import Task


@dataclass(slots=True)
class Bench:
    """A judge that is made when it is asked first; threads may ask at once.

    Args: make: makes the judge.
    """

    make: Callable[[], Judge] = lambda: JudgePool(1)
    _judge: Judge | None = None
    _lock: Lock = field(default_factory=Lock)

    def check(self, task: Task, text: str) -> Checkup:
        """Return what the first stages say of a program."""
        return self._made().check(task, text)

    def judge(self, task: Task, text: str) -> Verdict:
        """Return the verdict on a program."""
        return self._made().judge(task, text)

    def _made(self) -> Judge:
        with self._lock:
            if self._judge is None:
                self._judge = self.make()
            return self._judge

    def close(self) -> None:
        """End its workers."""
        if isinstance(self._judge, JudgePool):
            self._judge.close()
