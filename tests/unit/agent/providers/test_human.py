"""People who answer: in an editor, by a file, in a folder; one request after the other."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from asking import request

from agent.providers.human import LINE, Human, human
from agent.providers.model import CallFailed, Reply
from agent.settings import editor_in
from aspl.terminal import UsageError

EDIT = "import sys; file = sys.argv[1]; text = open(file).read(); "


def editing(script: str) -> dict[str, str]:
    return {"EDITOR": f"{sys.executable} -c '{EDIT}{script}'"}


def answer(person: Human, **changes: object) -> Reply:
    return asyncio.run(person.complete(request(**changes)))


def test_an_editor_opens_on_the_prompt() -> None:
    script = 'open(file, "w").write("mine " + str(len(text.split())) + text)'
    person = human("editor", editing(script), print)
    reply = answer(person)
    words = len(f"{LINE} {request().prompt.page()}".split())
    assert (reply.text, reply.finish) == (f"mine {words}", "complete")
    assert (reply.usage.calls, reply.usage.usd, person.is_free) == (1, 0.0, False)


def test_nothing_is_a_refusal() -> None:
    assert answer(human("editor", editing("pass"), print)).finish == "refused"


@pytest.mark.parametrize("environ", [editing("sys.exit(3)"), {"EDITOR": "no-such-editor-here"}])
def test_an_editor_that_fails_ends_the_run(environ: dict[str, str]) -> None:
    with pytest.raises(CallFailed) as caught:
        answer(human("editor", environ, print))
    assert caught.value.ends_run


def test_which_editor() -> None:
    assert editor_in({"VISUAL": "code --wait", "EDITOR": "ed"}) == ("code", "--wait")
    assert editor_in({"VISUAL": " ", "EDITOR": "ed"}) == ("ed",)
    assert editor_in({}) == ("vi",)
    with pytest.raises(UsageError, match="VISUAL or EDITOR"):
        editor_in({"EDITOR": "'ed"})


def test_a_file_is_the_answer(tmp_path: Path) -> None:
    told: list[str] = []
    file = tmp_path / "answer.md"
    file.write_text("return x\n")
    person = human(str(file), {}, told.append)
    assert answer(person).text == "return x\n"
    assert told == [request().prompt.page()]
    file.write_bytes(b"\xff")
    with pytest.raises(CallFailed):
        answer(person)


def test_a_folder_is_written_to_and_waited_for(tmp_path: Path) -> None:
    told: list[str] = []
    looks = 0

    async def sleep(_: float) -> None:
        nonlocal looks
        looks += 1
        # made first, filled later
        (tmp_path / "norm--rms.3.0.answer.md").write_text("" if looks == 1 else "return x")

    person = Human(place=str(tmp_path), editor=(), tell=told.append, sleep=sleep)
    assert answer(person).text == "return x"
    assert looks == 2
    assert (tmp_path / "norm--rms.3.0.prompt.md").read_text() == request().prompt.page()
    assert "norm--rms.3.0.answer.md" in told[0]
    assert answer(person).text == "return x"
    assert len(told) == 1


def test_one_request_after_the_other(tmp_path: Path) -> None:
    events: list[str] = []

    async def sleep(_: float) -> None:
        await asyncio.sleep(0)
        events.append("looked")
        for sample in (0, 1):
            if (tmp_path / f"norm--rms.{sample}.0.prompt.md").exists():
                (tmp_path / f"norm--rms.{sample}.0.answer.md").write_text("return x")

    person = Human(place=str(tmp_path), editor=(), tell=events.append, sleep=sleep)

    async def both() -> None:
        await asyncio.gather(*(person.complete(request(sample=sample)) for sample in (0, 1)))

    asyncio.run(both())
    assert [each[:4] for each in events] == ["read", "look", "read", "look"]
