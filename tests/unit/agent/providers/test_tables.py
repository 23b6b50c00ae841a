"""Prices and profiles: what is shipped, what a user's file adds, what is wrong with one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from asking import request

from agent.providers.costs import bound_of, usage_of
from agent.providers.prices import Price, price_of, read_prices
from agent.providers.profiles import Profile, profile_of, read_profiles
from agent.providers.usage import Tokens
from aspl.terminal import UsageError
from benchmark.store.config import Usage

PRICE = Price(
    models=("m",),
    input=2.0,
    cached=0.5,
    cache_write=2.5,
    cache_write_long=4.0,
    output=8.0,
    batch=0.5,
    as_of=date(2026, 8, 1),
    source="ours",
)
TOKENS = Tokens(
    uncached=1000, cached=2000, cache_write=300, cache_write_long=40, output=100, reasoning=60
)
ROW = """
[[price]]
models = ["openai/gpt-5", "own/*"]
input = 1
output = 2.5
as_of = 2026-08-01
source = "a contract"
"""


def test_each_kind_of_token_has_its_price() -> None:
    expected = (1000 * 2.0 + 2000 * 0.5 + 300 * 2.5 + 40 * 4.0 + 100 * 8.0) / 1e6
    assert PRICE.usd(TOKENS) == pytest.approx(expected)
    assert PRICE.usd(TOKENS, batch=True) == pytest.approx(expected / 2)


def test_prices_that_are_not_given_are_those_of_input() -> None:
    price = Price(models=("m",), input=2.0, output=8.0, as_of=date(2026, 8, 1), source="ours")
    assert price.usd(TOKENS) == pytest.approx((3340 * 2.0 + 100 * 8.0) / 1e6)


def test_shipped_prices_are_dated_and_name_their_source() -> None:
    prices = read_prices()
    assert all(each.source and date(2025, 1, 1) <= each.as_of for each in prices)
    assert all(each.cached is None or each.cached < each.input < each.output for each in prices)


@pytest.mark.parametrize(
    ("model", "input_usd"),
    [
        ("openai/gpt-4o", 2.5),
        ("openai/gpt-4o-mini", 0.15),
        ("openai/gpt-5-mini-2025-08-07", 0.25),
        ("anthropic/claude-sonnet-4-20250514", 3.0),
        ("anthropic/claude-opus-4-20250514", 15.0),
        ("anthropic/claude-opus-4-5-20251101", 5.0),
    ],
)
def test_a_price_is_found_by_name_and_date(model: str, input_usd: float) -> None:
    price = price_of(model, read_prices())
    assert price is not None
    assert price.input == input_usd


@pytest.mark.parametrize("model", ["openai/gpt-5-pro", "openai-chat/gpt-5", "anthropic/claude-x"])
def test_a_price_is_not_guessed(model: str) -> None:
    assert price_of(model, read_prices()) is None


def test_a_file_of_prices_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(ROW)
    prices = read_prices(file)
    found = [price_of(each, prices) for each in ("openai/gpt-5", "own/x", "openai/gpt-5-mini")]
    assert [each.input for each in found if each is not None] == [1.0, 1.0, 0.25]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[price", "is no TOML"),
        ("", "expected [[price]]"),
        ("[price]\nx = 1", "expected [[price]]"),
        (ROW + "[[profile]]\nmodels = []", "expected [[price]]"),
        (ROW.replace("input", "inputs"), "did you mean `input`?"),
        (ROW.replace("input = 1\n", ""), "[[price]] 1 of"),
        (ROW.replace("2.5", "-2.5"), "output: "),
        (ROW.replace("2.5", "nan"), "output: "),
        (ROW.replace("2026-08-01", '"yesterday"'), "as_of: "),
        ("price = [1]", "[[price]] 1 of"),
    ],
)
def test_a_wrong_table_is_told(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_prices(file)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_prices(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(UsageError, match="cannot read"):
        read_profiles(tmp_path / "latin.toml")


def test_a_file_of_profiles_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text('[[profile]]\nmodels = ["openai/gpt-5"]\ntemperature = true\n')
    profiles = read_profiles(file)
    assert profile_of("openai/gpt-5", profiles).temperature
    assert not profile_of("openai/gpt-5-mini", profiles).temperature
    file.write_text('[[profile]]\nmodels = ["x"]\ncaching = "sometimes"\n')
    with pytest.raises(UsageError, match="caching: "):
        read_profiles(file)


def test_a_bound_holds_for_prompts_that_are_written_to_the_cache() -> None:
    asked = request()
    bound = bound_of(asked, Profile(models=("m",)), PRICE)
    size = len(asked.prompt.page().encode())
    assert bound.input_tokens >= size / 2
    assert bound.output_tokens == 400
    most = Tokens(cache_write=bound.input_tokens, output=bound.output_tokens)
    assert bound.usd == pytest.approx(PRICE.usd(most))
    assert bound_of(asked, Profile(models=("m",), max_output=10), None) == Usage(
        input_tokens=bound.input_tokens, output_tokens=10
    )


def test_what_an_answer_took() -> None:
    bound = Usage(input_tokens=9000, output_tokens=400, usd=0.5)
    usage = usage_of(TOKENS, PRICE, bound, unknown=2, seconds=1.5)
    assert usage == Usage(
        calls=3,
        input_tokens=3340,
        cached_tokens=2000,
        cache_write_tokens=340,
        output_tokens=100,
        reasoning_tokens=60,
        usd=PRICE.usd(TOKENS),
        unknown_usd=1.0,
        seconds=1.5,
    )
    assert usage.uncached_tokens == 1000


def test_an_answer_that_nobody_counted_may_cost_its_bound() -> None:
    usage = usage_of(None, PRICE, Usage(usd=0.5))
    assert (usage.usd, usage.unknown_usd, usage.input_tokens) == (None, 0.5, 0)
    assert usage_of(TOKENS, None, Usage()).usd is None
