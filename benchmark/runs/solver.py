"""Who answers: a protocol that recordings, test doubles and models stand behind."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from benchmark.store.events import Usage
from benchmark.tasks.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One sample that is asked for."""

    task: Shown
    """What may be seen of it: no reference, no inputs, no solution."""
    sample: int
    """From 0; samples of a task differ by it."""
    seed: int
    """Where its own draws start: of the run's seed, the task and the sample."""
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a solver answered, and what that took."""

    text: str
    prompt: str | None = None
    """What was asked in words, where there were any."""
    usage: Usage


class SolverFailed(Exception):
    """There is no answer, and the world is to blame.

    Args:
        reason: one line.
        usage: what was spent nonetheless.
        ends_run: whether every other request will fail too, as with a key that is refused.
    """

    def __init__(self, reason: str, usage: Usage, *, ends_run: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.usage = usage
        self.ends_run = ends_run


class Solver(Protocol):
    """Answers requests; several at a time."""

    async def propose(self, request: Request) -> Reply:
        """Return an answer. Errors: SolverFailed."""
        ...


def sample_seed(seed: int, task: str, sample: int) -> int:
    """Return a seed for one sample, the same whatever else is asked for."""
    name = f"{seed} {task} {sample}".encode()
    return int.from_bytes(sha256(name).digest()[:8], "big") >> 1
