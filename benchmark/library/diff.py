"""How two libraries differ, task by task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Literal, TypeAlias

from benchmark.library.folder import BadFile, program_text, read_library
from benchmark.library.manifest import Entry, Metrics
from benchmark.library.source import without_comment

Kind: TypeAlias = Literal["added", "removed", "changed", "same"]
_Side: TypeAlias = tuple[Path, Entry | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One task in two libraries."""

    task: str
    kind: Kind
    """`changed`: the programs differ beside their comments."""
    before: Metrics | None
    """As its manifest says; None where there is no program."""
    after: Metrics | None
    lines: tuple[str, ...]
    """How the programs differ, as a unified diff."""


def changes(before: Path, after: Path) -> tuple[Change, ...]:
    """Compare two libraries, each given by its folder.

    Errors: UsageError for what is no library.
    """
    old = {each.task: each for each in read_library(before).programs}
    new = {each.task: each for each in read_library(after).programs}
    return tuple(
        _change(task, (before, old.get(task)), (after, new.get(task)))
        for task in sorted({*old, *new})
    )


def _change(task: str, before: _Side, after: _Side) -> Change:
    old, new = before[1], after[1]
    if old is None or new is None:
        return Change(
            task=task,
            kind="added" if old is None else "removed",
            before=None if old is None else old.metrics,
            after=None if new is None else new.metrics,
            lines=(),
        )
    (name, lines), (other, others) = _read(before[0], old), _read(after[0], new)
    return Change(
        task=task,
        kind="same" if lines == others else "changed",
        before=old.metrics,
        after=new.metrics,
        lines=tuple(unified_diff(lines, others, name, other, lineterm="")),
    )


def _read(folder: Path, entry: Entry) -> tuple[str, list[str]]:
    return str(folder / entry.file), list(_lines(folder, entry))


def _lines(folder: Path, entry: Entry) -> Iterator[str]:
    try:
        text, _ = program_text(folder, entry)
    except (BadFile, FileNotFoundError) as error:
        yield str(error) if isinstance(error, BadFile) else "is not there"
        return
    yield from without_comment(text).splitlines()
