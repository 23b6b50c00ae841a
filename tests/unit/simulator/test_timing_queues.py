"""Cycles of queues: sources, sinks, rooms that are held, ends that are seen."""

from __future__ import annotations

import numpy as np
import pytest
from timing import cycles, ends, kernel, ran, works

STRAIGHT = kernel("x: Stream(f32, [5])", "return x")


def test_a_source_writes_one_element_a_cycle_and_a_sink_reads_one() -> None:
    # element i is seen at i + 1; the sink takes it and works one cycle
    assert ends(ran(STRAIGHT).report) == {"Source x": 5, "Sink x": 6}


def test_through_a_queue_of_one_an_element_goes_every_other_cycle() -> None:
    # seen at 1, taken at 1, answered at 2, sent at 2, seen at 3
    assert ends(ran(STRAIGHT, depth=1).report) == {"Source x": 9, "Sink x": 10}


def test_through_a_queue_of_two_the_answer_is_in_time() -> None:
    assert ends(ran(STRAIGHT, depth=2).report) == {"Source x": 5, "Sink x": 6}


WORKS = kernel("x: Stream(f32, [6])", "y = Map(x, fn=slow)", "return y", before=works(slow=5))


def test_a_reader_of_n_cycles_behind_a_queue_of_one_has_a_period_of_n_and_two() -> None:
    # the entry is held through the work: freed at 6, answered at 7, seen at 8
    # freed at 6 + 7 k; the last result is sent at 41, seen at 42; the last element is sent at 35
    found = ends(ran(WORKS, flops=1, depth=1).report)
    assert found == {"Source x": 36, "Map y": 41, "Sink y": 43}


def test_a_reader_of_n_cycles_behind_a_queue_of_two_has_a_period_of_n() -> None:
    assert ends(ran(WORKS, flops=1, depth=2).report)["Sink y"] == 1 + 6 * 5 + 2


def test_depth_is_that_of_one_queue() -> None:
    found = ends(ran(WORKS, flops=1, depths={"x": 1}).report)
    assert found == {"Source x": 36, "Map y": 41, "Sink y": 43}


@pytest.mark.parametrize(("depth", "end"), [(1, 19), (2, 11), (3, 9)])
def test_a_reader_of_one_cycle_needs_a_queue_of_three(depth: int, end: int) -> None:
    # depth 1: period 3. depth 2: entry k is freed at max(freed[k-2] + 2, freed[k-1]) + 1, which
    # is 2, 3, 5, 6, 8, 9. depth 3: 2, 3, 4, 5, 6, 7
    assert cycles(WORKS, flops=5, depth=depth) == end


@pytest.mark.parametrize(("depth", "end"), [(1, 16), (2, 10)])
def test_units_that_free_the_entry_first_pass_on_at_the_rate_of_the_queue(
    depth: int, end: int
) -> None:
    # each of the two adds one cycle
    text = kernel("x: Stream(f32, [7])", "return Flatten(Promote(x, rank=0))")
    assert cycles(text, depth=depth) == end


def test_the_slowest_reader_of_a_broadcast_holds_up_the_others() -> None:
    # the work is done at 7, 12, .., 32; the fast copy comes at 2, 3, then one a freed entry:
    # freed at 7, answered at 8, seen at 9, and so on
    text = kernel(
        "x: Stream(f32, [6])", "a, b = Broadcast(x, n=2)", "return a, Map(b, fn=slow)",
        before=works(slow=5),
    )  # fmt: skip
    found = ends(ran(text, flops=1, depth=2).report)
    assert found == {
        "Source x": 10,
        "Broadcast a": 23,
        "Map Map 1": 32,
        "Sink a": 25,
        "Sink result1": 34,
    }


def test_a_map_writes_before_it_frees_its_entry() -> None:
    # element 1 is worked on at 5 and held until `z` frees what came before, at 13: answered at 14
    text = kernel(
        "x: Stream(f32, [3])", "y = Map(x, fn=quick)", "return Map(y, fn=slow)",
        before=works(quick=1, slow=10),
    )  # fmt: skip
    found = ends(ran(text, flops=1, depth=1).report)
    assert found["Source x"] == 16
    assert found["Sink result0"] == 39


def test_a_fold_frees_its_entry_before_it_writes() -> None:
    # element 1 is freed at 5, answered at 6
    text = kernel(
        "x: Stream(f32, [3, 1])",
        "return Map(Accum(x, fn=add, init=zeros, rank=1), fn=slow)",
        before=works(slow=10),
    )
    found = ends(ran(text, flops=1, depth=1).report)
    assert found["Source x"] == 7
    assert found["Sink result0"] == 39


# the end of a stream: the rule A + 1

FIRST_THREE = {"x": np.zeros(7), "s": [[1, 0]] * 3 + [[0, 1]] * 4}


def closing(between: str) -> str:
    return kernel(
        "x: Stream(f32, [7]), s: Stream(Selector(2), [7])",
        "a, b = Partition(Map(x, fn=slow), s, n=2)",
        f"y = Reshape({between}, chunk=4, pad=zeros)",
        "return y, b",
        before=works(slow=10, quick=1),
    )


def test_an_end_is_seen_one_cycle_after_its_writer_last_waited() -> None:
    # the last element reaches the partition at A = 72, and leaves at 73 for `b`, read at 74
    # output `a` is seen to end at A + 1 = 73: padding is sent then, read at 74
    found = ends(ran(closing("a"), FIRST_THREE, flops=1).report)
    assert found["Partition a"] == 73
    assert found["Reshape y"] == 73
    assert found["Sink y"] == 75
    assert found["Sink b"] == 75


@pytest.mark.parametrize(
    ("between", "units"), [("Map(a, fn=quick)", 1), ("Flatten(Promote(a, rank=0))", 2)]
)
def test_an_end_takes_a_cycle_through_each_unit_between(between: str, units: int) -> None:
    # each unit between waits for its input, and sees it end, one cycle after the unit before it
    found = ends(ran(closing(between), FIRST_THREE, flops=1).report)
    assert found["Reshape y"] == 73 + units
    assert found["Sink y"] == 75 + units


def test_the_last_chunk_of_a_fast_stream_is_padded_at_once() -> None:
    # elements at 1 .. 7, and the end is seen before that; all is read by 2 + 8
    text = kernel("x: Stream(f32, [7])", "return Reshape(x, chunk=4, pad=zeros)")
    assert cycles(text) == 10
