"""The programs of a library as tables: what a gate measured, what a manifest says, what differs."""

from __future__ import annotations

from collections.abc import Iterable

from aspl.render import visible_text
from benchmark.library.diff import Change
from benchmark.library.gate import Gated, Row, share
from benchmark.library.manifest import Manifest, Metrics
from benchmark.report.tables import NONE, Table, columns


def one_line(text: str) -> str:
    """Return a text on one line, without what moves a terminal's cursor."""
    return visible_text(" ".join(text.split()))


def gated_table(gated: Gated) -> Table:
    """Return what was measured, beside what was before."""
    heads = ("task", "says", ">cycles", ">change", ">off-chip B", ">on-chip B", ">on-chip change")
    return Table(title="Programs", columns=columns(*heads), rows=tuple(map(_cells, gated.rows)))


def manifest_table(manifest: Manifest) -> Table:
    """Return what a manifest says of its programs."""
    heads = ("task", ">cycles", ">off-chip B", ">on-chip B", ">FLOPs", "model", "run")
    rows = tuple(
        (
            each.task,
            f"{each.metrics.cycles:,}",
            f"{each.metrics.off_chip_bytes:,}",
            _number(each.metrics.on_chip_bytes),
            f"{each.metrics.flops:,}",
            one_line(each.provenance.model),
            one_line(each.provenance.run),
        )
        for each in sorted(manifest.programs, key=lambda each: each.task)
    )
    return Table(title="Programs", columns=columns(*heads), rows=rows)


def _cells(row: Row) -> tuple[str, ...]:
    errors = dict.fromkeys(each.name for each in row.findings if each.is_error)
    says = row.outcome if not errors else f"{row.outcome}: {', '.join(errors)}"
    if row.outcome in errors:
        says = row.outcome
    now, before = row.metrics, row.before
    if now is None:
        return (row.task, says, NONE, NONE, NONE, NONE, NONE)
    return (
        row.task,
        says,
        f"{now.cycles:,}",
        _change("cycles", before, now),
        f"{now.off_chip_bytes:,}",
        _number(now.on_chip_bytes),
        _change("on_chip_bytes", before, now),
    )


def _change(key: str, before: Metrics | None, now: Metrics) -> str:
    then, got = (None if before is None else getattr(before, key)), getattr(now, key)
    return changed(then, got)


def changed(then: int | None, now: int | None) -> str:
    """Return by how much a number has changed, in few words."""
    if then is None or now is None:
        return NONE
    if then == now:
        return "same"
    return share(then, now) if then else f"+{now:,}"


def _number(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def counted(findings: Iterable[str]) -> str:
    """Count words: `1 error, 2 warnings`."""
    found = list(findings)
    words = [
        f"{found.count(each)} {each}{'' if found.count(each) == 1 else 's'}"
        for each in dict.fromkeys(sorted(found))
    ]
    return ", ".join(words) or "nothing found"


def changes_table(found: Iterable[Change]) -> Table:
    """Return how two libraries differ."""
    heads = ("task", "program", ">cycles", ">now", ">change", ">off-chip change", ">on-chip change")
    return Table(title="Changes", columns=columns(*heads), rows=tuple(map(_change_cells, found)))


def _change_cells(each: Change) -> tuple[str, ...]:
    then, now = each.before, each.after
    if then is None or now is None:
        cycles = (NONE if one is None else f"{one.cycles:,}" for one in (then, now))
        return (each.task, each.kind, *cycles, NONE, NONE, NONE)
    return (
        each.task,
        each.kind,
        f"{then.cycles:,}",
        f"{now.cycles:,}",
        changed(then.cycles, now.cycles),
        changed(then.off_chip_bytes, now.off_chip_bytes),
        changed(then.on_chip_bytes, now.on_chip_bytes),
    )
