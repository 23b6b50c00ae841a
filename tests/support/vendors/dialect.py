"""What the three protocols have in common: a question is read, an answer is written."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from vendors.catalog import Served
from vendors.counting import Block, Spent
from vendors.wire import HttpReply

Body: TypeAlias = Mapping[str, Any]
End: TypeAlias = Literal["stop", "length", "refusal"]


class Refused(Exception):
    """A request that a vendor answers with an error.

    Args:
        kind: the vendor's own word for the class of error.
        code, param: as OpenAI has them.
        headers: further ones of the reply.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.code = code
        self.param = param
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks for, in whatever protocol."""

    model: Served
    blocks: tuple[Block, ...]
    max_output: int
    cache: str = ""
    """What prefixes are shared in, beside the model."""
    schema: Mapping[str, Any] | None = None
    stream: bool = False
    stream_usage: bool = True
    choices: int = 1

    @property
    def prompt(self) -> str:
        """All of the text."""
        return "\n\n".join(each.text for each in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What comes back, in whatever protocol."""

    number: int
    asked: Asked
    texts: tuple[str, ...]
    end: End
    spent: Spent
    created: int

    def name(self, kind: str) -> str:
        """Return an id as vendors write them."""
        return f"{kind}_{self.number:08x}"


class Dialect(Protocol):
    """One protocol of one vendor."""

    path: str

    def read(self, body: Body, models: Mapping[str, Served]) -> Asked:
        """Understand a request. Errors: Refused."""
        ...

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Write an answer at once."""
        ...

    def events(self, answer: Answer) -> Iterator[bytes]:
        """Write an answer as a stream."""
        ...

    def failed(self, answer: Answer) -> dict[str, Any] | None:
        """Write an answer that tells of a failure under status 200, None where there is none."""
        ...

    def failing_events(self, answer: Answer) -> Iterator[bytes]:
        """Write a stream that ends in a failure."""
        ...


class House(Protocol):
    """What all protocols of a vendor share."""

    def key(self, headers: Mapping[str, str]) -> str | None:
        """Return the key that a client shows."""
        ...

    def unauthorized(self, key: str | None) -> Refused:
        """Refuse a key."""
        ...

    def fault(self, kind: str) -> Refused:
        """Return the error of a fault: rate_limit, quota, server_error, overloaded."""
        ...

    def refusal(self, refused: Refused, headers: Mapping[str, str]) -> HttpReply:
        """Write an error."""
        ...

    def headers(self, number: int) -> dict[str, str]:
        """Return the headers of every reply."""
        ...


def parsed(body: bytes) -> Body:
    """Read a JSON object. Errors: Refused."""
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        message = "We could not parse the JSON body of your request."
        raise Refused(400, "invalid_request_error", message)
    return value


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return the token that a client bears."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key if scheme == "Bearer" and key else None


def first_unknown(body: Body, known: Collection[str]) -> str | None:
    """Return a key that a protocol does not have."""
    return next((each for each in body if each not in known), None)


def pieces(text: str, count: int = 4) -> Iterator[str]:
    """Cut a text as a stream does."""
    size = max(1, -(-len(text) // count))
    for start in range(0, len(text), size):
        yield text[start : start + size]
