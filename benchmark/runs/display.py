"""What a run shows of itself while it goes on, and what a list of runs looks like."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aspl.terminal import write_text
from benchmark.report.tables import Table, columns
from benchmark.report.text import table_lines
from benchmark.runs.progress import Progress
from benchmark.runs.recorder import Observer
from benchmark.store.view import RunView
from benchmark.store.workspace import Entry

EVERY_S = 5.0
"""Between two lines of progress where there is no terminal."""


@contextmanager
def shown(progress: Progress) -> Iterator[Observer]:
    """Show progress on standard error: a bar on terminals, else a line from time to time."""
    if sys.stderr.isatty():
        with _bar(progress) as observer:
            yield observer
        return
    yield Lines(progress)


class Lines:
    """Progress as lines of text on standard error, from time to time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last_s = 0.0

    def __call__(self, entries: Sequence[Entry]) -> None:
        """Count events."""
        self._progress.add(entries)
        self.tell()

    def tell(self) -> None:
        """Write a line if the last one is some seconds old."""
        seconds = self._progress.seconds
        if seconds - self._last_s >= EVERY_S:
            self._last_s = seconds
            write_text(f"{self._progress.line()}\n", sys.stderr)
            sys.stderr.flush()


@contextmanager
def _bar(progress: Progress) -> Iterator[Observer]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    layout = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    with Bar(*layout, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task(progress.line(), total=progress.expected, completed=progress.settled)

        def observe(entries: Sequence[Entry]) -> None:
            progress.add(entries)
            bar.update(row, completed=progress.settled, description=progress.line())

        yield observe


def runs_text(runs: Sequence[tuple[RunView, int]]) -> str:
    """Write runs, one a line, each with the number of its solved tasks."""
    rows = tuple(
        (
            run.run,
            f"{run.started_at:%Y-%m-%d %H:%M}",
            run.config.model,
            run.config.suite,
            f"{len(run.settled):,}/{run.expected:,}",
            f"{solved}/{len(run.config.tasks)}",
            run.ending or "no end",
        )
        for run, solved in runs
    )
    heads = columns("run", "began", "model", "suite", ">samples", ">solved", "ending")
    return "\n".join(line[2:] for line in table_lines(Table(title="", columns=heads, rows=rows)))
