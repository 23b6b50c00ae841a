"""What people read of a verdict and of a task."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from aspl.render import paint, render_all
from benchmark.judge.early import Checkup
from benchmark.judge.verdict import Cost, Mismatch, Outcome, Verdict
from benchmark.tasks.task import Task

_NARROWEST = 24
"""Columns of a formula beside the rest of its line."""
_MEANT: Mapping[Outcome, str] = {
    Outcome.UNPARSEABLE: "the text is no program of the language",
    Outcome.ILL_TYPED: "names, arguments or types do not fit",
    Outcome.NOT_LINEAR: "a stream is read more than once",
    Outcome.OVER_BUDGET: "the machine does not have that much",
    Outcome.WRONG_SHAPE: "the results are not of the declared types",
    Outcome.WRONG_VALUES: "the results are not what the reference computes",
    Outcome.DEADLOCK: "the program stops before its end, however deep its queues are",
    Outcome.LIMIT: "judging took more than it may",
    Outcome.CRASHED: "the judge came to no verdict",
    Outcome.CORRECT: "all values of all regimes are right",
}


def verdict_text(verdict: Verdict, name: str, *, color: bool, width: int = 0) -> str:
    """Write a verdict: its outcome, all that is wrong, what it costs, and how to make it again."""
    return "\n\n".join(_blocks(verdict, name, color, width))


def _blocks(verdict: Verdict, name: str, color: bool, width: int) -> Iterator[str]:
    style = "strong" if verdict.is_correct else "error"
    head = paint(f"{verdict.task}: {verdict.outcome}", style, color)
    yield f"{head} ({_MEANT[verdict.outcome]})"
    if verdict.reason:
        yield f"reason: {verdict.reason}"
    if verdict.diagnostics:
        yield render_all(verdict.diagnostics, verdict.program, name, color=color, width=width)
    if verdict.mismatches:
        yield "\n".join(map(_mismatch_text, verdict.mismatches))
    if verdict.cost is not None:
        yield "\n".join(_cost_lines(verdict.cost))
    seeds = ",".join(map(str, verdict.seeds))
    yield f"judged in {verdict.seconds * 1000:.1f} ms; again with --seeds {seeds}"


def checkup_text(
    checkup: Checkup, task: str, text: str, name: str, *, color: bool, width: int
) -> str:
    """Write what the first stages say of an answer."""
    if checkup.outcome is None:
        head, words = paint(f"{task}: checks", "strong", color), "no values were judged"
    else:
        head = paint(f"{task}: {checkup.outcome}", "error", color)
        words = _MEANT[checkup.outcome]
    blocks = [f"{head} ({words})"]
    if checkup.reason:
        blocks.append(f"reason: {checkup.reason}")
    if checkup.diagnostics:
        blocks.append(render_all(checkup.diagnostics, text, name, color=color, width=width))
    if checkup.linear is not None:
        blocks.append(f"with the copies that it lacks:\n\n{checkup.linear.rstrip()}")
    return "\n\n".join(blocks)


def _mismatch_text(mismatch: Mismatch) -> str:
    where = f"output {mismatch.output} in regime `{mismatch.regime}`"
    if mismatch.kind != "values":
        return f"{where}: another {mismatch.kind} than the reference"
    indices = ", ".join(f"[{', '.join(map(str, each))}]" for each in mismatch.first)
    more = ", ..." if mismatch.wrong > len(mismatch.first) else ""
    return (
        f"{where}: {mismatch.wrong} of {mismatch.total} numbers are wrong, by up to "
        f"{mismatch.largest_absolute:.6g} (relative {mismatch.largest_relative:.6g}), "
        f"first at {indices}{more}"
    )


def _cost_lines(cost: Cost) -> Iterator[str]:
    memory = "decided by the data" if cost.on_chip_bytes is None else f"{cost.on_chip_bytes:,} B"
    rows: Sequence[tuple[str, str]] = (
        ("cycles", f"{cost.cycles:,}"),
        ("off-chip traffic", f"{cost.off_chip_bytes:,} B"),
        ("on-chip memory", memory),
        ("work", f"{cost.flops:,} FLOPs"),
        ("compute used", f"{cost.compute_utilization:.2%}"),
        ("bandwidth used", f"{cost.bandwidth_utilization:.2%}"),
        ("bottleneck", cost.bottleneck),
        _queues(cost),
    )
    width = max(len(name) for name, _ in rows)
    yield "on the reference machine, at the paper's sizes"
    for name, value in rows:
        yield f"  {name.ljust(width)}  {value}"


def _queues(cost: Cost) -> tuple[str, str]:
    if cost.queues is None or cost.lengthened_queues is None:
        return "queue depth", f"{cost.depth:,}"
    if not cost.lengthened_queues:
        return "queues", f"{cost.queues:,} of depth {cost.depth:,}"
    held = "" if cost.queue_bytes is None else f", {cost.queue_bytes:,} B when full"
    longer = f"{cost.lengthened_queues:,} of {cost.queues:,} lengthened"
    return "queues", f"{longer}, deepest {cost.deepest_queue:,}{held}"


def task_record(task: Task) -> dict[str, object]:
    """Return the same as an object of JSON."""
    return {
        "schema": "aspl.task/1",
        "task": task.name,
        "statement": task.statement,
        "formula": task.formula,
        "header": task.header,
        "kind": task.kind,
        "reads": task.reads,
        "note": task.note,
    }


def tasks_text(tasks: Sequence[Task], *, color: bool = False, width: int = 0) -> str:
    """Write tasks, one a line.

    Args: width: columns of a terminal, which gets a head, and formulas that go on below; 0 for a
                 reader that takes plain lines.
    """
    rows = [(each.name, each.kind, each.reads, each.formula) for each in tasks]
    if not width:
        return "\n".join(_columns(rows, 0))
    head, *lines = _columns([("task", "needs", "reads", "formula"), *rows], width)
    return "\n".join([paint(head, "strong", color), *lines])


def _columns(rows: Sequence[tuple[str, str, str, str]], width: int) -> Iterator[str]:
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(3)]
    indent = sum(widths) + 2 * len(widths)
    for *short, formula in rows:
        start = "".join(
            f"{each.ljust(column)}  " for each, column in zip(short, widths, strict=True)
        )
        room = width - indent
        if not width:
            yield start + formula
        elif room >= _NARROWEST:
            first, *more = textwrap.wrap(formula, room) or [""]
            yield "\n".join([start + first, *(" " * indent + each for each in more)])
        else:
            # too narrow for columns: the formula has lines of its own
            rest = textwrap.wrap(formula, max(width - 4, 1))
            yield "\n".join([start.rstrip(), *("    " + each for each in rest)])
