"""What a terminal shows of a run that goes on, as lines of styled words that fit any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal, TypeAlias

from agent.campaigns.budget import MINUTE_S
from benchmark.report.plot import LEAST_HEIGHT, plot
from benchmark.report.rounds import round_words
from benchmark.runs.board import Board, TaskState
from benchmark.runs.progress import duration
from benchmark.store.config import Limits, Usage

Style: TypeAlias = Literal["plain", "strong", "soft", "good", "bad"]

CELL = 38
"""Columns of the narrowest cell that holds a task."""
WIDE = 78
"""Columns from which a task has a line of its own, if there are enough lines."""
MOST_CURVE = 12
"""Lines of the highest learning curve."""
_NAME = 30


@dataclass(frozen=True, slots=True)
class Span:
    """Words in one style."""

    text: str
    style: Style = "plain"


Line: TypeAlias = tuple[Span, ...]


def frame(board: Board, width: int, height: int) -> list[Line]:
    """Lay a run out in at most so many lines of at most so many columns.

    First go the numbers of the run, then its tasks (a line for each, or several beside each other,
    or a line for each family), then the learning curve in what is left.
    """
    lines = _head(board)
    lines += _tasks(board, width, height - len(lines))
    left = min(MOST_CURVE, height - len(lines) - 1)
    drawn = plot(board.curve, len(board.tasks), width, left)
    if drawn:
        lines += [(), *((Span(each, "good"),) for each in drawn)]
    return [_cut(line, width) for line in lines[: max(0, height)]]


def _head(board: Board) -> list[Line]:
    config, progress = board.config, board.progress
    seconds = progress.seconds
    failed = f"   {progress.failed} failed" if progress.failed else ""
    left = left_words(board.limits, board.usage, seconds)
    lines: list[Line] = [
        (
            Span(f"{config.model}", "strong"),
            Span(f" on {config.suite}, {config.policy}   {duration(seconds)}", "soft"),
        ),
        (
            Span(f"solved {len(progress.solved)}/{progress.tasks}", "good"),
            Span(f"   samples {progress.settled:,}/{progress.expected:,}"),
            Span(f"   {progress.rate(seconds):,.1f}/s", "soft"),
            Span(failed, "bad"),
        ),
        (
            Span(spent_words(board.usage)),
            Span(f"   left: {left}" if left else "", "soft"),
        ),
    ]
    if board.round is not None:
        lines.append((Span(round_words(board.round, config), "strong"),))
    return lines


def spent_words(usage: Usage) -> str:
    """Tell what was spent in a line: calls, tokens, money."""
    words = [f"{short(usage.calls)} calls"]
    if usage.input_tokens:
        cached = f" ({usage.cached_tokens / usage.input_tokens:.0%} cached)"
        words.append(f"tokens {short(usage.input_tokens)} in{cached}")
        words.append(f"{short(usage.output_tokens)} out")
    if usage.calls:
        words.append("unknown cost" if usage.usd is None else f"${usage.usd:.2f}")
    return ", ".join(words)


def left_words(limits: Limits, usage: Usage, seconds: float) -> str:
    """Tell what is left of the limits of a session so old; nothing where there are none."""
    words: list[str] = []
    if limits.max_calls is not None:
        words.append(f"{short(max(0, limits.max_calls - usage.calls))} calls")
    if limits.max_tokens is not None:
        rest = limits.max_tokens - usage.input_tokens - usage.output_tokens
        words.append(f"{short(max(0, rest))} tokens")
    if limits.max_usd is not None:
        rest_usd = limits.max_usd - (usage.usd or 0.0) - usage.unknown_usd
        words.append(f"${max(0.0, rest_usd):.2f}")
    if limits.max_minutes is not None:
        words.append(duration(max(0.0, limits.max_minutes * MINUTE_S - seconds)))
    return ", ".join(words)


def _tasks(board: Board, width: int, height: int) -> list[Line]:
    """Lay tasks out in the widest way that leaves room for a small curve, or else that fits."""
    tasks = list(board.tasks.values())
    asked = set(board.round.tasks) if board.round else set[str]()
    if width >= WIDE and len(tasks) + 1 + LEAST_HEIGHT + 1 <= height:
        return [_HEADING, *(_row(each, each.name in asked) for each in tasks)]
    most = max(1, width // CELL)
    for room in (height - LEAST_HEIGHT - 1, height):
        for across in range(1, most + 1):
            if ceil(len(tasks) / across) <= room:
                return _grid(tasks, asked, across, width)
    families = _families(tasks, width)
    return families if len(families) <= height else []


_HEADING: Line = (
    Span(f"  {'task':<{_NAME}} {'solved by':<18} {'samples':>7} {'cycles':>9}  last", "soft"),
)


def _row(task: TaskState, is_asked: bool) -> Line:
    solve = task.solved_by
    by = "-" if solve is None else f"round {solve.round}, sample {solve.sample}"
    cycles = "-" if task.cycles is None else f"{task.cycles:,}"
    return (
        _mark(task, is_asked),
        Span(f" {_fit(task.name, _NAME)} "),
        Span(f"{by:<18} ", "good" if solve else "soft"),
        Span(f"{task.samples:>7,} {cycles:>9}  "),
        Span(task.outcome, "soft"),
    )


def _grid(tasks: Sequence[TaskState], asked: set[str], across: int, width: int) -> list[Line]:
    """Lay cells out column by column."""
    down = ceil(len(tasks) / across)
    room = width // across
    return [
        tuple(
            span
            for place in range(row, len(tasks), down)
            for span in _cell(tasks[place], tasks[place].name in asked, room)
        )
        for row in range(down)
    ]


def _cell(task: TaskState, is_asked: bool, room: int) -> Line:
    solve = task.solved_by
    if solve is not None:
        cycles = "" if task.cycles is None else f" {short(task.cycles)}"
        words = f"r{solve.round} s{solve.sample}{cycles}"
    else:
        words = f"{task.samples:,} {task.outcome}" if task.samples else "-"
    name = max(1, room - len(words) - 5)
    return (
        _mark(task, is_asked),
        Span(f" {_fit(task.name, name)} "),
        Span(f"{words}  ", "good" if solve else "soft"),
    )


def _families(tasks: Sequence[TaskState], width: int) -> list[Line]:
    """Tell of each family how many of its tasks are solved, several beside each other."""
    by_name: dict[str, list[TaskState]] = {}
    for each in tasks:
        by_name.setdefault(each.family, []).append(each)
    cells = [
        f"{name} {sum(each.solved_by is not None for each in part)}/{len(part)}"
        for name, part in by_name.items()
    ]
    room = max(map(len, cells), default=0) + 3
    across = max(1, width // room)
    return [
        (Span("".join(f"{each:<{room}}" for each in cells[start : start + across])),)
        for start in range(0, len(cells), across)
    ]


def _mark(task: TaskState, is_asked: bool) -> Span:
    if task.solved_by is not None:
        return Span("\u2713", "good")
    return Span("\u00b7" if is_asked else " ", "bad")


def _fit(name: str, room: int) -> str:
    """Return a name in so many columns."""
    return f"{name:<{room}}" if len(name) <= room else f"{name[: room - 1]}\u2026"


def _cut(line: Line, width: int) -> Line:
    """Cut a line off where the terminal ends."""
    found: list[Span] = []
    for span in line:
        text = span.text[:width]
        width -= len(text)
        if text:
            found.append(Span(text, span.style))
    return tuple(found)


def short(number: int) -> str:
    """Write a count in a few characters: `9,876`, `12.3k`, `4.5M`."""
    if number < 10_000:
        return f"{number:,}"
    return f"{number / 1000:.1f}k" if number < 1_000_000 else f"{number / 1_000_000:.1f}M"
