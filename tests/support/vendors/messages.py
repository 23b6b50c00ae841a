"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vendors.catalog import Served
from vendors.counting import Block, Lifetime, Spent, tokens
from vendors.dialect import Answer, Asked, Body, Refused, bearer, first_unknown, pieces
from vendors.schema import fault_of
from vendors.wire import HttpReply, json_reply, server_event

COUNTED = frozenset(
    [
        "cache_control",
        "messages",
        "model",
        "output_config",
        "system",
        "thinking",
        "tool_choice",
        "tools",
    ]
)
"""Parameters of counting."""
_KNOWN = COUNTED | frozenset(
    [
        "container",
        "diagnostics",
        "max_tokens",
        "metadata",
        "service_tier",
        "stop_sequences",
        "stream",
        "temperature",
        "top_k",
        "top_p",
    ]
)
_BREAKPOINTS = 4
REFUSAL = "I can't help with that."


class Anthropic:
    """The vendor."""

    def key(self, headers: Mapping[str, str]) -> str | None:
        """Return the key, which newer clients show as a bearer's token."""
        return headers.get("x-api-key") or bearer(headers)

    def unauthorized(self, key: str | None) -> Refused:
        """Refuse a key."""
        message = "x-api-key header is required" if key is None else "invalid x-api-key"
        return Refused(401, "authentication_error", message)

    def fault(self, kind: str) -> Refused:
        """Return the error of a fault."""
        match kind:
            case "rate_limit":
                message = "This request would exceed your organization's rate limit."
                return Refused(429, "rate_limit_error", message)
            case "quota":
                return Refused(402, "billing_error", "Your credit balance is too low.")
            case "overloaded":
                return Refused(529, "overloaded_error", "Overloaded")
            case _:
                return Refused(500, "api_error", "Internal server error")

    def refusal(self, refused: Refused, headers: Mapping[str, str]) -> HttpReply:
        """Write an error; where it may be retried, it says so."""
        retry = "true" if refused.status == 429 or refused.status >= 500 else "false"
        headers = {**headers, "x-should-retry": retry}
        return json_reply(error_body(refused, headers.get("request-id")), refused.status, headers)

    def headers(self, number: int) -> dict[str, str]:
        """Return the headers of every reply."""
        return {"request-id": f"req_{number:08x}", "anthropic-organization-id": "org_0"}


def error_body(refused: Refused, request: str | None = None) -> dict[str, Any]:
    """Return what the vendor writes of an error."""
    error = {"type": refused.kind, "message": refused.message}
    return {"type": "error", "error": error, "request_id": request}


def invalid(message: str) -> Refused:
    """Refuse a request as wrong."""
    return Refused(400, "invalid_request_error", message)


class Messages:
    """The protocol."""

    path = "/v1/messages"

    def read(self, body: Body, models: Mapping[str, Served]) -> Asked:
        """Understand a request. Errors: Refused."""
        model = check_model(body, models, _KNOWN)
        limit = body.get("max_tokens")
        if limit is None:
            raise invalid("max_tokens: Field required")
        if not isinstance(limit, int) or limit < 1:
            raise invalid("max_tokens: Input should be greater than or equal to 1")
        if limit > model.max_output:
            raise invalid(f"max_tokens: {limit} > {model.max_output}, the most of {model.name}")
        _check_sampling(body, model)
        asked = Asked(
            model=model,
            blocks=blocks_of(body),
            max_output=limit,
            schema=_schema(body, model),
            stream=bool(body.get("stream")),
        )
        size = tokens(asked.prompt)
        if size + limit > model.context:
            raise invalid(f"prompt is too long: {size} tokens > {model.context} maximum")
        return asked

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Write an answer at once."""
        return {
            "id": answer.name("msg"),
            "type": "message",
            "role": "assistant",
            "model": answer.asked.model.name,
            "content": _content(answer),
            **_stop(answer),
            "usage": usage(answer.spent),
        }

    def failed(self, answer: Answer) -> None:
        """Return nothing: there is no such answer."""

    def events(self, answer: Answer) -> Iterator[bytes]:
        """Write an answer as a stream."""
        yield self._start(answer)
        for index, block in enumerate(_content(answer)):
            key = "thinking" if block["type"] == "thinking" else "text"
            begun = {**block, key: ""}
            yield _event("content_block_start", index=index, content_block=begun)
            yield _event("ping")
            for piece in pieces(block[key]):
                delta = {"type": f"{key}_delta", key: piece}
                yield _event("content_block_delta", index=index, delta=delta)
            if key == "thinking":
                signed = {"type": "signature_delta", "signature": block["signature"]}
                yield _event("content_block_delta", index=index, delta=signed)
            yield _event("content_block_stop", index=index)
        yield _event("message_delta", delta=_stop(answer), usage=usage(answer.spent))
        yield _event("message_stop")

    def failing_events(self, answer: Answer) -> Iterator[bytes]:
        """Write a stream that ends in a failure."""
        yield self._start(answer)
        refused = Anthropic().fault("overloaded")
        yield server_event(error_body(refused, f"req_{answer.number:08x}"), "error")

    def _start(self, answer: Answer) -> bytes:
        begun = {**usage(answer.spent), "output_tokens": 1}
        nothing: dict[str, Any] = {"content": [], "stop_reason": None, "stop_details": None}
        return _event("message_start", message={**self.whole(answer), **nothing, "usage": begun})


def check_model(body: Body, models: Mapping[str, Served], known: frozenset[str]) -> Served:
    """Return the model of a request. Errors: Refused, also for parameters that there are not."""
    unknown = first_unknown(body, known)
    if unknown is not None:
        raise invalid(f"{unknown}: Extra inputs are not permitted")
    if body.get("model") is None:
        raise invalid("model: Field required")
    model = models.get(str(body["model"]))
    if model is None or model.vendor != "anthropic":
        raise Refused(404, "not_found_error", f"model: {body['model']}")
    return model


def blocks_of(body: Body) -> tuple[Block, ...]:
    """Read the system's words and the messages. Errors: Refused."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("messages: at least one message is required")
    if messages[0].get("role") != "user":
        raise invalid("messages: first message must use the user role")
    blocks = list(_blocks_in(body.get("system") or [], "system"))
    for place, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant"):
            raise invalid(f"messages.{place}.role: Input should be 'user' or 'assistant'")
        blocks += _blocks_in(message.get("content"), f"messages.{place}.content")
    if body.get("cache_control"):
        blocks[-1] = Block(blocks[-1].text, _lifetime(body["cache_control"]))
    marks = [each.breakpoint for each in blocks if each.breakpoint]
    if len(marks) > _BREAKPOINTS:
        raise invalid(f"A maximum of 4 blocks with cache_control may be provided, not {len(marks)}")
    if sorted(marks, key=("1h", "5m").index) != marks:
        raise invalid("a ttl='1h' cache_control block must not come after a ttl='5m' one")
    return tuple(blocks)


