"""The sub-command that opens the console: console."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.campaigns import command as options
from aspl.command import tell, told
from aspl.terminal import UsageError, quoted
from benchmark.store.command import WORKSPACE, WorkspaceOption

if TYPE_CHECKING:
    from agent.console.desk import Desk
    from agent.console.script import Step
    from benchmark.store.workspace import Workspace

SIZE = "120x40"

_PASSED = {
    "suite": "--suite",
    "policy": "--policy",
    "samples": "--samples",
    "seed": "--seed",
    "repairs": "--repairs",
    "approve": "--approve",
    "budget": "--budget",
    "base_url": "--base-url",
    "jobs": "--jobs",
    "calls_at_once": "--calls",
}
"""Options of a new run that are passed on as they are."""


def register(app: typer.Typer) -> None:
    """Add the sub-command to the command."""
    app.command("console")(told(console))


def console(
    context: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="Its name, how that begins, or `last`."),
    ] = None,
    model: options.ModelOption = None,
    suite: options.SuiteOption = "core",
    tasks: options.TasksOption = None,
    policy: options.PolicyOption = "best-of-n",
    samples: options.SamplesOption = 1,
    seed: options.SeedOption = 0,
    repairs: options.RepairsOption = 0,
    approve: options.ApproveOption = None,
    base_url: options.BaseUrlOption = None,
    allow_unknown_price: options.UnknownPriceOption = False,
    jobs: options.JobsOption = 2,
    calls_at_once: options.CallsOption = 8,
    budget: options.BudgetOption = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Let what was started go on when the console closes.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Do without colours.")] = False,
    script: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Play the keys that stand in a file, an act a line."),
    ] = None,
    size: Annotated[
        str, typer.Option(metavar="WxH", help="Of the screen where there is no terminal.")
    ] = SIZE,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Watch a run and steer it, or start one: board, episodes, editor, approvals.

    Everything is done by keys; `?` shows them. Without RUN and --model the runs of the workspace
    are shown. The console runs no campaign itself: sessions are processes of their own.

    Example: aspl console --model local/synth --policy adaptive --samples 8
    """
    if run is not None and model is not None:
        raise UsageError("RUN is followed, --model starts a run; leave one of them out")
    from agent.console.script import read_script

    steps = None if script is None else read_script(script)
    if steps is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the console needs a terminal; --script plays keys without one")
    _open(context.params, steps)


def _open(given: Mapping[str, Any], steps: Sequence[Step] | None) -> None:
    from agent.console.app import Console
    from agent.console.script import player
    from benchmark.store.find import opened, run_named

    is_plain = given["no_color"] or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    is_headless = not (sys.stdin.isatty() and sys.stdout.isatty())
    screen = _size(given["size"])
    with opened(given["workspace"], make=given["run"] is None) as place, _interruptible():
        desk = _desk(place, given)
        try:
            if given["run"] is not None:
                desk.follow(run_named(place, given["run"]).run)
            if given["model"] is not None:
                desk.start(_options(given))
            console = Console(desk, plain=bool(is_plain))
            console.run(
                headless=is_headless,
                size=screen if is_headless else None,
                auto_pilot=None if steps is None else player(steps, leaves=is_headless),
            )
        finally:
            _close(desk)
    if console.broken is not None:
        raise console.broken


@contextmanager
def _interruptible() -> Iterator[None]:
    """Take the end of a terminal, and a request to end, for an interrupt: sessions are stopped."""
    ends = (signal.SIGHUP, signal.SIGTERM)

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = [signal.signal(each, interrupt) for each in ends]
    try:
        yield
    finally:
        for each, handler in zip(ends, before, strict=True):
            signal.signal(each, handler)


def _desk(place: Workspace, given: Mapping[str, Any]) -> Desk:
    from agent.console.bench import Bench
    from agent.console.desk import Desk
    from agent.console.launch import launcher
    from benchmark.store.clock import SystemClock

    clock = SystemClock()
    return Desk(
        workspace=place,
        place=given["workspace"],
        clock=clock,
        launch=launcher(given["workspace"], place.file, clock),
        bench=Bench(),
        is_detached=given["detach"],
        session_options=("--allow-unknown-price",) if given["allow_unknown_price"] else (),
    )


def _options(given: Mapping[str, Any]) -> list[str]:
    """Return what a new run is asked for with."""
    found = ["--model", given["model"]]
    for task in given["tasks"] or ():
        found += ["--task", task]
    for name, option in _PASSED.items():
        if given[name] is not None:
            found += [option, str(given[name])]
    return found


def _close(desk: Desk) -> None:
    """End what was started here, unless it is to go on."""
    desk.bench.close()
    for session in desk.sessions:
        if not session.is_going():
            continue
        if session not in desk.going:
            session.wait()
        elif desk.is_detached:
            run = session.run()
            tell(f"{f'run {run}' if run else 'a run'} goes on; `aspl console last` follows it")
        else:
            tell("stopping the session that was started here")
            session.interrupt()
            run = session.run()
            if run is not None:
                tell(f"go on with `aspl bench run --resume {run}`")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise UsageError(f"expected --size WIDTHxHEIGHT, as {SIZE}, got {quoted(text)}")
    return int(width), int(height)
