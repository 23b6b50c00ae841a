"""OpenAI's batches: a file of JSON lines goes in, a file of answers and one of errors come back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

import httpx2
import openai

from agent.providers.batch import Item, costs_nothing, is_gone, received, received_lines
from agent.providers.failures import (
    NO_MODEL,
    NO_MONEY,
    Access,
    AttemptFailed,
    Outcome,
    broken,
    refused,
)
from agent.providers.wire import Body, count, items, word
from benchmark.store.clock import Clock

WINDOW = "24h"
UNDER_WAY = frozenset({"validating", "in_progress", "finalizing"})
ENDED = frozenset({"completed", "expired", "cancelled"})
REMEMBERED_S = 7 * 86_400
"""How old a batch may be to be taken for one that is handed in again: its files are still there."""
_LISTED = 100
_REQUESTS = "requests"
"""What a batch is labelled with: a digest of the names of its requests."""


@dataclass(frozen=True, slots=True)
class OpenAIBatch:
    """Batches of Responses or of chat completions.

    Args:
        endpoint: the path that all requests of a batch go to, `/v1/responses` or
            `/v1/chat/completions`.
    """

    client: openai.AsyncOpenAI
    endpoint: str
    access: Access
    clock: Clock
    most_requests: int = 50_000
    most_bytes: int = 200_000_000

    async def submit(self, bodies: Mapping[str, Body]) -> str:
        """Hand bodies in, unless the same were handed in before: then return that batch.

        So a run that ended before it wrote the name down does not pay twice.

        Errors: AttemptFailed.
        """
        label = sha256("\n".join([self.endpoint, *sorted(bodies)]).encode()).hexdigest()
        found = await self._found(label)
        if found is not None:
            return found
        file = word(await self._uploaded(bodies), "id")
        sent = {
            "input_file_id": file,
            "endpoint": self.endpoint,
            "completion_window": WINDOW,
            "metadata": {_REQUESTS: label},
        }
        try:
            made = await self.client.post("/batches", body=sent, cast_to=httpx2.Response)
        except openai.APIError as error:
            raise self._failed(error) from None
        return _named(received(made.text))

    async def results(self, batch: str) -> dict[str, Item] | None:
        """Return what came of a batch, None while it is under way. Errors: AttemptFailed."""
        state = received(await self._got(f"/batches/{quote(batch, safe='')}", batch))
        status = word(state, "status")
        if status == "failed":
            raise self._invalid(state, batch)
        if status not in ENDED:
            return None
        answers = await self._file(word(state, "output_file_id"), batch)
        if len(answers) < count(state, "request_counts", "completed"):
            raise AttemptFailed("the file of answers is not whole", "again")
        return await self._file(word(state, "error_file_id"), batch) | answers

    async def _file(self, name: str, batch: str) -> dict[str, Item]:
        """Return what is in a file of results; nothing where there is none."""
        if not name:
            return {}
        return _items(await self._got(f"/files/{quote(name, safe='')}/content", batch))

    async def _found(self, label: str) -> str | None:
        """Return the batch that has a label and answers, or will."""
        listed = received(await self._got(f"/batches?limit={_LISTED}"))
        oldest = self.clock.now().timestamp() - REMEMBERED_S
        for each in items(listed, "data"):
            answers = word(each, "status") in UNDER_WAY or bool(word(each, "output_file_id"))
            same = word(each, "metadata", _REQUESTS) == label
            if same and answers and count(each, "created_at") >= oldest:
                return _named(each)
        return None

    async def _uploaded(self, bodies: Mapping[str, Body]) -> Body:
        lines = (
            {"custom_id": name, "method": "POST", "url": self.endpoint, "body": body}
            for name, body in bodies.items()
        )
        content = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        files = self.client.files.with_raw_response
        try:
            raw = await files.create(file=("requests.jsonl", content), purpose="batch")
        except openai.APIError as error:
            raise costs_nothing(self._failed(error)) from None
        return received(raw.text)

    async def _got(self, path: str, batch: str | None = None) -> str:
        try:
            response = await self.client.get(path, cast_to=httpx2.Response)
        except openai.APIError as error:
            failed = self._failed(error)
            if batch is not None and isinstance(error, openai.NotFoundError):
                raise is_gone(failed, batch, self.access) from None
            raise costs_nothing(failed) from None
        return response.text

    def _failed(self, error: openai.APIError) -> AttemptFailed:
        if isinstance(error, openai.APIStatusError):
            response = error.response
            return refused(
                response.status_code, response.text, response.headers, self.access, self.clock
            )
        return broken(error, self.access)

    def _invalid(self, state: Body, batch: str) -> AttemptFailed:
        """Return the failure of a batch whose file was not taken: nothing of it was answered."""
        errors = items(state, "errors", "data")
        said = self.access.told(word(errors[0], "message")) if errors else "no reason is given"
        code = word(errors[0], "code") if errors else ""
        outcome: Outcome = "ends_run" if code in NO_MODEL | NO_MONEY else "final"
        return AttemptFailed(f"{self.access.host} did not take the batch {batch}: {said}", outcome)


def _named(state: Body) -> str:
    name = word(state, "id")
    if not name:
        # it may be there, and is found when it is handed in again
        raise AttemptFailed("the batch has no name", "again", billed=True)
    return name


def _items(text: str) -> dict[str, Item]:
    """Read results; a line without a response expired or was canceled."""
    found: dict[str, Item] = {}
    for line in received_lines(text):
        response = line.get("response")
        if isinstance(response, dict) and isinstance(response.get("body"), dict):
            status = count(response, "status_code")
            found[word(line, "custom_id")] = Item(status, response["body"])
    return found
