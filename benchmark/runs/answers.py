"""Finding the program in an answer: the one fenced block, or the whole text without a fence.

Fences are CommonMark's: a line of three or more backticks or tildes, up to three spaces in; closed
by as many of the same, or by the end of the text. Blocks that are marked as something else than a
program (`text`, `json`, `diff` ...) are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PROGRAM_WORDS = frozenset({"", "aspl", "py", "python", "python3", "step"})
"""What may stand behind the fence of a program."""

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\n]*)$")


@dataclass(frozen=True, slots=True)
class Unfenced:
    """An answer without a program, and why there is none."""

    reason: str


def program_in(answer: str) -> str | Unfenced:
    """Return the program that an answer holds."""
    text = answer.replace("\r\n", "\n")
    blocks = list(_blocks(text))
    if not blocks:
        return text if text.strip() else Unfenced("it is empty")
    programs = [body for word, body in blocks if word in PROGRAM_WORDS and body.strip()]
    match programs:
        case [program]:
            return program
        case []:
            return Unfenced("it holds no fenced program")
        case _:
            return Unfenced(f"it holds {len(programs)} fenced programs, not one")


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Walk the fenced blocks: the first word behind the fence, and what stands inside."""
    fence, word, body = "", "", list[str]()
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if not fence:
            # a backtick behind backticks makes them part of a sentence
            if found and not (found["fence"][0] == "`" and "`" in found["info"]):
                fence, word, body = found["fence"], _word(found["info"]), []
        elif found and _closes(found, fence):
            yield word, "".join(f"{each}\n" for each in body)
            fence = ""
        else:
            body.append(line)
    if fence:
        yield word, "\n".join(body)


def _word(info: str) -> str:
    first = info.split(maxsplit=1)[0] if info.strip() else ""
    return first.strip("{}.").lower()


def _closes(found: re.Match[str], fence: str) -> bool:
    closing = found["fence"]
    return closing[0] == fence[0] and len(closing) >= len(fence) and not found["info"].strip()
