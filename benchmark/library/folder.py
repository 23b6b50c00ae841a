"""The files of a library, read as data from inside its folder and from nowhere else."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aspl.terminal import UsageError, quoted, reason
from aspl.text.source import MAX_CHARACTERS
from benchmark.library.manifest import MAX_BYTES, NAME, Entry, Manifest, read_manifest

SUFFIX = ".aspl"
MODULE = "__init__.py"
_PATH = re.compile(r"(?:[a-z0-9][a-z0-9-]*/)+[a-z0-9][a-z0-9-]*\.aspl")
"""Plain names below the folder: no `..`, no root, nothing hidden."""


class BadFile(Exception):
    """A file that a library may not have, or that cannot be read: one line that says why."""

    def __init__(self, words: str, line: int = 1) -> None:
        super().__init__(words)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFile:
    """A program that a manifest lists, as it stands in the folder."""

    place: int
    """Its number in the manifest."""
    entry: Entry
    text: str | None
    """None where there is nothing to judge."""
    sha256: str
    problem: str
    """Why there is nothing to judge; empty otherwise."""
    line: int = 1
    """Where the problem is."""
    is_missing: bool = False

    @property
    def is_edited(self) -> bool:
        """Whether it is another text than the one that was measured."""
        return self.text is not None and self.sha256 != self.entry.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A library as it stands on disk."""

    path: Path
    manifest: Manifest
    manifest_text: str
    files: tuple[ProgramFile, ...]
    unlisted: tuple[str, ...]
    """Programs that the manifest does not list."""
    module: str | None
    """The text of its Python module; None where it has none, or not as a plain file."""


def manifest_path(place: Path) -> Path:
    """Return the manifest of a library that is given by its folder, or by the manifest itself."""
    return place / NAME if place.is_dir() else place


def manifest_bytes(place: Path) -> bytes:
    """Return the bytes of a library's manifest.

    Errors: UsageError where there is none, BadFile for one that is no plain file.
    """
    path = manifest_path(place)
    if not path.exists():
        raise UsageError(
            f"there is no library {quoted(str(place))}; `aspl library build` makes one"
        )
    return _plain_bytes(path, MAX_BYTES)


def read_library(place: Path) -> Manifest:
    """Return the manifest of a library that somebody named, such as one to compare with.

    Errors: UsageError for one that is not there, or that is no manifest.
    """
    try:
        return read_manifest(manifest_bytes(place))
    except (BadFile, ValueError) as error:
        words = f"cannot read library {quoted(str(place))}: {NAME}: {error}"
        raise UsageError(words) from error


def read_folder(path: Path) -> Folder:
    """Read a library with all its files; nothing of it is executed.

    Errors: UsageError where there is none; BadFile, ManifestError for a manifest that is broken.
    """
    if path.is_file():
        raise UsageError(f"expected the folder of a library, got the file {quoted(str(path))}")
    data = manifest_bytes(path)
    manifest = read_manifest(data)
    listed = {each.file for each in manifest.programs}
    return Folder(
        path=path,
        manifest=manifest,
        manifest_text=data.decode("utf-8"),
        files=tuple(_program_file(path, *each) for each in enumerate(manifest.programs)),
        unlisted=tuple(each for each in _programs(path) if each not in listed),
        module=_module(path),
    )


def program_text(folder: Path, entry: Entry) -> tuple[str, str]:
    """Return the text of a program, and the sha256 of its bytes.

    Errors: BadFile; FileNotFoundError.
    """
    if _PATH.fullmatch(entry.file) is None or entry.file != file_of(entry.task):
        raise BadFile(f"expected the path {quoted(file_of(entry.task))}, got {quoted(entry.file)}")
    path = folder
    for part in entry.file.split("/"):
        path = path / part
        if path.is_symlink():
            raise BadFile("is reached by a symbolic link, which may lead out of the library")
    data = _plain_bytes(path, 4 * MAX_CHARACTERS)
    try:
        return data.decode("utf-8"), sha256(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(f"is not text in UTF-8 (byte {error.start})", line) from error


def file_of(task: str) -> str:
    """Return where the program for a task stands in a library."""
    return f"{task}{SUFFIX}"


def is_path(name: str) -> bool:
    """Whether a name is one that a library may write to."""
    return _PATH.fullmatch(name) is not None


def sha256(data: bytes) -> str:
    """Return the hash that a manifest keeps of a file."""
    return hashlib.sha256(data).hexdigest()


def _program_file(folder: Path, place: int, entry: Entry) -> ProgramFile:
    text, digest, problem, line, missing = None, "", "", 1, False
    try:
        text, digest = program_text(folder, entry)
    except FileNotFoundError:
        problem, missing = "is not there", True
    except BadFile as error:
        problem, line = str(error), error.line
    return ProgramFile(
        place=place,
        entry=entry,
        text=text,
        sha256=digest,
        problem=problem,
        line=line,
        is_missing=missing,
    )


def _plain_bytes(path: Path, most: int) -> bytes:
    """Return the bytes of a plain file. Errors: BadFile; FileNotFoundError."""
    try:
        # without waiting for the other end of a pipe
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        link = path.is_symlink()
        raise BadFile("is a symbolic link" if link else reason(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadFile("is no plain file")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise BadFile(f"has more than {most} bytes")
    return data


def _programs(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob(f"*/*{SUFFIX}")):
        yield path.relative_to(folder).as_posix()


def _module(folder: Path) -> str | None:
    try:
        return _plain_bytes(folder / MODULE, MAX_BYTES).decode("utf-8", "replace")
    except (BadFile, FileNotFoundError):
        return None
