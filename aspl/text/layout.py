"""The canonical layout of one logical line: its blanks, and its breaks where it is too long."""

from __future__ import annotations

import keyword
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from aspl.text.tokens import CLOSING, OPENING, Token

WIDTH = 100
INDENT = "    "

MOST_BREAKS = 4
"""Brackets of one level that are opened; bounds the work on lines that nobody writes."""

Kind: TypeAlias = Literal["call", "index", "display", "paren"]
Item: TypeAlias = "Word | Group"

_VALUES = frozenset(("None", "True", "False"))
_PREFIX = frozenset("+-~*") | {"**"}
_TIGHT_BEFORE = CLOSING | frozenset(",;:")


@dataclass(slots=True)
class Word:
    """A token and whether a blank stands before it."""

    token: Token
    spaced: bool

    @property
    def text(self) -> str:
        """The token as it is written."""
        return self.token.text


@dataclass(slots=True)
class Part:
    """One entry of a bracket, without its comma."""

    items: list[Item] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """Comments on lines of their own before it."""
    comment: str = ""


@dataclass(slots=True)
class Group:
    """A pair of brackets and what stands inside."""

    opening: Word
    kind: Kind
    parts: list[Part] = field(default_factory=list)
    closing: Word | None = None
    remarks: list[str] = field(default_factory=list)
    """Comments behind the last part."""
    commas: int = 0
    ends_in_comma: bool = False
    is_comprehension: bool = False
    forced: bool = False
    """Whether comments inside keep it from standing on one line."""
    text: str = ""
    """All of it on one line."""

    @property
    def takes_comma(self) -> bool:
        """Whether a comma behind the last part changes nothing."""
        plain = self.kind in ("call", "display") or self.commas - self.ends_in_comma > 0
        return plain and not self.is_comprehension


def layout(tokens: Sequence[Token], indent: int) -> list[str]:
    """Return the lines of a statement that stands `indent` blocks deep."""
    return _lines(_tree(tokens), INDENT * indent, "")


def _lines(items: Sequence[Item], indent: str, suffix: str) -> list[str]:
    """Write items; brackets are opened where comments force it or a line is too long."""
    opened = {id(each) for each in items if isinstance(each, Group) and each.forced}
    for _ in range(MOST_BREAKS):
        rows = _rows(items, opened, suffix)
        widest = next(
            (row.widest for row in rows if row.widest and _is_long(indent + row.text)), None
        )
        if widest is None:
            break
        opened.add(id(widest))
    lines: list[str] = []
    for row in _rows(items, opened, suffix):
        lines.append(indent + row.text)
        if row.opens is not None:
            lines += _parts(row.opens, indent + INDENT)
    return lines


@dataclass(slots=True)
class _Row:
    """A line of a statement between opened brackets."""

    text: str = ""
    widest: Group | None = None
    """The bracket that is best opened when the line is too long."""
    opens: Group | None = None


def _rows(items: Sequence[Item], opened: set[int], suffix: str) -> list[_Row]:
    rows, pieces = [_Row()], [""]
    for place, each in enumerate(items):
        if place and _first(each).spaced:
            pieces[-1] += " "
        if isinstance(each, Word):
            pieces.append(each.text)
        elif id(each) in opened:
            rows[-1].opens = each
            rows[-1].text = "".join([*pieces, each.opening.text])
            rows.append(_Row())
            pieces = [each.closing.text if each.closing else ""]
        else:
            pieces.append(each.text)
            widest = rows[-1].widest
            if each.parts and (widest is None or len(each.text) > len(widest.text)):
                rows[-1].widest = each
    rows[-1].text = "".join([*pieces, suffix])
    return rows


