"""A learning curve as SVG: steps over whole numbers, drawn without any library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 316
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 34, 58
_NICE = (1, 2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve: tasks that are solved by the first 0, 1, 2 ... samples."""

    name: str
    values: Sequence[int]


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
    """Draw curves; colours and the dashes that tell them apart are classes of the page's style."""
    longest = max(1, *(len(line.values) - 1 for line in lines))
    highest = max(1, tasks)
    frame = _Frame(longest, highest)
    words = "; ".join(_told(line, tasks) for line in lines)
    parts = [
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(words)}</title>",
        *(_across(frame, value) for value in ticks(highest)),
        *(_below(frame, count) for count in ticks(longest, 9)),
        f'<text class="axis" x="{LEFT}" y="16">solved tasks, of {tasks}</text>',
        f'<text class="axis" x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">'
        "samples a task</text>",
    ]
    for place, line in enumerate(lines):
        parts.append(f'<path class="line line{place}" d="{_steps(frame, line.values)}"/>')
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


def _steps(frame: _Frame, values: Sequence[int]) -> str:
    """Draw a step where a value changes, and a last stretch."""
    parts = [f"M{frame.x(0)} {frame.y(values[0])}"]
    for count, (before, value) in enumerate(pairwise(values), start=1):
        if value != before:
            parts.append(f"H{frame.x(count)}V{frame.y(value)}")
    parts.append(f"H{frame.x(len(values) - 1)}")
    return "".join(parts)


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
    return f"{line.name}: {line.values[-1]} of {tasks} tasks after {len(line.values) - 1} samples"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
