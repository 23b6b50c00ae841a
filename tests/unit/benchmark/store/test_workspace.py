"""The workspace: what is written together, objects, caches, several writers, older schemas."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from run_records import LIMITS, config, failed, opened, outcomes, proposed, record
from sqlalchemy import Column, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from benchmark.store.collect import collect
from benchmark.store.connect import NoWorkspace, connect, without_password
from benchmark.store.events import RunStarted
from benchmark.store.migrations import MIGRATIONS, migrate
from benchmark.store.objects import digest
from benchmark.store.tables import METADATA
from benchmark.store.testing import SteppingClock
from benchmark.store.view import fold
from benchmark.store.workspace import NoObject, Remembered, Workspace, WorkspaceFailed, Write

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def test_events_come_back_in_their_order(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        record(workspace, "r1", outcomes("rope/neox", {"correct": 2}))
        record(workspace, "r2", [])
        entries = list(workspace.entries())
        assert [each.number for each in entries] == list(range(1, 9))
        assert [each.run for each in entries] == ["r1"] * 6 + ["r2"] * 2
        assert [each.event.name for each in workspace.entries("r1")] == [
            "run.started",
            *["sample.proposed", "sample.judged"] * 2,
            "run.ended",
        ]
        assert list(workspace.entries("r1", after=5)) == entries[5:6]
        assert workspace.runs() == ("r1", "r2")
        assert entries[0].event == RunStarted(config=config(), limits=LIMITS)
        times = [each.at for each in entries]
        assert times == sorted(times)


def test_long_runs_are_read_in_pages(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        writes = [proposed("rope/neox", sample, b"same") for sample in range(2500)]
        workspace.write([Write(run="r", events=each.events, objects=(b"same",)) for each in writes])
        assert [each.number for each in workspace.entries()] == list(range(1, 2501))
        assert workspace.size()[0] == 1


def test_an_object_is_stored_once_and_compressed(tmp_path: Path) -> None:
    data = b"Map(x, fn=add)\n" * 1000
    with opened(tmp_path) as workspace:
        name = workspace.store(data)
        assert workspace.store(data) == name == digest(data)
        count, size = workspace.size()
        assert count == 1
        assert size < len(data) / 20
        assert workspace.object(name) == data
        assert workspace.objects_of([name, "0" * 64]) == {name: data}
        with pytest.raises(NoObject):
            workspace.object("0" * 64)


def test_a_write_is_recorded_whole_or_not_at_all(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        good = proposed("rope/neox", 0, b"an answer")
        dangling = Write(run="r", events=proposed("rope/neox", 1, b"not stored").events)
        with pytest.raises(IntegrityError):
            workspace.write([Write(run="r", events=good.events, objects=good.objects), dangling])
        assert list(workspace.entries()) == []
        assert workspace.size() == (0, 0)


def test_a_full_disk_is_told_of_and_costs_no_record(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        record(workspace, "r", [], ending=None)
        with workspace.writing() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        before = list(workspace.entries())
        big = proposed("rope/neox", 0, bytes(os.urandom(100_000)))
        with pytest.raises(WorkspaceFailed, match="database or disk is full"):
            workspace.write([Write(run="r", events=big.events, objects=big.objects)])
        assert list(workspace.entries()) == before


def test_half_characters_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        record(workspace, "r", failed("rope/neox", 0, "half of a pair: \ud83d \x00"))
        (sample,) = fold("r", workspace.entries()).samples
    assert sample.failures == ("propose: half of a pair: \ud83d \x00",)


def test_a_cache_keeps_what_it_was_told_first(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        first, second = workspace.store(b"1"), workspace.store(b"2")
        for name in (first, second):
            remembered = (Remembered(kind="verdict", key="k", object=name),)
            workspace.write([Write(run="r", events=(), remembered=remembered)])
        assert workspace.recall("verdict", "k") == first
        assert workspace.recall("verdict", "other") is None
        assert workspace.recall("reply", "k") is None


def test_collecting_removes_what_nobody_refers_to(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        record(workspace, "r", outcomes("rope/neox", {"correct": 1}))
        cached = Remembered(kind="verdict", key="k", object=workspace.store(b"cached"))
        workspace.write([Write(run="r", events=(), remembered=(cached,))])
        events, objects = list(workspace.entries()), workspace.size()[0]
        orphan = workspace.store(b"an orphan")
        now = datetime(2026, 8, 1, 12, 5, tzinfo=UTC)
        assert collect(workspace, now).objects == 0, "it is young"
        found = collect(workspace, LATER)
        assert (found.objects, found.objects_left) == (1, objects)
        assert 0 < found.bytes < 30
        assert workspace.objects_of([orphan]) == {}
        assert list(workspace.entries()) == events
        assert collect(workspace, LATER, spared=timedelta(0)).objects == 0


WRITER = """
import sys
sys.path.insert(0, sys.argv[3])
from run_records import proposed
from benchmark.store.workspace import Workspace, Write
print("ready", flush=True)
sys.stdin.readline()
with Workspace.open(sys.argv[1]) as workspace:
    for sample in range(150):
        write = proposed("a/1", sample, f"{sample}".encode())
        workspace.write([Write(run=sys.argv[2], events=write.events, objects=write.objects)])
