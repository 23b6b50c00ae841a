"""Anthropic's batches: requests go in as one body, results come as JSON lines."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from vendors.batches import Batch, Item, Lane, Result
from vendors.dialect import Refused, parsed
from vendors.messages import Anthropic, Messages, error_body, invalid
from vendors.wire import HttpReply, HttpRequest, json_reply

MOST_BYTES = 256_000_000
MOST_ITEMS = 100_000

_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_DAY_S = 86_400


@dataclass(slots=True)
class AnthropicBatches:
    """The batches of the vendor."""

    lane: Lane
    _batches: dict[str, Batch] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def told(self, request: HttpRequest) -> HttpReply | None:
        """Answer a request, None where it is for others. Errors: Refused."""
        host = request.headers.get("host", "")
        match request.method, request.path.split("/")[2:]:
            case "POST", ["messages", "batches"]:
                return json_reply(_shown(self._create(request), host))
            case "GET", ["messages", "batches"]:
                shown = [_shown(each, host) for each in self._batches.values()]
                return json_reply({"data": shown, "has_more": False})
            case "GET", ["messages", "batches", name]:
                self.lane.poll(self._named(name))
                return json_reply(_shown(self._named(name), host))
            case "POST", ["messages", "batches", name, "cancel"]:
                self._named(name).is_canceled = True
                return json_reply(_shown(self._named(name), host))
            case "GET", ["messages", "batches", name, "results"]:
                return _results(self._named(name))
            case _:
                return None

    def _create(self, request: HttpRequest) -> Batch:
        if len(request.body) > MOST_BYTES:
            raise Refused(413, "request_too_large", "Request exceeds the maximum size")
        given = parsed(request.body).get("requests")
        if not isinstance(given, list) or not 0 < len(given) <= MOST_ITEMS:
            raise invalid(f"requests: List should have 1 to {MOST_ITEMS} items")
        items: dict[str, Item] = {}
        for place, each in enumerate(given):
            name = str(each.get("custom_id"))
            if not _CUSTOM_ID.fullmatch(name):
                raise invalid(f"requests.{place}.custom_id: should match '{_CUSTOM_ID.pattern}'")
            if name in items:
                raise invalid(f"requests.{place}.custom_id: duplicate of {name}")
            items[name] = Item(name, each["params"])
        created = int(time.time())
        name = f"msgbatch_{next(self._numbers):08x}"
        batch = Batch(name, list(items.values()), Messages(), Anthropic(), created, {})
        self._batches[name] = batch
        return batch

    def _named(self, name: str) -> Batch:
        if name not in self._batches:
            raise Refused(404, "not_found_error", f"batch: {name}")
        return self._batches[name]


def _shown(batch: Batch, host: str) -> dict[str, Any]:
    has_ended = batch.results is not None
    status = "canceling" if batch.is_canceled else "in_progress"
    counts = {
        "processing": 0 if has_ended else len(batch.items),
        "succeeded": batch.count("succeeded"),
        "errored": batch.count("errored"),
        "canceled": batch.count("canceled"),
        "expired": batch.count("expired"),
    }
    url = f"http://{host}/v1/messages/batches/{batch.name}/results"
    return {
        "id": batch.name,
        "type": "message_batch",
        "processing_status": "ended" if has_ended else status,
        "request_counts": counts,
        "created_at": _moment(batch.created),
        "expires_at": _moment(batch.created + _DAY_S),
        "ended_at": _moment(int(time.time())) if has_ended else None,
        "cancel_initiated_at": None,
        "archived_at": None,
        "results_url": url if has_ended else None,
    }


def _results(batch: Batch) -> HttpReply:
    if batch.results is None:
        raise invalid(f"batch {batch.name} has no results yet")
    lines = (json.dumps(_line(each)) + "\n" for each in batch.results)
    return HttpReply(kind="application/x-jsonl", body="".join(lines).encode())


def _line(result: Result) -> Mapping[str, Any]:
    told: dict[str, Any] = {"type": result.fate}
    if result.answer is not None:
        usage = {**result.answer["usage"], "service_tier": "batch"}
        told["message"] = {**result.answer, "usage": usage}
    if result.error is not None:
        told["error"] = error_body(result.error)
    return {"custom_id": result.custom_id, "result": told}


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
