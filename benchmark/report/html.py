"""A report as one HTML page that needs nothing else: no network, no scripts, no fonts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchmark.report.content import Report, Shown, TaskReport, said
from benchmark.report.curve import Line, curve_svg
from benchmark.report.tables import counted, facts, interval, number, tables

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One number above everything else."""

    value: str
    name: str
    note: str


def report_html(report: Report) -> str:
    """Write a report as a page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html.j2").render(
        title=f"{report.run.config.model} on {report.run.config.suite}",
        style=Markup(style),
        headlines=headlines(report),
        facts=facts(report.run),
        tables=tuple(each for each in tables(report) if each.title != "Tasks"),
        tasks_table=next(each for each in tables(report) if each.title == "Tasks"),
        curve=Markup(curve_svg(curves(report), report.scores.solved.tasks)),
        tasks=report.tasks,
        anchor=anchor,
        counted=counted,
        said=said,
        status=status,
        summary=summary,
    )


def curves(report: Report) -> tuple[Line, ...]:
    """Return the learning curves of this run and of the other."""
    own = Line(name=report.run.config.model, values=report.scores.curve)
    if report.against is None:
        return (own,)
    other = report.against
    return (own, Line(name=other.run.config.model, values=other.scores.curve))


def headlines(report: Report) -> tuple[Headline, ...]:
    """Return the numbers that a reader came for."""
    scores, usage = report.scores, report.run.usage
    found = [
        Headline(
            value=f"{scores.solved.solved}/{scores.solved.tasks}",
            name="tasks solved",
            note=f"95 %: {interval(scores.solved.interval)}",
        )
    ]
    one = scores.pass_at.get(1)
    if one is not None:
        note = f"95 %: {interval(one.interval)}"
        found.append(Headline(value=number(one.value, 3), name="pass@1", note=note))
    last = max(scores.pass_at, default=1)
    if last > 1:
        best = scores.pass_at[last]
        note = f"95 %: {interval(best.interval)}"
        found.append(Headline(value=number(best.value, 3), name=f"pass@{last}", note=note))
    price = "no known price" if usage.usd is None else f"{usage.usd:.4f} USD"
    found.append(
        Headline(
            value=f"{scores.samples:,}", name="samples", note=f"{usage.calls:,} calls, {price}"
        )
    )
    return tuple(found)


def anchor(name: str) -> str:
    """Return the place of a task on the page."""
    return "task-" + "".join(each if each.isalnum() else "-" for each in name)


def status(task: TaskReport) -> str:
    """Return a word for how a task went."""
    if task.tally.is_solved:
        return "solved"
    return "unsolved" if task.tally.samples else "unasked"


def summary(shown: Shown) -> str:
    """Return the line that a program hides behind."""
    cost = shown.verdict.cost if shown.verdict else None
    cycles = "" if cost is None else f", {cost.cycles:,} cycles"
    lines = counted(len(shown.program.splitlines()), "line")
    return f"sample {shown.sample}: {shown.outcome}{cycles}, {lines}"
