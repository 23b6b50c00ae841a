"""Anthropic's Messages API: what is sent, and what an answer says."""

from __future__ import annotations

from agent.providers.answer import SCHEMA, Answer, answer
from agent.providers.model import Finish, Request
from agent.providers.profiles import Profile
from agent.providers.usage import messages_tokens
from agent.providers.wire import Body, Malformed, items, word
from prompts.prompt import Prompt, Role, Scope

FINISHES: dict[str, Finish] = {
    "max_tokens": "cut",
    "model_context_window_exceeded": "cut",
    "refusal": "refused",
}
KEPT: tuple[Scope, ...] = ("always", "campaign", "task")
"""Behind the last block of each the server is to keep the prefix: three of the four places that it
allows."""
PARAGRAPH = "\n\n"


def body(name: str, request: Request, profile: Profile) -> Body:
    """Return what is sent for a request; equal requests give equal bytes."""
    sampling = request.sampling
    said = _blocks(request.prompt, cached=profile.caching == "breakpoints")
    sent: Body = {
        "model": name,
        "max_tokens": profile.output_of(sampling.max_output_tokens),
        "messages": [
            {"role": "user", "content": [block for role, block in said if role == "user"]}
        ],
    }
    if system := [block for role, block in said if role == "system"]:
        sent["system"] = system
    if profile.temperature and sampling.temperature is not None:
        sent["temperature"] = sampling.temperature
    # newer models take one of the two
    if profile.top_p and sampling.top_p is not None and "temperature" not in sent:
        sent["top_p"] = sampling.top_p
    asked: Body = {} if profile.effort is None else {"effort": profile.effort}
    if profile.schema:
        asked["format"] = {"type": "json_schema", "schema": SCHEMA}
    if asked:
        sent["output_config"] = asked
    return sent


def _blocks(prompt: Prompt, *, cached: bool) -> list[tuple[Role, Body]]:
    """Return one block for each section.

    So an exemplar that is appended leaves the ones before it in blocks that were kept already.
    """
    sections = [each for each in prompt.sections if each.text.strip("\n")]
    last_of = {each.scope: place for place, each in enumerate(sections)}
    ends = {last_of[scope] for scope in KEPT if cached and scope in last_of}
    said: list[tuple[Role, Body]] = []
    for place, each in enumerate(sections):
        follows = place + 1 < len(sections) and sections[place + 1].role == each.role
        text = each.text.strip("\n") + (PARAGRAPH if follows else "")
        block: Body = {"type": "text", "text": text}
        if place in ends:
            block["cache_control"] = {"type": "ephemeral"}
        said.append((each.role, block))
    return said


def read(received: Body, profile: Profile) -> Answer:
    """Return what an answer says. Errors: Malformed."""
    if received.get("type") != "message" or not isinstance(received.get("content"), list):
        raise Malformed("the answer is no message")
    blocks = items(received, "content")
    text = "".join(word(each, "text") for each in blocks if each.get("type") == "text")
    finish = FINISHES.get(word(received, "stop_reason"), "complete")
    tokens = messages_tokens(received)
    return answer(text, finish, tokens, schema=profile.schema, body=received)
