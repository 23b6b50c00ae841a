"""What commands share that write reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aspl.command import tell
from aspl.terminal import UsageError, quoted, reason, write_text

if TYPE_CHECKING:
    from benchmark.report.content import Report


def write_report(form: str, file: str, report: Report) -> None:
    """Write a report as html, markdown, csv or junit; `-` is standard output.

    Errors: UsageError for a file that cannot be written.
    """
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
