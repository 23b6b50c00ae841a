"""Models behind a server: costs as billed, waits as asked, keys nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asking import Waiting, request
from vendors.faults import Faults
from vendors.limits import RateLimits
from vendors.server import KEY, Server

from agent.providers.model import CallFailed, Reply
from agent.providers.online import Online
from agent.providers.table import Options, Surroundings, online_named
from benchmark.store.view import total
from prompts.prompt import Section

KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
CHAT_PRICES = """
[[price]]
models = ["openai/gpt-writes", "openai-chat/gpt-writes"]
input = 1.0
cached = 0.1
cache_write = 1.25
output = 8.0
as_of = 2026-01-01
source = "the catalog of the tests' server"

[[price]]
models = ["openai-chat/gpt-4.1-mini"]
input = 0.40
cached = 0.10
output = 1.60
as_of = 2026-01-01
source = "the catalog of the tests' server"

[[price]]
models = ["anthropic/claude-opus-4-7"]
input = 5.0
cached = 0.50
cache_write = 6.25
output = 25.0
as_of = 2026-01-01
source = "the catalog of the tests' server"
"""
LONG = (
    Section("role", "system", "always", "You write programs. " * 400),
    Section("exemplar", "user", "campaign", "Map(a, fn=exp) " * 200),
    Section("task", "user", "task", "write norm/rms"),
)
MODELS = (
    "openai/gpt-4.1-mini",
    "openai/gpt-5-mini",
    "openai/gpt-writes",
    "openai-chat/gpt-4.1-mini",
    "openai-chat/gpt-writes",
    "anthropic/claude-haiku-4-5",
    "anthropic/claude-opus-4-7",
)
ONE_OF_EACH = ("openai/gpt-4.1-mini", "openai-chat/gpt-4.1-mini", "anthropic/claude-haiku-4-5")


class Dated(Waiting):
    """A time that passes only in sleep, of this day: the server tells moments of the day."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    file = tmp_path / "prices.toml"
    file.write_text(CHAT_PRICES)
    return file


def model(name: str, server: Server, prices: Path, surroundings: Surroundings) -> Online:
    url = server.url if name.startswith("anthropic") else server.openai_url
    return online_named(name, Options(base_url=url, prices=prices), surroundings)


def replies(asked: Online, count: int = 1) -> Sequence[Reply | CallFailed]:
    """Ask one call after the other."""

    def calls() -> Iterator[int]:
        yield from range(count)

    async def answered() -> list[Reply | CallFailed]:
        found: list[Reply | CallFailed] = []
        try:
            for sample in calls():
                try:
                    found.append(await asked.complete(request(*LONG, sample=sample)))
                except CallFailed as failed:
                    found.append(failed)
        finally:
            await asked.close()
        return found

    return asyncio.run(answered())


