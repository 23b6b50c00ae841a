"""How a workspace is, looked at without making or changing it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, distinct, func, select
from sqlalchemy.exc import DBAPIError

from benchmark.store.connect import NoWorkspace, connect, without_password
from benchmark.store.migrations import MIGRATIONS, schema_of
from benchmark.store.tables import EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is known of the database of a workspace."""

    place: str
    """As it may be shown."""
    is_there: bool = True
    schema: int = 0
    """0 for a database without tables."""
    newest: int = len(MIGRATIONS)
    """The schema that this workbench makes."""
    runs: int = 0
    size_bytes: int | None = None
    """Of its file; None for a server's."""
    problem: str = ""
    """One line that says why it cannot be used."""


def condition_of(place: str) -> Condition:
    """Look at a workspace."""
    shown, path = without_password(place), Path(place)
    is_file = "://" not in place
    if is_file and not path.exists():
        return Condition(place=shown, is_there=False, problem=_cannot_make(path))
    size_bytes = path.stat().st_size if is_file else None
    try:
        engine = connect(place)
    except NoWorkspace as error:
        return Condition(place=shown, size_bytes=size_bytes, problem=str(error))
    try:
        return _looked_at(engine, shown, size_bytes)
    except DBAPIError as error:
        words = " ".join(str(error.orig).split())
        return Condition(place=shown, size_bytes=size_bytes, problem=words)
    finally:
        engine.dispose()


def _looked_at(engine: Engine, shown: str, size_bytes: int | None) -> Condition:
    # a transaction that may write, so that a database that takes none is found out
    with engine.execution_options(writes=True).connect() as connection:
        schema = schema_of(connection)
        newest = len(MIGRATIONS)
        if schema > newest:
            problem = f"it has schema {schema}, and this workbench knows {newest}"
            return Condition(place=shown, schema=schema, size_bytes=size_bytes, problem=problem)
        count = select(func.count(distinct(EVENTS.c.run)))
        runs = connection.execute(count).scalar_one() if schema else 0
        return Condition(place=shown, schema=schema, runs=runs, size_bytes=size_bytes)


def _cannot_make(path: Path) -> str:
    """Return why a file cannot be made; empty where it can."""
    above = next(each for each in path.absolute().parents if each.exists())
    return "" if os.access(above, os.W_OK | os.X_OK) else f"{above} cannot be written to"
