"""Choices of a strategy, drawn one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

_T = TypeVar("_T")


@dataclass(frozen=True)
class Choices:
    """Draws from hypothesis; the first of several is the simplest."""

    draw: Callable[[st.SearchStrategy[Any]], Any]

    def of(self, options: Sequence[_T]) -> _T:
        """Choose one of several."""
        place: int = self.draw(st.integers(0, len(options) - 1)) if len(options) > 1 else 0
        return options[place]

    def chance(self, percent: int) -> bool:
        """Choose whether, yes in about so many of a hundred cases."""
        drawn: int = self.draw(st.integers(0, 99))
        return drawn >= 100 - percent
