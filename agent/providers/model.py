"""What a campaign knows of a model: a request goes out, a reply or a failure comes back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from benchmark.store.config import Usage
from benchmark.store.events import Step
from prompts.prompt import Prompt

Finish: TypeAlias = Literal["complete", "cut", "refused"]
"""Whether a model came to its end, ran into its limit of output, or declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How an answer is drawn; what an endpoint does not take is left out there, by its profile."""

    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One answer that is asked for.

    Its prompt is all that a model may know of the task. The rest names the request, for records
    and for endpoints that take a seed.
    """

    prompt: Prompt
    sampling: Sampling
    seed: int
    """Where the model's own draws start, 0 <= seed < 2**63: of run, task, round, sample, call."""
    task: str
    sample: int
    call: int = 0
    """From 0; calls of one sample differ by it."""
    step: Step = "propose"

    def identity(self, model: str) -> str:
        """Return the name of this request to a model: one paid answer belongs to it, for good."""
        body = {"model": model, **asdict(self)}
        text = json.dumps(body, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model answered."""

    text: str
    """Nothing is taken out of it. Of an endpoint with a schema: the program, fenced."""
    usage: Usage
    finish: Finish = "complete"
    served: str = ""
    """The model that answered, by its server's own word."""
    request: str = ""
    """The server's name for the call."""
    retried: tuple[str, ...] = ()
    """One line for each attempt that came to nothing before."""


class CallFailed(Exception):
    """There is no answer.

    Args:
        reason: one line, without secrets.
        usage: what was spent nonetheless.
        ends_run: whether every other call will fail too, as with a key that is refused.
        unknown: whether the server may still bill it: who asked keeps what was reserved.
        retried: one line for each attempt that came to nothing before.
    """

    def __init__(
        self,
        reason: str,
        usage: Usage,
        *,
        ends_run: bool = False,
        unknown: bool = False,
        retried: tuple[str, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.usage = usage
        self.ends_run = ends_run
        self.unknown = unknown
        self.retried = retried


class Model(Protocol):
    """Answers requests, several at a time, within one event loop."""

    @property
    def name(self) -> str:
        """`vendor/name`, as it was asked for."""
        ...

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing and can be had again: then nothing is lost by a kill."""
        ...

    @property
    def has_temperature(self) -> bool:
        """Whether it takes a temperature; else samples are told apart by their tails."""
        ...

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take; `usd` is None where the price is not known."""
        ...

    async def complete(self, request: Request) -> Reply:
        """Return an answer. Errors: CallFailed."""
        ...

    async def close(self) -> None:
        """Let go of connections and processes."""
        ...


@runtime_checkable
class BatchModel(Protocol):
    """A model that also answers many requests at once, some hours later, for less."""

    async def submit(self, requests: dict[str, Request]) -> str:
        """Hand requests in by their identities; return the server's name of the batch.

        Errors: CallFailed.
        """
        ...

    async def collect(self, batch: str) -> dict[str, Reply | CallFailed] | None:
        """Return what came of a batch by identity, None while it is under way.

        What is missing from it expired, and is asked for again. Collecting twice changes nothing.

        Errors: CallFailed.
        """
        ...


def spent_nothing(calls: int = 0) -> Usage:
    """Return the usage of calls that cost nothing."""
    return replace(Usage(usd=0.0), calls=calls)
