"""Words as a terminal paints them: moods, programs, and findings below the lines they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len
from rich.text import Text

from agent.console.words import STYLES, Mood, Said
from aspl.diagnostics import Diagnostic, Severity, Span
from aspl.render import visible_text

TAB = 4
_TOKENS = re.compile(
    r"(?P<soft>#.*)|(?P<string>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<strong>\b(?:def|for|in|return|if|else|and|or|not)\b)"
    r"|(?P<operator>\b[A-Z]\w*(?=\())|(?P<number>\b\d[\w.]*)"
)
_TOKEN_STYLES = {
    "soft": "dim",
    "string": "green",
    "strong": "bold",
    "operator": "cyan",
    "number": "magenta",
}
_SEVERITIES: dict[Severity, Mood] = {Severity.ERROR: "bad", Severity.WARNING: "ask"}


def said(words: Said | None) -> Text:
    """Paint words; what is no character of a terminal was taken out before."""
    return Text() if words is None else Text().append(words.text, STYLES[words.mood])


def text_of(words: str, mood: Mood = "plain") -> Text:
    """Paint words of anybody."""
    # as a span: the style of a whole text is painted in other colours than those of its parts
    return Text().append(visible_text(words), STYLES[mood])


def wrapped(words: str, width: int) -> Text:
    """Paint prose of anybody, its lines broken at so many columns."""
    lines = visible_text(words).expandtabs(TAB).split("\n")
    found = (part for line in lines for part in wrap(line, max(24, width)) or [""])
    return Text("\n".join(found))


def joined(parts: Iterable[Text], between: str = " \u00b7 ") -> Text:
    """Put texts beside each other; empty ones are left out."""
    text = Text()
    for part in parts:
        if part.plain:
            text.append(between if text.plain else "", "dim").append_text(part)
    return text


def code_line(line: str) -> Text:
    """Paint one line of a program."""
    text = Text(visible_text(line).expandtabs(TAB), no_wrap=True, end="")
    stylize_code(text)
    return text


def stylize_code(text: Text) -> None:
    """Paint a line of a program where it stands."""
    for token in _TOKENS.finditer(text.plain):
        if token.lastgroup:
            text.stylize(_TOKEN_STYLES[token.lastgroup], token.start(), token.end())


def program_text(program: str, findings: Sequence[Diagnostic], width: int) -> Text:
    """Paint a program with numbered lines, and each finding below the line it speaks of.

    Args:
        width: columns, at which the words of findings are broken; program lines are not.
    """
    lines = program.rstrip("\n").split("\n")
    gutter = len(str(len(lines)))
    text = Text(no_wrap=True)
    for each in findings:
        if not 1 <= each.span.line <= len(lines):
            text.append_text(_words(each, " " * gutter, 0, width))
    for number, line in enumerate(lines, start=1):
        text.append(f"{number:>{gutter}} \u2502 ", "dim")
        text.append_text(code_line(line)).append("\n")
        for finding in _at(findings, number):
            text.append_text(_below(finding, number, line, gutter, width))
    return text


def _at(findings: Sequence[Diagnostic], number: int) -> Iterator[Diagnostic]:
    for each in findings:
        if number in (each.span.line, *(label.span.line for label in each.labels)):
            yield each


def _below(finding: Diagnostic, number: int, line: str, gutter: int, width: int) -> Text:
    """Write carets with the finding's words, and dashes with those of its labels."""
    text, margin = Text(no_wrap=True), " " * gutter
    for label in finding.labels:
        if label.span.line == number and label.span != finding.span:
            start, length = _columns(label.span, line)
            text.append(f"{margin} \u2502 ", "dim")
            text.append(f"{' ' * start}{'-' * length} {_one_line(label.text)}\n", "blue")
    if finding.span.line == number:
        start, length = _columns(finding.span, line)
        text.append(f"{margin} \u2502 ", "dim")
        text.append(f"{' ' * start}{'^' * length}\n", STYLES[_mood(finding)])
        text.append_text(_words(finding, margin, min(start, max(0, width // 3)), width))
    return text


def _columns(span: Span, line: str) -> tuple[int, int]:
    """Return where a span begins on its line as it is shown, and how wide it is."""
    end = span.end_column if span.end_line == span.line else len(line.rstrip())
    before = cell_len(visible_text(line[: span.column]).expandtabs(TAB))
    upto = cell_len(visible_text(line[:end]).expandtabs(TAB))
    return before, max(1, upto - before)


def _words(finding: Diagnostic, margin: str, indent: int, width: int) -> Text:
    text = Text(no_wrap=True)
    head = f"{finding.severity}[{finding.code}]: {_one_line(finding.message)}"
    blocks = [(head, STYLES[_mood(finding)])]
    blocks += [(f"note: {_one_line(finding.note)}", "")] if finding.note else []
    blocks += [(f"hint: {_one_line(finding.hint)}", "")] if finding.hint else []
    for words, style in blocks:
        for line in wrap(words, max(24, width - len(margin) - indent - 3)):
            text.append(f"{margin} \u2502 ", "dim").append(f"{' ' * indent}{line}\n", style)
    return text


def _mood(finding: Diagnostic) -> Mood:
    return _SEVERITIES.get(finding.severity, "plain")


def _one_line(words: str) -> str:
    return visible_text(" ".join(words.split()))


def finding_line(finding: Diagnostic) -> Text:
    """Write a finding in one line, behind the number of its line."""
    where = f"{finding.span.line:>4}  " if finding.span.line else "      "
    text = Text(no_wrap=True, overflow="ellipsis").append(where, "dim")
    text.append(f"{finding.severity}[{finding.code}]", STYLES[_mood(finding)])
    return text.append(f" {_one_line(finding.message)}")
