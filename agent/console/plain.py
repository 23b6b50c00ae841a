"""A look without colours: what stands out by its background is reversed instead."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Plain(LineFilter):
    """Takes all colours out of lines."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return segments in the terminal's own colours."""
        return [
            Segment(text, None if style is None else _plain(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _plain(style: Style) -> Style:
    stands_out = style.bgcolor is not None and not style.bgcolor.is_default
    return style.without_color + Style(reverse=bool(style.reverse) or stands_out)
