"""The project's own sources, as the tests of its rules see them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("agent", "aspl", "benchmark", "compiler", "prompts", "simulator")


def sources() -> Iterator[Path]:
    """Walk the Python files of the packages."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def repository_files() -> list[Path]:
    """List what is committed or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def short(path: Path) -> str:
    """Name a file by its path from the root."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """Name a source file as an import does."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a source file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports() -> dict[str, set[str]]:
    """Map each module of ours to those it names in an import, wherever the import stands."""
    modules = {module_name(path): path for path in sources()}
    return {
        name: {each for each in _imported(parsed(path), modules) if each != name}
        for name, path in modules.items()
    }


def _imported(tree: ast.Module, modules: Collection[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (each.name for each in node.names if each.name in modules)
            case ast.ImportFrom(module=str(base)) if base in modules:
                # `from a import b` reads the module a.b, or else what a defines
                members = (f"{base}.{each.name}" for each in node.names)
                yield from (member if member in modules else base for member in members)


def rings(edges: dict[str, set[str]]) -> list[list[str]]:
    """List the groups of modules that reach each other."""
    reach = {start: _reachable(start, edges) for start in edges}
    groups = {
        tuple(sorted(end for end in ends if start in reach[end]))
        for start, ends in reach.items()
        if start in ends
    }
    return [list(group) for group in sorted(groups)]


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(edges[module])
    return seen
