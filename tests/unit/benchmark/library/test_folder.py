"""A library is read from inside its folder, and nothing of it is executed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from libraries import edit, library

from aspl.terminal import UsageError
from benchmark.library.folder import BadFile, read_folder, read_library
from benchmark.library.manifest import ManifestError

ONE = "norm/rms"
FILE = '"file": "norm/rms.aspl"'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return library(tmp_path, [ONE])


def problem(place: Path) -> str:
    (only,) = read_folder(place).files
    assert only.text is None
    return only.problem


@pytest.mark.parametrize(
    "path",
    [
        "../secret.aspl",
        "norm/../../secret.aspl",
        "/etc/passwd",
        "norm//rms.aspl",
        "norm\\\\rms.aspl",
        "norm/.rms.aspl",
        "norm/rms.py",
        "norm/other.aspl",
        "rms.aspl",
        "",
    ],
)
def test_a_path_that_is_not_the_tasks_own_is_refused(place: Path, path: str) -> None:
    (place.parent / "secret.aspl").write_text("secret")
    edit(place, "", FILE, f'"file": "{path}"')
    assert problem(place).startswith("expected the path `norm/rms.aspl`, got")


def test_a_link_is_refused_wherever_it_stands(place: Path) -> None:
    moved = place.parent / "elsewhere"
    (place / "norm").rename(moved)
    (place / "norm").symlink_to(moved)
    assert "symbolic link" in problem(place)
    (place / "norm").unlink()
    (place / "norm").mkdir()
    (place / "norm" / "rms.aspl").symlink_to(moved / "rms.aspl")
    assert "symbolic link" in problem(place)


def test_what_is_no_plain_file_is_refused_without_waiting(place: Path) -> None:
    (place / f"{ONE}.aspl").unlink()
    os.mkfifo(place / f"{ONE}.aspl")
    assert problem(place) == "is no plain file"
    (place / f"{ONE}.aspl").unlink()
    (place / f"{ONE}.aspl").mkdir()
    assert problem(place) == "is no plain file"


def test_a_file_that_is_too_large_or_no_text_is_refused(place: Path) -> None:
    path = place / f"{ONE}.aspl"
    path.write_bytes(b"# one\n# two\n\xff")
    (only,) = read_folder(place).files
    assert (only.problem, only.line) == ("is not text in UTF-8 (byte 12)", 3)
    path.write_bytes(b"#" * (2**21 + 1))
    assert problem(place) == "has more than 2097152 bytes"


def test_a_manifest_that_is_a_link_is_refused(place: Path) -> None:
    (place / "library.json").rename(place.parent / "library.json")
    (place / "library.json").symlink_to(place.parent / "library.json")
    with pytest.raises(BadFile, match="is a symbolic link"):
        read_folder(place)
    with pytest.raises(UsageError, match="is a symbolic link"):
        read_library(place)


def test_what_is_no_library_is_told_in_one_line(place: Path) -> None:
    with pytest.raises(UsageError, match="there is no library `nowhere`; `aspl library build`"):
        read_folder(Path("nowhere"))
    with pytest.raises(UsageError, match="expected the folder of a library, got the file"):
        read_folder(place / "library.json")
    assert read_library(place / "library.json") == read_library(place)


def test_a_task_that_is_a_file_of_python_is_not_executed(place: Path, tmp_path: Path) -> None:
    (tmp_path / "task.py").write_text("raise SystemExit('executed')\n")
    (place / "__init__.py").write_text("raise SystemExit('executed')\n")
    for name in (str(tmp_path / "task.py"), "task.py", "norm/task.py"):
        edit(place, "", f'"task": "{ONE}"', f'"task": "{name}"')
        with pytest.raises(ManifestError, match="a task is called `family/variant`, got"):
            read_folder(place)
        edit(place, "", f'"task": "{name}"', f'"task": "{ONE}"')
    assert [each.entry.task for each in read_folder(place).files] == [ONE]
