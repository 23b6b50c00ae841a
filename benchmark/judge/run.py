"""Judging with what was judged before at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmark.judge.cache import Cache, Key, key_of
from benchmark.judge.find import find_task
from benchmark.judge.pool import Judged, JudgePool
from benchmark.judge.seeds import Seeds
from benchmark.judge.verdict import Verdict
from benchmark.tasks.task import Task


def judge(task: Task | str, text: str) -> Verdict:
    """Judge one answer in a worker of its own, from seeds that nobody knows before."""
    with JudgePool(1) as pool:
        return pool.judge(task, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A pool, and the verdicts that need no judging again."""

    pool: JudgePool
    cache: Cache | None = None
    asked: Seeds | None = None
    """The seeds that somebody asked for; None for those of the pool."""

    def judge(self, task: Task | str, text: str) -> Verdict:
        """Return the verdict that there is, or make it."""
        found = self._kept(task, text)
        if found is None:
            found = self.pool.judge(task, text)
            self._keep(task, text, found)
        return found

    def map(self, answers: Iterable[tuple[Task | str, str]]) -> Iterator[Judged]:
        """Judge many answers, and yield each verdict as it comes; those that there are go first."""
        waiting: list[tuple[int, Task | str, str]] = []
        for place, (task, text) in enumerate(answers):
            found = self._kept(task, text)
            if found is None:
                waiting.append((place, task, text))
            else:
                yield Judged(place=place, verdict=found)
        for each in self.pool.map((task, text) for _, task, text in waiting):
            place, task, text = waiting[each.place]
            self._keep(task, text, each.verdict)
            yield Judged(place=place, verdict=each.verdict)

    def key(self, task: Task | str, text: str) -> Key:
        """Return what a verdict of this judge is kept by."""
        one = find_task(task) if isinstance(task, str) else task
        return key_of(one, text, seeds=self.asked, linearity=self.pool.linearity)

    def _kept(self, task: Task | str, text: str) -> Verdict | None:
        return None if self.cache is None else self.cache.find(self.key(task, text))

    def _keep(self, task: Task | str, text: str, verdict: Verdict) -> None:
        if self.cache is not None:
            self.cache.keep(self.key(task, text), verdict)
