"""The tables of a report as data; text, Markdown and HTML lay them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmark.report.content import Against, Report, TaskReport
from benchmark.scores.intervals import Estimate, Interval
from benchmark.scores.summary import Part, Scores, Solved
from benchmark.store.view import RunView

NONE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, and on which side its cells stand."""

    name: str
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a title and remarks below."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def columns(*names: str) -> tuple[Column, ...]:
    """Return columns; those whose names begin with `>` stand on the right."""
    return tuple(Column(name=each.lstrip(">"), right=each.startswith(">")) for each in names)


def facts(run: RunView) -> tuple[tuple[str, str], ...]:
    """Return what was run, as names and values."""
    config, usage = run.config, run.usage
    tokens = f"{usage.input_tokens:,} in, {usage.cached_tokens:,} of them cached"
    return (
        ("run", run.run),
        ("model", config.model),
        ("policy", f"{config.policy}, {counted(config.samples, 'sample')} a task"),
        ("tasks", f"{len(config.tasks)} of {config.suite}"),
        ("seed", str(config.seed)),
        ("began", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("ended", _ending(run)),
        ("samples", f"{len(run.settled):,} of {run.expected:,}"),
        ("calls", f"{usage.calls:,}"),
        ("tokens", f"{tokens}, {usage.output_tokens:,} out"),
        ("cost", _cost(run)),
        ("judge", run.config.versions.get("judge", NONE)),
    )


def tables(report: Report) -> Iterator[Table]:
    """Walk the tables of a report."""
    yield scores_table(report.scores)
    if report.against is not None:
        yield against_table(report.run, report.against)
    yield tasks_table(report.tasks)
    if any(each.best is not None for each in report.tasks):
        yield metrics_table(report.tasks)
    yield parts_table("Families", "family", report.scores.families)
    yield parts_table("Classes", "class", report.scores.classes)
    if report.scores.outcomes:
        yield outcomes_table(report.scores)


def scores_table(scores: Scores) -> Table:
    """Return the scores of a whole run."""
    rows = [("solved tasks", *_solved_cells(scores.solved))]
    rows += [
        (f"pass@{k}", *_estimate_cells(each), str(each.tasks)) for k, each in scores.pass_at.items()
    ]
    notes = ["intervals: 95 %; Wilson's for solved tasks, bootstrapped over tasks for pass@k"]
    if scores.unanswered:
        words = counted(scores.unanswered, "sample")
        notes.append(f"{words} without an end, counted nowhere; resume the run for them")
    return Table(
        title="Scores",
        columns=columns("", ">value", ">95 % interval", ">standard error", ">tasks"),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def tasks_table(tasks: Iterable[TaskReport]) -> Table:
    """Return how each task went."""
    rows = [
        (
            each.tally.task.name,
            "yes" if each.tally.is_solved else "no" if each.tally.samples else NONE,
            str(each.tally.correct),
            str(each.tally.samples),
            number(each.tally.rate, 3),
            _integer(each.tally.best.cycles if each.tally.best else None),
            _counts(each),
        )
        for each in tasks
    ]
    return Table(
        title="Tasks",
        columns=columns(
            "task", "solved", ">correct", ">samples", ">pass@1", ">cycles", "other outcomes"
        ),
        rows=tuple(rows),
    )


def metrics_table(tasks: Iterable[TaskReport]) -> Table:
    """Return what the best programs cost on the reference machine."""
    rows = []
    for each in tasks:
        cost = each.best.verdict.cost if each.best and each.best.verdict else None
        if cost is None:
            continue
        on_chip = None if cost.on_chip_bytes is None else cost.on_chip_bytes
        rows.append(
            (
                each.tally.task.name,
                f"{cost.cycles:,}",
                f"{cost.off_chip_bytes:,}",
                _integer(on_chip),
                f"{cost.compute_utilization:.1%}",
                f"{cost.bandwidth_utilization:.1%}",
                cost.bottleneck or NONE,
            )
        )
    return Table(
        title="Best programs",
        columns=columns(
            "task",
            ">cycles",
            ">off-chip B",
            ">on-chip B",
            ">compute",
            ">bandwidth",
            "bottleneck",
        ),
        rows=tuple(rows),
        notes=("the fewest cycles of each task; of equal ones the shorter program",),
    )


def parts_table(title: str, name: str, parts: Iterable[Part]) -> Table:
    """Return the scores of groups of tasks."""
    rows = [
        (
            each.name,
            f"{each.solved.solved}/{each.solved.tasks}",
            interval(each.solved.interval),
            number(each.pass_at_1.value if each.pass_at_1 else None, 3),
            interval(each.pass_at_1.interval if each.pass_at_1 else None),
        )
        for each in parts
    ]
    heads = columns(name, ">solved", ">95 % interval", ">pass@1", ">95 % interval")
    return Table(title=title, columns=heads, rows=tuple(rows))


def outcomes_table(scores: Scores) -> Table:
    """Return how samples ended."""
    rows = [
        (name, f"{count:,}", f"{count / scores.samples:.1%}")
        for name, count in scores.outcomes.items()
    ]
    return Table(
        title="Outcomes", columns=columns("outcome", ">samples", ">share"), rows=tuple(rows)
    )


def against_table(run: RunView, against: Against) -> Table:
    """Return this run beside another."""
    found = against.comparison
    difference = found.pass_at_1
    rows = (
        ("tasks of both", str(found.tasks)),
        ("solved by both", str(found.both)),
        ("solved by this run alone", _names(found.only_first)),
        ("solved by the other alone", _names(found.only_second)),
        ("McNemar's exact p", number(found.p_value, 4)),
        ("difference of pass@1", signed(difference.value if difference else None)),
        ("its 95 % interval", interval(difference.interval if difference else None)),
        ("fewer cycles, more cycles", f"{found.faster}, {found.slower}"),
        ("tasks to tell solved apart", _integer(found.tasks_to_tell_solved)),
        ("tasks to tell pass@1 apart", _integer(found.tasks_to_tell_pass_at_1)),
    )
    return Table(
        title=f"Against {against.run.run}",
        columns=columns("", ""),
        rows=rows,
        notes=(
            f"this run ({run.config.model}) minus the other ({against.run.config.model})",
            "tasks to tell apart: how many like these find such a difference at 80 % power",
        ),
    )


def number(value: float | None, digits: int) -> str:
    """Write a number; a dash for none."""
    return NONE if value is None else f"{value:.{digits}f}"


def signed(value: float | None) -> str:
    """Write a difference."""
    return NONE if value is None else f"{value:+.3f}"


def interval(ends: Interval | None) -> str:
    """Write the ends of an interval."""
    return NONE if ends is None else f"{ends.low:.3f} to {ends.high:.3f}"


def counted(count: int, noun: str) -> str:
    """Write a count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _ending(run: RunView) -> str:
    sessions = "" if run.sessions == 1 else f", {run.sessions} sessions"
    if run.ending is None:
        return f"not yet: it was killed or goes on{sessions}"
    detail = f": {run.detail}" if run.detail else ""
    return f"{run.ending}{detail}{sessions}"


def _cost(run: RunView) -> str:
    usd = run.usage.usd
    if usd is None:
        return "unknown" if run.usage.calls else "nothing"
    solved = len({each.task for each in run.samples if each.is_correct})
    share = f", {usd / solved:.4f} a solved task" if solved else ""
    return f"{usd:.4f} USD{share}"


def _counts(task: TaskReport) -> str:
    rest = sorted((count, name) for name, count in task.tally.outcomes.items() if name != "correct")
    words = [f"{name} {count}" for count, name in reversed(rest)]
    if task.tally.unanswered:
        words.append(f"no end {task.tally.unanswered}")
    return ", ".join(words) or NONE


def _solved_cells(solved: Solved) -> tuple[str, str, str, str]:
    value = f"{solved.solved}/{solved.tasks} = {solved.share:.3f}"
    return value, interval(solved.interval), "", str(solved.tasks)


def _estimate_cells(estimate: Estimate) -> tuple[str, str, str]:
    error = number(estimate.standard_error, 3)
    return number(estimate.value, 3), interval(estimate.interval), error


def _integer(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def _names(names: Sequence[str]) -> str:
    return f"{len(names)}: {', '.join(names)}" if names else "0"
