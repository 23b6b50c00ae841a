"""Libraries of kernels: built from runs, called from Python, gated in CI.

Names load on first use, so that a command that needs none of them does not wait for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.library.load import CallError, Kernel, Library, load

_HOMES = {
    "CallError": "benchmark.library.load",
    "Kernel": "benchmark.library.load",
    "Library": "benchmark.library.load",
    "load": "benchmark.library.load",
}

__all__ = ["CallError", "Kernel", "Library", "load"]


def __getattr__(name: str) -> object:
    # a submodule that is asked for by its own import is no name of this table
    if name not in _HOMES:
        raise AttributeError(f"module 'benchmark.library' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
