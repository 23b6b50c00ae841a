"""Findings about a program: located, explained, collected, never raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
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


class LimitReached(Exception):
    """A stage stops here: a bound was reached and reported."""


MAX_FINDINGS = 500
"""Errors, and warnings, that are kept: nobody reads more."""
MAX_WORDS = 1000
"""Characters of one message, hint, label or fact that are kept."""


@dataclass(slots=True)
class Findings:
    """The collector that every stage reports to."""

    _all: dict[tuple[str, Span, str], Diagnostic] = field(default_factory=dict)
    _counts: Counter[Severity] = field(default_factory=Counter)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding; one that says the same of the same place is kept once.

        Errors: LimitReached at one error too many, after reporting P010.
        """
        diagnostic = _shortened(diagnostic)
        severity = diagnostic.severity
        if _key(diagnostic) in self._all:
            return
        self._counts[severity] += 1
        if self._counts[severity] <= MAX_FINDINGS:
            self._all[_key(diagnostic)] = diagnostic
            return
        if self._counts[severity] == MAX_FINDINGS + 1:
            last = _last(severity, diagnostic.span)
            self._all[_key(last)] = last
        if severity is Severity.ERROR:
            raise LimitReached

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


def _key(diagnostic: Diagnostic) -> tuple[str, Span, str]:
    return diagnostic.code, diagnostic.span, diagnostic.message


def _last(severity: Severity, span: Span) -> Diagnostic:
    """Return the finding that there are more than are kept."""
    message = f"more than {MAX_FINDINGS} {severity}s, the others are left out"
    return Diagnostic(
        code="P010", message=message, span=span, severity=severity, hint="mend these first"
    )


def _shortened(diagnostic: Diagnostic) -> Diagnostic:
    """Cut words that only a type or a name beyond all measure makes so long."""
    texts = (diagnostic.message, diagnostic.hint, *(each.text for each in diagnostic.labels))
    if all(len(text) <= MAX_WORDS for text in (*texts, *(got for _, got in diagnostic.facts))):
        return diagnostic
    return replace(
        diagnostic,
        message=_cut(diagnostic.message),
        hint=_cut(diagnostic.hint),
        labels=tuple(Label(each.span, _cut(each.text)) for each in diagnostic.labels),
        facts=tuple((name, _cut(value)) for name, value in diagnostic.facts),
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_WORDS else f"{text[:MAX_WORDS]} ..."
