"""A text as logical lines of tokens, with every comment at the token that it belongs to."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")

_SUITES = frozenset(("async", "class", "def", "for", "while", "with", "if", "elif", "else")) | {
    "try",
    "except",
    "finally",
}
"""Words that begin what stands before the `:` of a block."""
_SILENT = (tokenize.ENCODING, tokenize.ENDMARKER)


@dataclass(slots=True)
class Token:
    """A word or sign of a logical line."""

    text: str
    kind: int
    row: int
    end_row: int
    before: list[str] = field(default_factory=list)
    """Comments on lines of their own before it, inside brackets."""
    after: str = ""
    """The comment behind it on its row, inside brackets."""


@dataclass(slots=True)
class Statement:
    """A logical line: a simple statement, or what stands before the `:` of a compound one."""

    depth: int
    tokens: list[Token]
    row: int
    end_row: int
    comment: str = ""


@dataclass(slots=True)
class Remark:
    """A comment on a line of its own."""

    depth: int
    comment: str
    row: int

    @property
    def end_row(self) -> int:
        """The row of the comment."""
        return self.row


Unit: TypeAlias = "Statement | Remark"


def units(text: str) -> list[Unit]:
    """Take apart a text that is Python syntax, ends of lines written as newlines."""
    return _Reader().read(text)


@dataclass(slots=True)
class _Reader:
    """What has been read so far."""

    found: list[Unit] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    """The logical line being read."""
    open: int = 0
    """How many brackets are open."""
    columns: list[int] = field(default_factory=lambda: [0])
    """Where the blocks begin that are open now."""
    outer: list[int] = field(default_factory=lambda: [0])
    """The same, after the last logical line."""
    waiting: list[tokenize.TokenInfo] = field(default_factory=list)
    """Comments on lines of their own whose block the next logical line tells."""
    inside: list[str] = field(default_factory=list)
    """Comments inside brackets that stand before the next token."""
    comment: str = ""

    def read(self, text: str) -> list[Unit]:
        for info in _joined(tokenize.generate_tokens(io.StringIO(text).readline), text):
            self._take(info)
        self._place_remarks()
        return self.found

    def _take(self, info: tokenize.TokenInfo) -> None:
        match info.type:
            case tokenize.COMMENT:
                self._comment(info)
            case tokenize.INDENT:
                self.columns.append(len(info.string.expandtabs(8)))
            case tokenize.DEDENT:
                self.columns.pop()
            case tokenize.NEWLINE:
                self._end_line()
            case tokenize.NL:
                pass
            case kind if kind not in _SILENT:
                self._word(info)

    def _comment(self, info: tokenize.TokenInfo) -> None:
        text = _comment_text(info.string)
        if not self.tokens:
            self.waiting.append(info)
        elif not self.open:
            self.comment = text
        elif self.tokens[-1].end_row == info.start[0]:
            self.tokens[-1].after = text
        else:
            self.inside.append(text)

    def _word(self, info: tokenize.TokenInfo) -> None:
        if not self.tokens:
            self._place_remarks()
        if info.string in OPENING:
            self.open += 1
        elif info.string in CLOSING:
            self.open -= 1
        self.tokens.append(
            Token(info.string, info.type, info.start[0], info.end[0], before=self.inside)
        )
        self.inside = []

    def _place_remarks(self) -> None:
        """Give the waiting comments the depth of their block, at most that of the line before."""
        depth = len(self.columns) - 1
        highest = max(len(self.outer) - 1, depth)
        for info in self.waiting:
            column = len(info.line[: info.start[1]].expandtabs(8))
            fitting = [
                place for place in range(depth, highest + 1) if self._column(place) <= column
            ]
            highest = fitting[-1] if fitting else depth
            self.found.append(Remark(highest, _comment_text(info.string), info.start[0]))
        self.waiting = []

    def _column(self, depth: int) -> int:
        known = self.columns if depth < len(self.columns) else self.outer
        return known[depth] if depth else 0

    def _end_line(self) -> None:
        if self.tokens:
            lines = list(_statements(self.tokens, len(self.columns) - 1))
            lines[-1].comment = self.comment
            self.found += lines
        self.outer = list(self.columns)
        self.tokens, self.comment = [], ""


def _statements(tokens: list[Token], depth: int) -> Iterator[Statement]:
    """Take apart statements that share a line."""
    colon = _suite_colon(tokens)
    if colon and colon + 1 < len(tokens):
        yield from _statements(tokens[: colon + 1], depth)
        yield from _statements(tokens[colon + 1 :], depth + 1)
        return
    line: list[Token] = []
    for token in [*tokens, Token(";", tokenize.OP, 0, 0)]:
        if token.text != ";":
            line.append(token)
        elif line:
            yield Statement(depth, line, line[0].row, line[-1].end_row)
            line = []


def _suite_colon(tokens: list[Token]) -> int:
    """Return the place of the `:` that ends what stands before a block, 0 for no such line."""
    if tokens[0].text not in _SUITES:
        return 0
    depth = lambdas = 0
    for place, token in enumerate(tokens):
        if token.text in OPENING:
            depth += 1
        elif token.text in CLOSING:
            depth -= 1
        elif token.text == "lambda" and not depth:
            lambdas += 1
        elif token.text == ":" and not depth:
            if not lambdas:
                return place
            lambdas -= 1
    return 0


def _comment_text(comment: str) -> str:
    """Write a comment with a blank behind its sign."""
    text = comment.rstrip()
    if text.startswith(("#!", "#:")) or not text.strip("#") or text.lstrip("#")[0].isspace():
        return text
    signs = len(text) - len(text.lstrip("#"))
    return f"{text[:signs]} {text[signs:]}"


def _joined(found: Iterator[tokenize.TokenInfo], text: str) -> Iterator[tokenize.TokenInfo]:
    """Put together what `tokenize` takes apart: formatted strings, and names unknown to it."""
    lines = text.split("\n")
    pieces: list[tokenize.TokenInfo] = []
    strings = 0
    for info in found:
        name = tokenize.tok_name[info.type]
        strings += name.endswith("STRING_START")
        if name == "ERRORTOKEN" and info.string.isspace():
            continue
        if pieces and not strings and not _continues(pieces[-1], info):
            yield _one(pieces, lines)
            pieces = []
        pieces.append(info)
        strings -= name.endswith("STRING_END")
    if pieces:
        yield _one(pieces, lines)


def _continues(last: tokenize.TokenInfo, info: tokenize.TokenInfo) -> bool:
    wordlike = (tokenize.NAME, tokenize.NUMBER, tokenize.ERRORTOKEN)
    return (
        tokenize.ERRORTOKEN in (last.type, info.type)
        and last.type in wordlike
        and info.type in wordlike
        and last.end == info.start
    )


def _one(pieces: list[tokenize.TokenInfo], lines: list[str]) -> tokenize.TokenInfo:
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first
    (row, column), (end_row, end_column) = first.start, last.end
    if row == end_row:
        text = lines[row - 1][column:end_column]
    else:
        middle = lines[row : end_row - 1]
        text = "\n".join([lines[row - 1][column:], *middle, lines[end_row - 1][:end_column]])
    is_string = tokenize.tok_name[first.type].endswith("STRING_START")
    kind = tokenize.STRING if is_string else tokenize.NAME
    return tokenize.TokenInfo(kind, text, first.start, last.end, first.line)
