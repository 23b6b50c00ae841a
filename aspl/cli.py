"""The sub-commands of the language: check, fmt, run, explain, ops."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, ParamSpec, TextIO

import typer

from aspl.terminal import (
    UsageError,
    is_colored,
    meant,
    quoted,
    read_bytes,
    reason,
    width_of,
    write_bytes,
    write_records,
    write_text,
)

if TYPE_CHECKING:
    from aspl.checker import Checked
    from aspl.diagnostics import Findings
    from aspl.program import Program
    from aspl.reference.evaluate import Evaluation

REJECTED = 1
USAGE = 2
LARGEST_SIZE = 2**40

_TOO_LARGE = "the values do not fit into memory; give smaller sizes with --dim"

P = ParamSpec("P")

_File = Annotated[str, typer.Argument(metavar="FILE", help="The program; - is standard input.")]
_Linearity = Annotated[
    Literal["strict", "auto"],
    typer.Option(help="Whether a second reader of a stream is an error, or gets a copy."),
]
_Sizes = Annotated[
    list[str] | None,
    typer.Option("--dim", metavar="NAME=VALUE", help="A value for a named size; repeatable."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print one object of JSON a line.")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands to the command."""
    app.command()(_told(check))
    app.command()(_told(fmt))
    app.command()(_told(run))
    app.command()(_told(explain))
    app.command()(_told(ops))


def check(
    file: _File, json: _Json = False, linearity: _Linearity = "strict", dim: _Sizes = None
) -> None:
    """Report everything that is wrong with a program."""
    text = _Text.read(file, json=json, out=sys.stdout)
    checked = text.check(linearity, _sizes(dim))
    text.report()
    if checked is None or text.findings.has_errors:
        raise typer.Exit(REJECTED)
    _tell(f"{text.name}: {_good(checked)}")


def fmt(
    file: _File,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell, by the exit code, whether it would change.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", "-w", help="Write the file in place of printing.")
    ] = False,
    expand: Annotated[
        bool, typer.Option("--expand", help="Print the program with its loops unrolled.")
    ] = False,
) -> None:
    """Print a program in canonical layout; comments and loops stay."""
    if check + write + expand > 1:
        raise UsageError("--check, --write and --expand exclude each other")
    if write and file == "-":
        raise UsageError("--write needs a file, not standard input")
    text = _Text.read(file, json=False, out=sys.stderr)
    written = text.expanded() if expand else text.formatted()
    text.report()
    if written is None:
        raise typer.Exit(REJECTED)
    if check:
        if written != text.text:
            _tell(f"{text.name} is not in canonical layout")
            raise typer.Exit(REJECTED)
    elif not write:
        write_text(written, sys.stdout)
    elif written != text.text:
        write_bytes(file, written.encode())


def run(
    file: _File,
    inputs: Annotated[
        Path | None,
        typer.Option(
            metavar="X.npz", help="Values, as `aspl ops archives` says; random if not given."
        ),
    ] = None,
    dim: _Sizes = None,
    seed: Annotated[int, typer.Option(min=0, help="Where random values start.")] = 0,
    precision: Annotated[
        Literal["f32", "f64"],
        typer.Option(help="How floats are held; in f32, narrower types are rounded to."),
    ] = "f32",
    linearity: _Linearity = "strict",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT.npz", help="Write the results.")
    ] = None,
    json: _Json = False,
) -> None:
    """Evaluate a program and show its shapes and values."""
    text = _Text.read(file, json=json, out=sys.stderr)
    checked = text.check(linearity, _sizes(dim))
    if checked is None or text.findings.has_errors:
        text.report()
        raise typer.Exit(REJECTED)
    if inputs is None:
        _tell(f"{text.name}: random values, seed {seed}")
    found = _evaluated(text, checked, _values(checked.program, inputs, seed), precision)
    text.report()
    if found is None:
        raise typer.Exit(REJECTED)
    if output is not None:
        _save(output, checked, found)
    _show(checked, found, json)


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="As in error[L001]; all if not given.")
    ] = None,
) -> None:
    """Tell what a diagnostic means, with a wrong and a right program."""
    from difflib import get_close_matches

    from aspl.codes import CODES
    from aspl.diagnose import TASK, diagnose_example
    from aspl.manual import Manual

    manual = Manual(is_colored(sys.stdout))
    if code is None:
        _print(manual.codes())
        return
    row = CODES.get(code.upper())
    if row is None:
        stage = [each for each in CODES if each[0] == code[:1].upper()] or CODES
        near = meant(get_close_matches(code.upper()[:8], stage, n=3, cutoff=0.0))
        raise UsageError(f"there is no code {quoted(code)}{near}")
    _print(manual.code(row, diagnose_example(row, row.wrong), TASK))


