"""Libraries of kernels: built from runs, called from Python, gated in CI.

Names load on first use, so that a command that needs none of them does not wait for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.library.kernels import CallError, Kernel, Library, load

_HOMES = {
    "CallError": "benchmark.library.kernels",
    "Kernel": "benchmark.library.kernels",
    "Library": "benchmark.library.kernels",
    "load": "benchmark.library.kernels",
}

__all__ = ["CallError", "Kernel", "Library", "load"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'benchmark.library' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
