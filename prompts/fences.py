"""Texts set apart from the words around them, whatever they hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

_TICKS = re.compile(r"`{3,}")
_FENCES = re.compile(r"(?<=[`~])(?=[`~])")
_RUN = re.compile(r"[`~]{3,}")
_SHORTEST = 3
_UNSEEN = "\ufffd"


class Named(Protocol):
    """A value beside its name."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def value(self) -> str:
        """It, as text."""
        ...


def fenced(text: str, word: str) -> str:
    """Put a text between fences that are longer than any run of backticks in it."""
    longest = max((len(each) for each in _TICKS.findall(text)), default=_SHORTEST - 1)
    fence = "`" * (longest + 1)
    body = plain(text).rstrip("\n")
    return f"{fence}{word}\n{body}\n{fence}"


def prose(text: str) -> str:
    """Return a text as one paragraph in which no fence can begin."""
    line = " ".join(plain(text).split())
    return _RUN.sub(lambda run: _FENCES.sub(" ", run[0]), line)


def given(values: Iterable[Named]) -> str:
    """Write values behind their names: `x: [1, 2], y: [3]`."""
    return ", ".join(f"{each.name}: {each.value}" for each in values)


def plain(text: str) -> str:
    """Replace characters that cannot be seen, but for the ends of lines and tabs."""
    lines = text.replace("\r\n", "\n")
    return "".join(each if each in "\n\t" or _is_seen(each) else _UNSEEN for each in lines)


def _is_seen(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
