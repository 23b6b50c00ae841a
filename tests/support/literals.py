"""The string literals of a Python file."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def strings(tree: ast.Module) -> Iterator[str]:
    """Walk the text literals of a file, docstrings too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
