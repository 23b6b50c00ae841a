"""The loopback server's batches, as the vendors' own clients see them."""

from __future__ import annotations

import json
from typing import Any, Final

import anthropic
import openai
import pytest
from vendors.catalog import CLAUDE, GPT
from vendors.server import KEY, Server

ENDPOINT: Final = "/v1/responses"


def openai_client(server: Server) -> openai.OpenAI:
    return openai.OpenAI(api_key=KEY, base_url=server.openai_url, max_retries=0)


def anthropic_client(server: Server) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key=KEY, base_url=server.url, max_retries=0)


def line(name: str, **changes: Any) -> dict[str, Any]:
    body = {"model": GPT.name, "input": "norm/rms"}
    return {"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body, **changes}


def handed_in(client: openai.OpenAI, *lines: Any) -> openai.types.Batch:
    content = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    file = client.files.create(file=("batch.jsonl", content.encode()), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h", metadata={"of": "us"}
    )


def request(name: str) -> Any:
    messages = [{"role": "user", "content": "norm/rms"}]
    return {
        "custom_id": name,
        "params": {"model": CLAUDE.name, "max_tokens": 200, "messages": messages},
    }


def test_openais_batch_ends_with_two_files() -> None:
    wrong = line("b", body={"model": GPT.name, "input": "x", "seed": 1})
    with Server() as server, openai_client(server) as client:
        batch = handed_in(client, line("a"), wrong, line("c"))
        assert batch.status == "validating"
        assert client.batches.retrieve(batch.id).status == "in_progress"
        ended = client.batches.retrieve(batch.id)
        assert ended.status == "completed"
        assert ended.metadata == {"of": "us"}
        assert ended.request_counts is not None
        counts = ended.request_counts
        assert (counts.total, counts.completed, counts.failed) == (3, 2, 1)
        files = [str(ended.output_file_id), str(ended.error_file_id)]
        good, bad = (client.files.content(each).text.splitlines() for each in files)
        assert [each.id for each in client.batches.list().data] == [batch.id]
    assert {json.loads(each)["custom_id"] for each in good} == {"a", "c"}
    (error,) = map(json.loads, bad)
    assert error["response"]["status_code"] == 400
    assert error["response"]["body"]["error"]["code"] == "unknown_parameter"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((line("a"), "{"), "invalid_json_line"),
        ((line("a"), line("a")), "duplicate_custom_id"),
        ((line("a", url="/v1/chat/completions"),), "mismatched_endpoint"),
        (("",), "invalid_file"),
    ],
)
def test_openais_batch_fails_for_a_file_that_is_none(lines: tuple[Any, ...], code: str) -> None:
    with Server() as server, openai_client(server) as client:
        failed = client.batches.retrieve(handed_in(client, *lines).id)
    assert failed.status == "failed"
    assert failed.errors is not None
    assert failed.errors.data is not None
    assert failed.errors.data[0].code == code


def test_openais_batch_is_cancelled() -> None:
    with Server(polls=9) as server, openai_client(server) as client:
        batch = handed_in(client, line("a"))
        assert client.batches.cancel(batch.id).status == "cancelling"
        ended = client.batches.retrieve(batch.id)
        assert (ended.status, ended.output_file_id) == ("cancelled", None)
        with pytest.raises(openai.NotFoundError):
            client.batches.retrieve("batch_none")
    assert server.ledger.entries == []


def test_anthropics_batch_is_canceled() -> None:
    with Server(polls=9) as server, anthropic_client(server) as client:
        batches = client.messages.batches
        batch = batches.create(requests=[request("a"), request("b")])
        assert batch.request_counts.processing == 2
        assert batches.cancel(batch.id).processing_status == "canceling"
        assert batches.retrieve(batch.id).request_counts.canceled == 2
        assert {each.result.type for each in batches.results(batch.id)} == {"canceled"}
        with pytest.raises(anthropic.NotFoundError):
            batches.retrieve("msgbatch_none")
    assert server.ledger.entries == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a", "a"], "duplicate"),
        (["a b"], "should match"),
        (["a" * 65], "should match"),
        ([], "1 to"),
    ],
)
def test_anthropic_refuses_names_that_are_none(names: list[str], words: str) -> None:
    asked = [request(each) for each in names]
    refused = pytest.raises(anthropic.BadRequestError, match=words)
    with Server() as server, anthropic_client(server) as client, refused:
        client.messages.batches.create(requests=asked)


def test_anthropics_results_are_there_at_the_end() -> None:
    with Server() as server, anthropic_client(server) as client:
        batches = client.messages.batches
        batch = batches.create(requests=[request(f"{i}") for i in range(20)])
        with pytest.raises(anthropic.AnthropicError, match="results"):
            batches.results(batch.id)
        while batches.retrieve(batch.id).processing_status != "ended":
            pass
        found = [each.custom_id for each in batches.results(batch.id)]
    assert set(found) == {f"{i}" for i in range(20)}
    assert found != [f"{i}" for i in range(20)]
