"""Batches: the same bodies as calls, half the price, and whatever comes back in whatever order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from asking import Waiting, request
from vendors.catalog import GPT
from vendors.faults import Fault, Faults
from vendors.rules import mixed
from vendors.server import KEY, Server

from agent.providers.batch import Item, received_lines
from agent.providers.batched import Batched
from agent.providers.failures import Access, AttemptFailed
from agent.providers.model import BatchModel, CallFailed, Reply, Request
from agent.providers.table import Options, model_named
from agent.providers.wire import Body
from benchmark.store.clock import Clock
from benchmark.store.view import total

KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
OPENAI = "openai/gpt-4.1-mini"
ANTHROPIC = "anthropic/claude-haiku-4-5"
BOTH = (OPENAI, ANTHROPIC)
Outcomes = dict[str, Reply | CallFailed]
T = TypeVar("T")


def requests(name: str, count: int = 6, **changes: object) -> dict[str, Request]:
    made = (request(sample=sample, **changes) for sample in range(count))
    return {each.identity(name): each for each in made}


def with_model(
    name: str,
    server: Server,
    act: Callable[[Batched], Awaitable[T]],
    waiting: Waiting | None = None,
    key: str = KEY,
) -> T:
    """Do something with a model, and let go of it."""

    async def acted() -> T:
        url = server.url if name.startswith("anthropic") else server.openai_url
        around = (waiting or Waiting()).around(**dict.fromkeys(KEYS, key))
        # models are as the profiles know them, under whatever name the server has
        options = Options(base_url=url, allow_unknown_price=True)
        model = model_named(name, options, around)
        assert isinstance(model, Batched)
        try:
            return await act(model)
        finally:
            await model.close()

    return asyncio.run(acted())


async def collected(model: Batched, asked: dict[str, Request]) -> Outcomes:
    """Hand in, and ask until it has ended."""
    batch = await model.submit(asked)
    while (found := await model.collect(batch)) is None:
        await asyncio.sleep(0)
    return found


def replies(found: Outcomes) -> dict[str, Reply]:
    return {identity: each for identity, each in found.items() if isinstance(each, Reply)}


def paths(server: Server) -> list[str]:
    """List what was asked for, without names of batches and files."""
    return [f"{each.request.method} {each.request.path.split('_')[0]}" for each in server.seen]


@pytest.mark.parametrize("name", BOTH)
def test_a_batch_answers_what_calls_answer_for_half_the_price(name: str) -> None:
    asked = requests(name)

    async def both(model: Batched) -> tuple[Outcomes, dict[str, Reply]]:
        batch = await collected(model, asked)
        return batch, {key: await model.complete(each) for key, each in asked.items()}

    with Server(mixed) as server:
        batch, online = with_model(name, server, both)
    answered = replies(batch)
    assert set(answered) == set(asked)
    for identity, reply in answered.items():
        alone = online[identity]
        assert (reply.text, reply.finish) == (alone.text, alone.finish)
        assert reply.usage.usd is not None
        assert reply.usage.usd == pytest.approx((alone.usage.usd or 0) / 2)
    items = {each.custom_id: each for each in server.ledger.entries if each.custom_id}
    calls = [each for each in server.ledger.entries if each.custom_id is None]
    assert total([each.usage for each in answered.values()]).usd == pytest.approx(
        sum(each.usd for each in items.values())
    )
    assert [items[identity].body for identity in asked] == [each.body for each in calls]


def test_chat_completions_have_batches_where_their_profile_says_so(tmp_path: Path) -> None:
    name = "openai-chat/gpt-4.1-mini"
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('[[profile]]\nmodels = ["openai-chat/gpt-4.1-mini"]\nbatch = true\n')

    async def both(url: str) -> Outcomes:
        options = Options(base_url=url, allow_unknown_price=True)
        alone = model_named(name, options, Waiting().around(**KEYS))
        await alone.close()
        assert not isinstance(alone, BatchModel)
        model = model_named(name, replace(options, profiles=profiles), Waiting().around(**KEYS))
        assert isinstance(model, Batched)
        found = await collected(model, requests(name, 3))
        await model.close()
        return found

    with Server() as server:
        found = asyncio.run(both(server.openai_url))
    assert len(replies(found)) == 3
    assert {each.usage.usd for each in replies(found).values()} == {None}
    assert {each.path for each in server.ledger.entries} == {"/v1/chat/completions"}


@pytest.mark.parametrize("name", BOTH)
def test_batches_are_recorded_and_played_again(name: str, tmp_path: Path) -> None:
    asked = requests(name, 3)

    async def recorded(url: str) -> Outcomes:
        options = Options(base_url=url, record=tmp_path / "kept")
        model = model_named(name, options, Waiting().around(**KEYS))
        assert isinstance(model, BatchModel)
        batch = await model.submit(asked)
        while (found := await model.collect(batch)) is None:
            await asyncio.sleep(0)
        await model.close()
        return found

    with Server() as server:
        found = asyncio.run(recorded(server.url if name == ANTHROPIC else server.openai_url))
    again = model_named(f"recorded/{tmp_path / 'kept'}")
    texts = [asyncio.run(again.complete(each)).text for each in asked.values()]
    assert texts == [replies(found)[identity].text for identity in asked]


@pytest.mark.parametrize("name", BOTH)
def test_a_batch_is_under_way_until_it_is_not(name: str) -> None:
    async def polled(model: Batched) -> list[Outcomes | None]:
        batch = await model.submit(requests(name, 2))
        return [await model.collect(batch) for _ in range(5)]

    with Server(polls=3) as server:
        found = with_model(name, server, polled)
    assert [each is None for each in found] == [True, True, True, False, False]
    assert found[3] is not None
    assert replies(found[3]) == replies(found[4] or {})
    assert len(server.ledger.entries) == 2


@pytest.mark.parametrize("name", BOTH)
def test_what_did_not_get_its_turn_is_missing_and_what_is_wrong_failed(name: str) -> None:
    lost: dict[int, Fault] = {0: "hang", 1: "reset", 2: "server_error"}
    asked = requests(name, 5)
    wrong = request(sample=5, sampling=replace(request().sampling, temperature=7.0, top_p=None))
    asked[wrong.identity(name)] = wrong
    identities = list(asked)
    with Server(item_faults=Faults(script=lost)) as server:
        found = with_model(name, server, lambda model: collected(model, asked))
    assert set(found) == set(identities[3:])
    failed = found[identities[5]]
    assert isinstance(failed, CallFailed)
    assert "temperature" in failed.reason
    assert (failed.ends_run, failed.unknown, failed.usage.usd) == (False, False, 0.0)
    assert set(replies(found)) == {each.custom_id for each in server.ledger.entries}


@pytest.mark.parametrize("name", ["openai/gpt-4.1-none", "anthropic/claude-haiku-4-5-none"])
def test_a_model_that_is_not_there_ends_the_run(name: str) -> None:
    with Server() as server:
        found = with_model(name, server, lambda model: collected(model, requests(name, 2)))
    assert len(found) == 2
    assert all(isinstance(each, CallFailed) and each.ends_run for each in found.values())


@pytest.mark.parametrize("name", BOTH)
def test_a_refusal_and_an_empty_answer_are_paid(name: str) -> None:
    faults = Faults(script={0: "refusal", 1: "empty"})
    with Server(item_faults=faults) as server:
        found = with_model(name, server, lambda model: collected(model, requests(name, 2)))
    assert {each.finish for each in replies(found).values()} == {"refused"}
    assert total([each.usage for each in replies(found).values()]).usd == pytest.approx(
        server.ledger.usd
    )


@pytest.mark.parametrize("name", BOTH)
def test_no_answer_and_a_broken_one_are_asked_for_again(name: str) -> None:
    # before the batch is there, every request may be sent again
    before: Mapping[int, Fault] = {0: "rate_limit", 1: "overloaded", 2: "gateway"}
    asked = requests(name, 3)
    waiting = Waiting()
    with Server(other_faults=Faults(script=before)) as server:
        found = with_model(name, server, lambda model: collected(model, asked), waiting)
    assert set(replies(found)) == set(asked)
    assert len(waiting.waits) == 3


@pytest.mark.parametrize("fault", ["cut", "malformed", "reset", "server_error"])
@pytest.mark.parametrize("name", BOTH)
def test_results_are_read_whole_or_again(name: str, fault: Fault) -> None:
    asked = requests(name, 3)
    # OpenAI: list, file, batch, then a poll, a state and its file; Anthropic: batch, then the same
    results = 5 if name == OPENAI else 3
    with Server(other_faults=Faults(script={results: fault})) as server:
        found = with_model(name, server, lambda model: collected(model, asked))
        seen = paths(server)
    assert set(replies(found)) == set(asked)
    assert len([each for each in seen if "results" in each or "files/batch" in each]) <= 2
    assert len(server.ledger.entries) == 3


@pytest.mark.parametrize("name", BOTH)
def test_a_question_after_a_batch_costs_nothing_however_it_ends(name: str) -> None:
    async def asked(model: Batched) -> CallFailed:
        batch = await model.submit(requests(name, 1))
        with pytest.raises(CallFailed) as caught:
            await model.collect(batch)
        return caught.value

    # the list of batches and the file come before at OpenAI
    first = 3 if name == OPENAI else 1
    broken: dict[int, Fault] = dict.fromkeys(range(first, first + 6), "cut")
    with Server(other_faults=Faults(script=broken)) as server:
        failed = with_model(name, server, asked)
    assert len(failed.retried) == 5
    assert (failed.unknown, failed.ends_run) == (False, False)
    assert (failed.usage.calls, failed.usage.usd, failed.usage.unknown_usd) == (0, 0.0, 0.0)


@pytest.mark.parametrize("fault", ["cut", "malformed"])
def test_a_batch_whose_name_was_lost_is_found_at_openai(fault: Fault) -> None:
    asked = requests(OPENAI, 3)
    with Server(other_faults=Faults(script={2: fault})) as server:
        found = with_model(OPENAI, server, lambda model: collected(model, asked))
        made = paths(server).count("POST /v1/batches")
    assert set(replies(found)) == set(asked)
    assert (made, len(server.ledger.entries)) == (1, 3)


@pytest.mark.parametrize("fault", ["cut", "malformed"])
def test_a_batch_whose_name_was_lost_is_not_handed_in_again_at_anthropic(fault: Fault) -> None:
    asked = requests(ANTHROPIC, 3)

    async def submitted(model: Batched) -> tuple[CallFailed, float]:
        most = sum(model.bound(each).usd or 0.0 for each in asked.values())
        with pytest.raises(CallFailed) as caught:
            await model.submit(asked)
        return caught.value, most

    with Server(other_faults=Faults(script={0: fault})) as server:
        failed, most = with_model(ANTHROPIC, server, submitted)
        assert len(server.seen) == 1
    assert (failed.unknown, failed.ends_run) == (True, False)
    assert failed.usage.unknown_usd == pytest.approx(most / 2)


class Later(Waiting):
    """A week later."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=8)


