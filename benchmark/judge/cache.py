"""Verdicts that were made before, kept by all that they depend on, so that none is made twice.

One verdict a file, named by a hash of the answer, the task, the judge, the machine and the policy
of seeds. Files appear whole or not at all, so that many processes may share a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aspl.checker import Linearity
from benchmark.judge.identity import versions
from benchmark.judge.record import from_json, to_json
from benchmark.judge.seeds import Seeds
from benchmark.judge.verdict import Outcome, Verdict
from benchmark.tasks.task import Task

SCHEMA = "aspl.verdict-cache/1"
FRESH = "fresh"
"""The policy that every run draws seeds of its own."""
_SUFFIX = ".json"
_NOT_KEPT = (Outcome.LIMIT, Outcome.CRASHED)
"""What may end otherwise on another day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """All that decides a verdict."""

    program: str
    """A hash of the answer's text."""
    task: str
    """Its name."""
    versions: Mapping[str, str]
    """Of task, judge and machine."""
    linearity: Linearity
    seeds: str
    """`fresh`, or the seeds that were asked for."""

    @property
    def digest(self) -> str:
        """The name of the entry."""
        return hashlib.sha256(json.dumps(self.record(), sort_keys=True).encode()).hexdigest()

    def record(self) -> dict[str, Any]:
        """Return it as an object of JSON."""
        return {
            "program": self.program,
            "task": self.task,
            "versions": dict(self.versions),
            "linearity": self.linearity,
            "seeds": self.seeds,
        }


def key_of(task: Task, text: str, *, seeds: Seeds | None, linearity: Linearity) -> Key:
    """Return the key of a verdict; `seeds` are those that were asked for."""
    hashed = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    policy = FRESH if seeds is None else ",".join(map(str, seeds))
    return Key(
        program=hashed, task=task.name, versions=versions(task), linearity=linearity, seeds=policy
    )


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of verdicts."""

    folder: Path

    def find(self, key: Key) -> Verdict | None:
        """Return the verdict of a key; None where there is none, or none that can be read."""
        entry = self._entry(self._path(key.digest))
        if entry is None or entry.get("key") != key.record():
            return None
        try:
            return from_json(entry["verdict"])
        except (KeyError, ValueError, TypeError):
            return None

    def keep(self, key: Key, verdict: Verdict) -> None:
        """Keep a verdict, unless it is one that may end otherwise the next time."""
        if verdict.outcome in _NOT_KEPT:
            return
        path = self._path(key.digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        entry = {"schema": SCHEMA, "key": key.record(), "verdict": to_json(verdict)}
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as part:
            json.dump(entry, part)
        os.replace(name, path)

    def explain(self, key: Key) -> str:
        """Say why there is a verdict, or what differs in the nearest that there is."""
        if self.find(key) is not None:
            told = ", ".join(f"{name} {version}" for name, version in key.versions.items())
            return (
                f"hit because program {key.program[:12]} was judged before as `{key.task}` with "
                f"{told}, linearity {key.linearity}, seeds {key.seeds}"
            )
        wanted = _flat(key.record())
        others = [_flat(each) for each in self.entries() if each.get("program") == key.program]
        if not others:
            return f"miss because program {key.program[:12]} was not judged before"
        near = min(others, key=lambda each: len(_differing(wanted, each)))
        words = (f"{name} {near.get(name)}" for name in _differing(wanted, near))
        return f"miss because program {key.program[:12]} was judged with {', '.join(words)}"

    def entries(self) -> Iterator[Mapping[str, Any]]:
        """List what is kept, as records of their keys, in the order of their names."""
        for path in sorted(self.folder.glob(f"*/*{_SUFFIX}")):
            entry = self._entry(path)
            if entry is not None:
                yield entry["key"]

    def clear(self) -> int:
        """Forget everything; return how many verdicts there were."""
        paths = list(self.folder.glob(f"*/*{_SUFFIX}"))
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / f"{digest}{_SUFFIX}"

    def _entry(self, path: Path) -> dict[str, Any] | None:
        with suppress(OSError, ValueError, RecursionError):
            entry = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(entry, dict) and entry.get("schema") == SCHEMA:
                return entry if isinstance(entry.get("key"), dict) else None
        return None


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in record.items() if name != "versions"}
    return rest | dict(record.get("versions", {}))


def _differing(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[str]:
    return [name for name in left if left[name] != right.get(name)]
