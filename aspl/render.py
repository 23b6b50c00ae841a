"""One finding in two voices: text with source lines and carets for people, JSON for records."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from aspl.codes import CODES
from aspl.diagnostics import Diagnostic, Label, Severity, Span
from aspl.text.source import Source

SCHEMA = "aspl.diagnostic/1"

LONG_LINE = 120
"""Width from which a source line is shown in part."""
WINDOW = 100
"""Width of the part that is shown of a long line."""
TAB = 4
_NARROW = 30
"""Width up to which words are not broken."""
FAR = 2
"""Lines further apart than this get `...` between them."""

_STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "label": "1;34",
    "frame": "34",
    "strong": "1",
}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = "\ufffd"


def render(
    diagnostic: Diagnostic, source_text: str, name: str, *, color: bool = False, width: int = 0
) -> str:
    """Write a finding with the source lines that it speaks of; no newline at the end.

    Args:
        width: where the words below the source lines are broken; nowhere for 0.
    """
    return _Page(Source(source_text).lines, name, color, width).block(diagnostic)


def render_all(
    findings: Iterable[Diagnostic],
    source_text: str,
    name: str,
    *,
    color: bool = False,
    width: int = 0,
) -> str:
    """Write findings one below the other, and how many there are; nothing for none."""
    page = _Page(Source(source_text).lines, name, color, width)
    found = list(findings)
    if not found:
        return ""
    return "\n\n".join([*map(page.block, found), page.paint(summary(found), "strong")])


def paint(text: str, style: str, color: bool) -> str:
    """Colour a text for a terminal, where colours are wanted."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color and text else text


def summary(findings: Iterable[Diagnostic]) -> str:
    """Count errors and warnings: `2 errors, 1 warning`."""
    counts = dict.fromkeys(Severity, 0)
    for each in findings:
        counts[each.severity] += 1
    words = [f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in counts.items() if n]
    return ", ".join(words) or "no errors"


