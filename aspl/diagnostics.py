"""Findings about a program: located, explained, collected, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """Whether a finding rejects the program."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of source text: lines from 1, columns in characters from 0, end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span(0, 0, 0, 0)
"""The span of what no source text stands behind, such as a program made by a `Builder`."""


@dataclass(frozen=True, slots=True)
class Label:
    """Another place that matters, with words for it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding for the author of a program, person or model."""

    code: str
    """Key of `aspl.codes.CODES`."""
    message: str
    span: Span
    severity: Severity = Severity.ERROR
    labels: tuple[Label, ...] = ()
    note: str = ""
    """Words beside the caret."""
    hint: str = ""
    """What to do, imperative."""
    facts: tuple[tuple[str, str], ...] = ()
    """Expected and got as data: names and values."""


@dataclass(slots=True)
class Findings:
    """The collector that every stage reports to."""

    _all: dict[tuple[str, Span, str], Diagnostic] = field(default_factory=dict)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding; one that says the same of the same place is kept once."""
        self._all.setdefault((diagnostic.code, diagnostic.span, diagnostic.message), diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several findings."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.sorted())

    def __len__(self) -> int:
        return len(self._all)

    @property
    def has_errors(self) -> bool:
        """Whether any finding rejects the program."""
        return any(each.severity is Severity.ERROR for each in self._all.values())

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return the findings in the order of the source text."""
        return tuple(sorted(self._all.values(), key=lambda each: (each.span, each.code)))