@pytest.mark.parametrize("name", MODELS)
def test_costs_are_those_of_the_servers_ledger(name: str, prices: Path) -> None:
    with Server() as server:
        asked = model(name, server, prices, Waiting().around(**KEYS))
        bound = asked.bound(request(*LONG))
        found = replies(asked, 3)
    usages = [each.usage for each in found]
    assert len(server.ledger.entries) == 3
    for usage, billed in zip(usages, server.ledger.entries, strict=True):
        assert usage.usd == pytest.approx(billed.usd)
        assert usage.output_tokens == billed.spent.output
        assert usage.reasoning_tokens == billed.spent.reasoning
        assert usage.input_tokens == billed.spent.input
        assert usage.cached_tokens == billed.spent.cached
        assert usage.cache_write_tokens == billed.spent.write_5m + billed.spent.write_1h
        assert bound.usd is not None
        assert billed.usd <= bound.usd
    assert usages[0].cached_tokens == 0
    assert usages[2].cached_tokens > 1000
    assert total(usages).usd == pytest.approx(server.ledger.usd)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_client_tries_once_and_we_try_again(name: str, prices: Path) -> None:
    waiting = Waiting()
    faults = Faults(script={0: "rate_limit", 1: "server_error", 2: "overloaded"}, retry_after_s=4)
    with Server(faults=faults) as server:
        (reply,) = replies(model(name, server, prices, waiting.around(**KEYS)))
        seen = list(server.seen)
    assert isinstance(reply, Reply)
    assert len(reply.retried) == 3
    assert "429" in reply.retried[0]
    assert waiting.waits[0] >= 4
    assert len(seen) == 4
    assert {each.request.headers["x-stainless-retry-count"] for each in seen} == {"0"}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_limits_that_are_told_are_waited_for(name: str, prices: Path) -> None:
    waiting = Dated()
    limits = RateLimits(requests=2, tokens=1_000_000, window_s=20, clock=waiting.seconds)
    with Server(limits=limits) as server:
        found = replies(model(name, server, prices, waiting.around(**KEYS)), 5)
    assert all(isinstance(each, Reply) and not each.retried for each in found)
    assert waiting.seconds() == pytest.approx(40, abs=4)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_bad_key_is_asked_with_once(name: str, prices: Path) -> None:
    bad = "sk-wrong-0123456789"
    keys = {"OPENAI_API_KEY": bad, "ANTHROPIC_API_KEY": bad}
    with Server() as server:
        found = replies(model(name, server, prices, Waiting().around(**keys)), 3)
        assert len(server.seen) == 1
    for each in found:
        assert isinstance(each, CallFailed)
        assert each.ends_run
        assert each.usage.usd == 0.0
        assert "refuses the key (401)" in each.reason
        assert bad not in each.reason


@pytest.mark.parametrize("vendor", ["openai", "openai-chat", "anthropic"])
def test_a_missing_model_ends_the_run(vendor: str) -> None:
    with Server() as server:
        url = server.url if vendor == "anthropic" else server.openai_url
        options = Options(base_url=url, allow_unknown_price=True)
        asked = online_named(f"{vendor}/gpt-none", options, Waiting().around(**KEYS))
        found = replies(asked, 2)
        assert len(server.seen) == 1
    assert all(isinstance(each, CallFailed) and each.ends_run for each in found)
    assert all("gpt-none" in each.reason for each in found if isinstance(each, CallFailed))


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_an_answer_that_breaks_off_may_be_billed(name: str, prices: Path) -> None:
    with Server(faults=Faults(script={0: "cut", 1: "malformed"})) as server:
        asked = model(name, server, prices, Waiting().around(**KEYS))
        bound = asked.bound(request(*LONG)).usd
        (reply,) = replies(asked)
    assert isinstance(reply, Reply)
    assert bound is not None
    assert reply.usage.calls == 3
    assert reply.usage.unknown_usd == pytest.approx(2 * bound)
    assert reply.usage.usd is not None
    assert reply.usage.usd < server.ledger.usd <= reply.usage.usd + reply.usage.unknown_usd


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_nobody_listens(name: str, prices: Path) -> None:
    with Server() as server:
        pass
    (failed,) = replies(model(name, server, prices, Waiting().around(**KEYS)))
    assert isinstance(failed, CallFailed)
    assert (failed.ends_run, failed.unknown, len(failed.retried)) == (True, False, 5)
    assert "no connection to 127.0.0.1" in failed.reason


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_hang_ends_at_the_deadline(name: str, prices: Path) -> None:
    with Server(faults=Faults(always="hang")) as server:
        url = server.url if name.startswith("anthropic") else server.openai_url
        options = Options(base_url=url, prices=prices, deadline_s=0.15)
        (failed,) = replies(online_named(name, options, Surroundings(environ=KEYS)))
    assert isinstance(failed, CallFailed)
    assert failed.unknown
    assert failed.usage.unknown_usd > 0
    assert failed.usage.seconds < 1


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_key_is_in_nothing_that_is_shown(name: str, prices: Path) -> None:
    with Server(faults=Faults(script={1: "server_error", 2: "quota"})) as server:
        asked = model(name, server, prices, Waiting().around(**KEYS))
        shown = repr(asked)
        found = replies(asked, 3)
    for each in found:
        fields = vars(each) if isinstance(each, CallFailed) else asdict(each)
        shown += f"{each!r} {fields}"
    assert isinstance(found[1], CallFailed)
    assert KEY not in shown
