"""What the studies show: results, tables of sweeps, claims, and their progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aspl.render import paint
from aspl.terminal import write_text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from benchmark.studies.plot import Claim, Plot
    from benchmark.studies.result import StudyResult
    from benchmark.studies.run import Observer

_MEGABYTE = 1e6


def result_text(result: StudyResult, *, color: bool) -> str:
    """Write one result, a quantity a line."""
    measures = result.measures
    asked = ", ".join(
        f"{name} {value}" for name, value in measures.parameters.items() if value is not None
    )
    rule = "published rule" if measures.off_chip_bytes is not None else "as simulated"
    rows = [
        ("cycles", f"{result.cycles:,}"),
        ("off-chip traffic", f"{result.off_chip_bytes:,} B, {rule}"),
        ("", f"{result.simulated_bytes:,} B, as simulated"),
        ("on-chip memory", f"{measures.on_chip_bytes:,} B, published rule, as plotted"),
        ("", f"{measures.on_chip_all_bytes:,} B, all operators"),
        ("", f"{measures.on_chip_active_bytes:,} B, operators that elements reach"),
        ("compute", f"{result.allocated_compute:,} FLOP/cycle allocated"),
        ("", f"{result.flops:,} FLOPs, as simulated"),
    ]
    if measures.published_flops is not None:
        rows.append(("", f"{measures.published_flops:,} FLOPs, as published scripts count"))
    rows += [
        ("compute used", f"{result.compute_utilization:.2%}, {_counted(result)}"),
        ("bandwidth used", f"{result.bandwidth_utilization:.2%}"),
        ("seconds", f"{result.seconds:.2f}"),
    ]
    head = f"{paint(measures.study, 'strong', color)}: {asked}"
    return "\n".join([head, *_aligned(rows)])


def _counted(result: StudyResult) -> str:
    if result.measures.published_compute is None:
        return "FLOPs and compute as simulated"
    return "FLOPs and compute as published scripts count"


def sweep_text(results: Mapping[str, StudyResult], references: Mapping[str, float]) -> str:
    """Write the runs of a figure, one a line, beside cycles from elsewhere."""
    head = ("run", "cycles", "reference", "off-chip MB", "on-chip MB", "compute", "used")
    rows = [(*head, "bandwidth")]
    rows += [
        (
            key,
            f"{each.cycles:,}",
            f"{references[key]:,.0f}" if key in references else "",
            f"{each.off_chip_bytes / _MEGABYTE:,.3f}",
            f"{each.measures.on_chip_bytes / _MEGABYTE:,.3f}",
            f"{each.allocated_compute:,}",
            f"{each.compute_utilization:.1%}",
            f"{each.bandwidth_utilization:.1%}",
        )
        for key, each in results.items()
    ]
    return "\n".join(_columns(rows))


def plot_text(plot: Plot, *, color: bool) -> str:
    """Write what is claimed of a figure beside what the paper states, and the notes."""
    rows = [("claim", "here", "published"), *map(_claim_row, plot.claims)]
    lines = [paint(plot.title, "strong", color)]
    if plot.table:
        lines += [*_columns(plot.table), ""]
    lines += _columns(rows)
    lines += [f"note: {each}" for each in plot.notes]
    return "\n".join(lines)


def _claim_row(claim: Claim) -> tuple[str, str, str]:
    published = "" if claim.published is None else _number(claim, claim.published)
    return claim.name, _number(claim, claim.here), published


def _number(claim: Claim, value: float) -> str:
    return f"{value:.2%}" if claim.unit == "percent" else f"{value:.3f}"


def list_text(rows: Sequence[tuple[str, ...]]) -> str:
    """Write rows of words in columns."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Align the first column to the left and numbers to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [word.rjust(width) for word, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()


def _aligned(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"  {name.ljust(width)}  {value}"


@contextmanager
def progress() -> Iterator[Observer]:
    """Show how far a sweep is on standard error: a bar on a terminal, else a line a run."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        yield BarProgress(bar)


class PlainProgress:
    """Writes a line for every run that has ended."""

    def __init__(self) -> None:
        self._total = 0
        self._ended = 0

    def begin(self, total: int) -> None:
        """Learn how many runs there are."""
        self._total = total

    def done(self, label: str, result: StudyResult) -> None:
        """Write one line."""
        self._ended += 1
        place = f"[{self._ended}/{self._total}]"
        words = f"{label}: {result.cycles:,} cycles in {result.seconds:.1f} s"
        write_text(f"{place} {words}\n", sys.stderr)
        sys.stderr.flush()


class BarProgress:
    """Moves a bar of rich."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def begin(self, total: int) -> None:
        """Learn how many runs there are."""
        self._task = self._bar.add_task("simulating", total=total)

    def done(self, label: str, result: StudyResult) -> None:
        """Move the bar by one run, and name it."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, description=label)