def usage(spent: Spent) -> dict[str, Any]:
    """Write what an answer took; the input counts what the cache had no part in."""
    return {
        "input_tokens": spent.uncached,
        "cache_creation_input_tokens": spent.write_5m + spent.write_1h,
        "cache_read_input_tokens": spent.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": spent.write_5m,
            "ephemeral_1h_input_tokens": spent.write_1h,
        },
        "output_tokens": spent.output,
        "output_tokens_details": {"thinking_tokens": spent.reasoning},
        "service_tier": "standard",
    }


def _check_sampling(body: Body, model: Served) -> None:
    for name in ("temperature", "top_p", "top_k"):
        if body.get(name) is not None and not model.temperature:
            raise invalid(f"{name}: {name} is not supported with {model.name}")
    temperature = body.get("temperature")
    if temperature is not None and not 0 <= temperature <= 1:
        raise invalid("temperature: range: 0..1")
    if temperature is not None and body.get("top_p") is not None:
        raise invalid(f"temperature and top_p cannot both be specified for {model.name}")


def _blocks_in(content: Any, where: str) -> Iterator[Block]:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, list):
        raise invalid(f"{where}: Input should be a valid list")
    for place, part in enumerate(content):
        if part.get("type") != "text":
            raise invalid(f"{where}.{place}.type: Input should be 'text'")
        if not part.get("text"):
            raise invalid(f"{where}.{place}: text content blocks must be non-empty")
        mark = part.get("cache_control")
        yield Block(part["text"], _lifetime(mark) if mark else None)


def _lifetime(mark: Mapping[str, str]) -> Lifetime:
    match mark.get("type"), mark.get("ttl", "5m"):
        case "ephemeral", "5m":
            return "5m"
        case "ephemeral", "1h":
            return "1h"
        case _:
            raise invalid(
                "cache_control: Input should be of type 'ephemeral' with ttl '5m' or '1h'"
            )


def _schema(body: Body, model: Served) -> Mapping[str, Any] | None:
    form = (body.get("output_config") or {}).get("format")
    if form is None:
        return None
    if not model.schema:
        raise invalid(f"output_config.format: not supported with {model.name}")
    if form.get("type") != "json_schema":
        raise invalid("output_config.format.type: Input should be 'json_schema'")
    schema = form.get("schema")
    why = fault_of(schema)
    if why is not None or not isinstance(schema, Mapping):
        raise invalid(f"output_config.format.schema: {why}")
    return schema


def _content(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.spent.reasoning:
        blocks.append({"type": "thinking", "thinking": "", "signature": "sig"})
    text = REFUSAL if answer.end == "refusal" else answer.texts[0]
    if text:
        blocks.append({"type": "text", "text": text, "citations": None})
    return blocks


def _stop(answer: Answer) -> dict[str, Any]:
    reason = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}[answer.end]
    refused = {"type": "refusal", "category": None, "explanation": None}
    details = refused if answer.end == "refusal" else None
    return {"stop_reason": reason, "stop_sequence": None, "stop_details": details}


def _event(name: str, **values: Any) -> bytes:
    return server_event({"type": name, **values}, name)