def test_openai_is_not_handed_the_same_twice_within_days() -> None:
    asked = requests(OPENAI, 2)

    async def twice(model: Batched) -> list[str]:
        first = await model.submit(asked)
        again = await model.submit(dict(reversed(asked.items())))
        while await model.collect(first) is None:
            pass
        ended = await model.submit(asked)
        other = await model.submit(requests(OPENAI, 3))
        return [first, again, ended, other]

    with Server() as server:
        first, again, ended, other = with_model(OPENAI, server, twice)
        later = with_model(OPENAI, server, lambda model: model.submit(asked), Later())
    assert first == again == ended
    assert len({first, other, later}) == 3


def test_a_batch_without_an_answer_is_no_reason_to_hand_nothing_in() -> None:
    asked = requests(OPENAI, 2)
    lost: dict[int, Fault] = {0: "hang", 1: "hang"}

    async def twice(model: Batched) -> tuple[Outcomes, Outcomes]:
        return await collected(model, asked), await collected(model, asked)

    with Server(item_faults=Faults(script=lost)) as server:
        first, second = with_model(OPENAI, server, twice)
    assert first == {}
    assert set(replies(second)) == set(asked)


@pytest.mark.parametrize("name", BOTH)
def test_a_batch_that_is_too_large_is_not_sent(name: str) -> None:
    async def submitted(model: Batched) -> list[str]:
        reasons = []
        for limits in ({"most_requests": 2}, {"most_bytes": 100}):
            small: Any = replace(model.online.api.batches, **limits)  # type: ignore[type-var]
            bounded = Batched(replace(model.online, api=replace(model.online.api, batches=small)))
            with pytest.raises(CallFailed) as caught:
                await bounded.submit(requests(name, 3))
            reasons.append(caught.value.reason)
        return reasons

    with Server() as server:
        requests_, bytes_ = with_model(name, server, submitted)
        assert server.seen == []
    assert requests_ == "a batch takes at most 2 requests, not 3; hand in several"
    assert bytes_.startswith("a batch takes at most 100 bytes, not ")


