"""The sub-command that reports on runs: bench report."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aspl.command import JsonOption, told
from aspl.terminal import UsageError, is_colored, width_of, write_records, write_text
from benchmark.report.command import write_report
from benchmark.store.command import WORKSPACE, RunArgument, WorkspaceOption

if TYPE_CHECKING:
    pass


def register(bench: typer.Typer) -> None:
    """Add the sub-command to the group."""
    bench.command("report")(told(report))


def report(
    run: RunArgument,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write one page that needs nothing else.")
    ] = None,
    markdown: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write Markdown for a pull request.")
    ] = None,
    csv: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the samples, one a line.")
    ] = None,
    junit: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write JUnit XML; a task is a case.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="RUN", help="Compare with another run, task by task.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Report on a run: solved tasks, pass@k with intervals, cycles, outcomes.

    Prints text, or writes the formats that are asked for; - as FILE is standard output.

    Example: aspl bench report last --html report.html
    """
    from benchmark.report.content import report as gathered
    from benchmark.store.find import opened, run_named

    with opened(workspace) as place:
        other = None if against is None else run_named(place, against)
        found = gathered(place, run_named(place, run), other)
    asked = {"html": html, "markdown": markdown, "csv": csv, "junit": junit}
    files = {form: file for form, file in asked.items() if file is not None}
    if list(files.values()).count("-") + json > 1:
        raise UsageError("only one format can go to standard output")
    for form, file in files.items():
        write_report(form, file, found)
    if json:
        from benchmark.report.record import report_record

        write_records([report_record(found)], sys.stdout)
    elif not files:
        from benchmark.report.text import report_text

        color, width = is_colored(sys.stdout), width_of(sys.stdout)
        write_text(report_text(found, color=color, width=width) + "\n", sys.stdout)
