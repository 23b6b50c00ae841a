"""The sub-commands of the compiler: opt, draw."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aspl.command import (
    REJECTED,
    LinearityOption,
    ProgramText,
    SizesOption,
    sizes_of,
    tell,
    told,
)
from aspl.terminal import UsageError, quoted, read_bytes, write_bytes, write_text

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from aspl.checker import Checked
    from compiler.pipelines import Pipeline

MOST_BYTES = 64 * 1024 * 1024

AnyFile = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help="A program, or MLIR text; - is standard input."),
]
PipelineOption = Annotated[
    str,
    typer.Option(
        "--pipeline", "-p", metavar="PASSES", help="Passes, as in `insert-broadcasts,verify`."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the sub-commands to the command."""
    app.command()(told(opt))
    app.command()(told(draw))


def opt(
    file: AnyFile = None,
    pipeline: PipelineOption = "",
    list_passes: Annotated[
        bool, typer.Option("--list", help="List the passes with their options.")
    ] = False,
    dim: SizesOption = None,
    linearity: LinearityOption = "auto",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT.mlir", help="Where the text goes.")
    ] = "-",
) -> None:
    """Apply passes to a program and print it as MLIR text, which can be read back."""
    if list_passes:
        from compiler.listing import passes_text

        write_text(passes_text(), sys.stdout)
        return
    module = _optimised(file, pipeline, linearity, dim)

    from compiler.ir.text import print_module

    _write(output, print_module(module).encode())


def draw(
    file: AnyFile = None,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="g.svg|g.png|g.pdf|g.dot",
            help="The picture, or with .dot the text that Graphviz draws; - prints that text.",
        ),
    ] = "-",
    pipeline: PipelineOption = "",
    dim: SizesOption = None,
    linearity: LinearityOption = "auto",
) -> None:
    """Draw the graph of a program."""
    from compiler.draw import FORMATS, NotDrawn, graph_text, picture

    kind = PurePath(output).suffix.removeprefix(".")
    if output != "-" and kind not in (*FORMATS, "dot"):
        wanted = ", ".join(f"`.{each}`" for each in (*FORMATS, "dot"))
        raise UsageError(f"expected -o with a file that ends in {wanted}, got {quoted(output)}")
    text = graph_text(_drawn(file, pipeline, linearity, dim))
    if output == "-" or kind == "dot":
        _write(output, text.encode())
        return
    try:
        _write(output, picture(text, kind))
    except NotDrawn as error:
        raise UsageError(str(error)) from error


def _drawn(
    file: str | None,
    pipeline: str,
    linearity: Literal["strict", "auto"],
    sizes: list[str] | None,
) -> Checked:
    """Return the program to draw: as it is written, or after passes."""
    source = _Source.read(file)
    if not pipeline and not source.is_module:
        return source.checked(linearity, sizes)

    from xdsl.utils.exceptions import VerifyException

    from compiler.compiled import compiled
    from compiler.ir.text import first_line

    module = _optimised(file, pipeline, linearity, sizes, source)
    try:
        return compiled(module).checked
    except VerifyException as error:
        tell(f"{source.name}: {first_line(error)}")
        raise typer.Exit(REJECTED) from error


def _optimised(
    file: str | None,
    pipeline: str,
    linearity: Literal["strict", "auto"],
    sizes: list[str] | None,
    source: _Source | None = None,
) -> ModuleOp:
    """Return the module of a file after the passes of a pipeline."""
    passes = _pipeline(pipeline)
    source = source or _Source.read(file)
    module = source.module(linearity, sizes)

    from xdsl.utils.exceptions import DiagnosticException

    from compiler.ir.text import first_line
    from compiler.pipelines import run

    try:
        run(passes, module)
    except DiagnosticException as error:
        tell(f"{source.name}: {first_line(error)}")
        raise typer.Exit(REJECTED) from error
    return module


def _pipeline(text: str) -> Pipeline:
    if not text.strip():
        return ()

    from compiler.pipelines import BadPipeline, parse_pipeline

    try:
        return parse_pipeline(text)
    except BadPipeline as error:
        raise UsageError(f"--pipeline, column {error.column + 1}: {error}") from error


class _Source:
    """The text of a file: a program, or a module."""

    def __init__(self, name: str, data: bytes) -> None:
        from compiler.ir.detect import is_module

        self.name, self.data = name, data
        self.is_module = is_module(data[:4096].decode("utf-8", "replace"))

    @classmethod
    def read(cls, file: str | None) -> _Source:
        """Read a file, or standard input for `-`."""
        if file is None:
            raise UsageError("expected a FILE: a program, or MLIR text; - is standard input")
        data = read_bytes(file, MOST_BYTES)
        if len(data) > MOST_BYTES:
            raise UsageError(f"expected at most {MOST_BYTES} bytes in {quoted(file)}")
        return cls("<stdin>" if file == "-" else file, data)

    def checked(self, linearity: Literal["strict", "auto"], sizes: list[str] | None) -> Checked:
        """Return the program; findings are reported, and end the command if it is rejected."""
        from aspl.diagnostics import Findings
        from aspl.text.source import decode

        text = ProgramText(self.name, "", Findings(), False, sys.stderr)
        decoded = decode(self.data, text.findings)
        checked = None
        if decoded is not None:
            text.text = decoded
            checked = text.check(linearity, sizes_of(sizes))
        text.report()
        if checked is None or text.findings.has_errors:
            raise typer.Exit(REJECTED)
        return checked

    def module(self, linearity: Literal["strict", "auto"], sizes: list[str] | None) -> ModuleOp:
        """Return the module; MLIR text that is none is a wrong call."""
        from compiler.ir.build import build
        from compiler.ir.text import NoModule, parse_module

        if not self.is_module:
            return build(self.checked(linearity, sizes), spans=False)
        if sizes:
            raise UsageError("--dim is for programs; MLIR text has its sizes in `step.size`")
        try:
            return parse_module(self.data.decode("utf-8", "replace"), self.name)
        except NoModule as error:
            span = error.span
            where = f":{span.line}:{span.column + 1}" if span is not None else ""
            raise UsageError(f"{self.name}{where}: {error}") from error


def _write(output: str, data: bytes) -> None:
    if output == "-":
        write_text(data.decode(), sys.stdout)
    else:
        write_bytes(output, data)
