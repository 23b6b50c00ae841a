"""OpenAI's Responses API: what is sent, and what an answer says."""

from __future__ import annotations

from agent.providers.answer import SCHEMA, SCHEMA_NAME, Answer, answer, cache_key
from agent.providers.model import Finish, Request
from agent.providers.profiles import Profile
from agent.providers.usage import responses_tokens
from agent.providers.wire import Body, Malformed, has, items, word

CUT = "max_output_tokens"


def body(name: str, request: Request, profile: Profile) -> Body:
    """Return what is sent for a request; equal requests give equal bytes."""
    prompt, sampling = request.prompt, request.sampling
    sent: Body = {
        "model": name,
        "input": prompt.text("user"),
        "max_output_tokens": profile.output_of(sampling.max_output_tokens),
        "store": False,
    }
    if system := prompt.text("system"):
        sent["instructions"] = system
    if profile.temperature and sampling.temperature is not None:
        sent["temperature"] = sampling.temperature
    if profile.top_p and sampling.top_p is not None:
        sent["top_p"] = sampling.top_p
    if profile.effort is not None:
        sent["reasoning"] = {"effort": profile.effort}
    if profile.caching == "key" and (key := cache_key(prompt)):
        sent["prompt_cache_key"] = key
    if profile.schema:
        form = {"type": "json_schema", "name": SCHEMA_NAME, "strict": True, "schema": SCHEMA}
        sent["text"] = {"format": form}
    return sent


def read(received: Body, profile: Profile) -> Answer:
    """Return what an answer says. Errors: Malformed, also for one that the server gave up."""
    status = word(received, "status")
    if status not in ("completed", "incomplete") or not isinstance(received.get("output"), list):
        failure = word(received, "error", "code") or status or "no status"
        raise Malformed(f"the answer is not complete: {failure}")
    parts = [
        part
        for item in items(received, "output")
        if item.get("type") == "message"
        for part in items(item, "content")
    ]
    refusal = "".join(word(each, "refusal") for each in parts)
    text = "".join(word(each, "text") for each in parts if each.get("type") == "output_text")
    finish: Finish = "complete"
    if status == "incomplete":
        finish = "cut" if word(received, "incomplete_details", "reason") == CUT else "refused"
    elif refusal or has(received, "error"):
        finish = "refused"
    tokens = responses_tokens(received)
    return answer(text or refusal, finish, tokens, schema=profile.schema, body=received)