def _parts(group: Group, indent: str) -> list[str]:
    """Write what stands in an opened bracket, one part a line."""
    lines: list[str] = []
    for place, part in enumerate(group.parts):
        is_last = place == len(group.parts) - 1
        follows = not is_last and not group.is_comprehension
        comma = "," if follows or group.takes_comma or group.ends_in_comma else ""
        lines += [indent + remark for remark in part.remarks]
        lines += _lines(part.items, indent, comma)
        if part.comment:
            lines[-1] += f"  {part.comment}"
    return lines + [indent + remark for remark in group.remarks]


def _is_long(line: str) -> bool:
    return any(len(each) > WIDTH for each in line.split("\n"))


def _first(item: Item) -> Word:
    return item.opening if isinstance(item, Group) else item


def _tree(tokens: Sequence[Token]) -> list[Item]:
    """Put brackets together, and take them apart at their commas."""
    top: list[Item] = []
    stack: list[_Builder] = []
    for word, kind in _words(tokens):
        if kind is not None:
            stack.append(_Builder(Group(word, kind)))
        elif word.text in CLOSING:
            group = stack.pop().finish(word)
            if stack:
                stack[-1].add(group)
            else:
                top.append(group)
        elif stack:
            stack[-1].add(word)
        else:
            top.append(word)
    return top


@dataclass(slots=True)
class _Builder:
    """A bracket that is still open."""

    group: Group
    part: Part = field(default_factory=Part)
    lambdas: int = 0

    def add(self, item: Item) -> None:
        text = item.text if isinstance(item, Word) else ""
        if text == "," and not self.lambdas and not self.group.is_comprehension:
            self._end_part(item)
            return
        if text == "lambda":
            self.lambdas += 1
        elif text == ":" and self.lambdas:
            self.lambdas -= 1
        elif text == "for" or (text == "if" and self.group.is_comprehension):
            self._begin_clause()
        self._take_comments(item)
        self.part.items.append(item)

    def finish(self, closing: Word) -> Group:
        """Close the bracket."""
        group = self.group
        group.closing = closing
        group.ends_in_comma = bool(group.commas) and not self.part.items
        if self.part.items:
            group.parts.append(self.part)
        group.remarks = list(closing.token.before)
        opening = group.opening.token
        if opening.after:
            _add_remark(group, opening.after)
        group.forced = bool(group.remarks) or any(
            part.remarks or part.comment or any(_is_forced(each) for each in part.items)
            for part in group.parts
        )
        group.text = _flat(group)
        return group

    def _end_part(self, comma: Item) -> None:
        assert isinstance(comma, Word)
        self._take_comments(comma)
        self.group.commas += 1
        self.group.parts.append(self.part)
        self.part = Part()

    def _begin_clause(self) -> None:
        """Make a clause of a comprehension a part of its own."""
        last = self.part.items[-1] if self.part.items else None
        self.group.is_comprehension = True
        if not (isinstance(last, Word) and last.text == "async"):
            self.group.parts.append(self.part)
            self.part = Part()

    def _take_comments(self, item: Item) -> None:
        """Hoist the comments around an item; the last one on its row stays behind the part."""
        if self.part.comment:
            self.part.remarks.append(self.part.comment)
        self.part.remarks += _first(item).token.before
        last = item.closing if isinstance(item, Group) else item
        self.part.comment = last.token.after if last else ""


def _add_remark(group: Group, remark: str) -> None:
    """Put the comment behind an opening bracket before what follows it."""
    if group.parts:
        group.parts[0].remarks.insert(0, remark)
    else:
        group.remarks.insert(0, remark)


def _is_forced(item: Item) -> bool:
    return isinstance(item, Group) and item.forced


def _flat(group: Group) -> str:
    texts = [_joined(part.items) for part in group.parts]
    inner = " ".join(texts) if group.is_comprehension else ", ".join(texts)
    closing = group.closing.text if group.closing else ""
    # the comma of a tuple of one, and of a subscript with one, says something
    needed = group.ends_in_comma and not group.takes_comma
    return f"{group.opening.text}{inner}{',' if needed else ''}{closing}"