@pytest.mark.parametrize("name", BOTH)
def test_a_batch_that_is_gone_fails_alone(name: str) -> None:
    async def asked(model: Batched) -> CallFailed:
        with pytest.raises(CallFailed) as caught:
            await model.collect("batch_of_long_ago")
        await model.submit(requests(name, 1))
        return caught.value

    with Server() as server:
        failed = with_model(name, server, asked)
    assert "has no batch batch_of_long_ago" in failed.reason
    assert not failed.ends_run


@pytest.mark.parametrize("name", BOTH)
def test_a_bad_key_ends_the_run_without_being_told(name: str) -> None:
    async def asked(model: Batched) -> CallFailed:
        with pytest.raises(CallFailed) as caught:
            await model.submit(requests(name, 1))
        return caught.value

    with Server() as server:
        failed = with_model(name, server, asked, key="sk-bad-0123456789")
    assert failed.ends_run
    assert "sk-bad" not in failed.reason


def test_a_file_that_is_not_taken_fails_with_the_servers_reason() -> None:
    async def asked(model: Batched) -> CallFailed:
        with pytest.raises(CallFailed) as caught:
            await collected(model, requests(OPENAI, 1))
        return caught.value

    with Server(models=[replace(GPT, batch=False)]) as server:
        failed = with_model(OPENAI, server, asked)
    assert "not supported by the Batch API" in failed.reason
    assert failed.ends_run
    assert server.ledger.entries == []


