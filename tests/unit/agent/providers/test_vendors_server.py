"""The loopback server answers, refuses, fails and bills as vendors do: seen by their clients."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from vendors.catalog import CATALOG, CLAUDE, CLAUDE_THINKS, GPT, GPT_THINKS, GPT_WRITES, LOCAL
from vendors.faults import FAULTS, Fault, Faults
from vendors.ledger import read_ledger
from vendors.limits import RateLimits
from vendors.process import served
from vendors.rules import PROSE, ZERO, echo, mixed, solutions
from vendors.server import KEY, Server

from agent.prompting.compose import Exemplar, guard, proposal, repair
from agent.prompting.feedback import Feedback
from benchmark.solutions import solution_text
from benchmark.tasks.shown import shown
from benchmark.tasks.table import TASKS

TASK = "norm/rms"
SCHEMA = {
    "type": "object",
    "properties": {"program": {"type": "string"}, "copies": {"type": "integer"}},
    "required": ["program", "copies"],
    "additionalProperties": False,
}
Ask = Callable[..., Any]


def ask_responses(server: Server, prompt: str, key: str = KEY, **more: Any) -> Any:
    body: dict[str, Any] = {"model": GPT_THINKS.name, "input": prompt, **more}
    with openai_client(server, key) as client:
        found = client.responses.create(**body)
        return list(found) if more.get("stream") else found


def ask_chat(server: Server, prompt: str, key: str = KEY, **more: Any) -> Any:
    messages = [{"role": "user", "content": prompt}]
    body: dict[str, Any] = {"model": GPT_THINKS.name, "messages": messages, **more}
    with openai_client(server, key) as client:
        found = client.chat.completions.create(**body)
        return list(found) if more.get("stream") else found


def ask_messages(server: Server, prompt: str, key: str = KEY, **more: Any) -> Any:
    messages = [{"role": "user", "content": prompt}]
    body = {"model": CLAUDE_THINKS.name, "max_tokens": 1000, "messages": messages, **more}
    with anthropic_client(server, key) as client:
        found = client.messages.create(**body)
        return list(found) if more.get("stream") else found


def openai_client(server: Server, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=server.openai_url, max_retries=0)


def anthropic_client(server: Server, key: str = KEY) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key=key, base_url=server.url, max_retries=0)


ASKS: dict[str, Ask] = {
    "responses": ask_responses,
    "chat": ask_chat,
    "messages": ask_messages,
}


def text_of(found: Any) -> str:
    match found:
        case openai.types.responses.Response():
            return found.output_text
        case openai.types.chat.ChatCompletion():
            return found.choices[0].message.content or ""
        case _:
            return "".join(each.text for each in found.content if each.type == "text")


def solved(task: str) -> str:
    text = solution_text(task)
    assert text is not None
    return text.rstrip()


def outcome_of(ask: Ask, server: Server, **more: Any) -> Any:
    """Return what came back, or the error."""
    try:
        return ask(server, TASK, **more)
    except (openai.APIError, anthropic.APIError, httpx2.TransportError, ValueError) as error:
        return error


def streamed_text(events: list[Any]) -> str:
    parts = []
    for event in events:
        match getattr(event, "type", "chunk"):
            case "response.output_text.delta":
                parts.append(event.delta)
            case "content_block_delta" if event.delta.type == "text_delta":
                parts.append(event.delta.text)
            case "chunk" if event.choices:
                parts.append(event.choices[0].delta.content or "")
    return "".join(parts)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.mark.parametrize("protocol", ASKS)
def test_the_solution_of_the_prompts_task_comes_whole_and_in_pieces(server, protocol):
    whole = text_of(ASKS[protocol](server, f"Solve {TASK}."))
    assert solved(TASK) in whole
    assert streamed_text(ASKS[protocol](server, f"Solve {TASK}.", stream=True)) == whole
    assert [each.sent for each in server.ledger.entries] == ["whole", "whole"]


def test_a_schema_is_answered_by_its_json(server):
    strict = {"name": "answer", "schema": SCHEMA, "strict": True}
    forms: dict[str, dict[str, Any]] = {
        "responses": {"text": {"format": {"type": "json_schema", **strict}}},
        "chat": {"response_format": {"type": "json_schema", "json_schema": strict}},
        "messages": {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    }
    for protocol, form in forms.items():
        answer = json.loads(text_of(ASKS[protocol](server, TASK, **form)))
        assert answer == {"program": solved(TASK), "copies": 1}, protocol


def test_an_answer_ends_at_its_limit():
    with Server(echo) as server:
        prompt = "x" * 4000
        response = ask_responses(server, prompt, model=GPT.name, max_output_tokens=20)
        chat = ask_chat(server, prompt, model=GPT.name, max_tokens=20)
        message = ask_messages(server, prompt, model=CLAUDE.name, max_tokens=20)
        assert response.incomplete_details.reason == "max_output_tokens"
        assert chat.choices[0].finish_reason == "length"
        assert message.stop_reason == "max_tokens"
        assert {len(text_of(each)) for each in (response, chat, message)} == {80}
        assert {each.spent.output for each in server.ledger.entries} == {20}


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("responses", {"key": "sk-somebody-elses"}, 401, "invalid_api_key"),
    ("messages", {"key": "sk-somebody-elses"}, 401, "authentication_error"),
    ("responses", {"model": "gpt-none"}, 400, "model_not_found"),
    ("responses", {"model": LOCAL.name}, 400, "model_not_found"),
    ("chat", {"model": CLAUDE.name}, 404, "model_not_found"),
    ("messages", {"model": GPT.name}, 404, "not_found_error"),
    ("responses", {"extra_body": {"seed": 1}}, 400, "unknown_parameter"),
    ("responses", {"temperature": 0.5}, 400, "unsupported_parameter"),
    ("responses", {"model": GPT.name, "temperature": 2.5}, 400, "decimal_out_of_range"),
    ("responses", {"max_output_tokens": 5}, 400, "integer_below_min_value"),
    ("responses", {"max_output_tokens": 10**6}, 400, "invalid_value"),
    ("responses", {"prompt_cache_key": "k" * 65}, 400, "string_above_max_length"),
    ("chat", {"max_tokens": 100}, 400, "unsupported_parameter"),
    ("chat", {"seed": 1}, 400, "unsupported_parameter"),
    ("chat", {"n": 2}, 400, "unsupported_parameter"),
    ("messages", {"extra_body": {"temperature": 1}}, 400, "invalid_request_error"),
    ("messages", {"extra_body": {"seed": 1}}, 400, "invalid_request_error"),
    ("messages", {"max_tokens": 10**6, "stream": True}, 400, "invalid_request_error"),
]


@pytest.mark.parametrize(("protocol", "wrong", "status", "word"), REFUSED)
def test_what_a_vendor_refuses_is_refused_in_its_words(server, protocol, wrong, status, word):
    refused = outcome_of(ASKS[protocol], server, **wrong)
    assert refused.status_code == status
    error = refused.response.json()["error"]
    assert word in (error["type"], error.get("code"))
    assert server.ledger.entries == []
    assert "sk-somebody-elses" not in refused.response.text


def test_a_schema_that_is_open_is_refused(server):
    form = {"type": "json_schema", "name": "a", "strict": True, "schema": {"type": "object"}}
    with pytest.raises(openai.BadRequestError, match="additionalProperties"):
        ask_responses(server, TASK, text={"format": form})


def test_a_prompt_beyond_the_context_is_refused(server):
    prompt = "x" * 4 * LOCAL.context
    with pytest.raises(openai.BadRequestError) as caught:
        ask_chat(server, prompt, model=LOCAL.name)
    assert caught.value.code == "context_length_exceeded"


def test_openai_reads_what_it_answered_before(server):
    prompt = "x" * 6000 + TASK
    first, again = (ask_responses(server, prompt) for _ in range(2))
    other = ask_responses(server, prompt, prompt_cache_key="another")
    longer = ask_responses(server, "x" * 6000 + "y" * 6000)
    short = [ask_responses(server, "z" * 4000) for _ in range(2)]
    cached = [
        each.usage.input_tokens_details.cached_tokens
        for each in (first, again, other, longer, *short)
    ]
    # 1502 tokens are eleven steps of 128 and some
    assert cached == [0, 1408, 0, 1408, 0, 0]
    assert first.usage.input_tokens == again.usage.input_tokens == 1502


def test_what_is_written_to_a_cache_is_billed_where_the_model_says_so(server):
    used = [ask_responses(server, "x" * 6000, model=GPT_WRITES.name).usage for _ in range(2)]
    written = [each.input_tokens_details.cache_write_tokens for each in used]
    read = [each.input_tokens_details.cached_tokens for each in used]
    assert (written, read) == ([1408, 0], [0, 1408])
    usd = [each.usd for each in server.ledger.entries]
    output = used[0].output_tokens * 8.0
    assert usd[0] == pytest.approx((92 * 1.0 + 1408 * 1.25 + output) / 1e6)
    assert usd[1] == pytest.approx((92 * 1.0 + 1408 * 0.1 + output) / 1e6)


def test_anthropic_keeps_prefixes_that_end_at_breakpoints(server):
    kept = {"type": "ephemeral", "ttl": "1h"}
    system = [{"type": "text", "text": "r" * 6000, "cache_control": kept}]
    exemplar = {"type": "text", "text": "e" * 400}
    task = {"type": "text", "text": TASK}

    def ask(*blocks: dict[str, Any]) -> Any:
        content = [*blocks[:-1], {**blocks[-1], "cache_control": {"type": "ephemeral"}}, task]
        messages = [{"role": "user", "content": content}]
        return ask_messages(server, "", system=system, messages=messages).usage

    first, again, appended = ask(exemplar), ask(exemplar), ask(exemplar, exemplar)
    assert first.cache_creation.ephemeral_1h_input_tokens == 1500
    assert first.cache_creation.ephemeral_5m_input_tokens == 100
    assert (first.cache_read_input_tokens, first.input_tokens) == (0, 2)
    assert (again.cache_read_input_tokens, again.cache_creation_input_tokens) == (1600, 0)
    assert (appended.cache_read_input_tokens, appended.cache_creation_input_tokens) == (1600, 100)
    price = CLAUDE_THINKS.price
    expected = 1500 * price.write_1h + 100 * price.write_5m + 2 * price.input
    expected += first.output_tokens * price.output
    assert server.ledger.entries[0].usd == pytest.approx(expected / 1e6)


def test_anthropic_silently_keeps_no_short_prefix_and_takes_four_breakpoints(server):
    mark = {"cache_control": {"type": "ephemeral"}}
    blocks = [{"type": "text", "text": "short", **mark}]
    for _ in range(2):
        used = ask_messages(server, TASK, system=blocks).usage
        assert (used.cache_read_input_tokens, used.cache_creation_input_tokens) == (0, 0)
    with pytest.raises(anthropic.BadRequestError, match="maximum of 4"):
        ask_messages(server, TASK, system=blocks * 5)


def test_thinking_is_output(server):
    response, message = ask_responses(server, TASK), ask_messages(server, TASK)
    chat = ask_chat(server, TASK)
    thought = (
        response.usage.output_tokens_details.reasoning_tokens,
        chat.usage.completion_tokens_details.reasoning_tokens,
        message.usage.output_tokens_details.thinking_tokens,
    )
    assert thought == (64, 64, 64)
    said = -(-len(text_of(response)) // 4)
    assert response.usage.output_tokens == chat.usage.completion_tokens == 64 + said
    assert message.usage.output_tokens == 64 + said


def test_tokens_are_counted_before_they_are_sent(server):
    with openai_client(server) as client:
        counted = client.responses.input_tokens.count(model=GPT.name, input="x" * 401)
    assert counted.input_tokens == 101
    with anthropic_client(server) as client:
        messages: Any = [{"role": "user", "content": "x" * 401}]
        found = client.messages.count_tokens(model=CLAUDE.name, messages=messages)
        names = {each.id for each in client.models.list()}
    assert found.input_tokens == 101
    assert names == {each.name for each in CATALOG if each.vendor == "anthropic"}


STATUSES: dict[Fault, tuple[int, int]] = {
    "rate_limit": (429, 429),
    "quota": (429, 402),
    "server_error": (500, 500),
    "overloaded": (503, 529),
    "gateway": (502, 502),
}
BROKEN: dict[Fault, type[Exception]] = {
    "reset": httpx2.TransportError,
    "hang": httpx2.ReadTimeout,
    "cut": httpx2.RemoteProtocolError,
    "malformed": json.JSONDecodeError,
}
ANSWERED: dict[Fault, tuple[bool, bool]] = {
    "slow": (True, True),
    "empty": (False, False),
    "refusal": (False, True),
}
"""Whether there is a text, of OpenAI and of Anthropic."""


@pytest.mark.parametrize("protocol", ASKS)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_looks_as_it_does_at_the_vendor(protocol, stream, fault):
    vendor = protocol == "messages"
    with Server(faults=Faults(always=fault, slow_s=0.05)) as server:
        hurry = {"timeout": 0.1} if fault == "hang" else {}
        found = outcome_of(ASKS[protocol], server, stream=stream, **hurry)
    if fault in STATUSES:
        assert found.status_code == STATUSES[fault][vendor]
    elif fault in BROKEN:
        assert any(isinstance(each, BROKEN[fault]) for each in (found, found.__cause__))
    elif fault in ANSWERED:
        said = streamed_text(found) if stream else text_of(found)
        assert bool(said) == ANSWERED[fault][vendor]
    elif protocol == "responses":
        failed = found[-1].response if stream else found
        assert (failed.status, failed.error.code) == ("failed", "server_error")
    else:
        assert isinstance(found, openai.APIError | anthropic.APIError)
        # an error within a stream comes under the stream's own status
        assert getattr(found, "status_code", 200) == (200 if stream else 500)
    billed = fault in {"hang", "cut", "malformed", *ANSWERED}
    assert len(server.ledger.entries) == billed


def test_a_refusal_says_so():
    with Server(faults=Faults(always="refusal")) as server:
        response, chat = ask_responses(server, TASK), ask_chat(server, TASK)
        message = ask_messages(server, TASK)
    assert response.output[-1].content[0].type == "refusal"
    assert chat.choices[0].message.refusal
    assert message.stop_reason == message.stop_details.type == "refusal"


def test_faults_follow_a_script_or_shares():
    script = Faults(script={1: "cut"}, shares={"reset": 1.0})
    assert [script.of(call) for call in range(3)] == ["reset", "cut", "reset"]
    shares = Faults(shares={"rate_limit": 0.2, "hang": 0.1}, seed=3)
    drawn = [shares.of(call) for call in range(1000)]
    assert drawn == [shares.of(call) for call in range(1000)]
    counts = Counter(drawn)
    assert 150 < counts["rate_limit"] < 250
    assert 60 < counts["hang"] < 140
    with pytest.raises(ValueError, match="above one"):
        Faults(shares={"rate_limit": 0.7, "hang": 0.4})


def test_what_is_billed_can_be_chosen():
    with Server(faults=Faults(script={0: "cut", 1: "hang"}), bills=["hang"]) as server:
        for _ in range(2):
            with pytest.raises(openai.APIConnectionError):
                ask_responses(server, TASK, timeout=0.2)
    assert [each.sent for each in server.ledger.entries] == ["nothing"]


def test_a_client_that_leaves_is_billed_for_its_answer():
    with Server(latency_s=0.3) as server:
        with pytest.raises(openai.APITimeoutError):
            ask_responses(server, TASK, timeout=httpx2.Timeout(30, read=0.05))
        ask_responses(server, TASK)
    assert [each.sent for each in server.ledger.entries] == ["nothing", "whole"]


def test_the_ledger_counts_what_was_asked_twice_and_by_the_clients_retries():
    with Server(faults=Faults(script={0: "rate_limit"}, retry_after_s=0.01)) as server:
        client = openai_client(server).with_options(max_retries=1)
        for prompt in (TASK, TASK, "something else"):
            client.responses.create(model=GPT.name, input=prompt)
        client.close()
    ledger = server.ledger
    assert [each.retries for each in ledger.entries] == [1, 0, 0]
    assert ledger.duplicates() == {ledger.entries[0].body: 2}
    assert ledger.usd == pytest.approx(sum(each.spent.usd(GPT.price) for each in ledger.entries))
    assert [each.status for each in server.seen] == [429, 200, 200, 200]


def test_limits_are_told_and_kept():
    now = [0.0]
    limits = RateLimits(requests=2, tokens=10**6, window_s=60, clock=lambda: now[0])
    with Server(limits=limits) as server:
        with openai_client(server) as client:
            ask = client.responses.with_raw_response.create
            headers = ask(model=GPT.name, input=TASK).headers
            assert headers["x-ratelimit-remaining-requests"] == "1"
            assert headers["x-ratelimit-reset-requests"] == "60000ms"
            now[0] = 20.0
            ask(model=GPT.name, input=TASK)
            with pytest.raises(openai.RateLimitError) as caught:
                ask(model=GPT.name, input=TASK)
            assert caught.value.response.headers["retry-after"] == "40"
        now[0] = 60.0
        with anthropic_client(server) as claude:
            messages: Any = [{"role": "user", "content": TASK}]
            raw = claude.messages.with_raw_response.create(
                model=CLAUDE.name, max_tokens=100, messages=messages
            )
        assert raw.headers["anthropic-ratelimit-requests-remaining"] == "1"
        assert raw.headers["anthropic-ratelimit-requests-reset"].endswith("Z")


def test_a_call_that_hangs_holds_up_no_other():
    async def main(server: Server) -> None:
        client = openai.AsyncOpenAI(api_key=KEY, base_url=server.openai_url, max_retries=0)
        async with client:
            hanging = asyncio.ensure_future(client.responses.create(model=GPT.name, input="x"))
            while not server.ledger.entries:
                await asyncio.sleep(0.01)
            asked = (client.responses.create(model=GPT.name, input=f"{i}") for i in range(20))
            answers = await asyncio.gather(*asked)
            assert not hanging.done()
            hanging.cancel()
        assert [each.output_text for each in answers] == [f"{i}" for i in range(20)]

    with Server(echo, faults=Faults(script={0: "hang"})) as server:
        asyncio.run(main(server))


def test_rules_know_the_task_that_is_asked_last():
    exemplars = "task bmm/plain solved; now `norm/rms`"
    assert solved("norm/rms") in solutions(exemplars, 0)
    assert solutions("no task at all", 0) == PROSE
    kinds = Counter(
        {ZERO: "wrong", PROSE: "none"}.get(mixed(f"{task} {i}", 0), "right")
        for task in TASKS
        for i in range(10)
    )
    assert set(kinds) == {"right", "wrong", "none"}
    assert mixed("norm/rms", 0) == mixed("norm/rms", 1)


def test_rules_know_the_task_of_every_prompt_of_ours():
    known = [Exemplar(task=shown(TASKS[each]), body=solved(each)) for each in list(TASKS)[:4]]
    for name, task in TASKS.items():
        asked = shown(task)
        found = Feedback(diagnostics=())
        prompts = (
            proposal(asked, known, None),
            repair(asked, known, ZERO, found, None),
            guard(asked, solved(name), ()),
        )
        for prompt in prompts:
            assert solved(name) in solutions(prompt.page(), 0)


def test_a_rule_that_raises_fails_the_test():
    def bad(prompt: str, call: int) -> str:
        raise LookupError("the rule is wrong")

    with pytest.raises(LookupError, match="the rule is wrong"), Server(bad) as server:
        assert isinstance(outcome_of(ask_responses, server), openai.APIConnectionError)


def test_a_process_of_its_own_writes_its_ledger_before_it_answers(tmp_path: Path):
    file = tmp_path / "ledger.jsonl"
    with served(file, "--rule", "echo", "--key", "sk-of-this-test") as url:
        client = openai.OpenAI(api_key="sk-of-this-test", base_url=f"{url}/v1", max_retries=0)
        with client:
            for number in range(3):
                client.responses.create(model=GPT.name, input=f"{number}")
                assert len(read_ledger(file).entries) == number + 1
    ledger = read_ledger(file)
    assert {each.model for each in ledger.entries} == {GPT.name}
    assert ledger.usd > 0
