"""Messages between processes: objects of JSON, each behind its length, none longer than a bound."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Mapping
from typing import Any

_HEAD = 4


class Ended(Exception):
    """The other side is gone."""


class Late(Exception):
    """Nothing whole came in time."""


class TooLong(Exception):
    """A message is longer than it may be, or is none at all."""


def send(to: int, message: Mapping[str, Any]) -> None:
    """Write one message to a pipe. Errors: Ended."""
    # lone surrogates pass as they are: an answer may hold them
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    data = memoryview(len(body).to_bytes(_HEAD, "little") + body)
    try:
        while data:
            data = data[os.write(to, data) :]
    except OSError as error:
        raise Ended from error


def receive(source: int, most: int, seconds: float | None = None) -> dict[str, Any]:
    """Read one message from a pipe.

    Args:
        most: bytes that it may have.
        seconds: how long to wait for the whole of it; for ever if not given.

    Errors: Ended, Late, TooLong.
    """
    until = None if seconds is None else time.monotonic() + seconds
    length = int.from_bytes(_read(source, _HEAD, until), "little")
    if length > most:
        raise TooLong
    try:
        message = json.loads(_read(source, length, until).decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise TooLong from error
    if not isinstance(message, dict):
        raise TooLong
    return message


def _read(source: int, count: int, until: float | None) -> bytes:
    parts: list[bytes] = []
    while count:
        _wait(source, until)
        try:
            part = os.read(source, min(count, 65536))
        except OSError as error:
            raise Ended from error
        if not part:
            raise Ended
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _wait(source: int, until: float | None) -> None:
    if until is None:
        return
    # `poll`, as `select` takes no descriptor above 1023
    waiting = select.poll()
    waiting.register(source, select.POLLIN)
    left = until - time.monotonic()
    if left <= 0 or not waiting.poll(left * 1000):
        raise Late
