"""The tables of a report as data; text, Markdown and HTML lay them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmark.report.content import Against, TaskReport
from benchmark.scores.intervals import Estimate, Interval
from benchmark.scores.summary import Part, Scores, Solved
from benchmark.store.view import RunView

NONE = "-"
LEAST_CHANCE = 0.0001
"""Of a test: a smaller one is told as below this."""


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


def scores_table(scores: Scores) -> Table:
    """Return the scores of a whole run."""
    place = ", first round" if len(scores.rounds) > 1 else ""
    rows = [("solved tasks", *_solved_cells(scores.solved))]
    rows += [
        (f"pass@{k}{place}", *_estimate_cells(each), str(each.tasks))
        for k, each in scores.pass_at.items()
    ]
    return Table(
        title="Scores",
        columns=columns("", ">value", ">95 % interval", ">standard error", ">tasks"),
        rows=tuple(rows),
        notes=tuple(_score_notes(scores)),
    )


def tasks_table(tasks: Iterable[TaskReport], *, with_rounds: bool = False) -> Table:
    """Return how each task went.

    Args:
        with_rounds: whether to tell the round that solved it; pass@1 is of the first one then.
    """
    heads = ["task", "solved", ">correct", ">samples", ">pass@1", ">cycles", "other outcomes"]
    if with_rounds:
        heads[5:5] = [">round", ">sample"]
    return Table(
        title="Tasks",
        columns=columns(*heads),
        rows=tuple(_task_row(each, with_rounds) for each in tasks),
        notes=("round and sample: which solved it; pass@1: of the first round",)
        if with_rounds
        else (),
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
                _integer(cost.queue_bytes),
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
            ">queue B",
            ">compute",
            ">bandwidth",
            "bottleneck",
        ),
        rows=tuple(rows),
        notes=(
            "the fewest cycles of each task; of equal ones the shorter program; queue B: in queues "
            "that were lengthened",
        ),
    )


def parts_table(title: str, name: str, parts: Iterable[Part]) -> Table:
    """Return the scores of groups of tasks."""
    found = list(parts)
    has_unasked = any(each.solved.unasked for each in found)
    rows = [
        (
            each.name,
            f"{each.solved.solved}/{each.solved.tasks}",
            *([str(each.solved.unasked)] if has_unasked else []),
            interval(each.solved.interval),
            number(each.pass_at_1.value if each.pass_at_1 else None, 3),
            interval(each.pass_at_1.interval if each.pass_at_1 else None),
        )
        for each in found
    ]
    unasked = [">never asked"] if has_unasked else []
    heads = columns(name, ">solved", *unasked, ">95 % interval", ">pass@1", ">95 % interval")
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
    first, second = found.first, found.second
    difference = found.pass_at_1
    rows = [
        ("tasks of both", str(found.tasks)),
        ("samples in all, this and the other", f"{first.samples:,} and {second.samples:,}"),
        ("solved by them", f"{first.solved} and {second.solved}"),
    ]
    if first.samples != second.samples:
        alike = f"{first.solved_alike} and {second.solved_alike}"
        rows.append((f"solved by the first {found.samples:,} samples", alike))
    rows += [
        ("solved by both", str(found.both)),
        ("solved by this run alone", _names(found.only_first)),
        ("solved by the other alone", _names(found.only_second)),
        ("McNemar's exact p", _chance(found.p_value)),
        ("difference of pass@1", signed(difference.value if difference else None)),
        ("its 95 % interval", interval(difference.interval if difference else None)),
        ("fewer cycles, more cycles", f"{found.faster}, {found.slower}"),
        ("tasks to tell solved apart", _integer(found.tasks_to_tell_solved)),
        ("tasks to tell pass@1 apart", _integer(found.tasks_to_tell_pass_at_1)),
    ]
    return Table(
        title=f"Against {against.run.run}",
        columns=columns("", ""),
        rows=tuple(rows),
        notes=tuple(_against_notes(run, against)),
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


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write a count with its noun; the plural is the noun with an s where none is given."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def solved_words(solved: Solved) -> str:
    """Tell what is solved: `2 of 26 (9 tasks were never asked)`."""
    unasked = solved.unasked
    were = f" ({counted(unasked, 'task')} {'was' if unasked == 1 else 'were'} never asked)"
    return f"{solved.solved} of {solved.tasks}{were if unasked else ''}"


def _score_notes(scores: Scores) -> Iterator[str]:
    solved = scores.solved
    yield (
        "intervals: 95 %, of three tasks or more; Wilson's for solved tasks, bootstrapped over "
        "tasks for pass@k"
    )
    if len(scores.rounds) > 1:
        yield (
            "pass@k: of the first round alone; later ones ask only what is unsolved, with "
            "exemplars, and are no like samples"
        )
    if solved.tried < solved.tasks:
        silent = solved.tasks - solved.tried - solved.unasked
        have = "has" if silent == 1 else "have"
        rest = f"; {counted(silent, 'task')} {have} no answer yet" if silent else ""
        yield (
            f"solved {solved_words(solved)}{rest}; shares and intervals are of the "
            f"{counted(solved.tried, 'other task')}"
        )
    if scores.unanswered:
        words = counted(scores.unanswered, "sample")
        yield f"{words} without an end, counted nowhere; resume the run for them"


def _against_notes(run: RunView, against: Against) -> Iterator[str]:
    other, found = against.run, against.comparison
    yield f"this run ({_who(run)}) minus the other ({_who(other)})"
    if found.first.samples != found.second.samples:
        yield (
            f"what is solved is compared, and tested, after {found.samples:,} samples of each run "
            "over all tasks of both, in the order in which they were asked for"
        )
    if len(run.rounds) > 1 or len(other.rounds) > 1:
        yield "pass@1: of the first rounds alone, where neither shows exemplars"
    yield "tasks to tell apart: how many like these find such a difference at 80 % power"


def _who(run: RunView) -> str:
    return f"{run.config.model}, {run.config.policy}"


def _counts(task: TaskReport) -> str:
    rest = sorted((count, name) for name, count in task.tally.outcomes.items() if name != "correct")
    words = [f"{name} {count}" for count, name in reversed(rest)]
    if not task.tally.is_asked:
        return "never asked"
    if task.tally.unanswered:
        words.append(f"no end {task.tally.unanswered}")
    return ", ".join(words) or NONE


def _task_row(task: TaskReport, with_rounds: bool) -> tuple[str, ...]:
    tally, solve = task.tally, task.tally.solved_by
    place = (NONE, NONE) if solve is None else (str(solve.round), str(solve.sample))
    return (
        tally.task.name,
        "yes" if tally.is_solved else "no" if tally.samples else NONE,
        str(tally.correct),
        str(tally.samples),
        number(tally.first.rate, 3),
        *(place if with_rounds else ()),
        _integer(tally.best.cycles if tally.best else None),
        _counts(task),
    )


def _chance(p_value: float) -> str:
    return f"{p_value:.4f}" if p_value >= LEAST_CHANCE else f"below {LEAST_CHANCE}"


def _solved_cells(solved: Solved) -> tuple[str, str, str, str]:
    value = f"{solved.solved}/{solved.tasks}"
    if solved.tried == solved.tasks:
        value += f" = {solved.share:.3f}"
    return value, interval(solved.interval), "", str(solved.tried)


def _estimate_cells(estimate: Estimate) -> tuple[str, str, str]:
    error = number(estimate.standard_error, 3)
    return number(estimate.value, 3), interval(estimate.interval), error


def _integer(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def _names(names: Sequence[str]) -> str:
    return f"{len(names)}: {', '.join(names)}" if names else "0"
