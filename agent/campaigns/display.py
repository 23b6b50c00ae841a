"""What a campaign shows of itself while it goes on: a live table on terminals, else lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from aspl.terminal import write_text
from benchmark.runs.board import Board
from benchmark.runs.display import Lines
from benchmark.runs.recorder import Observer
from benchmark.store.workspace import Entry

if TYPE_CHECKING:
    from rich.text import Text

TIMES_A_SECOND = 4
"""The table is drawn at most so often."""
STYLES = {
    "plain": "",
    "strong": "bold",
    "soft": "dim",
    "good": "green",
    "bad": "red",
}


@contextmanager
def shown(board: Board, *, live: bool = True) -> Iterator[Observer]:
    """Show a run on standard error.

    Args:
        live: whether a table may be drawn where there is a terminal; not where somebody else
            writes to it.
    """
    if live and _takes_tables():
        with _table(board) as observer:
            yield observer
        return
    yield _Told(board)


def _takes_tables() -> bool:
    """Whether standard error is a terminal that moves its cursor and has block characters."""
    encoding = (sys.stderr.encoding or "").lower().replace("-", "")
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and encoding == "utf8"


class _Told:
    """A line for each round and each solved task, and one from time to time."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lines = Lines(board.progress)

    def __call__(self, entries: Sequence[Entry]) -> None:
        for line in self._board.add(entries):
            write_text(f"{line}\n", sys.stderr)
            sys.stderr.flush()
        self._lines.tell()


@contextmanager
def _table(board: Board) -> Iterator[Observer]:
    from rich.console import Console
    from rich.live import Live

    console, lock = Console(stderr=True), Lock()

    def draw() -> Text:
        # the table is drawn by a thread of its own; below it is the cursor, above it the run's name
        with lock:
            return _text(board, console.width, console.height - 2)

    def observe(entries: Sequence[Entry]) -> None:
        with lock:
            board.add(entries)

    with Live(
        console=console,
        get_renderable=draw,
        refresh_per_second=TIMES_A_SECOND,
        transient=True,
        vertical_overflow="crop",
        redirect_stdout=False,
    ):
        yield observe


def _text(board: Board, width: int, height: int) -> Text:
    from rich.text import Text

    from agent.campaigns.frame import frame

    text = Text(no_wrap=True, overflow="crop", end="")
    for number, line in enumerate(frame(board, width, height)):
        if number:
            text.append("\n")
        for span in line:
            text.append(span.text, STYLES[span.style])
    return text
