"""What the sub-commands of all packages share: reading a program, sizes, values, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any, Literal, ParamSpec, TextIO, TypeVar

import typer

from aspl.terminal import (
    UsageError,
    is_colored,
    meant,
    quoted,
    read_bytes,
    reason,
    width_of,
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
INTERRUPTED = 130
LARGEST_SIZE = 2**40

TOO_LARGE = "the values do not fit into memory; give smaller sizes with --dim"

P = ParamSpec("P")
T = TypeVar("T")

File = Annotated[str, typer.Argument(metavar="FILE", help="The program; - is standard input.")]
LinearityOption = Annotated[
    Literal["strict", "auto"],
    typer.Option(help="Whether a second reader of a stream is an error, or gets a copy."),
]
SizesOption = Annotated[
    list[str] | None,
    typer.Option("--dim", metavar="NAME=VALUE", help="A value for a named size; repeatable."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one object of JSON a line.")]


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command that tells of a wrong call in one line."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except UsageError as error:
            tell(f"aspl: {error}")
            raise typer.Exit(USAGE) from error

    return told


@dataclass(slots=True)
class ProgramText:
    """A program's text and what is found in it; where findings go."""

    name: str
    text: str
    findings: Findings
    json: bool
    out: TextIO

    @classmethod
    def read(cls, file: str, *, json: bool, out: TextIO) -> ProgramText:
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


def sizes_of(given: list[str] | None) -> dict[str, int]:
    """Read `NAME=VALUE` pairs.

    Errors: UsageError for what is no such pair.
    """
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


def values_of(program: Program, inputs: Path | None, seed: int) -> dict[str, Any]:
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
        raise UsageError(TOO_LARGE) from error


def evaluated(
    text: ProgramText, checked: Checked, values: dict[str, Any], precision: Literal["f32", "f64"]
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
        raise UsageError(TOO_LARGE) from error
    except EvaluationFailed as failure:
        text.findings.add(failure.diagnostic)
        return None


def interruptible(work: Callable[[], T]) -> T:
    """Do work that may stay in compiled code for long, so that an interrupt ends the process.

    It is done in a thread of its own, which the end of the process does not wait for.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def finish() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=finish, daemon=True)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        with suppress(OSError):
            sys.stdout.flush()
        # at once: what runs in the thread may use what an orderly end takes away
        os._exit(INTERRUPTED)
    if failed:
        raise failed[0]
    return done[0]


def tell(text: str) -> None:
    """Write a line of talk, which goes to standard error."""
    write_text(text + "\n", sys.stderr)
