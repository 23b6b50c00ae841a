"""Removing objects that nobody refers to: no event and no cache. Events are never touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from benchmark.store import clock as clocks
from benchmark.store.tables import CACHE, OBJECTS, REFERENCES
from benchmark.store.workspace import Workspace

SPARED = timedelta(hours=1)
"""Objects younger than this stay: who stored them may be about to refer to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was removed, and what is left."""

    objects: int
    bytes: int
    """As they were kept, compressed."""
    objects_left: int
    bytes_left: int


def collect(workspace: Workspace, now: datetime, *, spared: timedelta = SPARED) -> Collected:
    """Remove the objects that nobody refers to."""
    unreferenced = (
        OBJECTS.c.stored_at <= clocks.written(now - spared),
        ~select(REFERENCES.c.object).where(REFERENCES.c.object == OBJECTS.c.digest).exists(),
        ~select(CACHE.c.object).where(CACHE.c.object == OBJECTS.c.digest).exists(),
    )
    kept = func.coalesce(func.sum(func.length(OBJECTS.c.data)), 0)
    with workspace.writing() as connection:
        count, size = connection.execute(
            select(func.count(OBJECTS.c.digest), kept).where(*unreferenced)
        ).one()
        connection.execute(delete(OBJECTS).where(*unreferenced))
    if count:
        workspace.compact()
    left, left_bytes = workspace.size()
    return Collected(objects=int(count), bytes=int(size), objects_left=left, bytes_left=left_bytes)