"""
SUPPORT = str(Path(__file__).parents[3] / "support")


def test_two_processes_write_at_the_same_time(tmp_path: Path) -> None:
    place = str(tmp_path / "new" / "workspace.db")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, place, run, SUPPORT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for run in "ab"
    ]
    for each in writers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in writers:
        each.communicate(timeout=60)
    assert [each.returncode for each in writers] == [0, 0]
    with Workspace.open(place) as workspace:
        for run in "ab":
            samples = [each.event.sample for each in workspace.entries(run)]  # type: ignore[union-attr] # all are proposals
            assert samples == list(range(150))
        assert workspace.size()[0] == 150


def test_the_file_is_in_wal_mode_with_foreign_keys(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace, workspace.writing() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000


def test_an_older_schema_is_migrated_and_keeps_its_rows(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        record(workspace, "r", [])
        before = list(workspace.entries())
    engine = connect(str(tmp_path / "workspace.db"))
    steps = (
        *MIGRATIONS,
        lambda connection: connection.execute(text("ALTER TABLE events ADD note TEXT")),
        lambda connection: connection.execute(text("UPDATE events SET note = 'old'")),
    )
    assert migrate(engine, steps) == 2
    assert migrate(engine, steps) == 0
    with engine.connect() as connection:
        notes = connection.execute(text("SELECT note FROM events")).scalars().all()
    assert notes == ["old"] * len(before)
    engine.dispose()


def test_a_step_that_fails_leaves_the_schema_as_it_was(tmp_path: Path) -> None:
    opened(tmp_path).close()
    engine = connect(str(tmp_path / "workspace.db"))

    def breaks(connection: object) -> None:
        raise RuntimeError("no")

    added = lambda connection: connection.execute(text("CREATE TABLE more (x INTEGER)"))  # noqa: E731 - a step
    with pytest.raises(RuntimeError):
        migrate(engine, (*MIGRATIONS, added, breaks))
    assert migrate(engine, (*MIGRATIONS, added)) == 1
    engine.dispose()


def test_a_newer_workspace_is_told_of(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / "workspace.db") as connection:
        connection.execute("UPDATE schema SET version = 9")
    connection.close()
    with pytest.raises(NoWorkspace, match="has schema 9, and this workbench knows 1"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("mysql://localhost/x", "databases of sqlite and postgresql are supported, not mysql"),
        ("nonsense://", "supported, not nonsense"),
        ("://", "it is no URL of a database"),
        ("sqlite://", "a workspace is a file"),
    ],
)
def test_a_place_that_cannot_be_opened_is_told_of(place: str, message: str) -> None:
    with pytest.raises(NoWorkspace, match=message):
        Workspace.open(place)


def test_a_password_is_not_shown() -> None:
    place = "postgresql://me:secret@host/aspl"
    assert without_password(place) == "postgresql://me:***@host/aspl"
    assert without_password("a/b.db") == "a/b.db"
    assert without_password("://") == "://"


def test_a_file_that_is_no_database_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    path.write_bytes(b"this is a text and no database at all" * 100)
    with pytest.raises(NoWorkspace, match="file is not a database"):
        opened(tmp_path)
    with pytest.raises(NoWorkspace, match="unable to open"):
        Workspace.open(str(tmp_path))
    with pytest.raises(NoWorkspace, match="cannot make"):
        Workspace.open(str(path / "below" / "workspace.db"))


def test_a_name_with_signs_of_urls_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a?b=c %20#.db"
    with Workspace.open(str(path), clock=SteppingClock()) as workspace:
        record(workspace, "r", [])
    assert path.exists()


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_tables_can_be_made_by_a_server(table: object) -> None:
    made = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type, no-untyped-call] # a table
    assert made.strip().startswith("CREATE TABLE")
    columns = [each.name for each in table.columns if isinstance(each, Column)]  # type: ignore[attr-defined] # a table
    assert all(name in made for name in columns)
