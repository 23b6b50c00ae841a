"""Anthropic's batches: requests go in as one body, results come back as JSON lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import anthropic
import httpx2

from agent.providers.batch import Item, is_gone, received, received_lines
from agent.providers.failures import Access, AttemptFailed, broken, refused
from agent.providers.wire import Body, count, has, word
from benchmark.store.clock import Clock

PATH = "/v1/messages/batches"
FATES = ("succeeded", "errored", "canceled", "expired")
STATUSES: Mapping[str, int] = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""What an error is told with when it is asked alone; the others are 400."""


@dataclass(frozen=True, slots=True)
class AnthropicBatch:
    """Batches of messages."""

    client: anthropic.AsyncAnthropic
    access: Access
    clock: Clock
    most_requests: int = 100_000
    most_bytes: int = 256_000_000

    async def submit(self, bodies: Mapping[str, Body]) -> str:
        """Hand bodies in; names have up to 64 letters, digits, `-` and `_`. Errors: AttemptFailed.

        A batch that may be there, though nobody was told its name, is not handed in again.
        """
        requests = [{"custom_id": name, "params": body} for name, body in bodies.items()]
        try:
            made = await self.client.post(
                PATH, body={"requests": requests}, cast_to=httpx2.Response
            )
        except anthropic.APIError as error:
            failed = self._failed(error)
            if failed.billed:
                raise AttemptFailed(failed.reason, "final", billed=True) from None
            raise failed from None
        try:
            name = word(received(made.text), "id")
        except AttemptFailed:
            name = ""
        if not name:
            raise AttemptFailed("the batch has no name", "final", billed=True)
        return name

    async def results(self, batch: str) -> dict[str, Item] | None:
        """Return what came of a batch, None while it is under way. Errors: AttemptFailed."""
        path = f"{PATH}/{quote(batch, safe='')}"
        state = received(await self._got(path, batch))
        if word(state, "processing_status") != "ended":
            return None
        # not the URL that the state tells, which may lead past the server that was asked for
        lines = list(received_lines(await self._got(f"{path}/results", batch)))
        if len(lines) < sum(count(state, "request_counts", fate) for fate in FATES):
            raise AttemptFailed("the results are not whole", "again")
        outcomes = ((word(line, "custom_id"), _item(line)) for line in lines)
        return {name: item for name, item in outcomes if item is not None}

    async def _got(self, path: str, batch: str) -> str:
        try:
            response = await self.client.get(path, cast_to=httpx2.Response)
        except anthropic.APIError as error:
            failed = self._failed(error)
            if isinstance(error, anthropic.NotFoundError):
                raise is_gone(failed, batch, self.access) from None
            raise failed from None
        return response.text

    def _failed(self, error: anthropic.APIError) -> AttemptFailed:
        if isinstance(error, anthropic.APIStatusError):
            response = error.response
            return refused(
                response.status_code, response.text, response.headers, self.access, self.clock
            )
        return broken(error, self.access)


def _item(line: Body) -> Item | None:
    """Read a result; None of one that expired or was canceled."""
    result = line.get("result")
    if not isinstance(result, dict):
        return None
    match word(result, "type"):
        case "succeeded" if has(result, "message"):
            return Item(200, result["message"])
        case "errored" if has(result, "error"):
            # some tell an error itself, others what an answer with an error has in it
            kind = word(result, "error", "error", "type") or word(result, "error", "type")
            return Item(STATUSES.get(kind, 400), result["error"])
        case _:
            return None
