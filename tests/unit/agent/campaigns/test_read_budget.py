"""Budgets as they are written on the command line."""

from __future__ import annotations

import pytest
from commands import aspl

from agent.campaigns.budget import Asked, read_budget
from aspl.terminal import UsageError


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("calls=3", Asked(3, None)),
        ("minutes=1.5", Asked(None, 1.5)),
        ("calls=0, minutes=2", Asked(0, 2.0)),
        ("usd=0.5,tokens=1000", Asked(usd=0.5, tokens=1000)),
    ],
)
def test_a_budget_is_read(text: str, asked: Asked) -> None:
    assert read_budget(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        *("", "3", "calls", "calls=", "calls=x", "calls=-1", "calls=1.5"),
        *("minutes=inf", "minutes=nan", "usd=-1", "tokens=1.5", "euro=1", "calls=1,calls=2"),
    ],
)
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--budget"):
        read_budget(text)


def test_a_budget_stands_alone() -> None:
    shown = aspl(
        "bench", "run", "--model", "scripted/zero", "--budget", "calls=1", "--max-calls", "2"
    )
    assert shown.exit_code == 2
    assert "--budget stands in the place of" in shown.stderr