def ops(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="An operator, function or topic; all if not given."),
    ] = None,
    functions: Annotated[
        bool, typer.Option("--functions", help="List the functions and their primitives.")
    ] = False,
    earlier: Annotated[
        bool, typer.Option("--earlier", help="List the spellings of the earlier dialect.")
    ] = False,
) -> None:
    """Print the manual of operators, functions and the language."""
    from aspl.manual import Manual, nearest_names

    if functions + earlier + (name is not None) > 1:
        raise UsageError("a NAME, --functions and --earlier exclude each other")
    manual = Manual(is_colored(sys.stdout))
    if functions:
        _print(manual.functions())
    elif earlier:
        _print(manual.earlier())
    elif name is None:
        _print(manual.operators())
    else:
        page = manual.page(name)
        if page is None:
            near = meant(nearest_names(name))
            raise UsageError(f"there is no operator or function {quoted(name)}{near}")
        _print(page)


def _told(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command that tells of a wrong call in one line."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except UsageError as error:
            _tell(f"aspl: {error}")
            raise typer.Exit(USAGE) from error

    return told


@dataclass(slots=True)
class _Text:
    """A program's text and what is found in it; where findings go."""

    name: str
    text: str
    findings: Findings
    json: bool
    out: TextIO

    @classmethod
    def read(cls, file: str, *, json: bool, out: TextIO) -> _Text:
        """Read a program; what is no text is reported and ends the command."""
        from aspl.diagnostics import Findings

        text = cls("<stdin>" if file == "-" else file, "", Findings(), json, out)
        decoded = _decoded(file, text.findings)
        if decoded is None:
            text.report()
            raise typer.Exit(REJECTED)
        text.text = decoded
        return text

    def check(self, linearity: Literal["strict", "auto"], sizes: dict[str, int]) -> Checked | None:
        """Parse and check it with sizes in place of its own."""
        from aspl.checker import check
        from aspl.text.parse import parse

        program = parse(self.text, self.findings, sizes=sizes)
        if program is None:
            return None
        _require_sizes(program, sizes)
        return check(program, self.findings, linearity=linearity)

    def formatted(self) -> str | None:
        """Return it in canonical layout."""
        from aspl.text.format import format_text

        return format_text(self.text, self.findings)

    def expanded(self) -> str | None:
        """Return the unrolled program in canonical layout."""
        from aspl.text.format import format_text
        from aspl.text.parse import parse
        from aspl.text.printer import print_program

        program = parse(self.text, self.findings)
        if program is None or self.findings.has_errors:
            return None
        return format_text(print_program(program), self.findings)

    def report(self) -> None:
        """Print the findings."""
        from aspl.render import render_all, to_json

        if self.json:
            write_records(
                ({**to_json(each), "file": self.name} for each in self.findings), self.out
            )
        elif len(self.findings):
            color, width = is_colored(self.out), width_of(self.out)
            rendered = render_all(self.findings, self.text, self.name, color=color, width=width)
            write_text(rendered + "\n", self.out)


def _decoded(file: str, findings: Findings) -> str | None:
    """Return the text of a file, or None after reporting that it is none, or too much of it."""
    from aspl.diagnostics import NOWHERE, Diagnostic
    from aspl.text.source import MAX_CHARACTERS, decode

    most = 4 * MAX_CHARACTERS
    data = read_bytes(file, most)
    if len(data) <= most:
        return decode(data, findings)
    message = f"expected at most {MAX_CHARACTERS} characters, got more than {most} bytes"
    hint = "write loops in place of repeated lines"
    findings.add(Diagnostic(code="P003", message=message, span=NOWHERE, hint=hint))
    return None


def _sizes(given: list[str] | None) -> dict[str, int]:
    """Read `NAME=VALUE` pairs."""
    sizes: dict[str, int] = {}
    for each in given or ():
        name, equals, value = (part.strip() for part in each.partition("="))
        if not equals or not name.isidentifier():
            raise UsageError(f"expected --dim NAME=VALUE, got {quoted(each)}")
        if not (value.isascii() and value.isdigit()) or int(value[:20]) > LARGEST_SIZE:
            words = f"expected a size from 0 to 2**40 for --dim {name}"
            raise UsageError(f"{words}, got {quoted(value)}")
        sizes[name] = int(value)
    return sizes


def _require_sizes(program: Program, sizes: dict[str, int]) -> None:
    from aspl.text.scope import nearest

    known = [size.name for size in program.sizes]
    for name in sizes:
        if name not in known:
            near = (
                meant(nearest(name, known)) or f"; it has {', '.join(map(quoted, known)) or 'none'}"
            )
            raise UsageError(f"the program has no size {quoted(name)}{near}")


def _values(program: Program, inputs: Path | None, seed: int) -> dict[str, Any]:
    """Return the values of an archive, or random ones."""
    from aspl.archive import ArchiveError, read_archive, values_from
    from aspl.reference.inputs import random_inputs

    try:
        if inputs is None:
            return random_inputs(program, seed)
        return values_from(program, read_archive(inputs))
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(inputs))}: {reason(error)}") from error
    except ArchiveError as error:
        raise UsageError(f"{inputs}: {error}") from error
    except MemoryError as error:
        raise UsageError(_TOO_LARGE) from error


