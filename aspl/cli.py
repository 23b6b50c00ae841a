"""The sub-commands of the language: check, fmt, run, explain, ops."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aspl.command import (
    REJECTED,
    File,
    JsonOption,
    LinearityOption,
    ProgramText,
    SizesOption,
    evaluated,
    interruptible,
    sizes_of,
    tell,
    told,
    values_of,
)
from aspl.terminal import (
    UsageError,
    is_colored,
    meant,
    quoted,
    require_writable,
    write_bytes,
    write_records,
    write_text,
)

if TYPE_CHECKING:
    from aspl.checker import Checked
    from aspl.reference.evaluate import Evaluation


def register(app: typer.Typer) -> None:
    """Add the sub-commands to the command."""
    app.command()(told(check))
    app.command()(told(fmt))
    app.command()(told(run))
    app.command()(told(explain))
    app.command()(told(ops))


def check(
    file: File,
    json: JsonOption = False,
    linearity: LinearityOption = "strict",
    dim: SizesOption = None,
) -> None:
    """Report everything that is wrong with a program.

    Example: aspl check kernel.aspl
    """
    text = ProgramText.read(file, json=json, out=sys.stdout)
    checked = text.check(linearity, sizes_of(dim))
    text.report()
    if checked is None or text.findings.has_errors:
        raise typer.Exit(REJECTED)
    tell(f"{text.name}: {_good(checked)}")


def fmt(
    file: File,
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
    """Print a program in canonical layout; comments and loops stay.

    Example: aspl fmt kernel.aspl --write
    """
    if check + write + expand > 1:
        raise UsageError("--check, --write and --expand exclude each other")
    if write and file == "-":
        raise UsageError("--write needs a file, not standard input")
    text = ProgramText.read(file, json=False, out=sys.stderr)
    written = text.expanded() if expand else text.formatted()
    text.report()
    if written is None:
        raise typer.Exit(REJECTED)
    if check:
        if written != text.text:
            tell(f"{text.name} is not in canonical layout")
            raise typer.Exit(REJECTED)
    elif not write:
        write_text(written, sys.stdout)
    elif written != text.text:
        write_bytes(file, written.encode())


def run(
    file: File,
    inputs: Annotated[
        Path | None,
        typer.Option(
            metavar="X.npz", help="Values, as `aspl ops archives` says; random if not given."
        ),
    ] = None,
    dim: SizesOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Where random values start.")] = 0,
    precision: Annotated[
        Literal["f32", "f64"],
        typer.Option(help="How floats are held; in f32, narrower types are rounded to."),
    ] = "f32",
    linearity: LinearityOption = "strict",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT.npz", help="Write the results.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Evaluate a program and show its shapes and values.

    Example: aspl run kernel.aspl --seed 1 --dim M=4
    """
    if output is not None:
        require_writable(str(output))
    text = ProgramText.read(file, json=json, out=sys.stderr)
    checked = text.check(linearity, sizes_of(dim))
    if checked is None or text.findings.has_errors:
        text.report()
        raise typer.Exit(REJECTED)
    if inputs is None:
        tell(f"{text.name}: random values, seed {seed}")
    found = interruptible(
        lambda: evaluated(text, checked, values_of(checked.program, inputs, seed), precision)
    )
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
    """Tell what a diagnostic means, with a wrong and a right program.

    Example: aspl explain L001
    """
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
    """Print the manual of operators, functions and the language.

    Example: aspl ops Accum
    """
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
