"""What a probe finds out of endpoints that differ, and that its costs are counted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import typer
from asking import Waiting
from typer.testing import CliRunner
from vendors.faults import Faults
from vendors.server import KEY, Server

from agent.providers.cli import register
from agent.providers.model import CallFailed
from agent.providers.probe import Probed, probe, row_text
from agent.providers.profiles import profile_of, read_profiles
from agent.providers.table import Options, online_named

KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
QUESTIONS = ("temperature", "top_p", "seed", "n", "schema", "caching", "token counting")


def address(name: str, server: Server) -> str:
    return server.url if name.startswith("anthropic") else server.openai_url


def probed(name: str, server: Server) -> Probed:
    async def run() -> Probed:
        options = Options(base_url=address(name, server), allow_unknown_price=True)
        model = online_named(name, options, Waiting().around(**KEYS))
        try:
            return await probe(model)
        finally:
            await model.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("openai/gpt-4.1-mini", "temperature top_p schema caching counting"),
        ("openai/gpt-5-mini", "schema caching counting"),
        ("openai-chat/gpt-4.1-mini", "temperature top_p seed n schema caching"),
        ("openai-chat/gpt-5-mini", "schema caching"),
        ("openai-chat/local-model", "temperature top_p seed n caching"),
        ("anthropic/claude-haiku-4-5", "temperature top_p schema caching counting"),
        ("anthropic/claude-opus-4-7", "schema caching counting"),
    ],
)
def test_what_an_endpoint_takes(name: str, takes: str, tmp_path: Path) -> None:
    with Server() as server:
        found = probed(name, server)
    assert tuple(each.name for each in found.found) == QUESTIONS
    yes = {each.name.split()[-1] for each in found.found if each.finding == "yes"}
    assert yes == set(takes.split())
    assert all(each.detail for each in found.found if each.finding == "no")
    assert found.usage.calls == len(server.ledger.entries)
    if found.usage.usd is not None:
        assert found.usage.usd == pytest.approx(server.ledger.usd)
    # what is printed is what --profiles reads
    file = tmp_path / "profiles.toml"
    file.write_text(row_text(found.profile))
    profile = profile_of(found.profile.models[0], read_profiles(file))
    assert profile == found.profile
    assert (profile.temperature, profile.schema) == ("temperature" in yes, "schema" in yes)


def test_the_word_for_the_most_output_is_found() -> None:
    with Server() as server:
        assert probed("openai-chat/gpt-5-mini", server).profile.output_limit == (
            "max_completion_tokens"
        )
        assert probed("openai-chat/local-model", server).profile.output_limit == "max_tokens"


def test_bad_weather_says_nothing_of_a_parameter() -> None:
    faults = Faults(script=dict.fromkeys(range(1, 7), "server_error"))
    with Server(faults=faults) as server:
        found = {each.name: each for each in probed("openai/gpt-4.1-mini", server).found}
    assert found["temperature"].finding == "unknown"
    assert "500" in found["temperature"].detail
    assert found["top_p"].finding == "yes"


def test_an_endpoint_that_answers_nothing_is_told() -> None:
    with Server() as server, pytest.raises(CallFailed, match="gpt-none"):
        probed("openai-chat/gpt-none", server)


def run(server: Server, *arguments: str, key: str = KEY) -> tuple[int, str, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    environ = {"OPENAI_API_KEY": key, "ANTHROPIC_API_KEY": key}
    url = ("--base-url", address(arguments[0], server))
    result = CliRunner().invoke(app, ["probe", *arguments, *url], env=environ)
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_a_table_and_a_row() -> None:
    with Server() as server:
        code, out, err = run(server, "openai/gpt-5-mini")
    assert (code, err) == (0, "")
    assert "openai/gpt-5-mini, served by gpt-5-mini-2026-01-01" in out
    assert "temperature     no " in out
    assert "[[profile]]" in out
    assert f"for {server.ledger.usd:.4f} USD" in out


def test_the_command_prints_a_record() -> None:
    with Server() as server:
        code, out, _ = run(server, "anthropic/claude-haiku-4-5", "--json")
    record = json.loads(out)
    assert code == 0
    assert record["schema"] == "aspl.probe/1"
    assert record["found"]["temperature"] == "yes"
    assert record["profile"]["caching"] == "breakpoints"
    assert record["usage"]["usd"] == pytest.approx(server.ledger.usd)


def test_the_command_tells_in_one_line_what_is_wrong() -> None:
    bad = "sk-bad-0123456789"
    with Server() as server:
        code, out, err = run(server, "openai/gpt-5-mini", key=bad)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert "refuses the key" in err
        assert bad not in err
        assert run(server, "openai/gpt-none")[0] == 2
        assert run(server, "openai/gpt-5-mini", key="")[0] == 2
