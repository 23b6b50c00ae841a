"""How a workspace gets its tables: numbered steps, of which a database remembers the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, Engine, inspect, select, update

from benchmark.store.tables import METADATA, SCHEMA

Migration: TypeAlias = Callable[[Connection], None]


def first_tables(connection: Connection) -> None:
    """Make the tables of events, objects and the cache."""
    METADATA.create_all(connection)


MIGRATIONS: tuple[Migration, ...] = (first_tables,)
"""Step n makes schema n + 1 of schema n. A step that was released is never changed.

The second step will have to write the tables of schema 1 down, since `tables` then has newer ones.
"""


class NewerWorkspace(Exception):
    """The database was made by a later version of the workbench."""


def migrate(engine: Engine, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring a database to the newest schema; return how many steps that took.

    Errors: NewerWorkspace for one that is newer than ours.
    """
    with engine.connect() as connection:
        if schema_of(connection) == len(migrations):
            return 0
    # another process may be doing the same: look again where nobody else writes
    with engine.execution_options(writes=True).begin() as connection:
        version = schema_of(connection)
        if version > len(migrations):
            message = f"has schema {version}, and this workbench knows {len(migrations)}"
            raise NewerWorkspace(f"{message}; install a newer one")
        for step in migrations[version:]:
            step(connection)
        if version == 0:
            SCHEMA.create(connection, checkfirst=True)
            connection.execute(SCHEMA.insert().values(version=len(migrations)))
        else:
            connection.execute(update(SCHEMA).values(version=len(migrations)))
        return len(migrations) - version


def schema_of(connection: Connection) -> int:
    """Return the schema of a database; 0 for one without tables."""
    if not inspect(connection).has_table(SCHEMA.name):
        return 0
    return connection.execute(select(SCHEMA.c.version)).scalar_one_or_none() or 0
