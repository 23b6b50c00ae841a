"""What Responses and chat completions share: keys, errors, limits of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vendors.catalog import Served
from vendors.dialect import Asked, Body, Refused, bearer
from vendors.schema import fault_of
from vendors.wire import HttpReply, json_reply

REFUSAL = "I'm sorry, but I cannot help with that."
_KEYS_AT_LEAST = 8


def invalid(message: str, param: str, code: str | None = None) -> Refused:
    """Refuse a request as wrong."""
    return Refused(400, "invalid_request_error", message, code=code, param=param)


class OpenAI:
    """The vendor."""

    def key(self, headers: Mapping[str, str]) -> str | None:
        """Return the bearer's token."""
        return bearer(headers)

    def unauthorized(self, key: str | None) -> Refused:
        """Refuse a key, and show some of it as the vendor does."""
        if key is None:
            return Refused(401, "invalid_request_error", "You did not provide an API key.")
        shown = f"{key[:4]}****{key[-4:]}" if len(key) > _KEYS_AT_LEAST else "****"
        message = f"Incorrect API key provided: {shown}."
        return Refused(401, "invalid_request_error", message, code="invalid_api_key")

    def fault(self, kind: str) -> Refused:
        """Return the error of a fault."""
        match kind:
            case "rate_limit":
                message = "Rate limit reached for requests. Please try again later."
                return Refused(429, "requests", message, code="rate_limit_exceeded")
            case "quota":
                message = "You exceeded your current quota; check your plan and billing details."
                return Refused(429, "insufficient_quota", message, code="insufficient_quota")
            case "overloaded":
                message = "The server is overloaded or not ready yet."
                return Refused(503, "service_unavailable_error", message)
            case _:
                message = "The server had an error while processing your request."
                return Refused(500, "server_error", message)

    def refusal(self, refused: Refused, headers: Mapping[str, str]) -> HttpReply:
        """Write an error."""
        return json_reply(error_body(refused), refused.status, headers)

    def headers(self, number: int) -> dict[str, str]:
        """Return the headers of every reply."""
        return {
            "x-request-id": f"req_{number:08x}",
            "openai-version": "2020-10-01",
            "openai-processing-ms": "1",
        }


def error_body(refused: Refused) -> dict[str, Any]:
    """Return what the vendor writes of an error."""
    return {
        "error": {
            "message": refused.message,
            "type": refused.kind,
            "param": refused.param,
            "code": refused.code,
        }
    }


def check_sampling(body: Body, model: Served) -> None:
    """Refuse what a model does not take. Errors: Refused."""
    for name, highest in (("temperature", 2), ("top_p", 1)):
        value = body.get(name)
        if value is None:
            continue
        if not model.temperature:
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise invalid(message, name, "unsupported_parameter")
        if not isinstance(value, int | float) or not 0 <= value <= highest:
            message = f"Invalid '{name}': expected a number from 0 to {highest}, got {value}."
            raise invalid(message, name, "decimal_out_of_range")
    if len(str(body.get("prompt_cache_key") or "")) > 64:
        message = "Invalid 'prompt_cache_key': string too long. Expected at most 64 characters."
        raise invalid(message, "prompt_cache_key", "string_above_max_length")


def max_output(body: Body, name: str, model: Served, least: int = 1) -> int:
    """Read the limit of an answer. Errors: Refused."""
    value = body.get(name)
    if value is None:
        return model.max_output
    if not isinstance(value, int) or value < least:
        message = (
            f"Invalid '{name}': integer below minimum value. Expected >= {least}, got {value}."
        )
        raise invalid(message, name, "integer_below_min_value")
    if value > model.max_output:
        message = f"{name} is too large: {value}. This model supports at most {model.max_output}."
        raise invalid(message, name, "invalid_value")
    return value


def schema_of(form: Any, model: Served, param: str) -> Mapping[str, Any] | None:
    """Read a format of type json_schema, None for plain text. Errors: Refused."""
    if form is None or form.get("type") == "text":
        return None
    if form.get("type") != "json_schema" or not model.schema:
        message = f"Invalid parameter: '{param}' of type '{form.get('type')}' is not supported."
        raise invalid(message, param)
    if not form.get("name"):
        raise invalid(f"Missing required parameter: '{param}.name'.", f"{param}.name")
    schema = form.get("schema")
    why = fault_of(schema) if form.get("strict") else None
    if not isinstance(schema, Mapping) or why is not None:
        message = f"Invalid schema for '{form['name']}': {why or 'it is no object'}."
        raise invalid(message, f"{param}.schema", "invalid_json_schema")
    return schema


def text_of(content: Any, kinds: frozenset[str], param: str) -> str:
    """Read the text of a message. Errors: Refused."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise invalid(f"Invalid type for '{param}.content'.", param, "invalid_type")
    for part in content:
        if part.get("type") not in kinds:
            raise invalid(f"Invalid value: '{part.get('type')}'.", param, "invalid_value")
    return "".join(part["text"] for part in content)


def fits(asked: Asked, size: int) -> Asked:
    """Refuse a prompt that is longer than the model's context. Errors: Refused."""
    if size + asked.max_output > asked.model.context:
        message = (
            f"This model's maximum context length is {asked.model.context} tokens, not {size}."
        )
        raise invalid(message, "messages", "context_length_exceeded")
    return asked
