"""Following a run by its events, whoever runs it: what is new, and how all of it stands."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from agent.campaigns.lock import is_locked
from agent.records.story import Story, StoryEvent
from benchmark.runs.board import Board
from benchmark.store.clock import Clock
from benchmark.store.events import (
    RunResumed,
    RunStarted,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleProposed,
)
from benchmark.store.steering import AnswerAsked, ApprovalAsked
from benchmark.store.view import NoRun, RunFold, RunView
from benchmark.store.workspace import Entry, Workspace

Place: TypeAlias = tuple[str, int]
"""A task, and the number of a sample."""
Life: TypeAlias = Literal["starting", "running", "paused", "stopping", "ended", "left"]
"""`left`: no process has it, and its newest session did not end by itself."""
GOING: frozenset[Life] = frozenset({"running", "paused", "stopping"})

KEPT = 1000
"""Events of a run's log that stay at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A run at one moment."""

    view: RunView
    board: Board
    is_held: bool
    """Whether a process has it."""
    began_at: datetime
    """When its newest session began."""
    log: tuple[Entry, ...]
    """The last events."""

    @property
    def life(self) -> Life:
        """Tell in a word how its newest session is."""
        if self.view.ending is not None:
            return "ended"
        if not self.is_held:
            return "left"
        if self.view.steered.is_stopping:
            return "stopping"
        return "paused" if self.view.steered.is_paused else "running"

    @property
    def asks(self) -> tuple[ApprovalAsked | AnswerAsked, ...]:
        """The programs and prompts that wait for somebody."""
        return (*self.view.steered.waiting, *self.view.steered.asked)


@dataclass(slots=True)
class Follower:
    """Reads a run's events as they come; one thread at a time may look."""

    workspace: Workspace
    run: str
    clock: Clock
    last: int = 0
    """The number of the last event that was read."""
    seen: Snapshot | None = None
    _fold: RunFold = field(init=False)
    _began_at: datetime | None = None
    _log: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    _events: dict[Place, list[Entry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._fold = RunFold(self.run)

    def look(self) -> tuple[Entry, ...]:
        """Take in what is new, and return it; `seen` is then the run as it stands.

        Errors: the database's own, where it is gone.
        """
        new = tuple(self.workspace.entries(self.run, after=self.last))
        for entry in new:
            self._take(entry)
        is_held = is_locked(self.workspace.file, self.run)
        if self.workspace.file is None:
            # who has a run in a server's database is not known
            is_held = True
        if new or (self.seen is not None and self.seen.is_held != is_held):
            self._see(is_held)
        return new

    def _take(self, entry: Entry) -> None:
        self.last = entry.number
        self._fold.add(entry)
        self._log.append(entry)
        if isinstance(entry.event, RunStarted | RunResumed):
            self._began_at = entry.at
        task, sample = (getattr(entry.event, name, None) for name in ("task", "sample"))
        if isinstance(task, str) and isinstance(sample, int):
            self._events.setdefault((task, sample), []).append(entry)

    def _see(self, is_held: bool) -> None:
        try:
            view = self._fold.view()
        except NoRun:
            return
        self.seen = Snapshot(
            view=view,
            board=Board.of(view, self.clock),
            is_held=is_held,
            began_at=self._began_at or view.started_at,
            log=tuple(self._log),
        )

    def events_of(self, task: str, sample: int) -> Sequence[Entry]:
        """Return all that was recorded of a sample, in the order of recording."""
        return tuple(self._events.get((task, sample), ()))

    def story_of(self, task: str, sample: int) -> Story | None:
        """Return a sample and the steps on its way; None for one that is not begun."""
        if self.seen is None:
            return None
        views = self.seen.view.samples
        view = next((each for each in views if (each.task, each.sample) == (task, sample)), None)
        if view is None:
            return None
        steps: dict[StoryEvent, None] = {}
        for entry in self.events_of(task, sample):
            if isinstance(
                entry.event, SampleProposed | SampleChecked | SampleGuarded | SampleFailed
            ):
                steps.setdefault(entry.event)
        lost = [each for each in self.seen.view.lost if (each.task, each.sample) == (task, sample)]
        return Story(view=view, steps=tuple(steps), lost=tuple(lost))
