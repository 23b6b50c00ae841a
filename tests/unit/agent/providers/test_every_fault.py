"""Every fault of the loopback server, met by every way of asking: what becomes of the call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from asking import Waiting, request
from vendors.faults import FAULTS, Fault, Faults
from vendors.server import KEY, Server

from agent.providers.model import CallFailed, Reply
from agent.providers.table import Options, online_named

KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
RESPONSES = "openai/gpt-4.1-mini"
NAMES = (RESPONSES, "openai-chat/gpt-4.1-mini", "anthropic/claude-haiku-4-5")
PRICE = """
[[price]]
models = ["openai-chat/gpt-4.1-mini"]
input = 0.40
cached = 0.10
output = 1.60
as_of = 2026-01-01
source = "the catalog of the tests' server"
"""
ATTEMPTS = 6


@dataclass(frozen=True)
class Fate:
    """What becomes of a call under a fault that never ends."""

    attempts: int = ATTEMPTS
    ends_run: bool = False
    unknown: bool = False
    """Whether each attempt may be billed."""
    says: str = ""
    """Of the last attempt, in the words of the failure."""


ANSWERED: dict[Fault, str] = {"slow": "complete", "refusal": "refused", "empty": "refused"}
FATES: dict[Fault, Fate] = {
    "rate_limit": Fate(says="429"),
    "quota": Fate(attempts=1, ends_run=True, says="4"),
    "server_error": Fate(says="500"),
    "overloaded": Fate(says="5"),
    "gateway": Fate(says="502"),
    "reset": Fate(unknown=True, says="broke before the answer was whole"),
    "hang": Fate(attempts=1, unknown=True, says="no answer within 0.5 s"),
    "cut": Fate(unknown=True, says="broke before the answer was whole"),
    "malformed": Fate(unknown=True, says="no JSON"),
    "failed": Fate(says="500"),
}
FAILED_BY_BODY = Fate(unknown=True, says="the answer is not complete: server_error")
"""Responses tell of a failure under a status of 200."""


def fate_of(name: str, fault: Fault) -> Fate:
    return FAILED_BY_BODY if (name, fault) == (RESPONSES, "failed") else FATES[fault]


def asked(name: str, server: Server, tmp_path, **limits: float) -> Reply | CallFailed:
    prices = tmp_path / "prices.toml"
    prices.write_text(PRICE)
    url = server.url if name.startswith("anthropic") else server.openai_url
    options = Options(base_url=url, prices=prices, **limits)  # type: ignore[arg-type]
    model = online_named(name, options, Waiting().around(**KEYS))

    async def ask() -> Reply | CallFailed:
        try:
            return await model.complete(request())
        except CallFailed as failed:
            return failed
        finally:
            await model.close()

    return asyncio.run(ask())


def test_each_fault_has_a_fate():
    assert {*FATES, *ANSWERED} == set(FAULTS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", FATES)
def test_a_fault_that_never_ends_fails_the_call(name, fault, tmp_path):
    fate = fate_of(name, fault)
    hurry = {"deadline_s": 0.5} if fault == "hang" else {}
    with Server(faults=Faults(always=fault)) as server:
        failed = asked(name, server, tmp_path, **hurry)
        seen = len(server.seen)
    assert isinstance(failed, CallFailed)
    assert fate.says in failed.reason
    assert failed.ends_run == fate.ends_run
    assert seen == fate.attempts
    assert len(failed.retried) == fate.attempts - 1
    assert failed.unknown == fate.unknown
    assert failed.usage.calls == (fate.attempts if fate.unknown else 0)
    assert (failed.usage.unknown_usd > 0) == fate.unknown
    assert server.ledger.usd <= failed.usage.unknown_usd


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", [each for each in FATES if each not in ("quota", "hang")])
def test_a_fault_that_ends_is_overcome_and_told(name, fault, tmp_path):
    fate = fate_of(name, fault)
    with Server(faults=Faults(script={0: fault})) as server:
        reply = asked(name, server, tmp_path)
    assert isinstance(reply, Reply)
    assert reply.finish == "complete"
    (told,) = reply.retried
    assert fate.says in told
    assert reply.usage.calls == 1 + fate.unknown
    assert (reply.usage.unknown_usd > 0) == fate.unknown
    assert reply.usage.usd == pytest.approx(server.ledger.entries[-1].usd)
    assert server.ledger.usd <= (reply.usage.usd or 0.0) + reply.usage.unknown_usd


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", ANSWERED)
def test_what_is_answered_is_paid_and_not_asked_again(name, fault, tmp_path):
    with Server(faults=Faults(always=fault, slow_s=0.05)) as server:
        reply = asked(name, server, tmp_path)
    assert isinstance(reply, Reply)
    assert reply.finish == ANSWERED[fault]
    assert reply.retried == ()
    assert bool(reply.text) == (fault != "empty")
    assert reply.usage.usd == pytest.approx(server.ledger.usd)
    assert len(server.ledger.entries) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_mixed_storm_costs_no_more_than_is_told(name, tmp_path):
    shares: dict[Fault, float] = {"rate_limit": 0.2, "cut": 0.2, "malformed": 0.1, "gateway": 0.1}
    with Server(faults=Faults(shares=shares, seed=5)) as server:
        found = [asked(name, server, tmp_path) for _ in range(12)]
    usages = [each.usage for each in found]
    assert any(each.unknown_usd for each in usages)
    replies = [each for each in found if isinstance(each, Reply)]
    whole = [each for each in server.ledger.entries if each.sent == "whole"]
    assert len(replies) >= 10
    assert sum(each.usd or 0.0 for each in usages) <= sum(each.usd for each in whole)
    assert server.ledger.usd <= sum((each.usd or 0.0) + each.unknown_usd for each in usages)
