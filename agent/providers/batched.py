"""A model behind a server that answers one request now, or many in a batch, for less."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from agent.providers.batch import Item, size_of
from agent.providers.costs import usage_of
from agent.providers.failures import refused
from agent.providers.model import CallFailed, Reply, Request, spent_nothing
from agent.providers.online import Online
from agent.providers.wire import Malformed
from benchmark.store.config import Usage


@dataclass(frozen=True, slots=True)
class Batched:
    """A model with batches: what goes into one is what would be asked at once."""

    online: Online

    @property
    def name(self) -> str:
        """`vendor/name`, as it was asked for."""
        return self.online.name

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing."""
        return self.online.is_free

    @property
    def has_temperature(self) -> bool:
        """Whether it takes a temperature."""
        return self.online.has_temperature

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take, outside of a batch."""
        return self.online.bound(request)

    async def complete(self, request: Request) -> Reply:
        """Return an answer. Errors: CallFailed."""
        return await self.online.complete(request)

    async def close(self) -> None:
        """Let go of connections."""
        await self.online.close()

    async def submit(self, requests: dict[str, Request]) -> str:
        """Hand requests in by their identities; return the server's name of the batch.

        Errors: CallFailed, also for more than a batch takes.
        """
        online = self.online
        bodies = {
            identity: online.api.body(online.model, request, online.profile)
            for identity, request in requests.items()
        }
        self._check(len(bodies), sum(size_of(each) for each in bodies.values()))
        most = self._most(requests)
        made = await online.calls.answer(lambda: online.api.batches.submit(bodies), most)
        return made.answer

    async def collect(self, batch: str) -> dict[str, Reply | CallFailed] | None:
        """Return what came of a batch by identity, None while it is under way.

        What expired, was canceled, or met an error of the server is missing.

        Errors: CallFailed.
        """
        calls, batches = self.online.calls, self.online.api.batches
        try:
            asked = await calls.answer(lambda: batches.results(batch), spent_nothing())
        except CallFailed as failed:
            # to ask after a batch costs nothing, whatever became of the question
            raise CallFailed(
                failed.reason, spent_nothing(), ends_run=failed.ends_run, retried=failed.retried
            ) from None
        if asked.answer is None:
            return None
        outcomes = {identity: self._outcome(item) for identity, item in asked.answer.items()}
        return {identity: each for identity, each in outcomes.items() if each is not None}

    def _check(self, requests: int, size: int) -> None:
        batches = self.online.api.batches
        limits = (
            (requests, batches.most_requests, "requests"),
            (size, batches.most_bytes, "bytes"),
        )
        for has, most, what in limits:
            if has > most:
                reason = f"a batch takes at most {most:,} {what}, not {has:,}; hand in several"
                raise CallFailed(reason, spent_nothing())

    def _most(self, requests: dict[str, Request]) -> Usage:
        """Return the most that a batch may cost; its tokens count for no limit of calls."""
        price = self.online.price
        if price is None:
            return Usage(usd=None)
        bounds = (self.online.bound(each).usd or 0.0 for each in requests.values())
        return Usage(usd=sum(bounds) * price.batch)

    def _outcome(self, item: Item) -> Reply | CallFailed | None:
        online = self.online
        if item.status != 200:
            batches = online.api.batches
            text = json.dumps(item.body)
            failed = refused(item.status, text, {}, batches.access, batches.clock)
            if failed.outcome == "again":
                return None
            ends_run = failed.outcome == "ends_run"
            return CallFailed(failed.reason, spent_nothing(), ends_run=ends_run)
        try:
            answer = online.api.read(item.body, online.profile)
        except Malformed as malformed:
            unknown = replace(spent_nothing(1), usd=None)
            return CallFailed(str(malformed), unknown, unknown=True)
        nothing = spent_nothing()
        return Reply(
            text=answer.text,
            usage=usage_of(answer.tokens, online.price, nothing, batch=True),
            finish=answer.finish,
            served=answer.served,
            request=answer.request,
        )
