"""Chat completions, which most servers of models speak: what is sent, and what an answer says."""

from __future__ import annotations

from agent.providers.answer import SCHEMA, SCHEMA_NAME, Answer, answer, cache_key
from agent.providers.model import Finish, Request
from agent.providers.profiles import Profile
from agent.providers.usage import chat_tokens
from agent.providers.wire import Body, Malformed, items, word

FINISHES: dict[str, Finish] = {"length": "cut", "content_filter": "refused"}


def body(name: str, request: Request, profile: Profile) -> Body:
    """Return what is sent for a request; equal requests give equal bytes."""
    prompt, sampling = request.prompt, request.sampling
    said = (("system", prompt.text("system")), ("user", prompt.text("user")))
    sent: Body = {
        "model": name,
        "messages": [{"role": role, "content": text} for role, text in said if text],
        profile.output_limit: profile.output_of(sampling.max_output_tokens),
    }
    if profile.temperature and sampling.temperature is not None:
        sent["temperature"] = sampling.temperature
    if profile.top_p and sampling.top_p is not None:
        sent["top_p"] = sampling.top_p
    if profile.seed:
        sent["seed"] = request.seed
    if profile.effort is not None:
        sent["reasoning_effort"] = profile.effort
    if profile.caching == "key" and (key := cache_key(prompt)):
        sent["prompt_cache_key"] = key
    if profile.schema:
        form = {"name": SCHEMA_NAME, "strict": True, "schema": SCHEMA}
        sent["response_format"] = {"type": "json_schema", "json_schema": form}
    return sent


def read(received: Body, profile: Profile) -> Answer:
    """Return what an answer says. Errors: Malformed."""
    choices = items(received, "choices")
    if not choices or not isinstance(choices[0].get("message"), dict):
        raise Malformed("the answer holds no message")
    refusal = word(choices[0], "message", "refusal")
    text = word(choices[0], "message", "content")
    finish = FINISHES.get(word(choices[0], "finish_reason"), "complete")
    if refusal and finish == "complete":
        finish = "refused"
    tokens = chat_tokens(received)
    return answer(text or refusal, finish, tokens, schema=profile.schema, body=received)
