"""What follows from what servers refuse, and that no key is told."""

from __future__ import annotations

import json

import httpx2
import pytest
from asking import Waiting

from agent.providers.failures import Access, broken, refused, retry_after_s

KEY = "sk-proj-0123456789"
ACCESS = Access(host="api.example.com", key_variable="OPENAI_API_KEY", secret=KEY)


def body(message: str, **more: str) -> str:
    return json.dumps({"error": {"message": message, **more}})


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (400, body("too long"), "final"),
        (400, body("no temperature", code="unsupported_parameter"), "ends_run"),
        (400, body("no model", code="model_not_found"), "ends_run"),
        (401, body("bad key"), "ends_run"),
        (402, body("no money", type="billing_error"), "ends_run"),
        (403, body("not yours"), "ends_run"),
        (404, body("no such model"), "ends_run"),
        (408, "", "again"),
        (413, body("too large"), "final"),
        (422, json.dumps({"detail": "no such field"}), "final"),
        (429, body("slow down"), "again"),
        (429, body("pay first", code="insufficient_quota"), "ends_run"),
        (500, "<html>", "again"),
        (503, "[]", "again"),
        (529, body("overloaded", type="overloaded_error"), "again"),
    ],
)
def test_what_follows_from_a_status(status: int, text: str, outcome: str) -> None:
    failed = refused(status, text, {}, ACCESS, Waiting())
    assert (failed.outcome, failed.billed) == (outcome, False)
    assert str(status) in failed.reason
    assert "\n" not in failed.reason


@pytest.mark.parametrize("status", [504, 524])
def test_a_gateway_that_gave_up_may_be_billed(status: int) -> None:
    failed = refused(status, "", {}, ACCESS, Waiting())
    assert (failed.outcome, failed.billed) == ("again", True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_a_server_that_repeats_the_key_is_not_quoted(status: int) -> None:
    failed = refused(status, body(f"the key {KEY} is\nodd " + "x" * 900), {}, ACCESS, Waiting())
    assert KEY not in failed.reason
    assert len(failed.reason) < 320
    assert "sk-proj" not in repr(ACCESS)


def test_a_bad_key_says_where_it_comes_from() -> None:
    failed = refused(401, body(f"Incorrect API key provided: {KEY[:7]}***"), {}, ACCESS, Waiting())
    assert failed.reason == (
        "api.example.com refuses the key (401); see what OPENAI_API_KEY is set to"
    )


def test_a_connection_that_was_never_made_costs_nothing() -> None:
    failed = broken(_caused(httpx2.ConnectError("refused")), ACCESS)
    assert (failed.outcome, failed.billed) == ("unreached", False)


def test_a_connection_that_broke_may_be_billed() -> None:
    failed = broken(_caused(httpx2.ReadError("reset")), ACCESS)
    assert (failed.outcome, failed.billed) == ("again", True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sat, 01 Aug 2026 12:00:40 GMT"}, 40),
        ({"retry-after": "Sat, 01 Aug 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "-1"}, 0),
        ({"retry-after": "inf"}, 0),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "soon"}, 0),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert retry_after_s(headers, Waiting()) == seconds


def _caused(cause: Exception) -> Exception:
    error = RuntimeError("the client's own")
    error.__cause__ = cause
    return error
