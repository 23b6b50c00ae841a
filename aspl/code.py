"""What is written down about one diagnostic code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A row of the table behind `aspl explain`."""

    code: str
    title: str
    why: str
    wrong: str
    """A whole program that triggers this code and no other."""
    right: str
    """The same program put right."""
