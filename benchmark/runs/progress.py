"""How far a session is: a fold of its events, for displays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.store.clock import Clock
from benchmark.store.events import (
    RoundBegan,
    SampleCached,
    SampleFailed,
    SampleJudged,
    Settled,
)
from benchmark.store.view import RunView
from benchmark.store.workspace import Entry


@dataclass(slots=True)
class Progress:
    """Counts of a run as it goes on."""

    tasks: int
    expected: int
    clock: Clock
    settled: int
    failed: int = 0
    solved: set[str] = field(default_factory=set)
    _start_s: float = 0.0
    _before: int = 0
    _asked: dict[int, int] = field(default_factory=dict)
    """Samples that are asked for, by round."""

    @classmethod
    def of(cls, run: RunView, clock: Clock) -> Progress:
        """Begin where a run stands."""
        progress = cls(
            tasks=len(run.config.tasks),
            expected=run.expected,
            clock=clock,
            settled=len(run.settled),
            solved={each.task for each in run.samples if each.is_correct},
            _asked={each.round: len(each.tasks) * each.samples for each in run.rounds},
        )
        progress._start_s, progress._before = clock.seconds(), progress.settled
        return progress

    def add(self, entries: Sequence[Entry]) -> None:
        """Count events."""
        for entry in entries:
            match entry.event:
                case SampleFailed():
                    self.failed += 1
                case settled if isinstance(settled, Settled):
                    self.settled += 1
                    if isinstance(settled, SampleJudged | SampleCached):
                        self._judge(settled)
                case RoundBegan() as asked:
                    self._asked[asked.round] = len(asked.tasks) * asked.samples
                    self.expected = max(self.expected, sum(self._asked.values()))
                case _:
                    pass

    def _judge(self, judged: SampleJudged | SampleCached) -> None:
        if judged.outcome == "correct":
            self.solved.add(judged.task)

    @property
    def seconds(self) -> float:
        """Seconds since the session began."""
        return self.clock.seconds() - self._start_s

    def rate(self, seconds: float) -> float:
        """Return verdicts a second of a session that is so many seconds old."""
        return (self.settled - self._before) / seconds if seconds > 0 else 0.0

    def line(self) -> str:
        """Write it as one line."""
        rate = self.rate(self.seconds)
        words = [
            f"samples {self.settled:,}/{self.expected:,}",
            f"solved {len(self.solved)}/{self.tasks}",
            f"{rate:,.1f} verdicts/s",
        ]
        if self.failed:
            words.append(f"{self.failed} failed")
        left = self.expected - self.settled
        if rate > 0 and left > 0:
            words.append(f"{duration(left / rate)} to go")
        return ", ".join(words)


def duration(seconds: float) -> str:
    """Write seconds as minutes and seconds, or as hours, minutes and seconds."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
