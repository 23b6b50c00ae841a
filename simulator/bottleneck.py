"""The bottleneck chain: from the unit that ends last to the one that holds it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.report import Link

_NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who holds up whom."""

    links: tuple[Link, ...]
    """From the unit that ends last on."""
    ring: int | None = None
    """The place of the link that the last one leads back to; None where it leads nowhere."""


def chain(  # noqa: PLR0913 - columns of the engine's tables, which stay as they are
    last_unit: int,
    starved_by_channel: Sequence[int],
    blocked_by_channel: Sequence[int],
    writer: Sequence[int],
    reader: Sequence[int],
    busy: Sequence[int],
    starved: Sequence[int],
    blocked: Sequence[int],
) -> Chain:
    """Follow what a unit mostly does from one unit to the next.

    A busy unit ends the chain. A starved one leads to the writer of the channel that it starved on
    most, a blocked one to the reader of the channel that it was blocked on most. A unit comes
    once: in a ring of units that wait for each other the last link leads back into the chain.

    Args:
        starved_by_channel: cycles that the reader of each channel waited for elements of it.
        blocked_by_channel: cycles that the writer of each channel waited for room in it.
        writer: the unit that writes each channel; -1 for nobody.
        reader: the unit that reads each channel; -1 for nobody.
        busy: cycles of each unit, as `starved` and `blocked`.
    """
    links: dict[int, Link] = {}
    unit = last_unit
    while unit != _NOBODY and unit not in links:
        link = _link(unit, int(busy[unit]), int(starved[unit]), int(blocked[unit]))
        links[unit] = link
        if link.reason == "starved":
            unit = _across(unit, starved_by_channel, reader, writer)
        elif link.reason == "blocked":
            unit = _across(unit, blocked_by_channel, writer, reader)
        else:
            unit = _NOBODY
    ring = list(links).index(unit) if unit in links else None
    return Chain(links=tuple(links.values()), ring=ring)


def _link(unit: int, busy: int, starved: int, blocked: int) -> Link:
    """Name what a unit mostly does; of equal shares work counts first, then want of elements."""
    cycles = max(busy, starved, blocked)
    reason = "busy" if busy == cycles else "starved" if starved == cycles else "blocked"
    return Link(unit=unit, reason=reason, cycles=cycles)


def _across(unit: int, waits: Sequence[int], near: Sequence[int], far: Sequence[int]) -> int:
    """Return the unit at the far end of the channel that a unit waited for most; -1 for none."""
    channel = max(_of(unit, waits, near), key=lambda each: int(waits[each]), default=_NOBODY)
    return _NOBODY if channel == _NOBODY else int(far[channel])


def _of(unit: int, waits: Sequence[int], near: Sequence[int]) -> Iterator[int]:
    """Walk the channels of a unit on which it waited at all."""
    return (each for each, end in enumerate(near) if int(end) == unit and int(waits[each]) > 0)
