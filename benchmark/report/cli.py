"""The sub-command that reports on runs: bench report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aspl.command import JsonOption, tell, told
from aspl.terminal import UsageError, is_colored, quoted, reason, write_records, write_text
from benchmark.store.command import WORKSPACE, RunArgument, WorkspaceOption

if TYPE_CHECKING:
    from benchmark.report.content import Report


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
        _write(form, file, found)
    if json:
        from benchmark.report.record import report_record

        write_records([report_record(found)], sys.stdout)
    elif not files:
        from benchmark.report.text import report_text

        write_text(report_text(found, color=is_colored(sys.stdout)) + "\n", sys.stdout)


def _write(form: str, file: str, report: Report) -> None:
    text = _text(form, report)
    if file == "-":
        write_text(text, sys.stdout)
        return
    try:
        Path(file).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"cannot write {quoted(file)}: {reason(error)}") from error
    tell(f"the report is in {file}")


def _text(form: str, report: Report) -> str:
    match form:
        case "html":
            from benchmark.report.html import report_html

            return report_html(report)
        case "markdown":
            from benchmark.report.markdown import report_markdown

            return report_markdown(report)
        case "csv":
            from benchmark.report.samples import samples_csv

            return samples_csv(report.run)
        case _:
            from benchmark.report.junit import report_junit

            return report_junit(report)
