"""The canonical layout of a program's text: the author's structure and comments in the house form.

Four blanks a level, double quotes, one line a statement up to 100 columns and one argument a line
beyond, at most one empty line, exactly one around a definition.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from aspl.diagnostics import Findings
from aspl.text.layout import INDENT, layout
from aspl.text.source import MAX_CHARACTERS, Source, read_syntax
from aspl.text.tokens import Remark, Statement, Unit, units


def format_text(text: str, findings: Findings) -> str | None:
    """Return a text in canonical layout, or None after reporting that it is not Python syntax.

    Nothing but layout changes: both texts have one syntax tree. The result is its own layout.
    """
    text = text.removeprefix("\ufeff")
    before = read_syntax(Source(text), findings)
    if before is None:
        return None
    written = _written(units(text.replace("\r\n", "\n").replace("\r", "\n")))
    if len(written) > MAX_CHARACTERS:
        # with wider indentation it would be no program any more
        return text
    assert ast.dump(_parsed(written)) == ast.dump(before), "formatting changed the program"
    return written


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _written(found: list[Unit]) -> str:
    blanks = _blanks(found)
    lines: list[str] = []
    for unit, has_blank in zip(found, blanks, strict=True):
        if has_blank:
            lines.append("")
        lines += _lines(unit)
    return "\n".join([*lines, ""]) if lines else ""


def _lines(unit: Unit) -> list[str]:
    if isinstance(unit, Remark):
        return [INDENT * unit.depth + unit.comment]
    lines = layout(unit.tokens, unit.depth)
    if unit.comment:
        lines[-1] += f"  {unit.comment}"
    return lines


def _blanks(found: list[Unit]) -> list[bool]:
    """Decide before which units an empty line stands."""
    blanks: list[bool] = []
    definitions = _Definitions()
    for place, unit in enumerate(found):
        left = definitions.leave(unit)
        if place == 0 or _is_tied(found[place - 1], unit):
            blanks.append(False)
        else:
            author = unit.row - found[place - 1].end_row > 1
            blanks.append(author or left or _begins_definition(found, place))
        definitions.enter(unit)
    return blanks


@dataclass(slots=True)
class _Definitions:
    """The definition around a unit that began last, if any."""

    depths: tuple[int, ...] = ()

    def leave(self, unit: Unit) -> bool:
        """Whether a unit stands behind the end of a definition."""
        inner = self.depths
        self.depths = tuple(depth for depth in inner if depth < unit.depth)
        return len(self.depths) < len(inner)

    def enter(self, unit: Unit) -> None:
        """Note a unit that begins a definition."""
        if _is_definition(unit):
            self.depths = (*self.depths, unit.depth)


def _is_tied(previous: Unit, unit: Unit) -> bool:
    """Whether no empty line may follow: on what opens a block, and on a decorator."""
    if not isinstance(previous, Statement):
        return False
    return unit.depth > previous.depth or previous.tokens[0].text == "@"


def _begins_definition(found: list[Unit], place: int) -> bool:
    """Whether a definition begins here: with its comments, its decorators, or itself."""
    previous = found[place - 1]
    if isinstance(previous, Remark) and not _is_apart(previous, found[place]):
        return False
    while isinstance(found[place], Remark):
        if place + 1 == len(found) or _is_apart(found[place], found[place + 1]):
            return False
        place += 1
    return _is_definition(found[place]) or _first_word(found[place]) == "@"


def _is_apart(unit: Unit, following: Unit) -> bool:
    return following.row - unit.end_row > 1 or following.depth != unit.depth


def _is_definition(unit: Unit) -> bool:
    return _first_word(unit) in ("def", "class", "async")


def _first_word(unit: Unit) -> str:
    return unit.tokens[0].text if isinstance(unit, Statement) else ""
