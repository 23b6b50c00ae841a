"""A learning curve as SVG: steps over whole numbers, drawn without any library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from benchmark.scores.learning import Curve

WIDTH, HEIGHT = 640, 316
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 34, 58
APART = 30
"""Least distance of two numbers of rounds."""
_NICE = (1, 2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve, and whose it is."""

    name: str
    curve: Curve


def ticks(highest: int, most: int = 6) -> list[int]:
    """Return round numbers from 0 up to the highest, at most so many."""
    step = next(
        nice * 10**power
        for power in range(20)
        for nice in _NICE
        if highest // (nice * 10**power) + 1 <= most
    )
    return list(range(0, highest + 1, step))


def curve_svg(lines: Sequence[Line], tasks: int) -> str:
    """Draw curves; marks show where the rounds of the first one began.

    Colours and the dashes that tell curves apart are classes of the page's style.
    """
    longest = max(1, *(line.curve.samples for line in lines))
    highest = max(1, tasks)
    frame = _Frame(longest, highest)
    words = "; ".join(_told(line, tasks) for line in lines)
    parts = [
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(words)}</title>",
        *(_across(frame, value) for value in ticks(highest)),
        *(_below(frame, count) for count in ticks(longest, 9)),
        *_marks(frame, lines[0].curve),
        f'<text class="axis" x="{LEFT}" y="16">solved tasks, of {tasks}</text>',
        f'<text class="axis" x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">'
        "samples in all</text>",
    ]
    for place, line in enumerate(lines):
        parts.append(f'<path class="line line{place}" d="{_steps(frame, line.curve)}"/>')
    parts += _legend(lines) if len(lines) > 1 else []
    return "\n".join([*parts, "</svg>"])


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where numbers stand on the page."""

    longest: int
    highest: int

    def x(self, count: float) -> str:
        """Place a count of samples."""
        return _short(LEFT + (WIDTH - LEFT - RIGHT) * count / self.longest)

    def y(self, value: float) -> str:
        """Place a count of tasks."""
        return _short(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.highest)


def _steps(frame: _Frame, curve: Curve) -> str:
    """Draw a step where a task is solved, and a last stretch."""
    parts = [f"M{frame.x(0)} {frame.y(0)}"]
    solved = 0
    for count, here in groupby(curve.solves):
        solved += len(list(here))
        parts.append(f"H{frame.x(count)}V{frame.y(solved)}")
    parts.append(f"H{frame.x(curve.samples)}")
    return "".join(parts)


def _marks(frame: _Frame, curve: Curve) -> Iterator[str]:
    """Draw a line where each round but the first began, and numbers where there is room."""
    last = float(LEFT)
    for number, begin in enumerate(curve.begins):
        if number == 0:
            continue
        x = frame.x(begin)
        top, bottom = TOP, HEIGHT - BOTTOM
        yield f'<line class="round" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'
        if float(x) - last >= APART and float(x) <= WIDTH - RIGHT:
            last = float(x)
            yield f'<text class="round" x="{x}" y="{top - 5}" text-anchor="middle">r{number}</text>'


def _across(frame: _Frame, value: int) -> str:
    y = frame.y(value)
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{value}</text>'
    )


def _below(frame: _Frame, count: int) -> str:
    y = HEIGHT - BOTTOM + 22
    return f'<text x="{frame.x(count)}" y="{y}" text-anchor="middle">{count}</text>'


def _legend(lines: Sequence[Line]) -> list[str]:
    parts = []
    for place, line in enumerate(lines):
        y = HEIGHT - BOTTOM - 16 - 26 * (len(lines) - 1 - place)
        end = WIDTH - RIGHT - 8
        name = line.name if len(line.name) <= 44 else f"{line.name[:43]}\u2026"
        parts.append(
            f'<path class="line line{place}" d="M{end - 28} {y}H{end}"/>'
            f'<text x="{end - 36}" y="{y}" dy="4" text-anchor="end">{escape(name)}</text>'
        )
    return parts


def _told(line: Line, tasks: int) -> str:
    curve = line.curve
    return f"{line.name}: {len(curve.solves)} of {tasks} tasks after {curve.samples} samples"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
