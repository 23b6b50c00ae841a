"""A batch as both vendors have it: many requests go in at once, and come back hours later."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.providers.failures import Access, AttemptFailed
from agent.providers.wire import Body, Malformed, read_body
from benchmark.store.clock import Clock


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one request of a batch."""

    status: int
    """As if it had been asked alone."""
    body: Body


class BatchApi(Protocol):
    """Batches of one API of one server."""

    @property
    def access(self) -> Access:
        """How the server is reached."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that waits are counted by."""
        ...

    @property
    def most_requests(self) -> int:
        """The most requests that a batch takes."""
        ...

    @property
    def most_bytes(self) -> int:
        """The most that they may have, as they are sent."""
        ...

    async def submit(self, bodies: Mapping[str, Body]) -> str:
        """Hand bodies in by the names of their requests, and return the batch's name.

        Errors: AttemptFailed.
        """
        ...

    async def results(self, batch: str) -> dict[str, Item] | None:
        """Return what came of a batch by name, without what expired; None while it is under way.

        Errors: AttemptFailed.
        """
        ...


def received(text: str) -> Body:
    """Read an object of JSON. Errors: AttemptFailed."""
    try:
        return read_body(text)
    except Malformed as malformed:
        raise AttemptFailed(str(malformed), "again") from None


def received_lines(text: str) -> Iterator[Body]:
    """Read objects of JSON, one a line. Errors: AttemptFailed."""
    # not `splitlines`, which ends a line at characters that JSON may hold
    for line in text.split("\n"):
        if line.strip():
            yield received(line)


def size_of(body: Body) -> int:
    """Return the bytes of a body, as it is sent at most."""
    return len(json.dumps(body).encode())


def costs_nothing(failed: AttemptFailed) -> AttemptFailed:
    """Return the failure of a step that no server bills."""
    return AttemptFailed(
        failed.reason, failed.outcome, wait_s=failed.wait_s, headers=failed.headers
    )


def is_gone(failed: AttemptFailed, batch: str, access: Access) -> AttemptFailed:
    """Return the failure of a question about a batch that the server has no more.

    Other calls do not fail for that.
    """
    reason = f"{access.host} has no batch {batch}, or no longer has its results"
    return AttemptFailed(reason, "final", headers=failed.headers)
