"""Programs made wrong: tokens and lines of good ones deleted, doubled, swapped, replaced."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from aspl.functions.library.table import LIBRARY
from aspl.functions.primitives import PRIMITIVES
from aspl.ops.table import OPS
from aspl.text.derived import DERIVED
from aspl.text.outside import RESERVED
from aspl.types import DType

TOKEN = re.compile(r"\n *| +|\w+|.", re.DOTALL)
NUMBERS = ("0", "1", "2", "3", "4", "5", "7", "-1", "2.5", "1e30", "inf")
HUGE = ("64", "100", "20001", "2**62", "9223372036854775807", "9223372036854775808", "10**9")

_PARAMETERS = tuple(sorted({each.name for op in OPS.values() for each in op.parameters()}))
_SIGNS = (*"()[]{},:=.+-*/%@&|<>~_", "->", "//", "**", "==", "!=", "<=")
_WORDS = ("def", "for", "in", "return", "if", "else", "lambda", "while", "import", "None", "True")
_NAMES = ("x", "y", "a", "b", "M", "K", "N", "kernel", "f", "step", "apply", "append", "fn", "init")

VOCABULARY = (
    *OPS,
    *DERIVED,
    *LIBRARY,
    *PRIMITIVES,
    *sorted(RESERVED),
    *map(str, DType),
    *_PARAMETERS,
    *_SIGNS * 3,
    *_WORDS,
    *_NAMES * 3,
    *NUMBERS,
    '"data"',
    "# note\n",
    "\n",
    "\n    ",
    " ",
)


@st.composite
def mutated(draw: st.DrawFn, texts: tuple[str, ...], *, most: int = 4, huge: bool = True) -> str:
    """Draw a program and change it in a few places."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, most))):
        change = draw(st.sampled_from(_CHANGES))
        text = change(draw, text, NUMBERS + HUGE * huge)
    return text


def _of_token(draw: st.DrawFn, text: str, numbers: tuple[str, ...]) -> str:
    tokens = TOKEN.findall(text) or [""]
    place = draw(st.integers(0, len(tokens) - 1))
    token = tokens[place]
    match draw(st.sampled_from(("delete", "double", "swap", "replace", "name"))):
        case "delete":
            del tokens[place]
        case "double":
            tokens.insert(place, token)
        case "swap":
            other = draw(st.integers(0, len(tokens) - 1))
            tokens[place], tokens[other] = tokens[other], token
        case "replace":
            tokens[place] = draw(st.sampled_from(VOCABULARY))
        case _:
            tokens[place] = draw(st.sampled_from(tokens))
    return "".join(tokens)


def _of_number(draw: st.DrawFn, text: str, numbers: tuple[str, ...]) -> str:
    places = [match.span() for match in re.finditer(r"\b\d+\b", text)]
    if not places:
        return text
    start, end = draw(st.sampled_from(places))
    return text[:start] + draw(st.sampled_from(numbers)) + text[end:]


def _of_name(draw: st.DrawFn, text: str, numbers: tuple[str, ...]) -> str:
    """Put another word of the program, or of the language, in the place of one."""
    places = [match.span() for match in re.finditer(r"\b[A-Za-z]\w*\b", text)]
    if not places:
        return text
    start, end = draw(st.sampled_from(places))
    words = [text[low:high] for low, high in places]
    word = draw(st.sampled_from(words) | st.sampled_from((*OPS, *LIBRARY, *_PARAMETERS)))
    return text[:start] + word + text[end:]


def _of_line(draw: st.DrawFn, text: str, numbers: tuple[str, ...]) -> str:
    lines = text.split("\n")
    place, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    match draw(st.sampled_from(("delete", "double", "swap"))):
        case "delete":
            del lines[place]
        case "double":
            lines.insert(other, lines[place])
        case _:
            lines[place], lines[other] = lines[other], lines[place]
    return "\n".join(lines)


_CHANGES = (_of_token, _of_token, _of_number, _of_number, _of_name, _of_name, _of_line)


def soups(lines: int = 8) -> st.SearchStrategy[str]:
    """Draw the words of the language in any order."""
    line = st.lists(st.sampled_from(VOCABULARY), max_size=14).map(" ".join)
    body = st.lists(line, max_size=lines).map("\n    ".join)
    head = st.sampled_from(("", "def kernel(x: Stream(f32, [4])):\n    "))
    return st.builds(str.__add__, head, body)
