"""Answers that were recorded: by request, or written by hand for samples of tasks.

A recording by request has one file for each request, named by its identity, and `recording.json`,
which names the model. By hand, a folder holds a text for each sample, or JSON lines of task, sample
and text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.providers.model import CallFailed, Reply, Request, spent_nothing
from agent.providers.recording import HEAD, Head, head_of, replies_of
from aspl.terminal import UsageError, quoted, reason
from benchmark.store.config import Usage

FILES = "TASK.SAMPLE.txt, with -- for the / of the task"
NOT_RECORDED = "it was not recorded"


@dataclass(frozen=True, slots=True)
class ByHand:
    """A model that says of each sample of a task what was written for it, in every call."""

    name: str
    answers: Mapping[tuple[str, int], str]

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing."""
        return True

    @property
    def has_temperature(self) -> bool:
        """Whether it takes a temperature: samples are what they are."""
        return False

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return spent_nothing(calls=1)

    async def complete(self, request: Request) -> Reply:
        """Return what was recorded. Errors: CallFailed where nothing was."""
        answer = self.answers.get((request.task, request.sample))
        if answer is None:
            raise CallFailed(NOT_RECORDED, spent_nothing())
        return Reply(text=answer, usage=spent_nothing(calls=1))

    async def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A model that answers each request as another model did, for nothing."""

    name: str
    head: Head
    replies: Mapping[str, Reply]
    """By the identities of requests to the model that was recorded."""

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing."""
        return True

    @property
    def has_temperature(self) -> bool:
        """Whether the model that was recorded takes one, so that prompts are the same."""
        return self.head.has_temperature

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return spent_nothing(calls=1)

    async def complete(self, request: Request) -> Reply:
        """Return what was answered to an equal request. Errors: CallFailed where nothing was."""
        reply = self.replies.get(request.identity(self.head.model))
        if reply is None:
            raise CallFailed(NOT_RECORDED, spent_nothing())
        return reply

    async def close(self) -> None:
        """Do nothing."""


def recorded(place: str) -> ByHand | Replayed:
    """Read a folder of recorded answers, or a file of JSON lines.

    Errors: UsageError for what is neither.
    """
    path, name = Path(place), f"recorded/{place}"
    if (path / HEAD).is_file():
        return Replayed(name, head_of(path), replies_of(path))
    if path.is_dir():
        answers = dict(_folder(path))
        for file in sorted(path.glob("*.jsonl")):
            answers |= dict(_lines(file))
    else:
        answers = dict(_lines(path))
    if not answers:
        raise UsageError(f"{quoted(place)} holds no answers: files are named {FILES}")
    return ByHand(name, answers)


def _folder(folder: Path) -> Iterator[tuple[tuple[str, int], str]]:
    for path in sorted(folder.glob("*.txt")):
        stem, _, sample = path.name.removesuffix(".txt").rpartition(".")
        if not stem or not (sample.isascii() and sample.isdigit()):
            raise UsageError(f"rename {quoted(path.name)} or take it away: files are named {FILES}")
        yield (stem.replace("--", "/"), int(sample)), _text(path)


def _lines(path: Path) -> Iterator[tuple[tuple[str, int], str]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            task, sample, text = record["task"], record["sample"], record["text"]
            good = isinstance(task, str) and isinstance(text, str) and type(sample) is int
        except (ValueError, KeyError, TypeError, RecursionError):
            good = False
        if not good:
            words = "an object with task, sample and text"
            raise UsageError(f"expected {words} on line {number} of {quoted(str(path))}")
        yield (task, sample), text


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {error.start}"
        words = f"{quoted(str(path))} is not UTF-8 from {where} on; save it as UTF-8"
        raise UsageError(words) from error
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(path))}: {reason(error)}") from error
