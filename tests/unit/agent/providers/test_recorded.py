"""Recordings: what was answered is answered again, and damaged files are named."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from asking import Waiting, request

from agent.providers.model import CallFailed, Model, Reply, Request, spent_nothing
from agent.providers.recorded import recorded
from agent.providers.recording import HEAD, BatchRecorder, Recorder
from agent.providers.table import Options, model_named
from aspl.terminal import UsageError
from benchmark.store.config import Usage

USAGE = Usage(
    input_tokens=90, cached_tokens=60, output_tokens=7, usd=0.5, unknown_usd=0.1, seconds=2
)
REPLY = Reply(text="half a \ud800 letter", usage=USAGE, finish="cut", served="m-1", retried=("x",))


class Paid:
    """A model that answers always the same, and in batches too."""

    name = "paid/model"
    is_free = False
    has_temperature = True

    def bound(self, request: Request) -> Usage:
        return USAGE

    async def complete(self, request: Request) -> Reply:
        if request.sample < 0:
            raise CallFailed("broke", spent_nothing())
        return replace(REPLY, text=f"{REPLY.text} {request.sample}")

    async def submit(self, requests: dict[str, Request]) -> str:
        return "batch-1"

    async def collect(self, batch: str) -> dict[str, Reply | CallFailed] | None:
        failed = CallFailed("expired", spent_nothing())
        return {request().identity(self.name): REPLY, "f" * 64: failed}

    async def close(self) -> None:
        return None


def answer(model: Model, asked: Request) -> Reply:
    return asyncio.run(model.complete(asked))


def test_an_equal_request_has_an_equal_answer(tmp_path: Path) -> None:
    recorder = Recorder(Paid(), tmp_path / "new" / "folder")
    given = [answer(recorder, request(sample=sample)) for sample in range(3)]
    model = recorded(str(tmp_path / "new" / "folder"))
    assert (model.is_free, model.has_temperature) == (True, True)
    for sample, reply in enumerate(given):
        again = answer(model, request(sample=sample))
        free = replace(USAGE, usd=0.0, unknown_usd=0.0, seconds=0.0)
        assert again == replace(reply, usage=free, retried=())
    for other in (request(sample=3), request(sample=0, call=1), request(sample=0, seed=12)):
        with pytest.raises(CallFailed, match="it was not recorded"):
            answer(model, other)


def test_a_failure_is_not_recorded(tmp_path: Path) -> None:
    recorder = Recorder(Paid(), tmp_path)
    with pytest.raises(CallFailed):
        answer(recorder, request(sample=-1))
    assert [each.name for each in tmp_path.iterdir()] == [HEAD]


def test_a_recording_goes_on_with_its_own_model_only(tmp_path: Path) -> None:
    answer(Recorder(Paid(), tmp_path), request())
    answer(Recorder(Paid(), tmp_path), request(sample=9))
    assert len(list(tmp_path.iterdir())) == 3
    other = model_named("scripted/zero")
    with pytest.raises(UsageError, match=r"a recording of paid/model; give --record another"):
        Recorder(other, tmp_path)


def test_answers_of_a_batch_are_recorded(tmp_path: Path) -> None:
    paid = Paid()
    recorder = BatchRecorder(paid, paid, tmp_path)

    async def collected() -> object:
        batch = await recorder.submit({request().identity(paid.name): request()})
        return await recorder.collect(batch)

    asyncio.run(collected())
    assert answer(recorded(str(tmp_path)), request()).text == REPLY.text


def test_recording_is_an_option_of_every_model(tmp_path: Path) -> None:
    model = model_named("scripted/zero", Options(record=tmp_path), Waiting().around())
    first = answer(model, request())
    assert answer(model_named(f"recorded/{tmp_path}"), request()).text == first.text


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        Recorder(Paid(), tmp_path / "file")


@pytest.mark.parametrize(
    "change",
    [
        {"text": 3},
        {"served": None},
        {"identity": "0" * 64},
        {"schema": "other/1"},
        {"finish": "sudden"},
        {"usage": {"calls": "many"}},
        {"usage": None},
    ],
)
def test_a_damaged_recording_is_told_by_file(tmp_path: Path, change: dict[str, object]) -> None:
    answer(Recorder(Paid(), tmp_path), request())
    (file,) = (each for each in tmp_path.iterdir() if each.name != HEAD)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    with pytest.raises(UsageError, match=file.name[:8]):
        recorded(str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"model": 3}'])
def test_a_damaged_head_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / HEAD).write_bytes(content)
    with pytest.raises(UsageError, match=r"recording\.json"):
        recorded(str(tmp_path))


def test_a_stranger_among_the_answers_is_told(tmp_path: Path) -> None:
    Recorder(Paid(), tmp_path)
    (tmp_path / "notes.json").write_text("{}")
    with pytest.raises(UsageError, match=r"take `notes\.json` out"):
        recorded(str(tmp_path))


def test_answers_by_hand_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "norm--rms.3.txt").write_text("by file")
    (tmp_path / "more.jsonl").write_text(
        '{"task": "norm/rms", "sample": 4, "text": "by line"}\n\n'
        '{"task": "bmm/plain", "sample": 0, "text": "another"}\n'
    )
    model = recorded(str(tmp_path))
    assert (model.is_free, model.has_temperature) == (True, False)
    reply = answer(model, request())
    assert (reply.text, reply.usage) == ("by file", Usage(usd=0.0))
    assert answer(model, request(sample=4, call=2, step="repair")).text == "by line"
    with pytest.raises(CallFailed):
        answer(model, request(sample=5))
    file = recorded(str(tmp_path / "more.jsonl"))
    assert answer(file, request(task="bmm/plain", sample=0)).text == "another"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rms.txt", b"x", "rename `rms.txt` or take it away: files are named TASK.SAMPLE.txt"),
        ("norm--rms.one.txt", b"x", "rename `norm--rms.one.txt`"),
        ("norm--rms.0.txt", b"caf\xe9", "is not UTF-8 from byte 3 on; save it as UTF-8"),
        ("a.jsonl", b'{"task": "x"}', "on line 1 of"),
        ("a.jsonl", b'{"task": "x", "sample": true, "text": ""}', "on line 1 of"),
        ("a.jsonl", b"\n" + b"[" * 100_000, "on line 2 of"),
        ("notes.md", b"", "holds no answers"),
    ],
)
def test_what_is_wrong_with_a_folder(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError) as caught:
        recorded(str(tmp_path))
    assert words in str(caught.value)


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        recorded(str(tmp_path / "none"))
