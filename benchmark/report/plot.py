"""A learning curve in block characters, for terminals."""

from __future__ import annotations

from benchmark.scores.learning import Curve

_EIGHTHS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
_AXIS, _CORNER, _LINE, _MARK = "\u2502", "\u2514", "\u2500", "\u252c"
LEAST_HEIGHT = 4
"""Lines of the smallest plot: two of the curve, the axis and its numbers."""
LEAST_WIDTH = 24


def plot(curve: Curve, tasks: int, width: int, height: int) -> list[str]:
    """Draw solved tasks over samples in so many columns and lines; a tick where a round began.

    Returns nothing where there is too little room or nothing to draw.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT or not tasks or not curve.samples:
        return []
    labels = len(str(tasks))
    across, up = width - labels - 2, height - 2
    # how full each column is, in eighths of a line
    fills = [
        round(8 * up * curve.solved(curve.samples * (column + 1) // across) / tasks)
        for column in range(across)
    ]
    lines = []
    for row in reversed(range(up)):
        label = str(tasks) if row == up - 1 else ""
        cells = "".join(_EIGHTHS[min(8, max(0, fill - 8 * row))] for fill in fills)
        lines.append(f"{label:>{labels}} {_AXIS}{cells}".rstrip())
    axis = [_LINE] * across
    for begin in curve.begins[1:]:
        axis[min(across - 1, begin * across // curve.samples)] = _MARK
    lines.append(f"{0:>{labels}} {_CORNER}{''.join(axis)}")
    words = f"{curve.samples:,} sample{'' if curve.samples == 1 else 's'}"
    lines.append(f"{0:>{labels + 3}}{words:>{across - 1}}")
    return lines
