"""Answers in the JSON that a schema asks for, and the rules of vendors on schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_FENCE = re.compile(r"```[^\n]*\n(.*?)\n?```", re.DOTALL)


def fault_of(schema: Any) -> str | None:
    """Say what a strict schema lacks, None if nothing: every object is closed and complete."""
    if not isinstance(schema, Mapping):
        return "a schema is an object"
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false"
        if set(schema.get("required", ())) != set(properties):
            return "'required' is required to be supplied and to name every key in properties"
        return next((why for each in properties.values() if (why := fault_of(each))), None)
    if schema.get("type") == "array":
        return fault_of(schema.get("items"))
    return None


def filled(schema: Mapping[str, Any], text: str) -> str:
    """Return JSON of a schema whose texts are the program of an answer, without its fence."""
    fenced = _FENCE.findall(text)
    return json.dumps(_value(schema, fenced[-1] if fenced else text))


def _value(schema: Mapping[str, Any], text: str) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
            return {name: _value(each, text) for name, each in properties.items()}
        case "array":
            return [_value(schema["items"], text)]
        case "string":
            return text
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case _:
            return None
