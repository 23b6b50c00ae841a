"""What a policy is: a rule from the rounds so far to the next one, a pure function of the records.

So a run that was killed goes on as it would have, and any run can be explained from its events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.policies.solved import Solution, solved
from benchmark.store.config import RunConfig
from benchmark.store.events import Exemplar, RoundBegan
from benchmark.store.view import RunView


@dataclass(frozen=True, slots=True)
class Done:
    """A policy asks for nothing more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a policy looks at.

    Every sample of the rounds so far has come to its end, or failed in the world.
    """

    config: RunConfig
    rounds: tuple[RoundBegan, ...]
    solved: Mapping[str, int]
    """By solved task: the first round with a correct sample of it."""
    solutions: Mapping[str, Solution]
    """By solved task: its exemplar; without those that somebody said no to."""
    similar: Callable[[str, tuple[Exemplar, ...], int], tuple[int, ...]]
    """The places of so many exemplars that are most like a task, in the order of the prompt."""

    @property
    def unsolved(self) -> tuple[str, ...]:
        """The tasks that no correct sample solved yet, in the order of the suite."""
        return tuple(each.name for each in self.config.tasks if each.name not in self.solved)

    @property
    def first(self) -> int:
        """The number that the next sample of an unsolved task has."""
        return sum(each.samples for each in self.rounds)


class Policy(Protocol):
    """Says what is asked for next."""

    def next_round(self, history: History) -> RoundBegan | Done:
        """Return the next round, or why there is none."""
        ...


def history_of(
    run: RunView,
    solutions: Mapping[str, Solution],
    similar: Callable[[str, tuple[Exemplar, ...], int], tuple[int, ...]],
) -> History:
    """Return what a policy may look at of a run."""
    return History(
        config=run.config,
        rounds=run.rounds,
        solved=solved(run),
        solutions=solutions,
        similar=similar,
    )
