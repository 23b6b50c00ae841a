"""Modules as MLIR text, and back."""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.parser import Parser
from xdsl.utils.exceptions import ParseError, VerifyException

from aspl.diagnostics import Span
from compiler.ir.step import STEP


class NoModule(ValueError):
    """A text that is no module: where, and what is wrong with it."""

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.span = span


def context() -> Context:
    """Return the dialects that a module is written in."""
    made = Context()
    made.load_dialect(Builtin)
    made.load_dialect(STEP)
    return made


def print_module(module: ModuleOp) -> str:
    """Write a module as MLIR text, with a newline at the end."""
    return str(module) + "\n"


def parse_module(text: str, name: str = "<module>") -> ModuleOp:
    """Read a module and verify its operations.

    Errors: NoModule.
    """
    try:
        module = Parser(context(), text, name).parse_module()
    except ParseError as error:
        start = error.span.start
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1)
        raise NoModule(_lower(error.msg), Span(line, column, line, column + 1)) from error
    except (VerifyException, ValueError, OverflowError, RecursionError) as error:
        raise NoModule(_lower(first_line(error))) from error
    if not isinstance(module, ModuleOp):
        raise NoModule("expected one `builtin.module`")
    try:
        module.verify()
    except VerifyException as error:
        raise NoModule(_lower(first_line(error))) from error
    return module


def first_line(error: Exception) -> str:
    """Return what an error says, without the module that it quotes."""
    inner = error.__cause__ if isinstance(error.__cause__, Exception) else error
    lines = [line for line in str(inner).splitlines() if line.strip()]
    return lines[0] if lines else type(inner).__name__


def _lower(words: str) -> str:
    words = words.strip().split("\n")[0] or "expected a module"
    return (words[:1].lower() + words[1:]).removesuffix(".")
