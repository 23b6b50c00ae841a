"""What goes wrong, and when: by a script of call numbers, or by shares with a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

Fault: TypeAlias = Literal[
    "rate_limit",
    "quota",
    "server_error",
    "overloaded",
    "gateway",
    "reset",
    "slow",
    "hang",
    "cut",
    "malformed",
    "failed",
    "refusal",
    "empty",
]
"""
rate_limit    429 with retry-after
quota         the account has no money left: OpenAI 429 `insufficient_quota`, Anthropic 402
server_error  500
overloaded    Anthropic 529, OpenAI 503
gateway       502 with a page of HTML, as of a proxy in between
reset         the connection is torn down before anything is sent
slow          the answer comes `slow_s` later
hang          the answer never comes, of a stream only its beginning; ends when the client leaves
cut           half of the answer is sent, then the connection ends
malformed     200 with JSON that ends in the middle
failed        200, and the body says that it went wrong; a chat that is no stream: 500
refusal       200, the model declines
empty         200, the model says nothing
"""

FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The fault of each call, by its number from 0. Errors: ValueError for shares above one."""

    script: Mapping[int, Fault] = field(default_factory=dict)
    """Goes before the shares."""
    always: Fault | None = None
    """The fault of every call that the script does not name."""
    shares: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0
    retry_after_s: float = 0.0
    slow_s: float = 0.2

    def __post_init__(self) -> None:
        if sum(self.shares.values()) > 1:
            raise ValueError(f"the shares of faults are above one: {dict(self.shares)}")

    def of(self, call: int) -> Fault | None:
        """Return the fault of a call."""
        if call in self.script or self.always is not None:
            return self.script.get(call, self.always)
        digest = hashlib.sha256(f"{self.seed} {call}".encode()).digest()
        drawn = int.from_bytes(digest[:8], "big") / 2**64
        for fault, share in self.shares.items():
            if drawn < share:
                return fault
            drawn -= share
        return None