def to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a finding as an object of JSON; lines from 1 and columns from 0, as in `Span`."""
    return {
        "schema": SCHEMA,
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "span": _span_to_json(diagnostic.span),
        "labels": [
            {"span": _span_to_json(each.span), "text": each.text} for each in diagnostic.labels
        ],
        "note": diagnostic.note,
        "hint": diagnostic.hint,
        "facts": dict(diagnostic.facts),
    }


def from_json(record: Mapping[str, Any]) -> Diagnostic:
    """Read what `to_json` wrote; other keys are left aside.

    Errors: ValueError for a record of another schema.
    """
    if record.get("schema") != SCHEMA:
        raise ValueError(f"expected a record of schema {SCHEMA}, got {record.get('schema')}")
    return Diagnostic(
        code=record["code"],
        message=record["message"],
        span=_span_from_json(record["span"]),
        severity=Severity(record["severity"]),
        labels=tuple(
            Label(_span_from_json(each["span"]), each["text"]) for each in record["labels"]
        ),
        note=record["note"],
        hint=record["hint"],
        facts=tuple(record["facts"].items()),
    )


def _span_to_json(span: Span) -> dict[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _span_from_json(record: Mapping[str, int]) -> Span:
    return Span(record["line"], record["column"], record["end_line"], record["end_column"])


@dataclass(frozen=True, slots=True)
class _Mark:
    """What stands under a source line: from `start` to before `end`, in characters."""

    start: int
    end: int
    sign: str
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class _Page:
    """The text that findings speak of, and how it is shown."""

    lines: Sequence[str]
    name: str
    color: bool
    width: int

    def paint(self, text: str, style: str) -> str:
        """Colour a text where colours are wanted."""
        return paint(text, style, self.color)

    def block(self, diagnostic: Diagnostic) -> str:
        """Write one finding."""
        severity = str(diagnostic.severity)
        head = self.paint(f"{severity}[{diagnostic.code}]", severity)
        lines = [f"{head}{self.paint(f': {_plain(diagnostic.message)}', 'strong')}"]
        lines += self._place(diagnostic)
        row = CODES.get(diagnostic.code)
        if row is not None:
            lines.append(self._words("why: ", row.why))
        if diagnostic.hint:
            lines.append(self._words("hint:", diagnostic.hint))
        return "\n".join(lines)

    def _words(self, label: str, text: str) -> str:
        """Write words behind a label."""
        words, hanging = _plain(text), " " * (len(label) + 2)
        if self.width > _NARROW:
            words = f"\n{hanging}".join(wrap(words, self.width - len(hanging)))
        return f" {self.paint(label, 'strong')} {words}"

    def _place(self, diagnostic: Diagnostic) -> Iterator[str]:
        """Write where it is, with its source lines; what has no line is said in words."""
        marks, unplaced = self._marks(diagnostic)
        gutter = max((len(str(line)) for line in marks), default=1)
        span, name = diagnostic.span, _plain(self.name)
        where = f"{name}:{span.line}:{span.column + 1}" if span.line else name
        if where:
            yield f"{' ' * (gutter + 1)}{self.paint('-->', 'frame')} {where}"
        last = 0
        for line in sorted(marks):
            if last and line - last > FAR:
                yield self.paint("...", "frame")
            last = line
            yield from self._excerpts(line, marks[line], gutter)
        for text in unplaced:
            yield self._words("note:", text)

    def _marks(self, diagnostic: Diagnostic) -> tuple[dict[int, list[_Mark]], list[str]]:
        """Return the marks by line, and the words for which there is no line to show."""
        found: dict[int, list[_Mark]] = {}
        unplaced: list[str] = []
        places = [(diagnostic.span, "^", diagnostic.note, str(diagnostic.severity))]
        places += [(label.span, "-", label.text, "label") for label in diagnostic.labels]
        for span, sign, text, style in places:
            line = self.lines[span.line - 1] if 1 <= span.line <= len(self.lines) else ""
            if line.strip():
                found.setdefault(span.line, []).append(_mark(span, line, sign, text, style))
            elif text:
                unplaced.append(text)
        return found, unplaced

    def _excerpts(self, number: int, marks: list[_Mark], gutter: int) -> Iterator[str]:
        """Write a source line with its marks; a long one in parts, each around some of them."""
        line, bar = self.lines[number - 1], self.paint("|", "frame")
        for excerpt in _excerpts(line, marks):
            low, high = excerpt.part.start, excerpt.part.stop
            before, after = "..." if low else "", "..." if high < len(line) else ""
            shown = _shown(line[low:high])
            label = self.paint(f"{number:>{gutter}}", "frame")
            yield f" {label} {bar} {before}{''.join(shown)}{after}".rstrip()
            for mark in excerpt.marks:
                start = _width(shown[: mark.start - low]) + max(0, mark.start - max(low, high))
                length = _width(shown[mark.start - low : mark.end - low])
                sign = self.paint(mark.sign * max(1, length), mark.style)
                words = f" {self.paint(_plain(mark.text), mark.style)}" if mark.text else ""
                yield f" {' ' * gutter} {bar} {' ' * (len(before) + start)}{sign}{words}"


def _mark(span: Span, line: str, sign: str, text: str, style: str) -> _Mark:
    """Mark a span on its first line; at least one column wide."""
    end = span.end_column if span.end_line == span.line else len(line.rstrip())
    return _Mark(span.column, max(end, span.column + 1), sign, text, style)


@dataclass(frozen=True, slots=True)
class _Excerpt:
    """A part of a source line, and the marks that begin in it."""

    part: range
    marks: list[_Mark]


def _excerpts(line: str, marks: list[_Mark]) -> list[_Excerpt]:
    """Return the parts of a line to show."""
    ordered = sorted(marks, key=lambda mark: (mark.start, mark.end, mark.sign != "^"))
    if len(line) <= LONG_LINE and _width(_shown(line)) <= LONG_LINE:
        return [_Excerpt(range(len(line)), ordered)]
    found: list[_Excerpt] = []
    # the finding itself chooses the first part
    for mark in sorted(ordered, key=lambda mark: mark.sign != "^"):
        if any(mark in excerpt.marks for excerpt in found):
            continue
        part = _window(line, mark.start)
        inside = [each for each in ordered if part.start <= each.start <= part.stop]
        found.append(_Excerpt(part, inside))
    return sorted(found, key=lambda excerpt: excerpt.part.start)


def _window(line: str, column: int) -> range:
    """Return the part of a long line around a column, as wide as is shown."""
    low = _back(line, min(column, len(line)), WINDOW // 3)
    high, room = low, WINDOW
    while high < len(line) and room > 0:
        room -= _most_columns(line[high])
        high += 1
    # near the end of the line there is room left for what stands before
    return range(_back(line, low, room), high)


def _back(line: str, column: int, room: int) -> int:
    """Return where a part begins that ends at a column and takes the room."""
    while column > 0 and room > 0:
        column -= 1
        room -= _most_columns(line[column])
    return column


def _most_columns(character: str) -> int:
    # one even for what is drawn into the character before it, or a part may grow without end
    return TAB if character == "\t" else max(1, _cell_width(character))


def _shown(text: str) -> list[str]:
    """Return what is shown for each character: tabs as spaces, what moves the cursor replaced."""
    if text.isascii() and text.isprintable():
        return list(text)
    cells: list[str] = []
    width = 0
    for character in text:
        cell = " " * (TAB - width % TAB) if character == "\t" else _visible(character)
        width += len(cell) if character == "\t" else _cell_width(cell)
        cells.append(cell)
    return cells


def visible_text(text: str) -> str:
    """Return a text of many lines without what moves the cursor or colours a terminal."""
    return "".join(each if each in "\n\t" else _visible(each) for each in text)


def _plain(text: str) -> str:
    """Return a text on one line, without what moves the cursor."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, " ".join(text.split())))


def _visible(character: str) -> str:
    if character in _BIDI or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
        return _UNSEEN
    return character


def _width(cells: Iterable[str]) -> int:
    """Return the columns that shown characters take in a terminal."""
    return sum(len(cell) if cell.isascii() else _cell_width(cell) for cell in cells)


def _cell_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 2
    # vowels and finals of Hangul are drawn into the syllable before them
    return 0 if "\u1160" <= character <= "\u11ff" else 1
