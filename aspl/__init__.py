"""The language: stream programs as text, checked, explained and evaluated.

Names load on first use, so that a command that needs one of them does not wait for all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aspl.builder import Builder
    from aspl.checker import Checked, check
    from aspl.diagnostics import Diagnostic, Findings
    from aspl.program import Program
    from aspl.reference.evaluate import Evaluation, evaluate
    from aspl.text.header import Header
    from aspl.text.parse import parse
    from aspl.text.printer import print_program

_HOMES = {
    "Builder": "aspl.builder",
    "Checked": "aspl.checker",
    "Diagnostic": "aspl.diagnostics",
    "Evaluation": "aspl.reference.evaluate",
    "Findings": "aspl.diagnostics",
    "Header": "aspl.text.header",
    "Program": "aspl.program",
    "check": "aspl.checker",
    "evaluate": "aspl.reference.evaluate",
    "parse": "aspl.text.parse",
    "print_program": "aspl.text.printer",
}

__all__ = [
    "Builder",
    "Checked",
    "Diagnostic",
    "Evaluation",
    "Findings",
    "Header",
    "Program",
    "check",
    "evaluate",
    "parse",
    "print_program",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'aspl' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
