"""Whether a text is MLIR or a program; apart from the dialect, which takes long to load."""

from __future__ import annotations

import re

_BEGINNING = re.compile(r'(?:\s|//[^\n]*(?:\n|$))*(?:"?builtin\.module\b|module\s*[{@])')


def is_module(text: str) -> bool:
    """Whether a text is meant as a module, and not as a program."""
    return _BEGINNING.match(text) is not None