def _joined(items: Sequence[Item]) -> str:
    pieces: list[str] = []
    for place, each in enumerate(items):
        if place and _first(each).spaced:
            pieces.append(" ")
        pieces.append(each.text)
    return "".join(pieces)


@dataclass(slots=True)
class _Frame:
    """The bracket around a token, or none, as far as spaces depend on it."""

    kind: Kind | None = None
    annotated: bool = False
    """Whether a `:` stands before in this part."""
    lambdas: int = 0


def _words(tokens: Sequence[Token]) -> list[tuple[Word, Kind | None]]:
    """Decide the blanks before all tokens, and what kind each opening bracket is of."""
    found: list[tuple[Word, Kind | None]] = []
    frames = [_Frame()]
    previous: Token | None = None
    was_prefix = False
    soft = _has_soft_keyword(tokens)
    for place, token in enumerate(tokens):
        frame, text = frames[-1], token.text
        after_value = previous is not None and _ends_value(previous) and not (soft and place == 1)
        kind = _bracket(text, after_value)
        spaced = (
            previous is not None and _spaced(previous, token, frame, after_value) and not was_prefix
        )
        found.append((Word(_double_quoted(token), spaced), kind))
        was_prefix = _is_prefix(text, after_value) or (text == "@" and previous is None)
        if kind is not None:
            frames.append(_Frame(kind))
        elif text in CLOSING:
            frames.pop()
        else:
            _note(frame, text)
        previous = token
    return found


def _has_soft_keyword(tokens: Sequence[Token]) -> bool:
    """Whether a line begins with a word that is a keyword in this place only."""
    return tokens[0].text in ("match", "case") and tokens[-1].text == ":"


def _note(frame: _Frame, text: str) -> None:
    match text:
        case "lambda":
            frame.lambdas += 1
        case ":" if frame.lambdas:
            frame.lambdas -= 1
        case ":":
            frame.annotated = True
        case ",":
            frame.annotated = False


def _ends_value(token: Token) -> bool:
    """Whether a token can end an operand, so that a sign behind it stands between two."""
    if token.kind == tokenize.OP:
        return token.text in CLOSING or token.text == "..."
    return not keyword.iskeyword(token.text) or token.text in _VALUES


def _bracket(text: str, after_value: bool) -> Kind | None:
    if text not in OPENING:
        return None
    if text == "(":
        return "call" if after_value else "paren"
    return "index" if text == "[" and after_value else "display"


def _is_prefix(text: str, after_value: bool) -> bool:
    return text in _PREFIX and (not after_value or text == "~")


def _spaced(previous: Token, token: Token, frame: _Frame, after_value: bool) -> bool:
    """Whether a blank stands between two tokens of one bracket."""
    before, text = previous.text, token.text
    if before in OPENING or text in _TIGHT_BEFORE:
        return False
    if before == "." or text == ".":
        return _spaced_dot(previous, token)
    if before == ":":
        return frame.kind != "index"
    if "=" in (before, text):
        return frame.annotated if frame.kind else not frame.lambdas
    return not (text in "([" and after_value)


def _spaced_dot(previous: Token, token: Token) -> bool:
    if token.text == ".":
        is_relative = keyword.iskeyword(previous.text) and previous.text not in _VALUES
        return is_relative or previous.kind == tokenize.NUMBER
    return token.text == "import"


def _double_quoted(token: Token) -> Token:
    """Write a string with double quotes where its contents stay as they are."""
    text = token.text
    if token.kind != tokenize.STRING or not text.endswith("'"):
        return token
    prefix = text[: text.index("'")]
    count = 3 if text[len(prefix) :].startswith("'''") else 1
    body, quotes = text[len(prefix) + count : -count], '"' * count
    if "f" in prefix.lower() or '"' in body or "\\" in body:
        return token
    return replace(token, text=f"{prefix}{quotes}{body}{quotes}")
