"""The tables of a workspace, of the newest schema."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

DIGEST = String(64)

METADATA = MetaData()

SCHEMA = Table("schema", METADATA, Column("version", Integer, nullable=False))

EVENTS = Table(
    "events",
    METADATA,
    # SQLite counts up only what it calls INTEGER
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("run", String(200), nullable=False),
    Column("at", String(32), nullable=False),
    Column("name", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    # a number is never given twice, whatever is removed
    sqlite_autoincrement=True,
)
Index("events_of_run", EVENTS.c.run, EVENTS.c.number)
Index("events_of_name", EVENTS.c.name, EVENTS.c.run)

OBJECTS = Table(
    "objects",
    METADATA,
    Column("digest", DIGEST, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

REFERENCES = Table(
    "object_references",
    METADATA,
    Column("event", ForeignKey(EVENTS.c.number), primary_key=True),
    Column("object", ForeignKey(OBJECTS.c.digest), primary_key=True, index=True),
)

CACHE = Table(
    "cache",
    METADATA,
    Column("kind", String(40), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("object", ForeignKey(OBJECTS.c.digest), nullable=False, index=True),
)