def _evaluated(
    text: _Text, checked: Checked, values: dict[str, Any], precision: Literal["f32", "f64"]
) -> Evaluation | None:
    """Return what a program computes, or None when the data do not let it."""
    from aspl.reference.evaluate import evaluate
    from aspl.reference.inputs import InputError
    from aspl.reference.state import EvaluationFailed

    try:
        return evaluate(checked, values, precision=precision)
    except InputError as error:
        raise UsageError(str(error)) from error
    except MemoryError as error:
        raise UsageError(_TOO_LARGE) from error
    except EvaluationFailed as failure:
        text.findings.add(failure.diagnostic)
        return None


def _show(checked: Checked, found: Evaluation, json: bool) -> None:
    from aspl.display import run_records, run_text

    if json:
        write_records(run_records(checked, found), sys.stdout)
    else:
        shown = run_text(checked, found, color=is_colored(sys.stdout))
        write_text(shown and shown + "\n", sys.stdout)


def _save(output: Path, checked: Checked, found: Evaluation) -> None:
    import io

    from aspl.archive import write_archive
    from aspl.display import run_arrays

    buffer = io.BytesIO()
    write_archive(buffer, run_arrays(checked, found))
    write_bytes(str(output), buffer.getvalue())


def _good(checked: Checked) -> str:
    """Tell what a program without errors is."""
    count, program = len(checked.program.nodes), checked.program
    types = ", ".join(str(checked.types[value]) for value in program.results)
    return f"no errors in {count} operator{'' if count == 1 else 's'}; returns {types or 'nothing'}"


def _print(text: str) -> None:
    write_text(text + "\n", sys.stdout)


def _tell(text: str) -> None:
    write_text(text + "\n", sys.stderr)
