"""Task files of PCL-lite: read as they are, and made tasks of ours.

Names load on first use, so that a command that needs none of them does not wait for the toolchain.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.pcl.problem import AuthorError, PclFileError, Problem
    from benchmark.pcl.task import PclTask, imported, imported_text, load_task, regimes_of

_HOMES = {
    "AuthorError": "benchmark.pcl.problem",
    "PclFileError": "benchmark.pcl.problem",
    "PclTask": "benchmark.pcl.task",
    "Problem": "benchmark.pcl.problem",
    "imported": "benchmark.pcl.task",
    "imported_text": "benchmark.pcl.task",
    "load_task": "benchmark.pcl.task",
    "regimes_of": "benchmark.pcl.task",
}

__all__ = [
    "AuthorError",
    "PclFileError",
    "PclTask",
    "Problem",
    "imported",
    "imported_text",
    "load_task",
    "regimes_of",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'benchmark.pcl' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
