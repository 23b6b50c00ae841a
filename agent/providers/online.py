"""A model behind a server: one request, one body, one answer, one price."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agent.providers.answer import Answer
from agent.providers.batch import BatchApi
from agent.providers.calls import Calls
from agent.providers.costs import bound_of, usage_of
from agent.providers.failures import AttemptFailed
from agent.providers.model import Reply, Request
from agent.providers.pacing import Pacing
from agent.providers.prices import Price
from agent.providers.profiles import Profile
from agent.providers.wire import Body, Malformed, read_body
from benchmark.store.config import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came back with a status of 200."""

    text: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One way of asking a server.

    Its `body` makes what is sent of the model's name, a request and a profile; `read` reads what
    came back (Errors: Malformed); `post` sends it (Errors: AttemptFailed), and `count`, where a
    server has that, has the tokens of its prompt counted instead.
    """

    body: Callable[[str, Request, Profile], Body]
    read: Callable[[Body, Profile], Answer]
    post: Callable[[Body], Awaitable[Received]]
    count: Callable[[Body], Awaitable[Received]] | None
    batches: BatchApi
    """As its server has them, if it does: a profile says that."""
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Online:
    """A model that answers over a network."""

    name: str
    """`vendor/name`, as it was asked for."""
    model: str
    """The name that its server knows."""
    known_as: str
    """`vendor/name` as tables of profiles and prices have it."""
    api: Api
    calls: Calls
    pacing: Pacing
    profile: Profile
    price: Price | None

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing: not where somebody has to compute it."""
        return False

    @property
    def has_temperature(self) -> bool:
        """Whether it takes a temperature."""
        return self.profile.temperature

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return bound_of(request, self.profile, self.price)

    async def complete(self, request: Request) -> Reply:
        """Return an answer. Errors: CallFailed."""
        bound = self.bound(request)
        sent = self.api.body(self.model, request, self.profile)
        answered = await self.calls.answer(lambda: self._attempt(sent), bound)
        return Reply(
            text=answered.answer.text,
            usage=usage_of(
                answered.answer.tokens,
                self.price,
                bound,
                unknown=answered.unknown,
                seconds=answered.seconds,
            ),
            finish=answered.answer.finish,
            served=answered.answer.served,
            request=answered.answer.request,
            retried=answered.retried,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self.api.close()

    async def _attempt(self, sent: Body) -> Answer:
        received = await self.api.post(sent)
        self.pacing.read(received.headers)
        try:
            return self.api.read(read_body(received.text), self.profile)
        except Malformed as malformed:
            raise AttemptFailed(str(malformed), "again", billed=True) from None
