"""Where a request goes, and what is done to its reply on the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Literal, TypeAlias

from vendors.catalog import Served, Vendor
from vendors.chat import Chat
from vendors.counting import Block, tokens
from vendors.dialect import Answer, Dialect, House, Refused, parsed
from vendors.faults import Fault, Faults
from vendors.ledger import Sent
from vendors.limits import RateLimits
from vendors.maker import Call, Maker
from vendors.messages import COUNTED, Anthropic, Messages, blocks_of, check_model
from vendors.openai import OpenAI
from vendors.responses import Responses
from vendors.responses import blocks_of as blocks_of_input
from vendors.wire import HttpReply, HttpRequest, event_stream, json_reply, server_event

Then: TypeAlias = Literal["go on", "close", "hold", "tear"]
"""What becomes of the connection; `hold` keeps it until the client leaves."""

DIALECTS: Mapping[str, Dialect] = {each.path: each for each in (Responses(), Chat(), Messages())}
HOUSES: Mapping[Vendor, House] = {"openai": OpenAI(), "anthropic": Anthropic()}
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is sent, how much of it, and what then."""

    reply: HttpReply | None = None
    share: float = 1.0
    then: Then = "go on"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came, whatever it was answered."""

    request: HttpRequest
    status: int | None
    """None where no reply was sent."""


@dataclass(slots=True, kw_only=True)
class Routes:
    """All that the server answers."""

    maker: Maker
    batches: Callable[[HttpRequest], HttpReply | None]
    models: Mapping[str, Served]
    keys: frozenset[str]
    faults: Faults
    other_faults: Faults
    bills: frozenset[str]
    limits: RateLimits | None
    latency_s: float
    seen: list[Seen] = field(default_factory=list)
    _calls: count[int] = field(default_factory=count)
    _others: count[int] = field(default_factory=count)
    _requests: count[int] = field(default_factory=count)

    async def outcome(self, request: HttpRequest, is_gone: Callable[[], bool]) -> Outcome:
        """Answer a request.

        Args:
            is_gone: whether the client has left meanwhile.
        """
        vendor: Vendor = "anthropic" if _is_anthropic(request) else "openai"
        house = HOUSES[vendor]
        headers = house.headers(next(self._requests))
        try:
            self._check_key(request, house)
            dialect = DIALECTS.get(request.path) if request.method == "POST" else None
            if dialect is None:
                outcome = await self._other(request, house)
            else:
                outcome = await self._call(request, dialect, house, is_gone)
        except Refused as refused:
            outcome = Outcome(house.refusal(refused, {**headers, **refused.headers}))
        reply = outcome.reply
        if reply is not None:
            limits = {} if self.limits is None else self.limits.headers(vendor)
            reply = replace(reply, headers={**headers, **limits, **reply.headers})
        self.seen.append(Seen(request, None if reply is None else reply.status))
        return replace(outcome, reply=reply)

    def _check_key(self, request: HttpRequest, house: House) -> None:
        key = house.key(request.headers)
        if key not in self.keys:
            raise house.unauthorized(key)
        if _is_anthropic(request) and "anthropic-version" not in request.headers:
            raise Refused(400, "invalid_request_error", "anthropic-version: header is required")

    async def _call(
        self, request: HttpRequest, dialect: Dialect, house: House, is_gone: Callable[[], bool]
    ) -> Outcome:
        body = parsed(request.body)
        asked = dialect.read(body, self.models)
        if self.limits is not None and not self.limits.take(tokens(asked.prompt)):
            raise _later(house, self.limits.reset_s)
        call = Call(next(self._calls), request.path, body, request.headers)
        fault = self.faults.of(call.number)
        refused = _before(fault, self.faults, house)
        if refused is not None:
            return refused
        answer, lookup = self.maker.make(asked, call.number, fault)
        await asyncio.sleep(self.latency_s + (self.faults.slow_s if fault == "slow" else 0))
        sent = _sent(fault, is_gone())
        reason = "abandoned" if is_gone() else fault
        if (sent == "whole" and fault not in ("failed", "malformed")) or reason in self.bills:
            self.maker.settle(call, answer, lookup, sent)
        if is_gone():
            return Outcome(then="close")
        return _spoiled(_written(dialect, answer, fault, house), fault)

    async def _other(self, request: HttpRequest, house: House) -> Outcome:
        fault = self.other_faults.of(next(self._others))
        refused = _before(fault, self.other_faults, house)
        if refused is not None:
            return refused
        if fault == "slow":
            await asyncio.sleep(self.other_faults.slow_s)
        return _spoiled(self._told(request), fault)

    def _told(self, request: HttpRequest) -> HttpReply:
        match request.method, request.path:
            case "POST", "/v1/responses/input_tokens":
                body = parsed(request.body)
                size = _size(blocks_of_input(body))
                return json_reply({"object": "response.input_tokens", "input_tokens": size})
            case "POST", "/v1/messages/count_tokens":
                body = parsed(request.body)
                check_model(body, self.models, COUNTED)
                return json_reply({"input_tokens": _size(blocks_of(body))})
            case "GET", "/v1/models":
                return json_reply(self._models(_is_anthropic(request)))
        reply = self.batches(request)
        if reply is not None:
            return reply
        message = f"Unknown request URL: {request.method} {request.path}."
        kind = "not_found_error" if _is_anthropic(request) else "invalid_request_error"
        raise Refused(404, kind, message)

    def _models(self, anthropic: bool) -> dict[str, Any]:
        if not anthropic:
            names = [each.name for each in self.models.values() if each.vendor == "openai"]
            data = [{"id": name, "object": "model", "owned_by": "loopback"} for name in names]
            return {"object": "list", "data": data}
        names = [each.name for each in self.models.values() if each.vendor == "anthropic"]
        data = [{"type": "model", "id": name, "display_name": name} for name in names]
        return {"data": data, "has_more": False, "first_id": names[0], "last_id": names[-1]}


def _is_anthropic(request: HttpRequest) -> bool:
    return request.path.startswith("/v1/messages") or "anthropic-version" in request.headers


def _size(blocks: tuple[Block, ...]) -> int:
    return tokens("\n\n".join(each.text for each in blocks))


def _later(house: House, wait_s: float) -> Refused:
    refused = house.fault("rate_limit")
    refused.headers = {"retry-after": f"{wait_s:g}"}
    return refused


def _before(fault: Fault | None, faults: Faults, house: House) -> Outcome | None:
    match fault:
        case "rate_limit":
            raise _later(house, faults.retry_after_s)
        case "quota" | "server_error" | "overloaded":
            raise house.fault(fault)
        case "gateway":
            return Outcome(HttpReply(status=502, kind="text/html", body=_PAGE))
        case "reset":
            return Outcome(then="tear")
        case _:
            return None


def _sent(fault: Fault | None, is_gone: bool) -> Sent:
    if is_gone or fault == "hang":
        return "nothing"
    return "cut" if fault == "cut" else "whole"


def _written(dialect: Dialect, answer: Answer, fault: Fault | None, house: House) -> HttpReply:
    if fault == "failed":
        if answer.asked.stream:
            return event_stream(dialect.failing_events(answer))
        body = dialect.failed(answer)
        if body is None:
            raise house.fault("server_error")
        return json_reply(body)
    if answer.asked.stream:
        return event_stream(dialect.events(answer))
    return json_reply(dialect.whole(answer))


def _spoiled(reply: HttpReply, fault: Fault | None) -> Outcome:
    match fault:
        case "cut":
            return Outcome(reply, share=0.5, then="close")
        case "hang" if isinstance(reply.body, bytes):
            return Outcome(then="hold")
        case "hang":
            return Outcome(reply, share=0.5, then="hold")
        case "malformed" if isinstance(reply.body, bytes):
            return Outcome(replace(reply, body=reply.body[: len(reply.body) * 2 // 3]))
        case "malformed":
            broken = server_event('{"type": "respo', "content_block_delta")
            return Outcome(replace(reply, body=(*reply.body[:2], broken)))
        case _:
            return Outcome(reply)
