"""What all APIs share: an answer before it has a price, and programs asked for by schema."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256

from agent.providers.model import Finish
from agent.providers.usage import Tokens
from agent.providers.wire import Body
from prompts.prompt import Prompt

SCHEMA: Body = {
    "type": "object",
    "properties": {"program": {"type": "string", "description": "The program, and nothing else."}},
    "required": ["program"],
    "additionalProperties": False,
}
SCHEMA_NAME = "answer"

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered."""

    text: str
    finish: Finish
    tokens: Tokens | None
    """None where the server did not count them."""
    served: str
    """The model that answered, by the server's own word."""
    request: str
    """The server's name for the call."""


def answer(text: str, finish: Finish, tokens: Tokens | None, *, schema: bool, body: Body) -> Answer:
    """Put an answer together; one without any text was declined, unless it was cut.

    Args:
        schema: whether the text was asked for as `SCHEMA`.
        body: names the model and the call.
    """
    shown = fenced(text) if schema and finish == "complete" else text
    if finish == "complete" and not shown.strip():
        finish = "refused"
    served, request = (str(body.get(name) or "") for name in ("model", "id"))
    return Answer(text=shown, finish=finish, tokens=tokens, served=served, request=request)


def fenced(text: str) -> str:
    """Return the program of an answer of `SCHEMA` in a fence; other texts as they are."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return text
    program = read.get("program") if isinstance(read, dict) else None
    if not isinstance(program, str):
        return text
    if not program.strip() or _FENCE.search(program):
        return program
    return f"```aspl\n{program.rstrip()}\n```\n"


def cache_key(prompt: Prompt) -> str:
    """Return a name for the part of a prompt that a whole campaign has in common; empty for none.

    A server that is told it sends calls with the same part where it has been read before.
    """
    shared = [text for _, scope, text in prompt.blocks() if scope in ("always", "campaign")]
    return sha256("\n\n".join(shared).encode()).hexdigest()[:32] if shared else ""
