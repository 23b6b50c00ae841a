"""A library from runs: the best correct program of each task, judged again as it is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from aspl.terminal import UsageError, quoted, reason
from benchmark.judge.record import from_json
from benchmark.judge.verdict import Cost, Verdict
from benchmark.library.candidates import Candidate, candidates
from benchmark.library.folder import (
    MODULE,
    BadFile,
    file_of,
    is_path,
    read_folder,
    sha256,
)
from benchmark.library.manifest import (
    NAME,
    Entry,
    Manifest,
    ManifestError,
    metrics_of,
    write_manifest,
)
from benchmark.library.measure import Judges
from benchmark.library.module import MODULE_TEXT
from benchmark.library.source import signature_text, whole_program, with_comment
from benchmark.library.versions import machine, versions
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace
from benchmark.tasks.table import all_tasks
from benchmark.tasks.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A library that can be written."""

    manifest: Manifest
    texts: Mapping[str, str]
    """Programs by file."""
    left_out: Mapping[str, str]
    """Tasks with correct answers that came to no program, and why."""


def build(workspace: Workspace, runs: Iterable[RunView], judges: Judges) -> Built:
    """Choose, write and judge the programs of a library.

    A program that the judge of today does not find correct gives way to the next best.
    """
    tasks, found = all_tasks(), candidates(workspace, runs)
    left_out = {task: "there is no such task any more" for task in found if task not in tasks}
    waiting = {task: list(some) for task, some in found.items() if task in tasks}
    entries: list[Entry] = []
    texts: dict[str, str] = {}
    while waiting:
        chosen = [some.pop(0) for some in waiting.values()]
        objects = workspace.objects_of(
            name for each in chosen for name in (each.program, each.verdict)
        )
        programs = {each.task: _program(each, objects, tasks[each.task]) for each in chosen}
        asked = [(each, programs[each.task]) for each in chosen]
        good = [(each, text) for each, text in asked if text is not None]
        for judged in judges.map((each.task, text) for each, text in good):
            each, text = good[judged.place]
            cost = judged.verdict.cost
            if cost is not None:
                entry, written = _entry(each, text, judged.verdict, cost, objects, tasks[each.task])
                entries.append(entry)
                texts[entry.file] = written
                del waiting[each.task]
        for task in [task for task, some in waiting.items() if not some]:
            left_out[task] = "no answer is correct when it is judged again"
            del waiting[task]
    return Built(
        manifest=Manifest(machine=machine(), versions=versions(), programs=tuple(entries)),
        texts=texts,
        left_out=left_out,
    )


def require_free(place: Path) -> None:
    """Refuse a folder whose files are not ours to write over.

    Errors: UsageError for one that holds something else, or programs that were edited by hand.
    """
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    another = "name another with -o"
    if not place.is_dir() or not (place / NAME).exists():
        raise UsageError(f"{quoted(str(place))} is no library and not empty; {another}")
    try:
        old = read_folder(place)
    except (BadFile, ManifestError) as error:
        raise UsageError(f"library {quoted(str(place))} is broken: {error}; {another}") from error
    for each in old.files:
        if each.is_edited or (each.problem and not each.is_missing):
            words = each.problem or "was edited by hand, and would be lost"
            name = quoted(each.entry.file)
            raise UsageError(f"{name} in library {quoted(str(place))} {words}; {another}")


def write_library(built: Built, place: Path) -> None:
    """Write a library, in the place of an older one if there is one.

    Errors: UsageError where the folder cannot be written, or is not ours to write over.
    """
    require_free(place)
    try:
        if (place / NAME).exists():
            for each in read_folder(place).files:
                if each.text is not None and each.entry.file not in built.texts:
                    (place / each.entry.file).unlink()
        for file, text in built.texts.items():
            assert is_path(file), file
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            _write(place / file, text)
        _write(place / MODULE, MODULE_TEXT)
        _write(place / NAME, write_manifest(built.manifest))
    except OSError as error:
        raise UsageError(f"cannot write {quoted(str(place))}: {reason(error)}") from error


def _program(candidate: Candidate, objects: Mapping[str, bytes], task: Task) -> str | None:
    answer = objects.get(candidate.program, b"").decode("utf-8", "replace")
    return whole_program(answer, task.header)


def _entry(
    candidate: Candidate,
    text: str,
    verdict: Verdict,
    cost: Cost,
    objects: Mapping[str, bytes],
    task: Task,
) -> tuple[Entry, str]:
    entry = Entry(
        task=task.name,
        file=file_of(task.name),
        sha256="",
        signature=signature_text(task),
        metrics=metrics_of(cost),
        seeds=verdict.seeds,
        task_version=verdict.versions["task"],
        provenance=candidate.provenance(_seeds(objects.get(candidate.verdict))),
    )
    written = with_comment(text, entry, task.formula)
    return replace(entry, sha256=sha256(written.encode())), written


def _seeds(verdict: bytes | None) -> tuple[int, ...]:
    """Return the seeds that a recorded verdict tells; none where it is of another schema."""
    try:
        return () if verdict is None else from_json(json.loads(verdict)).seeds
    except ValueError:
        return ()


def _write(path: Path, text: str) -> None:
    if path.is_symlink() or path.parent.is_symlink():
        raise UsageError(f"{quoted(str(path))} is reached by a symbolic link; remove that first")
    path.write_text(text, encoding="utf-8", newline="")
