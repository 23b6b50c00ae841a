"""OpenAI's chat completions, which most local servers speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vendors.catalog import Served
from vendors.counting import Block, Spent, tokens
from vendors.dialect import Answer, Asked, Body, Refused, first_unknown, pieces
from vendors.openai import (
    REFUSAL,
    OpenAI,
    check_sampling,
    error_body,
    fits,
    invalid,
    max_output,
    schema_of,
    text_of,
)
from vendors.wire import server_event

_KNOWN = frozenset(
    [
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "metadata",
        "model",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
    ]
)
_ROLES = frozenset({"system", "developer", "user", "assistant"})


class Chat:
    """The protocol."""

    path = "/v1/chat/completions"

    def read(self, body: Body, models: Mapping[str, Served]) -> Asked:
        """Understand a request. Errors: Refused."""
        unknown = first_unknown(body, _KNOWN)
        if unknown is not None:
            raise invalid(f"Unrecognized request argument supplied: {unknown}", unknown)
        model = models.get(str(body.get("model")))
        if model is None or model.vendor != "openai":
            message = f"The model `{body.get('model')}` does not exist."
            code, param = "model_not_found", "model"
            raise Refused(404, "invalid_request_error", message, code=code, param=param)
        check_sampling(body, model)
        _check_support(body, model)
        limit = "max_completion_tokens" if "max_completion_tokens" in body else "max_tokens"
        options = body.get("stream_options") or {}
        if options and not body.get("stream"):
            message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            raise invalid(message, "stream_options")
        asked = Asked(
            model=model,
            blocks=_blocks(body),
            max_output=max_output(body, limit, model),
            cache=str(body.get("prompt_cache_key") or ""),
            schema=_schema(body, model),
            stream=bool(body.get("stream")),
            stream_usage=bool(options.get("include_usage")),
            choices=body.get("n") or 1,
        )
        return fits(asked, tokens(asked.prompt))

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Write an answer at once."""
        choices = [
            {
                "index": index,
                "message": {"role": "assistant", **_said(answer, text)},
                "logprobs": None,
                "finish_reason": _finish(answer),
            }
            for index, text in enumerate(answer.texts)
        ]
        head = _head(answer, "chat.completion")
        return {**head, "choices": choices, "usage": usage(answer.spent)}

    def failed(self, answer: Answer) -> None:
        """Return nothing: there is no such answer."""

    def events(self, answer: Answer) -> Iterator[bytes]:
        """Write an answer as a stream."""
        for index, text in enumerate(answer.texts):
            begun = {"role": "assistant", "content": "", "refusal": None}
            yield _chunk(answer, index, begun)
            for key, value in _said(answer, text).items():
                for piece in pieces(value or ""):
                    yield _chunk(answer, index, {key: piece})
            yield _chunk(answer, index, {}, _finish(answer))
        if answer.asked.stream_usage:
            head = _head(answer, "chat.completion.chunk")
            yield server_event({**head, "choices": [], "usage": usage(answer.spent)})
        yield server_event("[DONE]")

    def failing_events(self, answer: Answer) -> Iterator[bytes]:
        """Write a stream that ends in a failure."""
        yield _chunk(answer, 0, {"role": "assistant", "content": ""})
        yield server_event(error_body(OpenAI().fault("server_error")))


def usage(spent: Spent) -> dict[str, Any]:
    """Write what an answer took; the prompt counts all of it."""
    return {
        "prompt_tokens": spent.input,
        "prompt_tokens_details": {
            "cached_tokens": spent.cached,
            "cache_write_tokens": spent.write_5m + spent.write_1h,
            "audio_tokens": 0,
        },
        "completion_tokens": spent.output,
        "completion_tokens_details": {"reasoning_tokens": spent.reasoning, "audio_tokens": 0},
        "total_tokens": spent.input + spent.output,
    }


def _check_support(body: Body, model: Served) -> None:
    if model.reasoning and "max_tokens" in body:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model."
            " Use 'max_completion_tokens' instead."
        )
        raise invalid(message, "max_tokens", "unsupported_parameter")
    taken = {"seed": model.seed, "n": model.choices, "reasoning_effort": bool(model.reasoning)}
    for name, is_taken in taken.items():
        if body.get(name) is not None and not is_taken:
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise invalid(message, name, "unsupported_parameter")
    seed = body.get("seed")
    if seed is not None and not -(2**63) <= seed < 2**63:
        raise invalid("Invalid 'seed': integer out of range.", "seed", "integer_above_max_value")


def _blocks(body: Body) -> tuple[Block, ...]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("Missing required parameter: 'messages'.", "messages")
    for place, message in enumerate(messages):
        if message.get("role") not in _ROLES:
            raise invalid(f"Invalid value: '{message.get('role')}'.", f"messages[{place}].role")
    return tuple(
        Block(text_of(each.get("content"), frozenset({"text"}), f"messages[{place}]"))
        for place, each in enumerate(messages)
    )


def _schema(body: Body, model: Served) -> Mapping[str, Any] | None:
    form = body.get("response_format")
    if form is not None and form.get("type") == "json_schema":
        form = {"type": "json_schema", **(form.get("json_schema") or {})}
    return schema_of(form, model, "response_format")


def _said(answer: Answer, text: str) -> dict[str, str | None]:
    if answer.end == "refusal":
        return {"content": None, "refusal": REFUSAL}
    return {"content": text, "refusal": None}


def _finish(answer: Answer) -> str:
    return "length" if answer.end == "length" else "stop"


def _head(answer: Answer, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{answer.number:08x}",
        "object": kind,
        "created": answer.created,
        "model": f"{answer.asked.model.name}-2026-01-01",
        "service_tier": "default",
        "system_fingerprint": "fp_0",
    }


def _chunk(answer: Answer, index: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {**_head(answer, "chat.completion.chunk"), "choices": [choice]}
    if answer.asked.stream_usage:
        chunk["usage"] = None
    return server_event(chunk)
