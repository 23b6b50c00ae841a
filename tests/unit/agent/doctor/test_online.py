"""Servers are asked for their lists of models, and their silence is told."""

from __future__ import annotations

import asyncio

import pytest
from vendors.faults import Fault, Faults
from vendors.server import KEY, Server

from agent.doctor.checks import Check
from agent.doctor.online import online_checks
from benchmark.store.testing import SteppingClock


def asked(environ: dict[str, str], deadline_s: float = 10.0) -> dict[str, Check]:
    found = asyncio.run(online_checks(environ, SteppingClock(), deadline_s))
    return {each.name: each for each in found}


def environ_of(server: Server, key: str = KEY) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": key,
        "OPENAI_BASE_URL": server.openai_url,
        "ANTHROPIC_API_KEY": key,
        "ANTHROPIC_BASE_URL": server.url,
    }


def test_servers_that_answer_are_good() -> None:
    with Server() as server:
        found = asked(environ_of(server))
        assert len(server.seen) == 2
    assert {each.state for each in found.values()} == {"good"}
    for each in found.values():
        assert "answers, with " in each.found
        assert not each.found.endswith("with 0 models")


def test_nobody_is_asked_without_a_key() -> None:
    found = asked({})
    assert {each.found for each in found.values()} == {"not asked: there is no key"}
    assert {each.state for each in found.values()} == {"good"}


def test_a_key_that_is_refused_is_told_without_it() -> None:
    wrong = "sk-wrong-0123456789"
    with Server() as server:
        found = asked(environ_of(server, wrong))
    for each in found.values():
        assert each.state == "missing"
        assert "refuses the key (401)" in each.found
        assert wrong not in f"{each}"


def test_an_address_where_nobody_is_is_told() -> None:
    with Server() as server:
        environ = environ_of(server)
    found = asked(environ)
    assert {each.state for each in found.values()} == {"missing"}
    assert "no connection to 127.0.0.1" in found["openai"].found
    assert "ANTHROPIC_BASE_URL" in found["anthropic"].advice


@pytest.mark.parametrize(
    ("fault", "words"),
    [("hang", "does not answer within 0.5 s"), ("overloaded", "answers 5"), ("malformed", "lists")],
)
def test_servers_that_fail_are_told(fault: Fault, words: str) -> None:
    with Server(other_faults=Faults(always=fault)) as server:
        found = asked(environ_of(server), deadline_s=0.5)
    for each in found.values():
        assert each.state == "missing"
        assert words in each.found


def test_a_wrong_address_is_not_asked() -> None:
    found = asked({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "words"})
    assert "no URL of a server" in found["openai"].found
