"""The Python module that stands in a library: `import mylib; mylib.load()["bmm/dot-products"]`."""

from __future__ import annotations

MODULE_TEXT = '''\
"""Kernels to call on numpy arrays or torch tensors: `load()["family/variant"](x, y, W=w)`."""

from pathlib import Path

from benchmark.library import Library
from benchmark.library import load as _load


def load() -> Library:
    """Return the kernels that stand beside this file."""
    return _load(Path(__file__).parent)
'''
