"""What people read of a run at a glance, and of a replay."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from agent.records.comparison import Replay
from agent.records.overview import Overview, RoundSeen, TaskSeen, Totals
from aspl.render import paint, visible_text
from benchmark.report.tables import NONE, Table, columns
from benchmark.report.text import table_lines

_WIDTH = 100


def overview_text(seen: Overview, *, color: bool) -> str:
    """Write a run at a glance."""
    run = seen.run
    ending = ", ".join(each for each in (run.ending or "no end", run.detail) if each)
    blocks = [
        f"run {run.run}, {run.config.model}, {run.config.policy}, seed {run.config.seed}: {ending}",
        _block("Rounds", table_lines(_rounds(seen.rounds)), color),
        *_newly(seen.rounds, color),
        _block("Tasks", table_lines(_tasks(seen.tasks)), color),
        _block("Calls", list(_totals(seen.totals)), color),
    ]
    return "\n\n".join(blocks)


def replay_text(found: Replay, *, color: bool) -> str:
    """Write what came of a replay."""
    places = {(each.task, each.sample) for each in found.differences}
    same = found.samples - len(places)
    lines = [f"run {found.run} replayed: {same:,} of {found.samples:,} samples are the same"]
    if found.rounds:
        lines.append(f"rounds that differ: {', '.join(map(str, found.rounds))}")
    if found.asked_otherwise:
        words = "calls were asked in other words than those recorded"
        lines.append(f"note: {found.asked_otherwise:,} {words}; the answers were taken for them")
    if found.is_judge_changed:
        lines.append("note: the judge has changed since the run")
    if found.differences:
        heads = columns("task", ">sample", "what", "recorded", "replayed")
        rows = tuple(
            (each.task, str(each.sample), each.what, each.recorded, visible_text(each.replayed))
            for each in found.differences
        )
        table = Table(title="", columns=heads, rows=rows)
        lines += ["", _block("Differences", table_lines(table), color)]
    return "\n".join(lines)


def _block(title: str, lines: Iterable[str], color: bool) -> str:
    return "\n".join([paint(title, "strong", color), *lines])


def _rounds(rounds: Iterable[RoundSeen]) -> Table:
    heads = columns(
        ">round", ">stratum", ">exemplars", ">tasks", ">samples", ">with an end", ">correct", ">new"
    )
    rows = tuple(
        (
            str(each.asked.round),
            f"{each.asked.stratum + 1}/{each.asked.strata}" if each.asked.strata else NONE,
            str(len(each.asked.exemplars)),
            str(len(each.asked.tasks)),
            str(each.asked.samples * len(each.asked.tasks)),
            str(each.samples),
            str(each.correct),
            str(len(each.newly_solved)),
        )
        for each in rounds
    )
    return Table(title="", columns=heads, rows=rows)


def _newly(rounds: Iterable[RoundSeen], color: bool) -> Iterator[str]:
    lines = [
        textwrap.fill(
            f"round {each.asked.round}: {', '.join(each.newly_solved)}",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
        for each in rounds
        if each.newly_solved
    ]
    if lines:
        yield _block("Newly solved", lines, color)


def _tasks(tasks: Iterable[TaskSeen]) -> Table:
    heads = columns(
        *("task", "state", ">round", ">correct", ">samples", ">asked", ">calls", ">cycles"),
        "other outcomes",
    )
    rows = tuple(
        (
            each.tally.task.name,
            each.state,
            NONE if each.solved_in is None else str(each.solved_in),
            str(each.tally.correct),
            str(each.tally.samples),
            str(each.asked),
            str(each.calls),
            f"{each.tally.best.cycles:,}"
            if each.tally.best and each.tally.best.cycles is not None
            else NONE,
            _others(each),
        )
        for each in tasks
    )
    return Table(title="", columns=heads, rows=rows)


def _others(task: TaskSeen) -> str:
    found = {name: count for name, count in task.tally.outcomes.items() if name != "correct"}
    found |= {"going on": task.going, "failed": task.failed}
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{count} {name}" for name, count in ordered if count)


def _totals(totals: Totals) -> Iterator[str]:
    usage = totals.usage
    rows = [
        ("calls", f"{usage.calls:,}"),
        ("input, not cached", f"{usage.uncached_tokens:,} tokens"),
        ("input, from the cache", f"{usage.cached_tokens:,} tokens"),
        ("input, to the cache", f"{usage.cache_write_tokens:,} tokens"),
        ("output", f"{usage.output_tokens:,} tokens"),
        ("of it thinking", f"{usage.reasoning_tokens:,} tokens"),
        ("cost", "unknown" if usage.usd is None else f"${usage.usd:.4f}"),
        ("may still be billed", f"${usage.unknown_usd + totals.lost_usd:.4f}"),
        ("attempts in vain", f"{totals.retried:,}"),
        ("calls without answer", f"{totals.failed:,}"),
        ("calls lost", f"{totals.lost:,}"),
        ("time of answers", f"{usage.seconds:,.1f} s"),
    ]
    width = max(len(name) for name, _ in rows)
    return (f"  {name:<{width}}  {value}" for name, value in rows)
