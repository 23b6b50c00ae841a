"""The sub-commands of the compiler: opt, draw."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aspl.command import LinearityOption, SizesOption, told
from aspl.terminal import UsageError, quoted, write_bytes, write_text
from compiler.command import AnyFile, PipelineOption, Source, compiled_source, optimised

if TYPE_CHECKING:
    from aspl.checker import Checked


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
    """Apply passes to a program and print it as MLIR text, which can be read back.

    Example: aspl opt kernel.aspl -p "insert-broadcasts,safe"
    """
    if list_passes:
        from compiler.listing import passes_text

        write_text(passes_text(), sys.stdout)
        return
    module = optimised(Source.read(file), pipeline, linearity, dim)

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
    """Draw the graph of a program.

    Example: aspl draw kernel.aspl -o kernel.svg
    """
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
    source = Source.read(file)
    if not pipeline and not source.is_module:
        return source.checked(linearity, sizes)
    return compiled_source(source, pipeline, linearity, sizes).checked


def _write(output: str, data: bytes) -> None:
    if output == "-":
        write_text(data.decode(), sys.stdout)
    else:
        write_bytes(output, data)
