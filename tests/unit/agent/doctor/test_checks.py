"""What is found of a machine: nothing secret is told, and what is missing is named."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from run_records import opened, outcomes, record

from agent.doctor.checks import Check, checks, checks_record, host_of
from agent.doctor.display import checks_text
from benchmark.store.condition import condition_of

SECRET = "sk-secret-0123456789"


def found_of(workspace: Path, **environ: str) -> dict[str, Check]:
    return {each.name: each for each in checks(str(workspace), environ)}


def test_versions_of_all_that_is_used_are_told(tmp_path: Path) -> None:
    found = found_of(tmp_path / "workspace.db")
    names = ("python", "workbench", "judge", "prompts", "numpy", "numba", "torch", "xdsl")
    for name in (*names, "langgraph", "openai", "anthropic"):
        assert (found[name].group, found[name].state) == ("versions", "good")
    assert found["numpy"].found.startswith("2.")
    assert int(found["cores"].found) >= 1


def test_a_package_that_cannot_be_imported_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    found = found_of(tmp_path / "workspace.db")
    assert found["anthropic"].state == "missing"
    assert found["anthropic"].found.startswith("cannot be imported (ModuleNotFoundError")
    assert "pip install" in found["anthropic"].advice
    assert not checks_record(tuple(found.values()))["good"]


def test_keys_are_never_shown(tmp_path: Path) -> None:
    found = found_of(
        tmp_path / "workspace.db",
        OPENAI_API_KEY=SECRET,
        OPENAI_BASE_URL=f"https://me:{SECRET}@models.test:8443/v1?key={SECRET}",
    )
    assert (found["OPENAI_API_KEY"].found, found["ANTHROPIC_API_KEY"].found) == ("set", "not set")
    assert found["ANTHROPIC_API_KEY"].state == "note"
    assert found["OPENAI_BASE_URL"].found == "models.test:8443"
    text = checks_text(tuple(found.values()), color=False)
    assert SECRET not in text
    assert text.endswith("nothing that is needed is missing")


def test_keys_and_addresses_that_cannot_be_used_are_missing(tmp_path: Path) -> None:
    found = found_of(
        tmp_path / "workspace.db", OPENAI_API_KEY=f"{SECRET}\nx", ANTHROPIC_BASE_URL=SECRET
    )
    for name in ("OPENAI_API_KEY", "ANTHROPIC_BASE_URL"):
        assert found[name].state == "missing"
        assert found[name].advice
    text = checks_text(tuple(found.values()), color=False)
    assert SECRET not in text
    assert "OPENAI_API_KEY: set it anew" in text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.test/v1", "a.test"),
        ("http://u:p@[::1]:80", "::1:80"),
        ("ftp://a.test", ""),
        ("http://a.test:x", ""),
        ("words", ""),
    ],
)
def test_hosts_are_read_from_urls(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_workspace_is_told_of_and_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        record(workspace, "r", outcomes("rope/neox", {"correct": 1}))
    path = tmp_path / "workspace.db"
    before = path.read_bytes()
    found = found_of(path)[str(path)]
    assert found.found.startswith("schema 1 of 1, 1 runs, ")
    assert found.state == "good"
    assert path.read_bytes() == before


def test_a_workspace_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "workspace.db"
    assert "none yet" in found_of(path)[str(path)].found
    assert not path.parent.exists()


def test_workspaces_that_cannot_be_used_are_missing(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database" * 100, encoding="ascii")
    assert found_of(text)[str(text)].state == "missing"
    assert "not a database" in condition_of(str(text)).problem
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as connection:
        connection.execute("CREATE TABLE schema (version INTEGER NOT NULL)")
        connection.execute("INSERT INTO schema VALUES (99)")
    connection.close()
    assert "schema 99" in condition_of(str(newer)).problem
    url = condition_of("mysql://me:secret@host/name")
    assert url.problem
    assert "secret" not in f"{url}"


def test_an_empty_database_has_no_runs_yet(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    found = condition_of(str(path))
    assert (found.schema, found.runs, found.problem) == (0, 0, "")
