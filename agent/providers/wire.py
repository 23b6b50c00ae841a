"""Bodies of JSON that servers send: what stands at a path, and nothing where it does not."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

Body: TypeAlias = dict[str, Any]
"""An object of JSON, as it is sent or was received."""


class Malformed(Exception):
    """A server's answer is none of its API's."""


def read_body(text: str) -> Body:
    """Read an object of JSON. Errors: Malformed."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("the answer is no JSON") from None
    if not isinstance(body, dict):
        raise Malformed("the answer is no object of JSON")
    return body


def has(body: Body, *path: str) -> bool:
    """Whether something stands at a path."""
    return _at(body, path) is not None


def count(body: Body, *path: str) -> int:
    """Return the number at a path; 0 for none."""
    found = _at(body, path)
    return found if type(found) is int and found > 0 else 0


def word(body: Body, *path: str) -> str:
    """Return the text at a path; empty for none."""
    found = _at(body, path)
    return found if isinstance(found, str) else ""


def items(body: Body, *path: str) -> list[Body]:
    """Return the objects of the list at a path; empty for none."""
    found = _at(body, path)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _at(body: Body, path: tuple[str, ...]) -> object:
    found: object = body
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
