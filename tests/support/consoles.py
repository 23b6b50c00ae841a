"""The console without a terminal: its screen as lines, and runs that look at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from asked_tasks import TASKS
from campaigns import Answers, session, start
from run_records import LIMITS, config
from textual import _wait
from textual.pilot import Pilot

from agent.console.app import Console
from agent.console.bench import Bench
from agent.console.desk import Desk
from agent.console.launch import Session
from agent.console.script import screen_text
from agent.providers.model import Request
from benchmark.runs.judging import Judge
from benchmark.runs.testing import ScriptedJudge
from benchmark.store.config import PolicyOptions
from benchmark.store.events import RoundBegan, RunStarted
from benchmark.store.testing import SteppingClock
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace, Write

# looks for the end of what a key does are 20 ms apart else, at least two for each key
_wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 1 / 250, 1 / 2000

WIDE, SMALL = (120, 40), (80, 24)
Play: TypeAlias = Callable[[Pilot[None]], Awaitable[None]]


@dataclass
class Started:
    """A session that is only said to run."""

    options: Sequence[str]
    name: str | None = None
    going: bool = True
    interrupted: int = 0
    words: str = "aspl: there is no such model"

    def run(self) -> str | None:
        return self.name

    def is_going(self) -> bool:
        return self.going

    def last_words(self) -> str:
        return self.words

    def interrupt(self) -> None:
        self.interrupted += 1
        self.going = False

    def wait(self) -> None:
        self.going = False


@dataclass
class Launches:
    """Takes the options of sessions, and starts none."""

    made: list[Started] = field(default_factory=list)

    def __call__(self, options: Sequence[str]) -> Session:
        self.made.append(Started(options))
        return self.made[-1]


def desk(
    workspace: Workspace,
    run: str | None = "r",
    judge: Judge | None = None,
    launch: Launches | None = None,
    **rest: object,
) -> Desk:
    found = Desk(
        workspace=workspace,
        place="workspace.db",
        clock=SteppingClock(step_s=0.0),
        launch=launch or Launches(),
        bench=Bench(make=lambda: judge or ScriptedJudge()),
        task=TASKS.get,
        **rest,  # type: ignore[arg-type] # fields of a desk
    )
    if run is not None:
        found.follow(run)
    return found


@asynccontextmanager
async def opened(
    of: Desk, size: tuple[int, int] = WIDE, *, plain: bool = False
) -> AsyncIterator[Pilot[None]]:
    app = Console(of, plain=plain, looks=False)
    async with app.run_test(size=size, notifications=True) as pilot:
        await look(pilot)
        yield pilot


async def settle(pilot: Pilot[None]) -> None:
    """Wait for what runs in threads, and for what it changes."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def look(pilot: Pilot[None]) -> None:
    """Look at the workspace once."""
    assert isinstance(pilot.app, Console)
    pilot.app.look()
    await settle(pilot)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, and wait for what comes of them."""
    await pilot.press(*keys)
    await settle(pilot)


async def type_in(pilot: Pilot[None], words: str) -> None:
    await press(pilot, *("space" if each == " " else each for each in words))


def screen(pilot: Pilot[None]) -> str:
    return screen_text(pilot.app) + "\n"


def play(of: Desk, *keys: str, size: tuple[int, int] = WIDE, plain: bool = False) -> str:
    """Open the console, press keys, and return the screen."""

    async def run() -> str:
        async with opened(of, size, plain=plain) as pilot:
            for key in keys:
                await press(pilot, key)
            return screen(pilot)

    return asyncio.run(run())


def acted(of: Desk, do: Play, size: tuple[int, int] = WIDE) -> None:
    """Open the console, and do something with it."""

    async def run() -> None:
        async with opened(of, size) as pilot:
            await do(pilot)

    asyncio.run(run())


def campaign(
    place: Workspace,
    rule: Callable[[Request], str],
    samples: int = 2,
    options: PolicyOptions | None = None,
) -> RunView:
    """Record a run of small tasks whose answers come by a rule."""
    return session(place, start(place, samples, options=options), Answers(rule))


def under_way(place: Workspace, *writes: Write, samples: int = 4) -> None:
    """Record a run that has no end yet."""
    found = config(samples=samples)
    began = RoundBegan(
        round=0, tasks=tuple(each.name for each in found.tasks), first=0, samples=samples
    )
    place.write([Write(run="r", events=(RunStarted(config=found, limits=LIMITS), began))])
    place.write([replace(write, run="r") for write in writes])


def workspace(folder: Path) -> Workspace:
    return Workspace.open(str(folder / "workspace.db"), clock=SteppingClock())
