"""HTTP/1.1 as far as the vendors' clients speak it: requests come in, replies go out in pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a client sent; its path without a query, its headers' names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What goes back. A body in pieces is sent piece by piece, as a stream is."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    body: bytes | tuple[bytes, ...] = b""


def json_reply(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpReply:
    """Return a value as JSON."""
    return HttpReply(status=status, headers=headers or {}, body=json.dumps(value).encode())


def event_stream(events: Iterable[bytes]) -> HttpReply:
    """Return server-sent events."""
    return HttpReply(kind="text/event-stream; charset=utf-8", body=tuple(events))


def server_event(data: Any, name: str | None = None) -> bytes:
    """Write one server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """Return the next request of a connection, None when the client has left."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return HttpRequest(method, path.partition("?")[0], headers, body)


async def send(writer: asyncio.StreamWriter, reply: HttpReply) -> None:
    """Send a whole reply. Errors: ConnectionError when the client has left."""
    await send_part(writer, reply, share=1.0)
    if isinstance(reply.body, tuple):
        writer.write(b"0\r\n\r\n")
    await writer.drain()


async def send_part(writer: asyncio.StreamWriter, reply: HttpReply, share: float) -> None:
    """Send the head, which promises all of it, and the first share of the body."""
    streamed = isinstance(reply.body, tuple)
    length = {"transfer-encoding": "chunked"} if streamed else {"content-length": len(reply.body)}
    fields: dict[str, object] = {"content-type": reply.kind, **reply.headers, **length}
    lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    part = reply.body[: int(len(reply.body) * share)]
    if isinstance(part, bytes):
        writer.write(part)
    else:
        for piece in part:
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
    await writer.drain()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded"
