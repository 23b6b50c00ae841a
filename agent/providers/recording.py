"""Recordings by request: one file for each answer, named by the identity of what was asked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agent.providers.model import BatchModel, CallFailed, Finish, Model, Reply, Request
from aspl.terminal import UsageError, quoted, reason
from benchmark.store.config import Usage

HEAD = "recording.json"
SCHEMA = "aspl.recording/1"

_NAME = re.compile(r"[0-9a-f]{64}\.json")
_USAGE: TypeAdapter[Usage] = TypeAdapter(Usage)
_FINISH: TypeAdapter[Finish] = TypeAdapter(Finish)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Which model a recording is of; there is one for each."""

    model: str
    has_temperature: bool


class Recorder:
    """A model whose answers are also written to a folder.

    Args:
        model: who answers.
        folder: made where it is not there.

    Errors: UsageError for a folder that cannot be written, or holds answers of another model.
    """

    def __init__(self, model: Model, folder: Path) -> None:
        self._model = model
        self._folder = folder
        head = Head(model=model.name, has_temperature=model.has_temperature)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / HEAD).exists():
                _write(folder / HEAD, {"schema": SCHEMA, **asdict(head)})
        except OSError as error:
            raise UsageError(f"cannot write to {quoted(str(folder))}: {reason(error)}") from error
        found = head_of(folder)
        if found != head:
            words = f"{quoted(str(folder))} is a recording of {found.model}"
            raise UsageError(f"{words}; give --record another folder")

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def is_free(self) -> bool:
        """Whether an answer of the model costs nothing."""
        return self._model.is_free

    @property
    def has_temperature(self) -> bool:
        """Whether the model takes a temperature."""
        return self._model.has_temperature

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return self._model.bound(request)

    async def complete(self, request: Request) -> Reply:
        """Return the model's answer. Errors: CallFailed, which is not recorded."""
        reply = await self._model.complete(request)
        of = {"task": request.task, "sample": request.sample, "call": request.call}
        self.record(request.identity(self._model.name), reply, {**of, "step": request.step})
        return reply

    async def close(self) -> None:
        """Let go of the model."""
        await self._model.close()

    def record(self, identity: str, reply: Reply, of: Mapping[str, object]) -> None:
        """Write what was answered, in the place of an earlier answer to an equal request.

        Args:
            of: what the request was for, for those who look for it in the folder.
        """
        record = {
            "schema": SCHEMA,
            "identity": identity,
            "model": self._model.name,
            **of,
            "text": reply.text,
            "finish": reply.finish,
            "served": reply.served,
            "usage": asdict(reply.usage),
        }
        _write(self._folder / f"{identity}.json", record)


class BatchRecorder(Recorder):
    """A model that answers in batches as well, and whose answers are also written to a folder."""

    def __init__(self, model: Model, batches: BatchModel, folder: Path) -> None:
        super().__init__(model, folder)
        self._batches = batches

    async def submit(self, requests: dict[str, Request]) -> str:
        """Hand requests in. Errors: CallFailed."""
        return await self._batches.submit(requests)

    async def collect(self, batch: str) -> dict[str, Reply | CallFailed] | None:
        """Return what came of a batch. Errors: CallFailed."""
        found = await self._batches.collect(batch)
        for identity, reply in (found or {}).items():
            if isinstance(reply, Reply):
                self.record(identity, reply, {"batch": batch})
        return found


def head_of(folder: Path) -> Head:
    """Read which model a recording is of. Errors: UsageError."""
    body = _read(folder / HEAD)
    model, has_temperature = body.get("model"), body.get("has_temperature")
    if not isinstance(model, str) or not isinstance(has_temperature, bool):
        raise _damaged(folder / HEAD)
    return Head(model=model, has_temperature=has_temperature)


def replies_of(folder: Path) -> dict[str, Reply]:
    """Read the answers of a recording by the identities of requests; they cost nothing now.

    Errors: UsageError for a file that is none of a recording's.
    """
    return {path.stem: _reply(path) for path in sorted(folder.glob("*.json")) if path.name != HEAD}


def _reply(path: Path) -> Reply:
    if not _NAME.fullmatch(path.name):
        words = "files of a recording are named by requests"
        raise UsageError(f"take {quoted(path.name)} out of the recording: {words}")
    body = _read(path)
    text, served = body.get("text"), body.get("served")
    if body.get("identity") != path.stem:
        raise _damaged(path)
    if not isinstance(text, str) or not isinstance(served, str):
        raise _damaged(path)
    try:
        usage = _USAGE.validate_python(body.get("usage"))
        finish = _FINISH.validate_python(body.get("finish"))
    except ValidationError:
        raise _damaged(path) from None
    nothing = replace(usage, usd=0.0, unknown_usd=0.0, seconds=0.0)
    return Reply(text=text, usage=nothing, finish=finish, served=served)


def _read(path: Path) -> Mapping[str, object]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(path))}: {reason(error)}") from error
    except (ValueError, RecursionError):
        raise _damaged(path) from None
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise _damaged(path)
    return body


def _damaged(path: Path) -> UsageError:
    words = "is no file of a recording, or damaged; take it away, and record it again"
    return UsageError(f"{quoted(str(path))} {words}")


def _write(path: Path, body: Mapping[str, object]) -> None:
    """Write a file so that it is whole or not there."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="ascii")
    os.replace(part, path)
