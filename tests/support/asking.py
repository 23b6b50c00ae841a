"""Requests to models, and a time that passes only where somebody waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from agent.providers.model import Request, Sampling
from agent.providers.table import Surroundings
from prompts.prompt import Prompt, Section

SECTIONS = (
    Section("role", "system", "always", "You write programs."),
    Section("operators", "system", "always", "Map(stream, fn) maps.\n"),
    Section("exemplar", "user", "campaign", "first: Map(a, fn=exp)"),
    Section("exemplar", "user", "campaign", "second: Map(b, fn=neg)"),
    Section("task", "user", "task", "write norm/rms"),
    Section("tail", "user", "sample", "try another way"),
)

START = datetime(2026, 8, 1, 12, tzinfo=UTC)


def request(*sections: Section, **changes: object) -> Request:
    """Return a request for an answer to a small prompt."""
    asked = Request(
        prompt=Prompt(sections or SECTIONS),
        sampling=Sampling(temperature=0.8, top_p=0.9, max_output_tokens=400),
        seed=11,
        task="norm/rms",
        sample=3,
    )
    return replace(asked, **changes)  # type: ignore[arg-type] # names and types are the test's


@dataclass(slots=True)
class Waiting:
    """A clock that stands still until somebody sleeps; draws are always in the middle."""

    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the time of day."""
        return START + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        """Return what was slept so far."""
        return sum(self.waits)

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)

    def draw(self) -> float:
        """Return one half."""
        return 0.5

    def around(self, **environ: str) -> Surroundings:
        """Return surroundings with this time and an environment."""
        return Surroundings(environ=environ, clock=self, sleep=self.sleep, draw=self.draw)
