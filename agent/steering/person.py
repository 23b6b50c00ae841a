"""A person who stands where a model stands, and answers from wherever the workspace is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.episodes.texts import split
from agent.providers.model import Reply, Request, spent_nothing
from benchmark.store.config import Usage
from benchmark.store.objects import digest, encoded
from benchmark.store.steering import AnswerAsked

NAME = "human/console"


@dataclass(slots=True)
class Person:
    """A model whose answers are `AnswerGiven` events."""

    ask: Callable[[AnswerAsked, list[bytes]], Awaitable[str]] | None = None
    """Puts a question where people see it, and waits for the text; set by the session."""

    @property
    def name(self) -> str:
        """`human/console`."""
        return NAME

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing: people do not write the same again for nothing."""
        return False

    @property
    def has_temperature(self) -> bool:
        """Whether it takes a temperature; a tail would only be in a person's way."""
        return True

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return spent_nothing(calls=1)

    async def complete(self, request: Request) -> Reply:
        """Return what the person answers. Errors: Stopped where the run is to stop."""
        assert self.ask is not None, "a session sets it"
        parts = [encoded(part) for part in split(request.prompt) if part]
        names = [digest(part) for part in parts]
        asked = AnswerAsked(
            task=request.task,
            sample=request.sample,
            call=request.call,
            prompt=names[0],
            tail=names[1] if len(names) > 1 else None,
        )
        return Reply(text=await self.ask(asked, parts), usage=spent_nothing(calls=1))

    async def close(self) -> None:
        """Do nothing."""
