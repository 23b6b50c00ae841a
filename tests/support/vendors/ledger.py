"""What the server would send a bill for."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from vendors.counting import Spent

Sent: TypeAlias = Literal["whole", "cut", "nothing"]
"""How much of an answer the server meant to send: `nothing` of one that hung, or came too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """One answer that was made."""

    call: int
    path: str
    model: str
    body: str
    """Digest of the request's body, whatever the order of its keys."""
    spent: Spent
    usd: float
    sent: Sent = "whole"
    custom_id: str | None = None
    """Of a batch."""
    retries: int = 0
    """Attempts before, by the client's own word: `x-stainless-retry-count`."""


@dataclass(slots=True)
class Ledger:
    """All that was billed, in order; each line is in the file before its answer is sent."""

    file: Path | None = None
    entries: list[Billed] = field(default_factory=list)

    def add(self, entry: Billed) -> None:
        """Bill an answer."""
        self.entries.append(entry)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(entry)) + "\n")

    @property
    def usd(self) -> float:
        """All that is billed."""
        return sum(each.usd for each in self.entries)

    def duplicates(self) -> dict[str, int]:
        """Count, for each body that was answered more than once, how often."""
        counts = Counter(each.body for each in self.entries)
        return {body: count for body, count in counts.items() if count > 1}


def read_ledger(file: Path) -> Ledger:
    """Read what a server's process billed so far."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return Ledger(file=file, entries=list(_entries(json.loads(line) for line in lines)))


def digest_of(body: Any) -> str:
    """Return the digest of a body."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _entries(lines: Iterable[dict[str, Any]]) -> Iterable[Billed]:
    for line in lines:
        yield Billed(**{**line, "spent": Spent(**line["spent"])})
