"""Where every task of a session stands: a fold of its events, for displays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.report.rounds import round_words
from benchmark.runs.progress import Progress
from benchmark.scores.learning import Curve, curve
from benchmark.scores.tally import Solve, drawn, tallies
from benchmark.store.clock import Clock
from benchmark.store.config import Limits, RunConfig, Usage
from benchmark.store.events import (
    RoundBegan,
    SampleCached,
    SampleFailed,
    SampleJudged,
    SampleProposed,
    SampleUnfenced,
    Settled,
)
from benchmark.store.view import RunView, total
from benchmark.store.workspace import Entry


@dataclass(slots=True)
class TaskState:
    """How one task goes."""

    name: str
    family: str
    samples: int = 0
    """With an end."""
    solved_by: Solve | None = None
    cycles: int | None = None
    """Of its best program."""
    outcome: str = ""
    """Of the sample that ended last; empty before any did."""

    def add(self, event: Settled) -> bool:
        """Count the end of a sample; return whether it is the first one to solve the task."""
        self.samples += 1
        if not isinstance(event, SampleJudged | SampleCached):
            self.outcome = "no-program" if isinstance(event, SampleUnfenced) else "rejected"
            return False
        self.outcome = event.outcome
        if event.outcome != "correct":
            return False
        if event.cycles is not None:
            self.cycles = event.cycles if self.cycles is None else min(self.cycles, event.cycles)
        if self.solved_by is not None:
            return False
        self.solved_by = Solve(round=event.round, sample=event.sample)
        return True


@dataclass(slots=True)
class Board:
    """A run as it goes on, task by task."""

    config: RunConfig
    limits: Limits
    progress: Progress
    tasks: dict[str, TaskState]
    """By name, in the order of the run."""
    usage: Usage
    round: RoundBegan | None
    """The one under way."""
    _samples: int
    _solves: list[int] = field(default_factory=list)
    _begins: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, run: RunView, clock: Clock) -> Board:
        """Begin where a run stands."""
        last = {each.task: each.outcome for each in drawn(run)}
        before = curve(run)
        return cls(
            config=run.config,
            limits=run.limits,
            progress=Progress.of(run, clock),
            tasks={
                each.task.name: TaskState(
                    name=each.task.name,
                    family=each.task.family,
                    samples=each.samples,
                    solved_by=each.solved_by,
                    cycles=each.best.cycles if each.best else None,
                    outcome=last.get(each.task.name, ""),
                )
                for each in tallies(run)
            },
            usage=run.usage,
            round=run.rounds[-1] if run.rounds else None,
            _samples=before.samples,
            _solves=list(before.solves),
            _begins=list(before.begins),
        )

    def add(self, entries: Sequence[Entry]) -> list[str]:
        """Count events; return a line for each that is news: a round, a solved task."""
        self.progress.add(entries)
        news: list[str] = []
        for entry in entries:
            match entry.event:
                case RoundBegan() as asked:
                    self.round = asked
                    self._begins.append(self._samples)
                    news.append(round_words(asked, self.config))
                case SampleProposed() | SampleFailed() as called:
                    self.usage = total((self.usage, called.usage))
                case settled if isinstance(settled, Settled):
                    news += self._settle(settled)
                case _:
                    pass
        return news

    def _settle(self, event: Settled) -> list[str]:
        self._samples += 1
        task = self.tasks[event.task]
        if not task.add(event):
            return []
        self._solves.append(self._samples)
        count = f"{len(self._solves)} of {len(self.tasks)}"
        return [f"solved {task.name} in round {event.round} by sample {event.sample}: {count}"]

    @property
    def curve(self) -> Curve:
        """The learning curve, in the order in which samples came to their ends."""
        return Curve(samples=self._samples, solves=tuple(self._solves), begins=tuple(self._begins))
