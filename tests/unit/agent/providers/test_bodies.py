"""What is sent: of every API, by the profile, byte for byte the same for the same request."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from asking import SECTIONS, request

from agent.providers import anthropic_messages, openai_chat, openai_responses
from agent.providers.profiles import Profile, profile_of, read_profiles
from prompts.prompt import Section

ALL = Profile(
    models=("m",), temperature=True, top_p=True, seed=True, schema=True, caching="key", effort="low"
)
PLAIN = Profile(models=("m",))
APIS = (openai_responses, openai_chat, anthropic_messages)


def test_responses_get_instructions_and_input() -> None:
    sent = openai_responses.body("gpt", request(), PLAIN)
    assert sent == {
        "model": "gpt",
        "instructions": "You write programs.\n\nMap(stream, fn) maps.",
        "input": "\n\n".join(each.text for each in SECTIONS[2:]),
        "max_output_tokens": 400,
        "store": False,
    }


def test_chats_get_messages_and_a_seed() -> None:
    sent = openai_chat.body("gpt", request(), ALL)
    assert [each["role"] for each in sent["messages"]] == ["system", "user"]
    assert (sent["seed"], sent["temperature"], sent["max_tokens"]) == (11, 0.8, 400)
    assert sent["reasoning_effort"] == "low"
    limited = openai_chat.body("gpt", request(), replace(ALL, output_limit="max_completion_tokens"))
    assert limited["max_completion_tokens"] == 400
    assert "max_tokens" not in limited


@pytest.mark.parametrize("api", APIS)
def test_what_a_profile_does_not_have_is_not_sent(api: Any) -> None:
    sent = api.body("m", request(), PLAIN)
    known = {"model", "messages", "max_tokens", "system", "input", "instructions"}
    assert set(sent) <= known | {"max_output_tokens", "store"}


@pytest.mark.parametrize("api", APIS)
def test_the_most_output_of_a_model_is_not_passed(api: Any) -> None:
    sent = api.body("m", request(), replace(PLAIN, max_output=100))
    assert {sent.get("max_tokens"), sent.get("max_output_tokens")} == {100, None}


@pytest.mark.parametrize("api", APIS)
def test_equal_requests_have_equal_bytes(api: Any) -> None:
    first, second = (json.dumps(api.body("m", request(), ALL)) for _ in range(2))
    assert first == second
    assert json.dumps(api.body("m", request(sample=4, call=1), ALL)) == first


def test_messages_are_the_prompt_cut_at_its_sections() -> None:
    asked = request()
    sent = anthropic_messages.body("claude", asked, PLAIN)
    system, user = sent["system"], sent["messages"][0]["content"]
    assert "".join(each["text"] for each in system) == asked.prompt.text("system")
    assert "".join(each["text"] for each in user) == asked.prompt.text("user")
    assert not any("cache_control" in each for each in system + user)


def test_prefixes_are_kept_behind_what_lasts() -> None:
    sent = anthropic_messages.body("claude", request(), replace(PLAIN, caching="breakpoints"))
    blocks = sent["system"] + sent["messages"][0]["content"]
    kept = [each["text"].strip() for each in blocks if "cache_control" in each]
    assert kept == ["Map(stream, fn) maps.", "second: Map(b, fn=neg)", "write norm/rms"]


def test_an_exemplar_that_is_appended_leaves_the_blocks_before_it() -> None:
    more = Section("exemplar", "user", "campaign", "third: Map(c, fn=abs)")
    longer = (*SECTIONS[:4], more, *SECTIONS[4:])
    profile = replace(PLAIN, caching="breakpoints")
    before = anthropic_messages.body("m", request(), profile)["messages"][0]["content"]
    after = anthropic_messages.body("m", request(*longer), profile)["messages"][0]["content"]
    assert [each["text"] for each in after[:2]] == [each["text"] for each in before[:2]]


def test_empty_sections_are_no_blocks() -> None:
    sections = (Section("role", "system", "always", "\n"), *SECTIONS[2:])
    sent = anthropic_messages.body("m", request(*sections), replace(PLAIN, caching="breakpoints"))
    assert "system" not in sent


def test_the_cache_key_is_that_of_the_campaign() -> None:
    key = openai_responses.body("m", request(), ALL)["prompt_cache_key"]
    other_task = (*SECTIONS[:4], Section("task", "user", "task", "write bmm/plain"))
    assert openai_responses.body("m", request(*other_task), ALL)["prompt_cache_key"] == key
    other_role = (Section("role", "system", "always", "You sing."), *SECTIONS[1:])
    assert openai_chat.body("m", request(*other_role), ALL)["prompt_cache_key"] != key


def test_a_temperature_goes_before_top_p_where_one_is_allowed() -> None:
    sent = anthropic_messages.body("m", request(), ALL)
    assert (sent["temperature"], "top_p" in sent) == (0.8, False)
    assert sent["output_config"]["effort"] == "low"
    assert sent["output_config"]["format"]["type"] == "json_schema"


def test_profiles_of_known_models() -> None:
    profiles = read_profiles()
    assert profile_of("openai/gpt-4.1-mini", profiles).temperature
    assert not profile_of("openai/gpt-5-mini", profiles).temperature
    assert profile_of("anthropic/claude-sonnet-4-5-20250929", profiles).caching == "breakpoints"
    assert profile_of("openai/never-heard-of", profiles).schema is False
    assert profile_of("elsewhere/x", profiles) == Profile(models=("elsewhere/x",))
