"""Models that follow a script: doubles for tests and smoke runs."""

from __future__ import annotations

from dataclasses import dataclass

from agent.providers.model import CallFailed, Reply, Request, spent_nothing
from aspl.terminal import UsageError, quoted
from benchmark.runs.scripted import SCRIPTS
from benchmark.store.config import Usage
from benchmark.tasks.shown import shown
from benchmark.tasks.table import task_named
from benchmark.tasks.task import TaskError


@dataclass(frozen=True, slots=True)
class Scripted:
    """A model that answers every request by a rule on its task, and costs nothing."""

    script: str

    @property
    def name(self) -> str:
        """`scripted/NAME`."""
        return f"scripted/{self.script}"

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing."""
        return True

    @property
    def has_temperature(self) -> bool:
        """Whether it takes a temperature: it says the same each time."""
        return False

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return spent_nothing(calls=1)

    async def complete(self, request: Request) -> Reply:
        """Return what the rule says. Errors: CallFailed for a task that there is not."""
        try:
            task = shown(task_named(request.task))
        except TaskError as error:
            raise CallFailed(str(error), spent_nothing()) from error
        return Reply(text=SCRIPTS[self.script](task), usage=spent_nothing(calls=1))

    async def close(self) -> None:
        """Do nothing."""


def scripted(name: str) -> Scripted:
    """Return a test double. Errors: UsageError."""
    if name not in SCRIPTS:
        raise UsageError(f"there is no script {quoted(name)}; there are {', '.join(SCRIPTS)}")
    return Scripted(name)
