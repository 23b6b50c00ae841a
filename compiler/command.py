"""What sub-commands that compile share: programs and MLIR text read, pipelines, passes run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aspl.command import REJECTED, ProgramText, sizes_of, tell
from aspl.terminal import UsageError, quoted, read_bytes

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from aspl.checker import Checked
    from compiler.compiled import Compiled
    from compiler.pipelines import Pipeline

MOST_BYTES = 64 * 1024 * 1024

AnyFile = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help="A program, or MLIR text; - is standard input."),
]
PipelineOption = Annotated[
    str,
    typer.Option(
        "--pipeline",
        "-p",
        metavar="PASSES",
        help="Passes, as in `insert-broadcasts,verify`; `aspl opt --list` lists them.",
    ),
]


class Source:
    """The text of a file: a program, or a module."""

    def __init__(self, name: str, data: bytes, *, json: bool) -> None:
        from compiler.ir.detect import is_module

        self.name, self.data, self.json = name, data, json
        self.is_module = is_module(data[:4096].decode("utf-8", "replace"))

    @classmethod
    def read(cls, file: str | None, *, json: bool = False) -> Source:
        """Read a file, or standard input for `-`; findings go to standard error.

        Errors: UsageError for a file that cannot be read.
        """
        if file is None:
            raise UsageError("expected a FILE: a program, or MLIR text; - is standard input")
        data = read_bytes(file, MOST_BYTES)
        if len(data) > MOST_BYTES:
            raise UsageError(f"expected at most {MOST_BYTES} bytes in {quoted(file)}")
        return cls("<stdin>" if file == "-" else file, data, json=json)

    def text(self) -> ProgramText:
        """Return it with no findings yet."""
        from aspl.diagnostics import Findings
        from aspl.text.source import decode

        findings = Findings()
        decoded = "" if self.is_module else decode(self.data, findings)
        return ProgramText(self.name, decoded or "", findings, self.json, sys.stderr)

    def checked(self, linearity: Literal["strict", "auto"], sizes: list[str] | None) -> Checked:
        """Return the program; findings are reported, and end the command if it is rejected."""
        text = self.text()
        checked = None
        if not text.findings.has_errors:
            checked = text.check(linearity, sizes_of(sizes))
        text.report()
        if checked is None or text.findings.has_errors:
            raise typer.Exit(REJECTED)
        return checked

    def module(self, linearity: Literal["strict", "auto"], sizes: list[str] | None) -> ModuleOp:
        """Return the module, without places in the source.

        Errors: UsageError for MLIR text that is no module, or for sizes beside it.
        """
        from compiler.ir.build import build

        if not self.is_module:
            return build(self.checked(linearity, sizes), spans=False)
        return self._parsed(sizes)

    def _parsed(self, sizes: list[str] | None) -> ModuleOp:
        from compiler.ir.text import NoModule, parse_module

        if sizes:
            raise UsageError("--dim is for programs; MLIR text has its sizes in `step.size`")
        try:
            return parse_module(self.data.decode("utf-8", "replace"), self.name)
        except NoModule as error:
            span = error.span
            where = f":{span.line}:{span.column + 1}" if span is not None else ""
            raise UsageError(f"{self.name}{where}: {error}") from error


def optimised(
    source: Source, pipeline: str, linearity: Literal["strict", "auto"], sizes: list[str] | None
) -> ModuleOp:
    """Return the module of a file after passes, telling which of them had nothing to change.

    One that fails ends the command.

    Errors: UsageError for a text that is no pipeline.
    """
    passes = pipeline_of(pipeline)
    module = source.module(linearity, sizes)

    from xdsl.utils.exceptions import DiagnosticException

    from compiler.ir.text import first_line
    from compiler.pipelines import pipeline_text, run_watched

    try:
        idle = run_watched(passes, module)
    except DiagnosticException as error:
        tell(f"{source.name}: {first_line(error)}")
        raise typer.Exit(REJECTED) from error
    if idle:
        tell(f"{source.name}: nothing to change for {pipeline_text(idle).replace(',', ', ')}")
    return module


def compiled_source(
    source: Source, pipeline: str, linearity: Literal["strict", "auto"], sizes: list[str] | None
) -> Compiled:
    """Return the program of a file after passes; one that does not compile ends the command.

    Errors: UsageError for a text that is no pipeline.
    """
    from xdsl.utils.exceptions import DiagnosticException

    from compiler.compiled import compile_program, compiled
    from compiler.ir.text import first_line
    from compiler.pipelines import run

    try:
        passes = pipeline_of(pipeline)
        if not source.is_module:
            return compile_program(source.checked(linearity, sizes), passes)
        module = source.module(linearity, sizes)
        run(passes, module)
        return compiled(module)
    except DiagnosticException as error:
        tell(f"{source.name}: {first_line(error)}")
        raise typer.Exit(REJECTED) from error


def pipeline_of(text: str) -> Pipeline:
    """Return the passes that a text names; none for an empty one.

    Errors: UsageError.
    """
    if not text.strip():
        return ()

    from compiler.pipelines import BadPipeline, parse_pipeline

    try:
        return parse_pipeline(text)
    except BadPipeline as error:
        raise UsageError(f"--pipeline, column {error.column + 1}: {error}") from error
