"""A prompt as people read it: its sections, and what they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.prompting.tokens import token_count
from aspl.render import paint
from prompts.prompt import Prompt

SCHEMA = "aspl.prompt/1"
_RULE = 100
_HEADS = ("section", "role", "scope", "tokens", "so far")


def page_text(prompt: Prompt, *, color: bool) -> str:
    """Write every section below a rule that names it."""
    blocks = []
    for each in prompt.sections:
        words = f"{each.name} ({each.role}, {each.scope}, about {token_count(each.text)} tokens)"
        blocks.append(f"{paint(f'-- {words} '.ljust(_RULE, '-'), 'frame', color)}\n\n{each.text}")
    return "\n\n".join(blocks)


def table_text(prompt: Prompt) -> str:
    """Write what every section takes, and the sum up to it, in tokens as they are estimated."""
    rows = [_HEADS, *_rows(prompt)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    return "\n".join(_line(row, widths) for row in rows)


def _rows(prompt: Prompt) -> Iterator[tuple[str, ...]]:
    total = 0
    for each in prompt.sections:
        tokens = token_count(each.text)
        total += tokens
        yield each.name, each.role, each.scope, f"{tokens:,}", f"{total:,}"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    words = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
    numbers = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
    return "  ".join((*words, *numbers))


def prompt_records(prompt: Prompt) -> Iterator[Mapping[str, Any]]:
    """Return an object of JSON for every section."""
    for each in prompt.sections:
        yield {
            "schema": SCHEMA,
            "section": each.name,
            "role": each.role,
            "scope": each.scope,
            "tokens": token_count(each.text),
            "text": each.text,
        }
