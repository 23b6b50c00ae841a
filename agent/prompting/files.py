"""A header and an answer put together to one file."""

from __future__ import annotations

import ast
import textwrap

from aspl.diagnostics import Findings
from aspl.text.source import Source, read_syntax

_INDENT = "    "


def whole_file(header: str, answer: str) -> str:
    """Return the file that an answer stands for: a body, a bare kernel or a whole file.

    Of a kernel with a signature its body is taken, for the header has the signature; where it
    calls the inputs otherwise, a line in front gives them these names.
    """
    text = textwrap.dedent(answer.replace("\r\n", "\n")).strip("\n")
    kernel = _kernel(text)
    if kernel is None:
        body = text
    else:
        given = _kernel(f"{header.rstrip()}\n    return\n")
        body = _renamed(kernel, given) + _inside(text, kernel)
    return f"{header.rstrip()}\n{textwrap.indent(body, _INDENT)}\n"


def _kernel(text: str) -> ast.FunctionDef | None:
    module = read_syntax(Source(text), Findings())
    last = module.body[-1] if module is not None and module.body else None
    return last if isinstance(last, ast.FunctionDef) else None


def _renamed(kernel: ast.FunctionDef, given: ast.FunctionDef | None) -> str:
    new = [each.arg for each in kernel.args.args]
    old = [each.arg for each in given.args.args] if given is not None else new
    return "" if new == old else f"{', '.join(new)} = {', '.join(old)}\n"


def _inside(text: str, kernel: ast.FunctionDef) -> str:
    """Return the statements of a kernel, not indented."""
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
    parts: list[ast.arg | ast.expr] = [*kernel.args.args]
    if kernel.returns is not None:
        parts.append(kernel.returns)
    line = max([kernel.lineno, *(each.end_lineno or 0 for each in parts)])
    while line < kernel.body[0].lineno and not _ends_with_colon(lines[line - 1]):
        line += 1
    return line


def _ends_with_colon(line: str) -> bool:
    return line.partition("#")[0].rstrip().endswith(":")
