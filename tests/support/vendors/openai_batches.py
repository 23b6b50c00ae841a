"""OpenAI's batches: a file of JSON lines goes in, one of answers and one of errors come out."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from itertools import count
from typing import Any

from vendors.batches import Batch, Item, Lane, Result
from vendors.chat import Chat
from vendors.dialect import Dialect, Refused, parsed
from vendors.openai import OpenAI, error_body, invalid
from vendors.responses import Responses
from vendors.wire import HttpReply, HttpRequest, json_reply

MOST_BYTES = 200_000_000
MOST_ITEMS = 50_000

_DIALECTS: Mapping[str, Dialect] = {each.path: each for each in (Responses(), Chat())}
_GONE = {
    "expired": {
        "code": "batch_expired",
        "message": "This request could not be executed before the completion window expired.",
    },
    "canceled": {"code": "batch_cancelled", "message": "This batch was cancelled."},
}


class _Wrong(Exception):
    """A file that is no batch: the batch fails, with what is said of a line."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.said = {"code": code, "message": message, "line": line, "param": None}


@dataclass(slots=True)
class OpenAIBatches:
    """The files and the batches of the vendor."""

    lane: Lane
    _files: dict[str, bytes] = field(default_factory=dict)
    _batches: dict[str, Batch] = field(default_factory=dict)
    _failed: dict[str, dict[str, Any]] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def told(self, request: HttpRequest) -> HttpReply | None:
        """Answer a request, None where it is for others. Errors: Refused."""
        match request.method, request.path.split("/")[2:]:
            case "POST", ["files"]:
                return json_reply(self._upload(request))
            case "GET", ["files", name, "content"]:
                return HttpReply(kind="application/octet-stream", body=self._file(name))
            case "POST", ["batches"]:
                return json_reply(self._create(parsed(request.body)))
            case "GET", ["batches"]:
                names = sorted([*self._batches, *self._failed], reverse=True)
                shown = [self._shown(name) for name in names]
                return json_reply({"object": "list", "data": shown, "has_more": False})
            case "GET", ["batches", name]:
                if name in self._batches:
                    self.lane.poll(self._batches[name])
                return json_reply(self._shown(name))
            case "POST", ["batches", name, "cancel"]:
                if name in self._batches:
                    self._batches[name].is_canceled = True
                return json_reply(self._shown(name))
            case _:
                return None

    def _upload(self, request: HttpRequest) -> dict[str, Any]:
        parts = _parts(request)
        content = parts.get("file", b"")
        if parts.get("purpose") != b"batch":
            raise invalid("'purpose' is not supported here.", "purpose")
        if len(content) > MOST_BYTES:
            raise invalid(f"The file has {len(content)} bytes, more than {MOST_BYTES}.", "file")
        name = f"file-{next(self._numbers):08x}"
        self._files[name] = content
        return {
            "id": name,
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": "batch.jsonl",
            "purpose": "batch",
            "status": "processed",
        }

    def _file(self, name: str) -> bytes:
        if name not in self._files:
            raise Refused(404, "invalid_request_error", f"No such File object: {name}", param="id")
        return self._files[name]

    def _create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        dialect = _DIALECTS.get(str(body.get("endpoint")))
        if dialect is None:
            raise invalid(f"Invalid value: '{body.get('endpoint')}'.", "endpoint", "invalid_value")
        if body.get("completion_window") != "24h":
            raise invalid("Invalid value: only '24h' is supported.", "completion_window")
        content = self._file(str(body.get("input_file_id")))
        name = f"batch_{next(self._numbers):08x}"
        created = int(time.time())
        told = {
            "id": name,
            "object": "batch",
            "endpoint": dialect.path,
            "input_file_id": body["input_file_id"],
            "completion_window": "24h",
            "created_at": created,
            "expires_at": created + 86_400,
            "metadata": body.get("metadata"),
        }
        try:
            items = self._items(content, dialect)
        except _Wrong as wrong:
            errors = {"object": "list", "data": [wrong.said]}
            self._failed[name] = {**told, "status": "failed", "errors": errors}
            return {**told, "status": "validating"}
        self._batches[name] = Batch(name, items, dialect, OpenAI(), created, told)
        return {**told, "status": "validating"}

    def _items(self, content: bytes, dialect: Dialect) -> list[Item]:
        items: dict[str, Item] = {}
        lines = content.splitlines()
        if not 0 < len(lines) <= MOST_ITEMS:
            raise _Wrong("invalid_file", f"A file has 1 to {MOST_ITEMS} lines, not {len(lines)}.")
        for place, line in enumerate(lines, 1):
            try:
                value = json.loads(line)
                name, body = value["custom_id"], value["body"]
            except (ValueError, KeyError, TypeError):
                message = "This line is not parseable as valid JSON."
                raise _Wrong("invalid_json_line", message, place) from None
            if value.get("url") != dialect.path or value.get("method") != "POST":
                message = "The URL provided for this request does not match the batch endpoint."
                raise _Wrong("mismatched_endpoint", message, place)
            if name in items:
                message = f"The custom_id for this request is a duplicate: {name}"
                raise _Wrong("duplicate_custom_id", message, place)
            model = self.lane.models.get(str(body.get("model")))
            if model is not None and not model.batch:
                message = f"The provided model '{model.name}' is not supported by the Batch API."
                raise _Wrong("model_not_found", message, place)
            items[name] = Item(name, body)
        return list(items.values())

    def _shown(self, name: str) -> dict[str, Any]:
        if name in self._failed:
            return self._failed[name]
        if name not in self._batches:
            raise Refused(404, "invalid_request_error", f"No batch found with id '{name}'.")
        batch = self._batches[name]
        counts = {
            "total": len(batch.items),
            "completed": batch.count("succeeded"),
            "failed": batch.count("errored", "expired", "canceled"),
        }
        shown = {**batch.told, "request_counts": counts}
        if batch.results is None:
            status = "cancelling" if batch.is_canceled else "in_progress"
            return {**shown, "status": status}
        status = "cancelled" if batch.is_canceled else "completed"
        good = [each for each in batch.results if each.fate == "succeeded"]
        bad = [each for each in batch.results if each.fate != "succeeded"]
        return {
            **shown,
            "status": "expired" if batch.count("expired") else status,
            "output_file_id": self._written(f"{name}-output", good),
            "error_file_id": self._written(f"{name}-errors", bad),
        }

    def _written(self, name: str, results: Sequence[Result]) -> str | None:
        if not results:
            return None
        lines = (json.dumps(_line(each)) + "\n" for each in results)
        self._files[name] = "".join(lines).encode()
        return name


def _line(result: Result) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": f"batch_req_{result.custom_id[:8]}"}
    shown |= {"custom_id": result.custom_id, "response": None, "error": None}
    if result.error is not None:
        shown["response"] = _response(result.error.status, error_body(result.error))
    elif result.answer is not None:
        shown["response"] = _response(200, result.answer)
    else:
        shown["error"] = _GONE[result.fate]
    return shown


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"status_code": status, "request_id": "req_batch", "body": body}


def _parts(request: HttpRequest) -> dict[str, bytes]:
    """Read the fields of a form."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    message: Message = message_from_bytes(head + request.body)
    found: dict[str, bytes] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found
