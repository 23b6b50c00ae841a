"""The workspace database: append-only events, objects by their contents, caches.

Nothing here knows what events mean; views are folds of `entries` (`benchmark.store.view`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Select, distinct, func, select
from sqlalchemy.exc import DBAPIError, OperationalError

from benchmark.store import clock as clocks
from benchmark.store.clock import Clock, SystemClock
from benchmark.store.connect import INSERTS, NoWorkspace, connect
from benchmark.store.events import Event
from benchmark.store.migrations import NewerWorkspace, migrate
from benchmark.store.objects import decoded, digest, packed, unpacked
from benchmark.store.tables import CACHE, EVENTS, OBJECTS, REFERENCES
from benchmark.store.vocabulary import Unknown, Vocabulary

_PAGE = 1000
"""Rows that are read at a time, and names that are looked up at a time."""


class WorkspaceFailed(Exception):
    """The database refused a write, as on a full disk: one line that says why."""


class NoObject(LookupError):
    """There is no object of that digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as it was recorded."""

    number: int
    run: str
    at: datetime
    event: Event | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a cache is to hold: an object by a key."""

    kind: str
    key: str
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What is recorded together, or not at all."""

    run: str
    events: tuple[Event, ...]
    objects: tuple[bytes, ...] = ()
    """What the events and the cache speak of, where it may not be stored yet."""
    remembered: tuple[Remembered, ...] = ()


class Workspace:
    """A workspace database that is open.

    Several processes may have it open and write. Threads may share it.
    """

    def __init__(self, engine: Engine, clock: Clock, vocabulary: Vocabulary) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._insert: Any = INSERTS[engine.dialect.name]
        self._clock = clock
        self._vocabulary = vocabulary

    @classmethod
    def open(
        cls, place: str, *, clock: Clock | None = None, vocabulary: Vocabulary | None = None
    ) -> Self:
        """Open a workspace, and make it if it is not there.

        Errors: NoWorkspace with one line that says why it cannot be opened.
        """
        engine = connect(place)
        try:
            migrate(engine)
        except NewerWorkspace as error:
            engine.dispose()
            raise NoWorkspace(str(error)) from error
        except DBAPIError as error:
            engine.dispose()
            raise NoWorkspace(" ".join(str(error.orig).split())) from error
        return cls(engine, clock or SystemClock(), vocabulary or Vocabulary())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @property
    def file(self) -> Path | None:
        """The file of the database; None for a server's."""
        url = self._engine.url
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    def write(self, writes: Sequence[Write]) -> tuple[Entry, ...]:
        """Record all of it in one transaction, and return the events as recorded.

        Errors: WorkspaceFailed where the database refuses.
        """
        at = self._clock.now()
        with self._refusals(), self._writer.begin() as connection:
            self._store(connection, (each for write in writes for each in write.objects), at)
            entries = tuple(
                self._append(connection, write.run, event, at)
                for write in writes
                for event in write.events
            )
            remembered = [each for write in writes for each in write.remembered]
            self._remember(connection, remembered)
        return entries

    def store(self, data: bytes) -> str:
        """Keep an object and return its digest; `collect` spares it for some time.

        Errors: WorkspaceFailed where the database refuses.
        """
        with self._refusals(), self._writer.begin() as connection:
            self._store(connection, (data,), self._clock.now())
        return digest(data)

    def entries(self, run: str | None = None, *, after: int = 0) -> Iterator[Entry]:
        """Return the events of a run, or of all, in the order of recording."""
        last = after
        while True:
            query = select(EVENTS).where(EVENTS.c.number > last)
            if run is not None:
                query = query.where(EVENTS.c.run == run)
            rows = self._rows(query.order_by(EVENTS.c.number).limit(_PAGE))
            for row in rows:
                last = row.number
                yield Entry(
                    number=row.number,
                    run=row.run,
                    at=clocks.read(row.at),
                    event=self._vocabulary.decode(row.name, row.version, row.body),
                )
            if len(rows) < _PAGE:
                return

    def runs(self) -> tuple[str, ...]:
        """Return the names of the runs, in the order in which they began."""
        query = select(EVENTS.c.run).group_by(EVENTS.c.run).order_by(func.min(EVENTS.c.number))
        return tuple(row.run for row in self._rows(query))

    def object(self, name: str) -> bytes:
        """Return an object. Errors: NoObject."""
        found = self.objects_of((name,))
        if name not in found:
            raise NoObject(name)
        return found[name]

    def text(self, name: str) -> str:
        """Return an object that is a text. Errors: NoObject."""
        return decoded(self.object(name))

    def objects_of(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return those of some objects that are there."""
        wanted = sorted(set(names))
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), _PAGE):
            query = select(OBJECTS.c.digest, OBJECTS.c.data).where(
                OBJECTS.c.digest.in_(wanted[start : start + _PAGE])
            )
            found |= {row.digest: unpacked(row.data) for row in self._rows(query)}
        return found

    def recall(self, kind: str, key: str) -> str | None:
        """Return the digest that a cache holds under a key."""
        query = select(CACHE.c.object).where(CACHE.c.kind == kind, CACHE.c.key == key)
        rows = self._rows(query)
        return rows[0].object if rows else None

    def size(self) -> tuple[int, int]:
        """Return how many objects there are, and their bytes as they are kept."""
        query = select(
            func.count(distinct(OBJECTS.c.digest)),
            func.coalesce(func.sum(func.length(OBJECTS.c.data)), 0),
        )
        count, kept = self._rows(query)[0]
        return int(count), int(kept)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that may write, for the keeping of the house."""
        with self._writer.begin() as connection:
            yield connection

    def compact(self) -> None:
        """Give room back to the file system, where the database is a file that nobody else uses."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.exec_driver_sql("VACUUM")
            except OperationalError:
                # another process is in it; the room is used again by what comes
                return

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise WorkspaceFailed(" ".join(str(error.orig).split())) from error

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def _store(self, connection: Connection, objects: Iterable[bytes], at: datetime) -> None:
        by_name = {digest(data): data for data in objects}
        if not by_name:
            return
        there = set(
            connection.scalars(select(OBJECTS.c.digest).where(OBJECTS.c.digest.in_(by_name)))
        )
        rows = [
            {
                "digest": name,
                "size": len(data),
                "stored_at": clocks.written(at),
                "data": packed(data),
            }
            for name, data in by_name.items()
            if name not in there
        ]
        if rows:
            connection.execute(self._insert(OBJECTS).on_conflict_do_nothing(), rows)

    def _append(self, connection: Connection, run: str, event: Event, at: datetime) -> Entry:
        row = {
            "run": run,
            "at": clocks.written(at),
            "name": event.name,
            "version": event.version,
            "body": self._vocabulary.encode(event),
        }
        result = connection.execute(EVENTS.insert(), row)
        number = int((result.inserted_primary_key or (0,))[0])
        references = [{"event": number, "object": name} for name in sorted(set(event.objects()))]
        if references:
            connection.execute(REFERENCES.insert(), references)
        return Entry(number=number, run=run, at=at, event=event)

    def _remember(self, connection: Connection, remembered: Iterable[Remembered]) -> None:
        rows = [{"kind": each.kind, "key": each.key, "object": each.object} for each in remembered]
        if rows:
            connection.execute(self._insert(CACHE).on_conflict_do_nothing(), rows)
