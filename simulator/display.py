"""What a simulation shows: a page for people, and one object of JSON."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from aspl.render import paint
from simulator.report import Link, SimReport, UnitReport
from simulator.timeline import unit_name

SCHEMA = "aspl.sim/1"
UNITS = 10
"""Units that are shown where nobody says how many."""
WIDTH = 80
"""Columns where there is no terminal."""

_NARROWEST = 66
_LABEL = 10
_INDENT = "  "
_BAR = 20
_MARKS = (("#", "busy"), ("-", "starved"), ("=", "blocked"))
_SHOWN_LINKS = 6
"""Links of a longer chain that are shown, at its two ends."""
_DERIVED = tuple(name for name, each in vars(SimReport).items() if isinstance(each, property))


def report_text(report: SimReport, *, color: bool, width: int, units: int = UNITS) -> str:
    """Write cycles, traffic, memory, work and bounds, the busiest units, and the bottleneck.

    Args:
        width: columns of the terminal; 0 for none.
        units: how many units are shown.
    """
    width = max(width or WIDTH, _NARROWEST)
    blocks = [_rows(report, color, width)]
    if report.units:
        blocks.append("\n".join(_unit_rows(report, color, width, units)))
    if report.bottleneck:
        head = paint("bottleneck", "strong", color)
        blocks.append(f"{head}\n{_filled(_chain(report), width, _INDENT, _INDENT)}")
    return "\n\n".join(blocks)


def report_record(report: SimReport) -> dict[str, Any]:
    """Return all of it as an object of JSON, what follows from its fields included."""
    derived = {name: getattr(report, name) for name in _DERIVED}
    record = {"schema": SCHEMA, **asdict(report), **derived}
    return {name: _finite(value) for name, value in record.items()}


def _rows(report: SimReport, color: bool, width: int) -> str:
    rows = [
        ("cycles", f"{report.cycles:,} on {report.machine}"),
        ("bounds", _bounds(report)),
        ("off-chip", _off_chip(report)),
        ("on-chip", _on_chip(report)),
        ("compute", _compute(report)),
        ("elements", f"{report.tokens:,} through all queues"),
        ("extents", ", ".join(f"{name} = {value}" for name, value in report.extents.items())),
    ]
    return "\n".join(_row(name, words, color, width) for name, words in rows if words)


def _row(name: str, words: str, color: bool, width: int) -> str:
    text = _filled(words, width, " " * _LABEL, " " * _LABEL)
    return f"{paint(name, 'strong', color)}{' ' * (_LABEL - len(name))}{text[_LABEL:]}"


def _bounds(report: SimReport) -> str:
    compute, traffic = report.compute_bound_cycles, report.traffic_bound_cycles
    bounds = f"{compute:,} cycles by compute, {traffic:,} by off-chip traffic"
    least = max(compute, traffic)
    if not least:
        return bounds
    return f"{bounds}; the run takes {report.cycles / least:.2f} times the larger"


def _off_chip(report: SimReport) -> str:
    read, written = _size(report.off_chip_read_bytes), _size(report.off_chip_written_bytes)
    requests = f"{report.off_chip_requests:,} request{'' if report.off_chip_requests == 1 else 's'}"
    share = _percent(report.bandwidth_utilization)
    peak = f"{report.peak_bytes_per_cycle:,.6g} bytes a cycle"
    return f"{read} read, {written} written, in {requests}; {share} of {peak}"


def _on_chip(report: SimReport) -> str:
    return "; ".join(
        f"{'no single value' if each.on_chip_bytes is None else _size(each.on_chip_bytes)}"
        f" by {each.rule}"
        for each in report.memory
    )


def _compute(report: SimReport) -> str:
    flops, allocated = report.flops, report.allocated_flops_per_cycle
    if not allocated:
        return f"{flops:,} FLOPs; no unit computes"
    share = _percent(report.compute_utilization)
    return f"{flops:,} FLOPs; {share} of {allocated:,} a cycle, of all units together"


def _unit_rows(report: SimReport, color: bool, width: int, most: int) -> Iterator[str]:
    """Walk the lines of the units that work longest."""
    legend = ", ".join(f"{mark} {word}" for mark, word in _MARKS)
    yield f"{paint('units', 'strong', color)} by busy cycles; {legend}, of all cycles"
    ranked = sorted(report.units, key=lambda unit: -unit.busy_cycles)[:most]
    room = width - len(_INDENT) - 3 * 6 - _BAR - 3
    column = min(max((len(unit_name(unit)) for unit in ranked), default=0), room)
    for unit in ranked:
        shares = _shares(unit, report.cycles)
        numbers = " ".join(f"{_percent(share):>5}" for share in shares)
        yield f"{_INDENT}{_cut(unit_name(unit), column):<{column}} {numbers} |{_bar(shares)}|"
    more = len(report.units) - len(ranked)
    if more:
        yield f"{_INDENT}... and {more:,} more"


def _shares(unit: UnitReport, cycles: int) -> tuple[float, ...]:
    waits = (unit.busy_cycles, unit.starved_cycles, unit.blocked_cycles)
    return tuple(each / cycles if cycles else 0.0 for each in waits)


def _bar(shares: tuple[float, ...]) -> str:
    """Draw shares one after the other, so that rounding never adds up to more than all."""
    drawn, total = "", 0.0
    for share, (mark, _) in zip(shares, _MARKS, strict=True):
        total += share
        drawn += mark * (round(min(total, 1.0) * _BAR) - len(drawn))
    return f"{drawn:<{_BAR}}"


def _chain(report: SimReport) -> str:
    """Tell the chain from what holds the others up to what ends last."""
    links, ring = report.bottleneck, report.ring()
    held = list(reversed(links[: len(links) - max(len(ring), 1)]))
    told = [f"{_named(report, each)} ({_share(report, each)})" for each in held]
    if len(ring) > 1:
        members = [f"{_named(report, each)} ({_share(report, each)})" for each in reversed(ring)]
        words = f"{' and '.join(_few(members))} wait for each other"
        alone, others = words, f"{words}: they hold up"
    else:
        words = f"{_named(report, links[-1])} is {_share(report, links[-1])}"
        alone = f"{words} and ends last: nothing else holds it up"
        others = f"{words}: it holds up"
    if not held:
        return alone
    return f"{others} {', which holds up '.join(_few(told))}, which ends last"


def _few(told: list[str]) -> list[str]:
    """Leave out the middle of a long list."""
    half = _SHOWN_LINKS // 2
    if len(told) <= _SHOWN_LINKS:
        return told
    return [*told[:half], f"{len(told) - _SHOWN_LINKS:,} more", *told[-half:]]


def _named(report: SimReport, link: Link) -> str:
    return f"`{unit_name(report.units[link.unit])}`"


def _share(report: SimReport, link: Link) -> str:
    share = _percent(link.cycles / report.cycles if report.cycles else 0.0)
    return f"{link.reason} {share}"


def _size(count: int) -> str:
    """Write a number of bytes in the largest unit that it has one of."""
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if count >= 1024**power:
            return f"{count / 1024**power:,.2f} {unit}"
    return f"{count} byte{'' if count == 1 else 's'}"


def _percent(share: float) -> str:
    """Write a share; what is a little more than nothing, or less than all, is not rounded away."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return "99 %"
    return f"{100 * share:.0f} %"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _filled(text: str, width: int, first: str, others: str) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _finite(value: object) -> object:
    """Return a word for what JSON has no number for."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
