"""Why an attempt came to nothing, what follows from that, and how it is told without secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias

import httpx2

from agent.providers.wire import word
from benchmark.store.clock import Clock

TRY_AGAIN = frozenset({408, 409, 425, 429})
"""And 500 and above; what else is refused is refused again."""
ENDS_RUN = frozenset({401, 402, 403, 404})
NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_error"})
NOT_TAKEN = frozenset({"unsupported_parameter", "unsupported_value", "unknown_parameter"})
NO_MODEL = frozenset({"model_not_found"})
"""Words of servers that hold for every other call as well."""

MAY_BE_BILLED = frozenset({504, 524})
"""A gateway gave up on a server that may go on."""
NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)
LONGEST_WORDS = 200
SHORTEST_SECRET = 4


Outcome: TypeAlias = Literal["again", "unreached", "final", "ends_run"]
"""Whether a further attempt may succeed; whether there may be no server at all; whether this call
has failed, or every other one will fail too."""


class AttemptFailed(Exception):
    """One attempt came to nothing.

    Args:
        reason: one line, without secrets.
        billed: whether the server may bill it nonetheless.
        wait_s: how long the server asks to wait.
        headers: those of the answer, if there was one.
    """

    def __init__(
        self,
        reason: str,
        outcome: Outcome,
        *,
        billed: bool = False,
        wait_s: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome
        self.billed = billed
        self.wait_s = wait_s
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a server is reached, and by which words that is told."""

    host: str
    key_variable: str
    """Where the key comes from."""
    secret: str = field(repr=False)

    def told(self, text: str) -> str:
        """Return a server's words in one line of bounded length, without the key."""
        if len(self.secret) >= SHORTEST_SECRET:
            text = text.replace(self.secret, f"[{self.key_variable}]")
        return " ".join(text.split())[:LONGEST_WORDS]


def refused(
    status: int, text: str, headers: Mapping[str, str], access: Access, clock: Clock
) -> AttemptFailed:
    """Return what follows from a status of 400 or above.

    Args:
        text: the body that came with it.
    """
    said = access.told(_message(text))
    code = _code(text)
    if status == 401:
        # without the server's words, which may repeat the key
        reason = f"{access.host} refuses the key (401); see what {access.key_variable} is set to"
    elif status == 404:
        reason = f"{access.host} knows no such model or address (404): {said}"
    else:
        reason = f"{access.host} answers {status}: {said}"
    outcome: Outcome = "again" if status in TRY_AGAIN or status >= 500 else "final"
    if status in ENDS_RUN or code in NO_MONEY | NOT_TAKEN | NO_MODEL:
        outcome = "ends_run"
    return AttemptFailed(
        reason.rstrip(": "),
        outcome,
        billed=status in MAY_BE_BILLED,
        wait_s=retry_after_s(headers, clock),
        headers=headers,
    )


def broken(error: BaseException, access: Access) -> AttemptFailed:
    """Return what follows from a connection that was not made, or broke.

    What was sent, or may have been, may be billed.
    """
    cause = error.__cause__ or error
    kind = type(cause).__name__
    if isinstance(cause, NOT_SENT):
        reason = f"no connection to {access.host} ({kind})"
        return AttemptFailed(reason, "unreached")
    reason = f"the connection to {access.host} broke before the answer was whole ({kind})"
    return AttemptFailed(reason, "again", billed=True)


def retry_after_s(headers: Mapping[str, str], clock: Clock) -> float:
    """Return how long a server asks to wait; 0 if it does not."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit_s
        except ValueError:
            continue
        if 0.0 <= seconds < float("inf"):
            return seconds
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, (until - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _message(text: str) -> str:
    """Return the words of an error's body, whichever server wrote it."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(body, dict):
        return text
    paths = (("error", "message"), ("message",), ("error",), ("detail",))
    return next((found for path in paths if (found := word(body, *path))), text)


def _code(text: str) -> str:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    return word(body, "error", "code") or word(body, "error", "type")
