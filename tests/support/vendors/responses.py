"""OpenAI's Responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from vendors.catalog import Served
from vendors.counting import Block, Spent, tokens
from vendors.dialect import Answer, Asked, Body, Refused, first_unknown, pieces
from vendors.openai import REFUSAL, check_sampling, fits, invalid, max_output, schema_of, text_of
from vendors.wire import server_event

_KNOWN = frozenset(
    [
        "background",
        "include",
        "input",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "metadata",
        "model",
        "parallel_tool_calls",
        "previous_response_id",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning",
        "safety_identifier",
        "service_tier",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "truncation",
        "user",
    ]
)
_TEXTS = frozenset({"input_text", "output_text"})
_ROLES = frozenset({"user", "assistant", "system", "developer"})
_LEAST_OUTPUT = 16


class Responses:
    """The protocol."""

    path = "/v1/responses"

    def read(self, body: Body, models: Mapping[str, Served]) -> Asked:
        """Understand a request. Errors: Refused; an unknown model is a 400 here, by its code."""
        unknown = first_unknown(body, _KNOWN)
        if unknown is not None:
            raise invalid(f"Unknown parameter: '{unknown}'.", unknown, "unknown_parameter")
        model = models.get(str(body.get("model")))
        if model is None or model.vendor != "openai" or not model.responses:
            message = f"The requested model '{body.get('model')}' does not exist."
            raise invalid(message, "model", "model_not_found")
        check_sampling(body, model)
        if body.get("reasoning") and not model.reasoning:
            message = "Unsupported parameter: 'reasoning.effort' is not supported with this model."
            raise invalid(message, "reasoning.effort", "unsupported_parameter")
        asked = Asked(
            model=model,
            blocks=blocks_of(body),
            max_output=max_output(body, "max_output_tokens", model, _LEAST_OUTPUT),
            cache=str(body.get("prompt_cache_key") or ""),
            schema=schema_of((body.get("text") or {}).get("format"), model, "text.format"),
            stream=bool(body.get("stream")),
        )
        return fits(asked, tokens(asked.prompt))

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Write an answer at once."""
        cut = answer.end == "length"
        return {
            **_head(answer, "incomplete" if cut else "completed"),
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "output": _output(answer),
            "usage": usage(answer.spent),
        }

    def failed(self, answer: Answer) -> dict[str, Any]:
        """Write an answer that tells of a failure."""
        error = {"code": "server_error", "message": "The model failed to answer."}
        return {**_head(answer, "failed"), "error": error, "output": [], "usage": None}

    def events(self, answer: Answer) -> Iterator[bytes]:
        """Write an answer as a stream."""
        numbers = count()
        started = {**_head(answer, "in_progress"), "output": [], "usage": None}
        yield _event(numbers, "response.created", response=started)
        yield _event(numbers, "response.in_progress", response=started)
        for place, item in enumerate(_output(answer)):
            at = {"output_index": place}
            begun = {**item, "status": "in_progress", "content": []}
            yield _event(numbers, "response.output_item.added", item=begun, **at)
            for index, part in enumerate(item.get("content", ())):
                where = {"item_id": item["id"], "content_index": index, **at}
                yield from _part_events(numbers, part, where)
            yield _event(numbers, "response.output_item.done", item=item, **at)
        done = self.whole(answer)
        yield _event(numbers, f"response.{done['status']}", response=done)

    def failing_events(self, answer: Answer) -> Iterator[bytes]:
        """Write a stream that ends in a failure."""
        numbers = count()
        started = {**_head(answer, "in_progress"), "output": [], "usage": None}
        yield _event(numbers, "response.created", response=started)
        yield _event(numbers, "response.failed", response=self.failed(answer))


def blocks_of(body: Body) -> tuple[Block, ...]:
    """Read instructions and input. Errors: Refused."""
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list) or not items:
        raise invalid("Missing required parameter: 'input'.", "input", "missing_required_parameter")
    texts = [str(body["instructions"])] if body.get("instructions") else []
    for place, item in enumerate(items):
        if item.get("role") not in _ROLES:
            raise _bad_role(place, item.get("role"))
        texts.append(text_of(item.get("content"), _TEXTS, f"input[{place}]"))
    return tuple(Block(each) for each in texts)


def usage(spent: Spent) -> dict[str, Any]:
    """Write what an answer took; the input counts all of the prompt."""
    return {
        "input_tokens": spent.input,
        "input_tokens_details": {
            "cached_tokens": spent.cached,
            "cache_write_tokens": spent.write_5m + spent.write_1h,
        },
        "output_tokens": spent.output,
        "output_tokens_details": {"reasoning_tokens": spent.reasoning},
        "total_tokens": spent.input + spent.output,
    }


def _head(answer: Answer, status: str) -> dict[str, Any]:
    return {
        "id": answer.name("resp"),
        "object": "response",
        "created_at": answer.created,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": answer.asked.max_output,
        "model": f"{answer.asked.model.name}-2026-01-01",
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "metadata": {},
    }


def _output(answer: Answer) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if answer.spent.reasoning:
        items.append({"type": "reasoning", "id": answer.name("rs"), "summary": []})
    text = answer.texts[0]
    if answer.end == "refusal":
        part: dict[str, Any] = {"type": "refusal", "refusal": REFUSAL}
    elif text:
        part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    else:
        return items
    status = "incomplete" if answer.end == "length" else "completed"
    message = {"type": "message", "id": answer.name("msg"), "role": "assistant"}
    items.append({**message, "status": status, "content": [part]})
    return items


def _part_events(
    numbers: Iterator[int], part: dict[str, Any], where: dict[str, Any]
) -> Iterator[bytes]:
    kind = part["type"]
    key = "refusal" if kind == "refusal" else "text"
    begun = {**part, key: ""}
    yield _event(numbers, "response.content_part.added", part=begun, **where)
    for piece in pieces(part[key]):
        yield _event(numbers, f"response.{kind}.delta", delta=piece, **where)
    yield _event(numbers, f"response.{kind}.done", **{key: part[key]}, **where)
    yield _event(numbers, "response.content_part.done", part=part, **where)


def _event(numbers: Iterator[int], name: str, **values: Any) -> bytes:
    return server_event({"type": name, "sequence_number": next(numbers), **values}, name)


def _bad_role(place: int, role: Any) -> Refused:
    return invalid(f"Invalid value: '{role}'.", f"input[{place}]", "invalid_value")
