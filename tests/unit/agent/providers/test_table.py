"""Models by name: who there is, and what is told where one cannot be reached."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from asking import Waiting, request
from house import ROOT
from vendors.server import KEY, Server

from agent.providers.model import CallFailed, Model, Reply
from agent.providers.table import Options, Surroundings, model_named, online_named
from aspl.terminal import UsageError

KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
FREE = Options(allow_unknown_price=True)


def around(environ: Mapping[str, str] = KEYS) -> Surroundings:
    return Waiting().around(**environ)


def closed(model: Model) -> Model:
    asyncio.run(model.close())
    return model


@pytest.mark.parametrize("name", ["openai/gpt-5", "anthropic/claude-opus-4-5", "openai-chat/gpt-5"])
def test_a_model_of_a_vendor(name: str) -> None:
    model = closed(model_named(name, Options(), around()))
    assert (model.name, model.is_free) == (name, False)
    assert model.has_temperature is name.startswith("anthropic")
    usd = model.bound(request()).usd
    assert usd is not None
    assert usd > 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openai", "did you mean `openai/...` or `openai-chat/...`"),
        ("openia/gpt-5", "did you mean `openai/...`"),
        ("openai/", "expected VENDOR/NAME"),
        ("zzz/x", "there are openai"),
        ("scripted/none", "there is no script `none`; there are empty, zero, solutions"),
        ("local/none", "there is local/synth"),
        ("human/nowhere", "which is not there"),
    ],
)
def test_who_there_is_not(name: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        model_named(name, Options(), around())
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai/gpt-5", "OPENAI_API_KEY"),
        ("openai-chat/gpt-5", "OPENAI_API_KEY"),
        ("anthropic/claude-opus-4-5", "ANTHROPIC_API_KEY"),
    ],
)
def test_a_missing_key_is_told_with_its_variable(name: str, variable: str) -> None:
    for environ in ({}, {variable: "  "}):
        with pytest.raises(UsageError, match=f"set {variable} to your key"):
            model_named(name, Options(), around(environ))
    with pytest.raises(UsageError, match="characters that no key has") as caught:
        model_named(name, Options(), around({variable: "sk-\nsecret"}))
    assert "secret" not in str(caught.value)


def test_servers_of_ones_own_need_no_key() -> None:
    with Server(keys=["no-key"]) as server:
        options = Options(base_url=server.openai_url, allow_unknown_price=True)
        model = model_named("openai-chat/local-model", options, around({}))
        reply = asyncio.run(_answer(model))
    assert reply.served.startswith("local-model")


def test_an_unknown_price_needs_a_yes() -> None:
    name = "openai/gpt-99"
    with pytest.raises(UsageError, match="--allow-unknown-price"):
        model_named(name, Options(), around())
    assert closed(model_named(name, FREE, around())).bound(request()).usd is None


def test_names_of_openai_elsewhere_have_no_price_of_openai() -> None:
    options = Options(base_url="http://127.0.0.1:1/v1")
    with pytest.raises(UsageError, match="the price of `openai-chat/gpt-5` is not known"):
        model_named("openai-chat/gpt-5", options, around())


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "http://x:port/v1"])
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(UsageError, match="--base-url"):
        model_named("openai/gpt-5", Options(base_url=url), around())


@pytest.mark.parametrize("name", ["openai/gpt-4.1-mini", "anthropic/claude-haiku-4-5"])
def test_the_vendors_variable_names_the_server(name: str) -> None:
    with Server() as server:
        environ = {
            **KEYS,
            "OPENAI_BASE_URL": server.openai_url,
            # with the version, which the other vendor's addresses have
            "ANTHROPIC_BASE_URL": server.openai_url,
        }
        asyncio.run(_answer(model_named(name, Options(), around(environ))))
        assert len(server.seen) == 1


def test_what_stands_in_an_address_is_not_told() -> None:
    options = Options(base_url="http://me:hidden@127.0.0.1:1/v1", allow_unknown_price=True)
    with pytest.raises(CallFailed) as caught:
        asyncio.run(_answer(model_named("openai/x", options, around())))
    assert "hidden" not in caught.value.reason
    assert "127.0.0.1:1" in caught.value.reason


def test_an_effort_is_sent_to_those_who_know_it() -> None:
    model = online_named("openai/gpt-5-mini", Options(effort="low"), around())
    closed(model)
    assert model.api.body("m", request(), model.profile)["reasoning"] == {"effort": "low"}
    with pytest.raises(UsageError, match="it takes minimal, low, medium, high"):
        model_named("openai/gpt-5-mini", Options(effort="huge"), around())
    with pytest.raises(UsageError, match="none is known"):
        model_named("openai/gpt-4.1", Options(effort="low"), around())


def test_only_models_behind_servers_are_probed() -> None:
    with pytest.raises(UsageError, match="openai, openai-chat, anthropic"):
        online_named("scripted/zero", Options(), around())


def test_naming_a_model_loads_no_vendor_but_its_own() -> None:
    script = (
        "import sys; from agent.providers.table import Options, model_named;"
        "model_named('scripted/zero'); print(*sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert not {"openai", "anthropic"} & set(shown.split())


@pytest.mark.parametrize("script", ["empty", "zero", "solutions"])
def test_scripts_answer_for_nothing(script: str) -> None:
    model = model_named(f"scripted/{script}")
    reply = asyncio.run(_answer(model))
    assert (model.is_free, reply.usage.usd) == (True, 0.0)
    assert ("Map(" in reply.text) is (script != "empty")
    with pytest.raises(CallFailed):
        asyncio.run(model.complete(request(task="no/such")))


def test_everything_written_is_without_the_key(tmp_path: Path) -> None:
    with Server() as server:
        options = Options(base_url=server.openai_url, record=tmp_path / "record")
        model = model_named("openai/gpt-4.1-mini", options, around())
        asyncio.run(_answer(model))
    written = [each.read_text() for each in (tmp_path / "record").iterdir()]
    assert len(written) == 2
    assert not any(KEY in each for each in written)


async def _answer(model: Model) -> Reply:
    try:
        return await model.complete(request())
    finally:
        await model.close()
