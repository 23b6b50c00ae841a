"""How much a vendor lets through, and the headers that tell of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from vendors.catalog import Vendor


@dataclass(slots=True)
class RateLimits:
    """Requests and tokens of one window, after which all of them are there again."""

    requests: int
    tokens: int
    window_s: float
    clock: Callable[[], float]
    _since: float = -math.inf
    _requests: int = 0
    _tokens: int = 0

    def take(self, tokens: int) -> bool:
        """Take a request out of the window, unless there is none left, or too few tokens."""
        now = self.clock()
        if now >= self._since + self.window_s:
            self._since, self._requests, self._tokens = now, 0, 0
        if self._requests >= self.requests or self._tokens + tokens > self.tokens:
            return False
        self._requests += 1
        self._tokens += tokens
        return True

    @property
    def reset_s(self) -> float:
        """Seconds until the window ends."""
        return max(0.0, self._since + self.window_s - self.clock())

    def headers(self, vendor: Vendor) -> dict[str, str]:
        """Write what is left, as a vendor does."""
        counts = (
            ("requests", self.requests, self.requests - self._requests),
            ("tokens", self.tokens, self.tokens - self._tokens),
        )
        written: dict[str, str] = {}
        for what, limit, left in counts:
            if vendor == "openai":
                written[f"x-ratelimit-limit-{what}"] = str(limit)
                written[f"x-ratelimit-remaining-{what}"] = str(left)
                written[f"x-ratelimit-reset-{what}"] = f"{self.reset_s * 1000:.0f}ms"
            else:
                written[f"anthropic-ratelimit-{what}-limit"] = str(limit)
                written[f"anthropic-ratelimit-{what}-remaining"] = str(left)
                written[f"anthropic-ratelimit-{what}-reset"] = self._moment()
        return written

    def _moment(self) -> str:
        # in whole seconds, and never before the window ends
        end = math.ceil(time.time() + self.reset_s)
        return datetime.fromtimestamp(end, UTC).isoformat().replace("+00:00", "Z")
