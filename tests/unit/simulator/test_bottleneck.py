"""The bottleneck chain on hand-made tables of cycles."""

from __future__ import annotations

import numpy as np

from simulator.bottleneck import Chain, chain
from simulator.report import Link


def links(*steps: tuple[int, str, int], ring: int | None = None) -> Chain:
    found = tuple(Link(unit=unit, reason=reason, cycles=cycles) for unit, reason, cycles in steps)
    return Chain(links=found, ring=ring)


def test_a_busy_unit_holds_itself_up() -> None:
    found = chain(0, [0], [0], [0], [1], busy=[5, 1], starved=[4, 0], blocked=[1, 0])
    assert found == links((0, "busy", 5))


def test_of_equal_shares_work_counts_first() -> None:
    assert chain(0, [], [], [], [], [5], [5], [5]) == links((0, "busy", 5))
    assert chain(0, [], [], [], [], [4], [5], [5]) == links((0, "starved", 5))


def test_a_starved_unit_leads_to_the_writer_of_the_stream_it_missed_most() -> None:
    # 0 and 1 write to 2
    found = chain(2, [3, 6], [0, 0], [0, 1], [2, 2], [9, 8, 1], [0, 0, 9], [0, 0, 0])
    assert found == links((2, "starved", 9), (1, "busy", 8))


def test_a_blocked_unit_leads_to_the_reader_of_the_queue_it_found_full_most() -> None:
    # 0 writes to 1 and 2
    found = chain(0, [0, 0], [7, 2], [0, 0], [1, 2], [1, 9, 9], [0, 0, 0], [9, 0, 0])
    assert found == links((0, "blocked", 9), (1, "busy", 9))


def test_of_equal_waits_the_first_channel_counts() -> None:
    found = chain(2, [4, 4], [0, 0], [0, 1], [2, 2], [9, 8, 1], [0, 0, 8], [0, 0, 0])
    assert [each.unit for each in found.links] == [2, 0]


def test_the_channels_of_other_units_do_not_count() -> None:
    # 0 -> 1 -> 2: what 1 missed is larger than what 2 missed
    found = chain(2, [9, 4], [0, 0], [0, 1], [1, 2], [9, 1, 1], [0, 9, 4], [0, 0, 0])
    assert found == links((2, "starved", 4), (1, "starved", 9), (0, "busy", 9))


def test_a_ring_ends_where_it_began() -> None:
    found = chain(0, [5, 5], [0, 0], [1, 0], [0, 1], [1, 1], [5, 5], [0, 0])
    assert found == links((0, "starved", 5), (1, "starved", 5), ring=0)


def test_a_ring_may_hold_up_others() -> None:
    # 0 waits for 1, which is blocked by 2, which waits for 1
    found = chain(0, [9, 7], [0, 6], [1, 1], [0, 2], [1, 1, 1], [9, 0, 7], [0, 6, 0])
    assert found == links((0, "starved", 9), (1, "blocked", 6), (2, "starved", 7), ring=1)


def test_a_wait_for_no_channel_ends_the_chain() -> None:
    assert chain(0, [0], [0], [1], [0], [1, 9], [5, 0], [0, 0]) == links((0, "starved", 5))


def test_a_stream_that_nobody_reads_ends_the_chain() -> None:
    assert chain(0, [0], [7], [0], [-1], [1], [0], [7]) == links((0, "blocked", 7))


def test_arrays_do_as_well_and_the_links_hold_plain_integers() -> None:
    columns = ([3, 6], [0, 0], [0, 1], [2, 2], [9, 8, 1], [0, 0, 9], [0, 0, 0])
    found = chain(2, *(np.array(column) for column in columns))  # type: ignore[arg-type]
    assert found == chain(2, *columns)
    assert {type(number) for each in found.links for number in (each.unit, each.cycles)} == {int}
