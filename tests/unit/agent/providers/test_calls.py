"""Attempts: how often, how long, and what becomes of a call without an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from asking import Waiting

from agent.providers.answer import Answer
from agent.providers.calls import Answered, Calls, Patience
from agent.providers.failures import AttemptFailed
from agent.providers.model import CallFailed
from agent.providers.pacing import Pacing
from benchmark.store.config import Usage

GOOD = Answer(text="x", finish="complete", tokens=None, served="", request="")
BOUND = Usage(input_tokens=100, output_tokens=50, usd=0.25)
AGAIN = AttemptFailed("busy", "again")
BILLED = AttemptFailed("broke", "again", billed=True)
REFUSED = AttemptFailed("bad request", "final")
NO_KEY = AttemptFailed("bad key", "ends_run")
NOBODY = AttemptFailed("nobody there", "unreached")


class Server:
    """Answers by a script, and then well."""

    def __init__(self, *script: AttemptFailed) -> None:
        self.script = list(script)
        self.asked = 0

    async def attempt(self) -> Answer:
        self.asked += 1
        if self.script:
            raise self.script.pop(0)
        return GOOD


def calls(waiting: Waiting, **patience: Any) -> Calls:
    return Calls(
        Patience(**patience),
        Pacing(waiting),
        clock=waiting,
        sleep=waiting.sleep,
        draw=waiting.draw,
    )


def asked(server: Server, waiting: Waiting | None = None, **patience: Any) -> Answered[Answer]:
    made = calls(waiting or Waiting(), **patience)
    return asyncio.run(made.answer(server.attempt, BOUND))


def failure(server: Server, waiting: Waiting | None = None, **patience: Any) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        asked(server, waiting, **patience)
    return caught.value


def test_an_attempt_is_repeated_after_waits_that_double() -> None:
    server, waiting = Server(*[AGAIN] * 4), Waiting()
    answered = asked(server, waiting, longest_wait_s=3)
    assert answered.retried == ("busy",) * 4
    # jitter takes a quarter off where the draw is one half
    assert waiting.waits == [0.75, 1.5, 2.25, 2.25]
    assert (answered.unknown, answered.seconds) == (0, 6.75)


def test_attempts_are_bounded() -> None:
    server = Server(*[AGAIN] * 9)
    failed = failure(server, attempts=3)
    assert server.asked == 3
    assert (failed.reason, failed.ends_run, failed.unknown) == ("busy", False, False)
    assert failed.retried == ("busy", "busy")
    assert failed.usage == Usage(calls=0, usd=0.0, seconds=failed.usage.seconds)


def test_a_refusal_is_not_repeated() -> None:
    server = Server(REFUSED)
    failed = failure(server)
    assert (server.asked, failed.ends_run, failed.retried) == (1, False, ())


def test_the_server_is_not_asked_before_it_allows_it() -> None:
    waiting = Waiting()
    asked(Server(AttemptFailed("busy", "again", wait_s=7)), waiting)
    assert waiting.waits == [7.5]


def test_a_wait_past_the_deadline_is_not_begun() -> None:
    waiting = Waiting()
    failed = failure(
        Server(AGAIN, AttemptFailed("busy", "again", wait_s=9.4)), waiting, deadline_s=10
    )
    assert waiting.seconds() < 1
    assert not failed.ends_run
    assert "past the deadline of 10 s" in failed.reason
    assert failed.retried == ("busy", "busy")


def test_a_wait_longer_than_any_deadline_ends_the_run() -> None:
    failed = failure(Server(AttemptFailed("busy", "again", wait_s=3600)), deadline_s=10)
    assert failed.ends_run


def test_attempts_that_may_be_billed_are_counted() -> None:
    answered = asked(Server(BILLED, AGAIN, BILLED))
    assert answered.unknown == 2
    failed = failure(Server(BILLED, BILLED), attempts=2)
    assert failed.unknown
    assert (failed.usage.calls, failed.usage.usd, failed.usage.unknown_usd) == (2, 0.0, 0.5)


def test_a_call_that_hangs_is_unknown_at_its_deadline() -> None:
    async def hang() -> Answer:
        await asyncio.sleep(60)
        return GOOD

    with pytest.raises(CallFailed) as caught:
        asyncio.run(calls(Waiting(), deadline_s=0.02).answer(hang, BOUND))
    assert caught.value.reason == "no answer within 0.02 s"
    assert caught.value.unknown
    assert caught.value.usage.unknown_usd == 0.25


def test_a_deadline_that_passes_between_attempts_leaves_nothing_unknown() -> None:
    made = Calls(Patience(deadline_s=0.05, first_wait_s=0.04), Pacing(Waiting()), clock=Waiting())
    with pytest.raises(CallFailed) as caught:
        asyncio.run(made.answer(Server(*[AGAIN] * 20).attempt, BOUND))
    assert not caught.value.unknown


def together(*made: Coroutine[Any, Any, Any]) -> Sequence[Any]:
    async def gathered() -> Sequence[Any]:
        return await asyncio.gather(*made, return_exceptions=True)

    return asyncio.run(gathered())


def test_a_bad_key_ends_all_calls_with_one_attempt() -> None:
    server = Server(NO_KEY)
    made = calls(Waiting(), calls_at_once=1)
    found = together(*(made.answer(server.attempt, BOUND) for _ in range(5)))
    assert server.asked == 1
    assert all(each.ends_run and each.reason == "bad key" for each in found)


def test_a_server_that_never_answers_ends_the_run() -> None:
    assert failure(Server(*[NOBODY] * 3), attempts=3).ends_run


def test_a_server_that_answered_once_may_be_away_for_a_while() -> None:
    server = Server(AGAIN, NOBODY, NOBODY)
    assert not failure(server, attempts=3).ends_run


def test_calls_at_once_are_bounded() -> None:
    most = now = 0

    async def attempt() -> Answer:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return GOOD

    made = calls(Waiting(), calls_at_once=3)
    together(*(made.answer(attempt, BOUND) for _ in range(10)))
    assert most == 3


def test_one_that_is_told_to_wait_holds_the_others_back() -> None:
    waiting = Waiting()
    server = Server(AttemptFailed("busy", "again", wait_s=5))
    made = calls(waiting)
    starts: list[float] = []

    async def attempt() -> Answer:
        starts.append(waiting.seconds())
        return await server.attempt()

    together(made.answer(attempt, BOUND), made.answer(attempt, BOUND))
    assert starts[0] == 0
    assert min(starts[1:]) >= 5


def test_a_fault_of_ours_is_not_taken_for_a_deadline() -> None:
    async def attempt() -> Answer:
        raise TimeoutError("of something else")

    with pytest.raises(TimeoutError, match="something else"):
        asyncio.run(calls(Waiting()).answer(attempt, BOUND))


def test_afresh_forgets_a_refusal() -> None:
    made = calls(Waiting())
    ask: Callable[[Calls], Answered[Answer]] = lambda one: asyncio.run(  # noqa: E731
        one.answer(Server().attempt, BOUND)
    )
    with pytest.raises(CallFailed):
        asyncio.run(made.answer(Server(NO_KEY).attempt, BOUND))
    with pytest.raises(CallFailed):
        ask(made)
    assert ask(made.afresh()).answer == GOOD
