"""What an answer says: text, end, tokens, of each API and in odd shapes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from agent.providers import anthropic_messages, openai_chat, openai_responses
from agent.providers.answer import fenced
from agent.providers.profiles import Profile
from agent.providers.usage import Tokens
from agent.providers.wire import Body, Malformed, read_body
from benchmark.runs.answers import program_in

PLAIN = Profile(models=("m",))


def response(text: str = "hello", **changes: Any) -> Body:
    part = {"type": "output_text", "text": text, "annotations": []}
    output = [{"type": "reasoning"}, {"type": "message", "content": [part]}]
    return {"id": "r1", "model": "gpt-1", "status": "completed", "output": output, **changes}


def chat(text: str | None = "hello", finish: str = "stop", **message: Any) -> Body:
    said = {"role": "assistant", "content": text, **message}
    return {"id": "c1", "model": "gpt-1", "choices": [{"message": said, "finish_reason": finish}]}


def message(text: str = "hello", stop: str = "end_turn", **changes: Any) -> Body:
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": text}]
    head = {"id": "m1", "type": "message", "model": "claude-1", "stop_reason": stop}
    return {**head, "content": content, **changes}


@pytest.mark.parametrize(
    ("api", "body"),
    [
        (openai_responses, response()),
        (openai_chat, chat()),
        (anthropic_messages, message()),
    ],
)
def test_text_and_names_are_read(api: Any, body: Body) -> None:
    answer = api.read(body, PLAIN)
    assert (answer.text, answer.finish) == ("hello", "complete")
    assert (answer.served, answer.request) == (body["model"], body["id"])
    assert answer.tokens is None


@pytest.mark.parametrize(
    ("api", "body", "text", "finish"),
    [
        (openai_chat, chat("half", "length"), "half", "cut"),
        (openai_chat, chat("", "length"), "", "cut"),
        (openai_chat, chat("", "stop"), "", "refused"),
        (openai_chat, chat(None, refusal="I will not."), "I will not.", "refused"),
        (openai_chat, chat("x", "content_filter"), "x", "refused"),
        (anthropic_messages, message("half", "max_tokens"), "half", "cut"),
        (anthropic_messages, message("no", "refusal"), "no", "refused"),
        (anthropic_messages, message(" \n"), " \n", "refused"),
        (openai_responses, response(""), "", "refused"),
        (
            openai_responses,
            response(status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
            "hello",
            "cut",
        ),
        (
            openai_responses,
            response(status="incomplete", incomplete_details={"reason": "content_filter"}),
            "hello",
            "refused",
        ),
        (
            openai_responses,
            response(
                output=[{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]
            ),
            "No.",
            "refused",
        ),
    ],
)
def test_how_an_answer_ends(api: Any, body: Body, text: str, finish: str) -> None:
    answer = api.read(body, PLAIN)
    assert (answer.text, answer.finish) == (text, finish)


@pytest.mark.parametrize(
    ("api", "body"),
    [
        (openai_responses, {"error": "?"}),
        (openai_responses, response(status="failed", error={"code": "server_error"})),
        (openai_responses, response(output="text")),
        (openai_chat, {"choices": []}),
        (openai_chat, {"choices": [{"message": None}]}),
        (anthropic_messages, {"type": "error"}),
        (anthropic_messages, message(content=None)),
    ],
)
def test_what_is_no_answer_is_malformed(api: Any, body: Body) -> None:
    with pytest.raises(Malformed):
        api.read(body, PLAIN)


@pytest.mark.parametrize("text", ["", "{", "[1]", "<html>", "[" * 100_000, '{"a": 1}}'])
def test_what_is_no_object_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_body(text)


def test_openai_counts_the_cache_in_the_input() -> None:
    details = {"cached_tokens": 600, "cache_write_tokens": 100}
    written = {"cache_write_tokens_details": {"ttl_12h_tokens": 40}}
    usage = {
        "input_tokens": 1000,
        "input_tokens_details": {**details, **written},
        "output_tokens": 50,
        "output_tokens_details": {"reasoning_tokens": 20},
    }
    expected = Tokens(
        uncached=300, cached=600, cache_write=60, cache_write_long=40, output=50, reasoning=20
    )
    assert openai_responses.read(response(usage=usage), PLAIN).tokens == expected
    of_chat = {
        "prompt_tokens": 1000,
        "prompt_tokens_details": details,
        "completion_tokens": 50,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    found = openai_chat.read({**chat(), "usage": of_chat}, PLAIN).tokens
    assert found == replace(expected, cache_write=100, cache_write_long=0)
    assert found.input == 1000


def test_anthropic_counts_the_cache_beside_the_input() -> None:
    usage = {
        "input_tokens": 300,
        "cache_read_input_tokens": 600,
        "cache_creation_input_tokens": 100,
        "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
        "output_tokens": 50,
        "output_tokens_details": {"thinking_tokens": 20},
    }
    found = anthropic_messages.read(message(usage=usage), PLAIN).tokens
    assert found == Tokens(
        uncached=300, cached=600, cache_write=60, cache_write_long=40, output=50, reasoning=20
    )
    assert found.input == 1000


def test_servers_that_count_less_are_read() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": None}
    found = openai_chat.read({**chat(), "usage": usage}, PLAIN).tokens
    assert found == Tokens(uncached=7, output=2)


def test_a_program_of_a_schema_is_found_by_the_reader_of_answers() -> None:
    program = 'a = Map(x, fn=exp)\nreturn a  # "quoted"\n'
    text = json.dumps({"program": program})
    answer = anthropic_messages.read(message(text), replace(PLAIN, schema=True))
    assert answer.finish == "complete"
    assert program_in(answer.text) == program


@pytest.mark.parametrize(
    "text", ["no JSON", '{"other": 1}', "[1]", '{"program": 3}', "[" * 100_000]
)
def test_what_is_not_of_the_schema_stays_as_it_is(text: str) -> None:
    assert fenced(text) == text


def test_a_program_that_is_fenced_already_stays_so() -> None:
    program = "```aspl\nreturn x\n```\n"
    assert program_in(fenced(json.dumps({"program": program}))) == "return x\n"


def test_an_empty_program_is_a_refusal() -> None:
    answer = openai_chat.read(chat('{"program": " "}'), replace(PLAIN, schema=True))
    assert answer.finish == "refused"


def test_a_cut_answer_of_a_schema_is_shown_as_it_came() -> None:
    answer = openai_chat.read(chat('{"program": "a = ', "length"), replace(PLAIN, schema=True))
    assert (answer.text, answer.finish) == ('{"program": "a = ', "cut")
