"""Answers that were recorded: one file for each sample, or JSON lines of task, sample and text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aspl.terminal import UsageError, quoted, reason
from benchmark.runs.solver import Reply, Request, SolverFailed
from benchmark.store.events import Usage

FILES = "TASK.SAMPLE.txt, with -- for the / of the task"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A solver that answers from a recording, and costs nothing."""

    answers: Mapping[tuple[str, int], str]

    async def propose(self, request: Request) -> Reply:
        """Return what was recorded. Errors: SolverFailed where nothing was."""
        answer = self.answers.get((request.task.name, request.sample))
        if answer is None:
            raise SolverFailed("it was not recorded", Usage(calls=0))
        return Reply(text=answer, usage=Usage(usd=0.0))


def read_recording(place: str) -> Recorded:
    """Read a folder of answers, or a file of JSON lines.

    Errors: UsageError for what is neither.
    """
    path = Path(place)
    try:
        if path.is_dir():
            files = sorted(path.glob("*.jsonl"))
            found = dict(_folder(path))
            for file in files:
                found |= dict(_lines(file))
        else:
            found = dict(_lines(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {quoted(place)}: {reason(error)}") from error
    if not found:
        raise UsageError(f"{quoted(place)} holds no answers: files are named {FILES}")
    return Recorded(found)


def _folder(folder: Path) -> Iterator[tuple[tuple[str, int], str]]:
    for path in sorted(folder.glob("*.txt")):
        stem, _, sample = path.name.removesuffix(".txt").rpartition(".")
        if not stem or not (sample.isascii() and sample.isdigit()):
            raise UsageError(f"expected files named {FILES}, got {quoted(path.name)}")
        yield (stem.replace("--", "/"), int(sample)), path.read_text(encoding="utf-8")


def _lines(path: Path) -> Iterator[tuple[tuple[str, int], str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            task, sample, text = record["task"], record["sample"], record["text"]
            good = isinstance(task, str) and isinstance(text, str) and type(sample) is int
        except (ValueError, KeyError, TypeError):
            good = False
        if not good:
            words = "an object with task, sample and text"
            raise UsageError(f"expected {words} on line {number} of {quoted(str(path))}")
        yield (task, sample), text
