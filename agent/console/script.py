"""Plays of keys, for demonstrations and pictures: one act a line.

press enter           keys, by their names, one after the other
type some words       every character as a key
wait 1.5              seconds
until solved 3/8 20   until these words are on the screen; seconds at most, 30 if not said
size 80x24            of a screen without a terminal
screenshot board.svg  what is on the screen, as a picture
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rich.console import Console as Paper
from textual.app import App
from textual.pilot import Pilot

from aspl.terminal import UsageError, quoted, reason

PATIENCE_S = 30.0
LOOK_S = 0.1
"""Between two looks at the screen."""

Verb: TypeAlias = Literal["press", "type", "wait", "until", "size", "screenshot"]
VERBS: tuple[Verb, ...] = ("press", "type", "wait", "until", "size", "screenshot")
_FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_FONT = "Fira Code"
_FONTS = "'DejaVu Sans Mono', Menlo, Consolas"


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a script."""

    verb: Verb
    words: str
    seconds: float = 0.0
    size: tuple[int, int] = (0, 0)


def read_script(path: Path) -> tuple[Step, ...]:
    """Read a script. Errors: UsageError, with the number of a line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {quoted(str(path))}: {reason(error)}") from error
    steps = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            steps.append(_step(line.strip(), f"{path.name}:{number}"))
    return tuple(steps)


def _step(line: str, where: str) -> Step:
    verb, _, words = line.partition(" ")
    wrong = UsageError(f"{where}: expected one of {', '.join(VERBS)}, got {quoted(line)}")
    if verb not in VERBS or not words.strip():
        raise wrong
    words = words.strip()
    match verb:
        case "wait":
            return Step(verb, words, _seconds(words, wrong))
        case "until":
            text, _, last = words.rpartition(" ")
            if text and re.fullmatch(r"\d+(\.\d+)?", last):
                return Step(verb, text, float(last))
            return Step(verb, words, PATIENCE_S)
        case "size":
            found = re.fullmatch(r"(\d+)x(\d+)", words)
            if found is None:
                raise wrong
            return Step(verb, words, size=(int(found[1]), int(found[2])))
        case _:
            return Step(verb, words)


def _seconds(words: str, wrong: UsageError) -> float:
    try:
        return float(words)
    except ValueError:
        raise wrong from None


def player(
    steps: Sequence[Step], *, leaves: bool
) -> Callable[[Pilot[object]], Coroutine[Any, Any, None]]:
    """Return what plays a script.

    Args: leaves: whether the console is closed behind the last act.
    """

    async def play(pilot: Pilot[object]) -> None:
        app = pilot.app
        for step in steps:
            if app.is_running and not app.return_code:
                await _play(pilot, step)
        if leaves and not app.return_code:
            app.exit()

    return play


async def _play(pilot: Pilot[Any], step: Step) -> None:
    match step.verb:
        case "press":
            await pilot.press(*step.words.split())
        case "type":
            await pilot.press(*step.words)
        case "wait":
            await pilot.pause(step.seconds)
        case "until":
            await _until(pilot, step)
        case "size":
            await pilot.resize_terminal(*step.size)
        case "screenshot":
            await pilot.pause()
            try:
                Path(step.words).write_text(picture(pilot.app), encoding="utf-8")
            except OSError as error:
                raise UsageError(f"cannot write {quoted(step.words)}: {reason(error)}") from error


async def _until(pilot: Pilot[Any], step: Step) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + step.seconds
    while step.words not in screen_text(pilot.app):
        if loop.time() > end:
            words = f"{quoted(step.words)} did not come to the screen in {step.seconds:g} s"
            raise UsageError(words)
        await pilot.pause(LOOK_S)


def screen_text(app: App[Any]) -> str:
    """Return the characters on the screen, a line for each of its lines."""
    width, height = app.size
    paper = Paper(width=width, height=height, file=io.StringIO(), record=True, color_system=None)
    # as `App.export_screenshot` does, which writes pictures alone
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    paper.print(update)
    lines = paper.export_text().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def picture(app: App[Any]) -> str:
    """Return the screen as SVG, with the fonts of the machine that shows it."""
    svg = _FONT_FACES.sub("", app.export_screenshot(title="aspl console", simplify=True))
    return svg.replace(_FONT, _FONTS)
