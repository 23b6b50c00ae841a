"""Hearing what people say to a run: the session looks into the workspace from time to time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.episodes.ended import Stopped
from benchmark.runs.recorder import Recorder
from benchmark.store.steering import (
    AnswerAsked,
    AnswerGiven,
    ApprovalAsked,
    ApprovalGiven,
    Gate,
    HintGiven,
    RunSteered,
    SampleWanted,
)
from benchmark.store.view import RunView
from benchmark.store.workspace import Entry, Workspace, Write

LOOK_S = 0.25
"""Between two looks."""

Asked: TypeAlias = tuple[str, int, str]
"""A task, a sample, and what is waited for: a gate, or the number of a call."""


@dataclass(slots=True)
class Watch:
    """What was said to a run, up to the last look.

    Args:
        session: acts of other sessions do not count.
        last: the number of the last event that was looked at.
    """

    workspace: Workspace
    run: str
    session: int
    recorder: Recorder
    stop: Callable[[], None]
    last: int = 0
    hints: dict[str, list[str]] = field(default_factory=dict)
    """Digests by task."""
    wanted: deque[SampleWanted] = field(default_factory=deque)
    """Samples that nobody took up yet."""
    _is_paused: bool = False
    _is_stopped: bool = False
    _decided: dict[Asked, ApprovalGiven] = field(default_factory=dict)
    _answers: dict[Asked, str] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(
        cls, view: RunView, workspace: Workspace, recorder: Recorder, stop: Callable[[], None]
    ) -> Watch:
        """Begin with all that was said so far."""
        watch = cls(workspace, view.run, view.sessions - 1, recorder, stop)
        settled = {(each.task, each.sample) for each in view.settled}
        watch.look()
        watch.wanted = deque(
            each for each in watch.wanted if (each.task, each.sample) not in settled
        )
        return watch

    async def keep_looking(self) -> None:
        """Look until this is cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            if await asyncio.to_thread(self._news):
                self.look()

    def look(self) -> None:
        """Take in what was said since the last look."""
        for entry in self.workspace.entries(self.run, after=self.last):
            self._take(entry)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _news(self) -> bool:
        return next(iter(self.workspace.entries(self.run, after=self.last)), None) is not None

    def _take(self, entry: Entry) -> None:
        self.last = entry.number
        match entry.event:
            case RunSteered(session=self.session, act=act):
                self._is_paused = act == "pause"
                self._is_stopped |= act == "stop"
            case HintGiven(task=task, hint=hint):
                self.hints.setdefault(task, []).append(hint)
            case ApprovalGiven() as given:
                self._decided.setdefault((given.task, given.sample, given.gate), given)
            case AnswerGiven() as given:
                self._answers.setdefault((given.task, given.sample, str(given.call)), given.answer)
            case SampleWanted() as wanted:
                self.wanted.append(wanted)
            case _:
                pass

    async def may_go(self) -> None:
        """Wait while the run is paused. Errors: Stopped where it is to stop."""
        while self._is_paused and not self._is_stopped:
            await self._changed.wait()
        self._end()

    async def decision(self, asked: ApprovalAsked) -> ApprovalGiven:
        """Wait for somebody's yes or no. Errors: Stopped where the run is to stop."""
        await self._ask(asked, (asked.task, asked.sample, asked.gate))
        key = asked.task, asked.sample, asked.gate
        while key not in self._decided:
            self._end()
            await self._changed.wait()
        return self._decided[key]

    async def answer(self, asked: AnswerAsked, *objects: bytes) -> str:
        """Wait for a person's answer, and return its digest. Errors: Stopped."""
        key = asked.task, asked.sample, str(asked.call)
        await self._ask(asked, key, *objects)
        while key not in self._answers:
            self._end()
            await self._changed.wait()
        return self._answers[key]

    def decided(self, task: str, sample: int, gate: Gate) -> ApprovalGiven | None:
        """Return what was said of a program."""
        return self._decided.get((task, sample, gate))

    async def _ask(self, asked: ApprovalAsked | AnswerAsked, key: Asked, *objects: bytes) -> None:
        if key in self._decided or key in self._answers:
            return
        await self.recorder.record(Write(run=self.run, events=(asked,), objects=objects))

    def _end(self) -> None:
        if self._is_stopped:
            self.stop()
            raise Stopped
