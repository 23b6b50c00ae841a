"""A report as one HTML page that needs nothing else: no network, no scripts, no fonts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchmark.report.content import Report, Shown, TaskReport, said
from benchmark.report.curve import Line, curve_svg
from benchmark.report.exemplars import shown_rounds
from benchmark.report.facts import facts
from benchmark.report.sections import tables
from benchmark.report.tables import counted, interval, number
from benchmark.store.view import RunView

TEMPLATES = Path(__file__).parent / "templates"
PLACED = frozenset({"Tasks", "Rounds"})
"""Tables that have a place of their own on the page."""


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
    found = {each.title: each for each in tables(report)}
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html.j2").render(
        title=f"{report.run.config.model} on {report.run.config.suite}",
        style=Markup(style),
        headlines=headlines(report),
        facts=facts(report.run),
        tables=tuple(each for title, each in found.items() if title not in PLACED),
        tasks_table=found["Tasks"],
        rounds_table=found.get("Rounds"),
        curve=Markup(curve_svg(curves(report), report.scores.solved.tasks)),
        rounds=shown_rounds(report),
        tasks=report.tasks,
        anchor=anchor,
        place=place,
        counted=counted,
        said=said,
        status=status,
        summary=summary,
    )


def curves(report: Report) -> tuple[Line, ...]:
    """Return the learning curves of this run and of the other."""
    own = Line(name=_name(report.run), curve=report.scores.curve)
    if report.against is None:
        return (own,)
    other = report.against
    return (own, Line(name=_name(other.run), curve=other.scores.curve))


def headlines(report: Report) -> tuple[Headline, ...]:
    """Return the numbers that a reader came for."""
    scores, usage = report.scores, report.run.usage
    solved = scores.solved
    asked = f"{counted(solved.unasked, 'task')} never asked; " if solved.unasked else ""
    found = [
        Headline(
            value=f"{solved.solved}/{solved.tasks}",
            name="tasks solved",
            note=f"{asked}95 %: {interval(solved.interval)}",
        )
    ]
    rounds = len(scores.rounds)
    # of several rounds the first one says what the model does on its own
    ks = [k for k in (1, max(scores.pass_at, default=1)) if k in scores.pass_at]
    for k in dict.fromkeys(ks[:1] if rounds > 1 else ks):
        each = scores.pass_at[k]
        place = ", first round" if rounds > 1 else ""
        found.append(
            Headline(
                value=number(each.value, 3),
                name=f"pass@{k}{place}",
                note=f"95 %: {interval(each.interval)}",
            )
        )
    if rounds > 1:
        fruitful = sum(bool(each.solved) for each in scores.rounds)
        note = f"{fruitful} of them solved a task"
        found.append(Headline(value=f"{rounds:,}", name="rounds", note=note))
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


def place(task: str, sample: int) -> str:
    """Return the place of a program on the page."""
    return f"program-{anchor(task)}-{sample}"


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


def _name(run: RunView) -> str:
    return f"{run.config.model}, {run.config.policy}"
