"""Connections to a workspace: a file for SQLite, or the URL of a server."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_S = 30.0
"""How long a writer waits for another one."""
RETRY_S = 0.01

INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""By database, the insert that can pass over rows that are there."""


class NoWorkspace(Exception):
    """The place cannot be opened: one line that says why."""


def connect(place: str) -> Engine:
    """Open a file or the URL of a database.

    Errors: NoWorkspace for what is neither, or a database that is not supported.
    """
    if "://" not in place:
        return _file(Path(place))
    try:
        url = make_url(place)
        if url.get_backend_name() not in INSERTS:
            known = " and ".join(INSERTS)
            raise NoWorkspace(f"databases of {known} are supported, not {url.get_backend_name()}")
        if url.get_backend_name() == "sqlite":
            return _file(Path(url.database or ""))
        return create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError) as error:
        raise NoWorkspace("it is no URL of a database") from error
    except ModuleNotFoundError as error:
        raise NoWorkspace(f"install its driver: pip install {error.name}") from error


def without_password(place: str) -> str:
    """Return a place as it may be shown and recorded."""
    try:
        return make_url(place).render_as_string(hide_password=True) if "://" in place else place
    except ArgumentError:
        return place


def _file(path: Path) -> Engine:
    if not path.name or str(path) == ":memory:":
        raise NoWorkspace("a workspace is a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoWorkspace(f"cannot make {path.parent}: {error.strerror}") from error
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # transactions are begun below, since the driver would begin them too late
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_wal(cursor)
    # a killed process loses nothing; a machine that loses power may lose the last transactions
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """Switch to a write-ahead log, which the file remembers.

    SQLite does not wait for others here as it does elsewhere, so two processes that make one file
    at the same time would fail.
    """
    end = time.monotonic() + BUSY_S
    while True:
        cursor.execute("PRAGMA journal_mode")
        row = cursor.fetchone()
        if row is not None and row[0] == "wal":
            return
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(RETRY_S)


def _begin(connection: Connection) -> None:
    """Take the lock at once where something will be written, or two readers would wait as one."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
