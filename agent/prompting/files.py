"""A header and an answer put together to one file."""

from __future__ import annotations

import ast
import textwrap

from aspl.diagnostics import Findings
from aspl.text.source import Source, read_syntax

_INDENT = "    "


def whole_file(header: str, answer: str) -> str:
    """Return the file that an answer stands for: a body, a bare kernel or a whole file.

    Of a kernel with a signature its body is taken, for the header has the signature.
    """
    return f"{header.rstrip()}\n{textwrap.indent(body_of(answer), _INDENT)}\n"


def body_of(answer: str) -> str:
    """Return the statements of an answer's kernel, not indented."""
    text = textwrap.dedent(answer.replace("\r\n", "\n")).strip("\n")
    module = read_syntax(Source(text), Findings())
    last = module.body[-1] if module is not None and module.body else None
    return _inside(text, last) if isinstance(last, ast.FunctionDef) else text


def _inside(text: str, kernel: ast.FunctionDef) -> str:
    lines, first = text.split("\n")[: kernel.end_lineno], kernel.body[0]
    start = _last_of_signature(lines, kernel)
    if start == first.lineno:
        # columns of the syntax tree count bytes
        own = lines[start - 1].encode()[first.col_offset :].decode()
        return "\n".join([own, *lines[start:]])
    # comments above the first statement belong to the body
    return textwrap.dedent("\n".join(lines[start:])).strip("\n")


def _last_of_signature(lines: list[str], kernel: ast.FunctionDef) -> int:
    """Return the line, from 1, that ends with the colon, or on which the body begins too."""
    parts = [*kernel.args.args, *([kernel.returns] if kernel.returns else [])]
    line = max([kernel.lineno, *(each.end_lineno or 0 for each in parts)])
    while line < kernel.body[0].lineno and not lines[line - 1].partition("#")[0].rstrip().endswith(
        ":"
    ):
        line += 1
    return line