@dataclass(frozen=True)
class Garbled:
    """Batches whose answers are none."""

    access: Access
    clock: Clock
    most_requests: int = 10
    most_bytes: int = 10**6

    async def submit(self, bodies: Mapping[str, Body]) -> str:
        raise AttemptFailed("nothing is taken", "final")

    async def results(self, batch: str) -> dict[str, Item] | None:
        return {"one": Item(200, {"status": "completed"}), "two": Item(200, {})}


def test_an_answer_that_cannot_be_read_may_be_billed() -> None:
    async def asked(model: Batched) -> Outcomes | None:
        api = model.online.api
        garbled = Garbled(access=api.batches.access, clock=api.batches.clock)
        online = replace(model.online, api=replace(api, batches=garbled))
        return await Batched(online).collect("any")

    with Server() as server:
        found = with_model(OPENAI, server, asked) or {}
    failures: Iterable[Any] = found.values()
    assert [(each.unknown, each.usage.usd) for each in failures] == [(True, None)] * 2


def test_lines_end_at_line_feeds_alone() -> None:
    text = '{"custom_id": "a\u2028b"}\n\n{"custom_id": "c\x85"}\n'
    assert [each["custom_id"] for each in received_lines(text)] == ["a\u2028b", "c\x85"]
    with pytest.raises(AttemptFailed, match="no JSON"):
        list(received_lines('{"custom_id": "a"}\n{"custom_id": '))
