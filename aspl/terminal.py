"""What command lines share: files and standard input, wrong calls, colours, output."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO


class UsageError(Exception):
    """A command was called wrongly: one line that says how, and what to do."""


def read_bytes(file: str, most: int) -> bytes:
    """Return the first bytes of a file, `most` and one; `-` is standard input.

    Errors: UsageError for a file that cannot be read.
    """
    try:
        if file == "-":
            return sys.stdin.buffer.read(most + 1)
        with open(file, "rb") as opened:
            return opened.read(most + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {quoted(file)}: {reason(error)}") from error


def require_writable(file: str) -> None:
    """Refuse a file that cannot be written, before the work whose result it is to hold.

    Errors: UsageError.
    """
    path = Path(file)
    try:
        if file == "-":
            raise UsageError("cannot write `-`: standard output has the report; name a file")
        code = 0
        if path.is_dir():
            code = errno.EISDIR
        elif not path.parent.exists():
            code = errno.ENOENT
        elif not path.parent.is_dir():
            code = errno.ENOTDIR
        elif not os.access(path if path.exists() else path.parent, os.W_OK):
            code = errno.EACCES
        if code:
            raise OSError(code, os.strerror(code))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot write {quoted(file)}: {reason(error)}") from error


def write_bytes(file: str, data: bytes) -> None:
    """Write a file. Errors: UsageError for one that cannot be written."""
    try:
        Path(file).write_bytes(data)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot write {quoted(file)}: {reason(error)}") from error


def write_text(text: str, stream: TextIO) -> None:
    """Write to a stream of any encoding."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def write_records(records: Iterable[Mapping[str, Any]], stream: TextIO) -> None:
    """Write one object of JSON a line."""
    for record in records:
        write_text(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n", stream)


def is_colored(stream: TextIO) -> bool:
    """Whether colours are wanted there: on terminals that know them, unless NO_COLOR is set."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def width_of(stream: TextIO) -> int:
    """Return the columns of a terminal; 0 for what is none."""
    return shutil.get_terminal_size().columns if stream.isatty() else 0


def quoted(word: str) -> str:
    """Return a word that somebody typed, for a message of one line."""
    return f"`{' '.join(word.split())[:80]}`"


def meant(names: Iterable[str]) -> str:
    """Return the end of a message that names what may have been meant."""
    found = " or ".join(f"`{each}`" for each in names)
    return f"; did you mean {found}?" if found else ""


def reason(error: OSError | ValueError) -> str:
    """Return why the system refused."""
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return words[:1].lower() + words[1:]
