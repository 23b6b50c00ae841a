"""What servers say is left of their limits, and how long that makes a call wait."""

from __future__ import annotations

import asyncio

import pytest
from asking import START, Waiting

from agent.providers.pacing import Need, Pacing

SMALL = Need(input=10, output=10)


def test_without_headers_nothing_waits() -> None:
    pacing = Pacing(Waiting())
    pacing.read({})
    pacing.read({"x-ratelimit-remaining-requests": "soon", "x-ratelimit-reset-requests": "1s"})
    pacing.read({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "later"})
    assert pacing.wait_s(SMALL) == 0


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [("1s", 1), ("20ms", 0.02), ("6m0s", 360), ("1h2m3.5s", 3723.5), ("1m", 60)],
)
def test_openai_gives_durations(reset: str, seconds: float) -> None:
    pacing = Pacing(Waiting())
    pacing.read({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset})
    assert pacing.wait_s(SMALL) == pytest.approx(seconds)


def test_tokens_that_are_too_few_wait_for_the_window() -> None:
    waiting = Waiting()
    pacing = Pacing(waiting)
    pacing.read({"x-ratelimit-remaining-tokens": "45", "x-ratelimit-reset-tokens": "3s"})
    for wait_s in (0, 0, 3):
        assert pacing.wait_s(SMALL) == wait_s
        pacing.take(SMALL)
    asyncio.run(waiting.sleep(3))
    assert pacing.wait_s(Need(input=10_000, output=0)) == 0


def test_anthropic_gives_moments_by_its_own_clock() -> None:
    waiting = Waiting()
    headers = {
        "anthropic-ratelimit-output-tokens-remaining": "5",
        "anthropic-ratelimit-output-tokens-reset": "2026-08-01T12:00:30Z",
        "anthropic-ratelimit-input-tokens-remaining": "500",
        "anthropic-ratelimit-input-tokens-reset": "2026-08-01T12:01:00Z",
    }
    pacing = Pacing(waiting)
    pacing.read(headers)
    # a moment in whole seconds may have lost most of one
    assert (START.hour, pacing.wait_s(SMALL)) == (12, 31)
    # the server's clock is twenty seconds ahead of ours
    pacing.read({**headers, "date": "Sat, 01 Aug 2026 12:00:20 GMT"})
    assert pacing.wait_s(SMALL) == 11
    assert pacing.wait_s(Need(input=10, output=5)) == 0


def test_a_pause_is_never_shortened() -> None:
    pacing = Pacing(Waiting())
    pacing.pause(9)
    pacing.pause(2)
    assert pacing.wait_s(SMALL) == 9
