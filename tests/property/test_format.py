"""Laws of the canonical layout, on programs whose blanks and comments were shuffled."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aspl.diagnostics import Findings
from aspl.ops.table import OPS
from aspl.text.format import format_text
from aspl.text.parse import parse

EXAMPLES = Path(__file__).parents[2] / "aspl" / "examples"

EARLIER = """\
M, K = Dim(2), Dim(3)

def double(x: f32) -> f32:
    y = x * -2 ** 1
    return where(y > 0, y, -y)

def kernel(a: Stream(f32, [M, K]), b: Stream(f32, [M, K])) -> (Stream(f32, [M]), Stream(f32, [M])):
    x = step.Map(fn=double).apply((a))
    parts = [step.Accum(fn=add, init=zeros, b=1).apply(each) for each in (x, b)]
    for i in range(1): parts[0] = Map(parts[0], fn=double); parts = parts + []
    return parts[0], parts[1]
"""

PROGRAMS = [
    EARLIER,
    *(op.example.text for op in OPS.values()),
    *(path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.aspl"))),
]

_WORDS = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP)
_BLANKS = st.sampled_from(["", "", "", " ", "  ", "\t"])
_BREAKS = st.sampled_from(["", "", "", "\n", "\n \n", " # {}\n", "\n# {}\n   "])


class Shuffle:
    """A text written anew with the same tokens, other blanks, and comments of its own."""

    def __init__(self, text: str, draw: st.DrawFn, *, comments: bool) -> None:
        self.draw, self.comments = draw, comments
        self.unit = draw(st.sampled_from([" ", "  ", "\t", "       "]))
        self.written: list[str] = []
        self.open = self.depth = self.count = 0
        self.at_start = True
        for info in tokenize.generate_tokens(io.StringIO(text).readline):
            self.add(info)

    def add(self, info: tokenize.TokenInfo) -> None:
        if info.type == tokenize.INDENT:
            self.depth += 1
        elif info.type == tokenize.DEDENT:
            self.depth -= 1
        elif info.type == tokenize.NEWLINE:
            self.written.append(self.comment(" # {}\n") if self.flip() else "\n")
            self.at_start = True
        elif info.type in _WORDS:
            self.word(info)

    def word(self, info: tokenize.TokenInfo) -> None:
        if self.at_start:
            if self.flip():
                self.written.append(self.comment(self.draw(_BLANKS) + "# {}\n"))
            self.written.append(self.unit * self.depth)
        else:
            self.written.append(self.gap())
        if info.string in "([{":
            self.open += 1
        if info.string in ")]}":
            self.open -= 1
        self.written.append(info.string)
        self.at_start = False

    def gap(self) -> str:
        blanks = " " + self.draw(_BLANKS)
        return blanks + self.comment(self.draw(_BREAKS)) if self.open else blanks

    def flip(self) -> bool:
        return self.comments and self.draw(st.integers(0, 4)) == 0

    def comment(self, pattern: str) -> str:
        if "#" not in pattern:
            return pattern
        if not self.comments:
            return "\n"
        self.count += 1
        return pattern.format(f"note {self.count}")

    @property
    def text(self) -> str:
        return "".join(self.written)


@st.composite
def shuffled(draw: st.DrawFn, *, comments: bool) -> tuple[str, str]:
    text = draw(st.sampled_from(PROGRAMS))
    return text, Shuffle(text, draw, comments=comments).text


def formatted(text: str) -> str:
    written = format_text(text, Findings())
    assert written is not None
    return written


def comments(text: str) -> Counter[str]:
    found = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(each.string for each in found if each.type == tokenize.COMMENT)


@given(shuffled(comments=True))
def test_formatting_keeps_the_program_and_the_comments(texts: tuple[str, str]) -> None:
    original, text = texts
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(original))
    written = formatted(text)
    assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(original))
    assert comments(written) == comments(text)
    program = parse(original, Findings())
    assert program is not None
    assert parse(written, Findings()) == program


@given(shuffled(comments=True))
def test_the_layout_is_its_own_layout(texts: tuple[str, str]) -> None:
    written = formatted(texts[1])
    assert formatted(written) == written


@given(shuffled(comments=False))
def test_the_layout_depends_on_no_blank(texts: tuple[str, str]) -> None:
    original, text = texts

    def lines(each: str) -> list[str]:
        return [line for line in formatted(each).split("\n") if line]

    assert lines(text) == lines("\n".join(_without_comments(original)))


def _without_comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    cuts = {each.start[0]: each.start[1] for each in tokens if each.type == tokenize.COMMENT}
    lines = text.split("\n")
    return [line[: cuts.get(number, len(line))] for number, line in enumerate(lines, start=1)]


@given(st.text(alphabet=st.sampled_from("ab=()[]{},:.*-#'\"\\\n \t\r\f0@!;"), max_size=60))
def test_any_text_is_formatted_or_reported(text: str) -> None:
    findings = Findings()
    written = format_text(text, findings)
    assert (written is None) == findings.has_errors
    if written is not None:
        assert formatted(written) == written
