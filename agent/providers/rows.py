"""Tables of models in TOML: rows that name, by patterns, the models that they hold for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from aspl.terminal import UsageError, meant, quoted, reason


class Row(Protocol):
    """A row of a table of models."""

    @property
    def models(self) -> tuple[str, ...]:
        """Patterns of `vendor/name`, as a shell's for files."""
        ...


R = TypeVar("R", bound=Row)


def row_for(model: str, rows: Iterable[R]) -> R | None:
    """Return the first row that holds for `vendor/name`."""
    return next((row for row in rows if any(fnmatchcase(model, each) for each in row.models)), None)


def shipped_rows(file: str, table: str, kind: type[R]) -> tuple[R, ...]:
    """Read a table that comes with the package."""
    text = (files("agent.providers") / file).read_text(encoding="utf-8")
    return read_rows(text, table, kind, file)


def rows_of(path: Path, table: str, kind: type[R]) -> tuple[R, ...]:
    """Read a table of the user's. Errors: UsageError for a file that is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {quoted(str(path))}: {reason(error)}") from error
    return read_rows(text, table, kind, str(path))


def read_rows(text: str, table: str, kind: type[R], where: str) -> tuple[R, ...]:
    """Read `[[table]]` after `[[table]]`, in their order.

    Args:
        where: what the text is called in messages.

    Errors: UsageError for what is no such table; its message names the row.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where} is no TOML: {error}") from error
    found = document.get(table)
    if set(document) != {table} or not isinstance(found, list):
        raise UsageError(f"expected [[{table}]] after [[{table}]] and nothing else in {where}")
    return tuple(
        _read_row(row, kind, f"[[{table}]] {number} of {where}")
        for number, row in enumerate(found, start=1)
    )


def _read_row(row: object, kind: type[R], where: str) -> R:
    known = [each.name for each in fields(kind)]  # type: ignore[arg-type] # rows are dataclasses
    for name in row if isinstance(row, dict) else ():
        if name not in known:
            near = meant(get_close_matches(name, known, n=1, cutoff=0.0))
            raise UsageError(f"there is no key {quoted(name)} in {where}{near}")
    try:
        return TypeAdapter(kind).validate_python(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise UsageError(f"{where}: {name}: {first['msg'].lower()}") from None
