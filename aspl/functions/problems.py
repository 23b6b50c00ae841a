"""What a typing rule says against a function or its arguments, before anybody knows where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

_LONG = 40
_MANY = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding without its place."""

    code: str
    message: str
    hint: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    operand: int | None = None
    """The argument that it is about, where it is about one."""


class Refusal(Exception):
    """A typing rule refuses; caught where the place is known, never shown to users."""

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        *,
        facts: tuple[tuple[str, str], ...] = (),
        operand: int | None = None,
    ) -> None:
        super().__init__(message)
        self.problem = Problem(code, message, hint, facts, operand)


def expected_got(expected: object, got: object) -> tuple[tuple[str, str], ...]:
    """Write expected and got as data."""
    return (("expected", str(expected)), ("got", str(got)))


def nearest(name: str, known: Iterable[str]) -> str:
    """Write a hint that names the three known names nearest to `name`, or nothing."""
    # difflib is quadratic in the length of a word: no long word is a slip of the pen
    short = list(islice((each for each in known if len(each) <= _LONG), _MANY))
    close = get_close_matches(name[:_LONG], short, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(f'`{each}`' for each in close)}?" if close else ""
