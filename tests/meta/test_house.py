"""Rules of the house that no tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from house import PACKAGES, ROOT, imports, parsed, repository_files, rings, short, sources

OURS = "aspl-workbench"
LINES_OF_A_FILE = 500
LINES_OF_A_FUNCTION = 60
TABLES: frozenset[str] = frozenset()
"""Files that are one literal table and may be longer."""

HEAVY = {"numpy", "numba", "xdsl", "torch", "rich", "textual", "langgraph", "openai", "anthropic"}
HEAVY |= {"jinja2", "pydantic", "sqlalchemy"}
MACHINE_PATH = re.compile(r"(?<![\w.})\]])/(?:work|root|opt|home)/")


def test_no_file_is_longer_than_it_may_be() -> None:
    lengths = {
        short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()
    }
    long = [
        f"{name}: {length} lines"
        for name, length in lengths.items()
        if length > LINES_OF_A_FILE and name not in TABLES
    ]
    assert not long, f"files over {LINES_OF_A_FILE} lines:\n" + "\n".join(long)


def test_no_function_is_longer_than_it_may_be() -> None:
    long = [
        f"{short(path)}:{node.lineno} {node.name}: {_length(node)} lines"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if _length(node) > LINES_OF_A_FUNCTION
    ]
    assert not long, f"functions over {LINES_OF_A_FUNCTION} lines:\n" + "\n".join(long)


def test_modules_do_not_import_each_other_in_a_ring() -> None:
    edges = imports()
    found = ["\n  ".join(ring) for ring in rings(edges)]
    assert not found, "modules that import each other:\n  " + "\n\n  ".join(found)


def test_a_ring_of_imports_is_found() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}
    assert rings(edges) == [["b", "c"]]


def test_every_folder_of_sources_is_a_package() -> None:
    bare = sorted(
        {short(path.parent) for path in sources() if not (path.parent / "__init__.py").exists()}
    )
    assert not bare, f"folders without __init__.py, left out of the distribution: {bare}"


def test_our_import_names_are_ours_alone() -> None:
    owners = packages_distributions()
    shared = [
        f"{name}: {owners.get(name)}" for name in PACKAGES if set(owners.get(name, ())) != {OURS}
    ]
    assert not shared, f"import names that are not of {OURS} alone: {shared}"
    hidden = sys.stdlib_module_names & set(PACKAGES)
    assert not hidden, f"import names that hide the standard library: {sorted(hidden)}"


def test_we_install_no_other_import_name() -> None:
    installed = {name for name, owners in packages_distributions().items() if OURS in owners}
    public = {name for name in installed if not name.startswith("_")}
    assert public == set(PACKAGES), f"import names we install: {sorted(public)}"


def test_the_command_starts_without_heavy_imports() -> None:
    script = "import sys, agent.cli; agent.cli.build(); print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    loaded = HEAVY & set(shown.split())
    assert not loaded, f"`aspl --help` loads {sorted(loaded)}; import them in the sub-command"


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{short(path)}:{number}: {line.strip()[:80]}"
        for path in repository_files()
        for number, line in _lines(path)
        if MACHINE_PATH.search(line)
    ]
    assert not found, "paths that exist on one machine only:\n" + "\n".join(found)


@pytest.mark.parametrize("name", ["work", "root", "opt", "home"])
def test_a_path_of_one_machine_is_found(name: str) -> None:
    assert MACHINE_PATH.search(f"see /{name}/x")
    assert not MACHINE_PATH.search(f"see compiler/{name}/x")


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    whole = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None or first.end_lineno is None:
        return whole
    return whole - (first.end_lineno - first.lineno + 1)


def _lines(path: Path) -> list[tuple[int, str]]:
    text = path.read_bytes().decode("utf-8", errors="ignore")
    return list(enumerate(text.splitlines(), start=1))
