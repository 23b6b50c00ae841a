"""Programs of a library as files: a comment that says what and whence, and a program on its own.

The program declares what the header of its task declares, so that it means the same there as below
that header.
"""

from __future__ import annotations

import ast
import io
import textwrap
import tokenize
from collections.abc import Iterator, Mapping

from aspl.diagnostics import Findings
from aspl.render import visible_text
from aspl.text.format import format_text
from aspl.text.source import Source, read_syntax, unindented
from benchmark.judge.reading import is_whole_file
from benchmark.library.manifest import Entry
from benchmark.tasks.task import Task

_INDENT = "    "
_FIELDS = ("cycles", "off-chip bytes", "on-chip bytes", "FLOPs")


def whole_program(answer: str, header: str) -> str | None:
    """Return an answer as a file that stands on its own, in canonical layout.

    Args: answer: a bare kernel, the body of one, or a whole file; header: of its task.

    Returns None for a text that is none of these.
    """
    text = answer.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not is_whole_file(text, header):
        source = unindented(text)
        module = read_syntax(source, Findings())
        if module is None:
            return None
        kernels = [each for each in module.body if isinstance(each, ast.FunctionDef)]
        given = header.rstrip()
        text = (
            f"{given}\n{textwrap.indent(source.text, _INDENT)}"
            if not kernels
            else _below(given, kernels[0], source.text)
        )
    written = format_text(f"{text.rstrip()}\n", Findings())
    return written if written is not None and is_whole_file(written, header) else None


def with_comment(program: str, entry: Entry, formula: str) -> str:
    """Put the comment of a library before a program."""
    return "".join(f"{line}\n" for line in _comment(entry, formula)) + f"\n{program.lstrip()}"


def without_comment(text: str) -> str:
    """Return a file without the comment at its beginning."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join(lines[first:]).lstrip("\n")


def told_metrics(text: str) -> Mapping[str, tuple[int, int]]:
    """Return the numbers that the comment of a file tells: name to value and line."""
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.startswith("#"):
            break
        name, colon, value = line.removeprefix("#").partition(":")
        digits = value.strip().replace(",", "")
        if colon and name.strip() in _FIELDS and digits.isascii() and digits.isdigit():
            found.setdefault(name.strip(), (int(digits[:20]), number))
    return found


def kernel_line(text: str) -> int:
    """Return the line of a program's kernel, which is its last definition; 1 where there is none.

    The text is not parsed, which whoever judges it may have broken at.
    """
    lines = text.split("\n")
    found = [number for number, line in enumerate(lines, start=1) if line.startswith("def ")]
    return found[-1] if found else 1


def foreign_line(text: str, header: str) -> int | None:
    """Return where a file stops declaring what the header of its task does.

    None where it does declare that, and where it is no text of the language at all, which a judge
    says better.
    """
    module = read_syntax(Source(text), Findings())
    if module is None or is_whole_file(text, header):
        return None
    given = read_syntax(Source(f"{header.rstrip()}\n{_INDENT}return\n"), Findings())
    assert given is not None
    kernel = given.body[-1]
    assert isinstance(kernel, ast.FunctionDef)
    wanted = _declared(given, kernel.name)
    found = [each for each in module.body if not _is_text(each)]
    for place, statement in enumerate(found):
        told = _declared(ast.Module(body=[statement], type_ignores=[]), kernel.name)
        if place >= len(wanted) or told != [wanted[place]]:
            return statement.lineno
    return len(text.rstrip().split("\n"))


def _declared(module: ast.Module, kernel: str) -> list[str]:
    """Write what a file declares; of its kernel the signature."""
    return [
        f"{each.name} {ast.dump(each.args)} {each.returns and ast.dump(each.returns)}"
        if isinstance(each, ast.FunctionDef) and each.name == kernel
        else ast.dump(each)
        for each in module.body
        if not _is_text(each)
    ]


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _below(header: str, kernel: ast.FunctionDef, text: str) -> str:
    """Put the body of a bare kernel below the signature of a header, which may name otherwise."""
    given = ast.parse(f"{header}\n{_INDENT}return\n").body[-1]
    assert isinstance(given, ast.FunctionDef)
    names = [each.arg for each in given.args.args]
    own = [each.arg for each in kernel.args.args]
    lines, texts = header.split("\n"), text.split("\n")
    row, column = _colon(kernel, text)
    body = "\n".join([texts[row - 1][column:], *texts[row:]])
    if own != names:
        renamed = f"{', '.join(own)} = {', '.join(names)}"
        first = kernel.body[0]
        margin = texts[first.lineno - 1][: first.col_offset]
        body = f" {renamed};{body}" if first.lineno == row else f"\n{margin}{renamed}{body}"
    before = texts[: kernel.lineno - 1]
    head, signature = lines[: given.lineno - 1], lines[given.lineno - 1 :]
    return "\n".join([*head, *before, *signature]) + body


def _colon(kernel: ast.FunctionDef, text: str) -> tuple[int, int]:
    """Return where the signature of a definition ends: the line, and the column behind."""
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.start[0] < kernel.lineno:
            continue
        depth += (token.string in {"(", "["}) - (token.string in {")", "]"})
        if token.type == tokenize.OP and token.string == ":" and not depth:
            return token.end
    raise AssertionError("a definition without a colon")


def _comment(entry: Entry, formula: str) -> Iterator[str]:
    metrics, source = entry.metrics, entry.provenance
    memory = "decided by the data" if metrics.on_chip_bytes is None else f"{metrics.on_chip_bytes}"
    values = (f"{metrics.cycles}", f"{metrics.off_chip_bytes}", memory, f"{metrics.flops}")
    pairs = (
        ("task", entry.task),
        ("formula", formula),
        ("signature", entry.signature),
        *zip(_FIELDS, values, strict=True),
        ("model", source.model),
        ("run", f"{source.run}, sample {source.sample} of {source.policy}"),
        ("prompt", f"sha256 {source.prompt}" if source.prompt else "not recorded"),
        ("answer", f"sha256 {source.answer}"),
        ("seeds", f"{_listed(source.seeds)} in the run, {_listed(entry.seeds)} in the library"),
    )
    width = max(len(name) for name, _ in pairs) + 1
    for name, value in pairs:
        # one line each: what a model is called must not end the comment
        yield f"# {f'{name}:'.ljust(width)} {visible_text(' '.join(value.split()))}"


def _listed(seeds: tuple[int, ...]) -> str:
    return ",".join(map(str, seeds)) or "none"


def signature_text(task: Task) -> str:
    """Return the signature of a task's kernel on one line."""
    given = ast.parse(f"{task.header.rstrip()}\n{_INDENT}return\n").body[-1]
    assert isinstance(given, ast.FunctionDef)
    result = "" if given.returns is None else f" -> {ast.unparse(given.returns)}"
    return f"{given.name}({ast.unparse(given.args)}){result}"
