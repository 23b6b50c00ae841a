"""Source text: bounded, decoded, parsed by `ast`, and its places in characters."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from os.path import commonprefix

from aspl.diagnostics import Diagnostic, Findings, Span

MAX_CHARACTERS = 512 * 1024
MAX_DEPTH = 100
"""Nesting of syntax beyond which no person writes and no recursion of ours must go."""
MAX_WORD = 100
MAX_BRACES = 1000
"""Braces, which the language has no use for; Python reads formatted strings in quadratic time."""

_START = Span(1, 0, 1, 0)


@dataclass(frozen=True)
class Source:
    """The text of one program."""

    text: str
    name: str = "<program>"
    indent: int = 0
    """Columns that every line had in front."""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines as `ast` counts them, without their ends."""
        return tuple(
            self.text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").split("\n")
        )

    def span(self, node: ast.AST) -> Span:
        """Return where a syntax node stands, columns in characters."""
        line = getattr(node, "lineno", 1)
        end = getattr(node, "end_lineno", line) or line
        return Span(
            line,
            self._column(line, getattr(node, "col_offset", 0)),
            end,
            self._column(end, getattr(node, "end_col_offset", 0) or 0),
        )

    def _column(self, line: int, offset: int) -> int:
        # ast counts bytes of utf-8; where all is ASCII these are characters
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return self.indent + offset
        if line not in self._starts:
            lengths = (len(each.encode("utf-8", "surrogatepass")) for each in text)
            self._starts[line] = [0, *accumulate(lengths)]
        return self.indent + bisect_right(self._starts[line], offset) - 1

    @cached_property
    def _starts(self) -> dict[int, list[int]]:
        """Where each character of a line begins in bytes, for the lines asked for so far."""
        return {}


def unindented(text: str) -> Source:
    """Return a source without the indentation that all its lines have in common."""
    lines = text.split("\n")
    margins = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()]
    indent = len(commonprefix(margins))  # noqa: RUF071, characters are what is compared
    return Source("\n".join(line[indent:] for line in lines), indent=indent)


def decode(data: bytes, findings: Findings) -> str | None:
    """Turn bytes into text, or report P003."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not text in UTF-8 (byte {error.start})"
        _reject(findings, message, "save the program as UTF-8 text")
        return None


def read_syntax(source: Source, findings: Findings) -> ast.Module | None:
    """Parse the text without executing anything, or report P001 or P003."""
    if len(source.text) > MAX_CHARACTERS:
        _reject(
            findings,
            f"expected at most {MAX_CHARACTERS} characters, got {len(source.text)}",
            "write loops in place of repeated lines",
        )
        return None
    if source.text.count("{") > MAX_BRACES:
        _reject(findings, f"expected at most {MAX_BRACES} braces", "write lists")
        return None
    if "\0" in source.text:
        # versions of Python differ in what they say of it, and where
        _report_nul(source, findings)
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source.text)
    except SyntaxError as error:
        _report_syntax(error, source, findings)
        return None
    except (RecursionError, MemoryError):
        _reject(findings, "the text is nested too deeply", "name intermediate results")
        return None
    except ValueError as error:
        # lone surrogates
        _reject(
            findings,
            f"the text holds characters that no program has ({error})",
            "remove them",
        )
        return None
    return module if _is_modest(module, source, findings) else None


def _reject(findings: Findings, message: str, hint: str, span: Span = _START) -> None:
    findings.add(Diagnostic(code="P003", message=message, span=span, hint=hint))


def _report_nul(source: Source, findings: Findings) -> None:
    number, line = next(pair for pair in enumerate(source.lines, start=1) if "\0" in pair[1])
    column = line.index("\0")
    start = source.indent + column
    span = Span(number, start, number, start + 1)
    message = "expected text, got a NUL character"
    findings.add(Diagnostic(code="P001", message=message, span=span, hint="remove it"))


def _report_syntax(error: SyntaxError, source: Source, findings: Findings) -> None:
    line = min(max(error.lineno or 1, 1), len(source.lines))
    width = len(source.lines[line - 1])
    column = min(max((error.offset or 1) - 1, 0), width)
    end = column + 1
    if error.end_lineno == error.lineno and error.end_offset:
        end = max(error.end_offset - 1, end)
    end = min(end, width)
    text = (error.msg or "invalid syntax").split("\n")[0][:200]
    findings.add(
        Diagnostic(
            code="P001",
            message=f"not Python syntax: {text[:1].lower()}{text[1:]}",
            span=Span(line, source.indent + column, line, source.indent + end),
            hint="a program is written in a subset of Python syntax",
        )
    )


def _is_modest(module: ast.Module, source: Source, findings: Findings) -> bool:
    """Walk without recursion; report P003 for the first node too deep, or with too long a name."""
    level: list[ast.AST] = [module]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return True
        long = next((node for node in level if _length(node) > MAX_WORD), None)
        if long is not None:
            message = f"a name or number is longer than {MAX_WORD} characters"
            _reject(findings, message, "pick a shorter one", source.span(long))
            return False
    located = (node for node in level if hasattr(node, "lineno"))
    message = f"syntax is nested more than {MAX_DEPTH} levels deep"
    span = source.span(next(located, module))
    _reject(findings, message, "name intermediate results", span)
    return False


_NAMES: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.arg: "arg",
    ast.keyword: "arg",
    ast.FunctionDef: "name",
}


def _length(node: ast.AST) -> int:
    """Return how long a name or integer is, in characters or hexadecimal digits."""
    if isinstance(node, ast.Constant):
        return node.value.bit_length() // 4 if isinstance(node.value, int) else 0
    field = _NAMES.get(type(node))
    return 0 if field is None else len(getattr(node, field) or "")


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for value in vars(node).values():
        if isinstance(value, ast.AST):
            # contexts and operators are one level that nobody wrote
            if value._fields:
                yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, ast.AST))
