"""Cycles of routing: switching, arrival, turns, and a cycle of units."""

from __future__ import annotations

import numpy as np
import pytest
from timing import cycles, ends, kernel, ran, works


@pytest.mark.parametrize("switch", [0, 1, 3])
def test_a_partition_reads_the_tile_then_switches(switch: int) -> None:
    # loaded at 19, flattened at 20, here at 21; 64 bytes at 2 a cycle; what computes next does not
    # read the tile from memory again
    text = kernel(
        "w: Tensor(f32, [1, 16]), s: Stream(Selector(2), [1])",
        "x = Flatten(LinearOffChipLoad(w, tile=[1, 16]), min=0, max=2)",
        "a, b = Partition(x, s, n=2)",
        "return Map(a, fn=relu), b",
    )
    found = ends(ran(text, {"s": [[1, 0]]}, on_chip=2, switch=switch).report)
    assert found["Partition a"] == 21 + 32 + switch
    assert found["Sink result0"] == 21 + 32 + switch + 1 + 1 + 2


def test_a_chunk_that_goes_nowhere_is_dropped_without_switching() -> None:
    text = kernel(
        "x: Stream(f32, [3]), s: Stream(Selector(2), [3])",
        "a, b = Partition(x, s, n=2)",
        "return a, b",
    )
    inputs = {"x": np.zeros(3), "s": [[1, 0], [0, 0], [1, 0]]}
    found = ends(ran(text, inputs, switch=5).report)
    assert found["Partition a"] == 1 + 5 + 5
    assert found["Sink a"] == 13


def test_a_chunk_for_two_outputs_switches_once() -> None:
    text = kernel(
        "x: Stream(f32, [1]), s: Stream(Selector(2), [1])",
        "a, b = Partition(x, s, n=2)",
        "return a, b",
    )
    found = ends(ran(text, {"x": [0.0], "s": [[1, 1]]}, switch=5).report)
    assert (found["Sink a"], found["Sink b"]) == (8, 8)


def test_a_partition_switches_for_every_element_of_a_chunk() -> None:
    text = kernel(
        "x: Stream(f32, [2, 3]), s: Stream(Selector(2), [2])",
        "a, b = Partition(x, s, n=2)",
        "return a, b",
    )
    inputs = {"x": np.zeros((2, 3)), "s": [[1, 0], [0, 1]]}
    found = ends(ran(text, inputs, switch=5).report)
    assert found["Partition a"] == 1 + 6 * 5
    assert found["Sink a"] == 1 + 3 * 5 + 2


def test_chunks_are_collected_in_the_order_of_arrival() -> None:
    # `a` arrives at 11, `b` at 4: nothing is taken before 11; then `b`, whose switching is long
    # over, and `a`, at 11 + 4
    text = kernel(
        "x: Stream(f32, [1]), y: Stream(f32, [1]), s: Stream(Selector(2), [1])",
        "a = Map(x, fn=slow)",
        "b = Map(y, fn=quick)",
        "z = Reassemble([a, b], s)",
        "return z",
        before=works(slow=9, quick=2),
    )
    found = ran(text, {"x": [0.0], "y": [0.0], "s": [[1, 1]]}, flops=1, switch=4)
    assert list(found.orders.values()) == [[1, 0]]
    assert ends(found.report)["Reassemble z"] == 15
    assert ends(found.report)["Sink z"] == 17


def test_chunks_that_arrive_together_are_collected_from_the_lower_input_first() -> None:
    text = kernel(
        "x: Stream(f32, [1]), y: Stream(f32, [1]), s: Stream(Selector(2), [1])",
        "z = Reassemble([x, y], s)",
        "return z",
    )
    found = ran(text, {"x": [0.0], "y": [0.0], "s": [[1, 1]]}, switch=4)
    assert list(found.orders.values()) == [[0, 1]]
    assert ends(found.report)["Reassemble z"] == 5
    assert ends(found.report)["Sink z"] == 8


def test_a_reassembly_switches_once_for_a_chunk() -> None:
    # elements at 1, 2, 3, none of them before 1 + 4
    text = kernel(
        "x: Stream(f32, [1, 3]), s: Stream(Selector(1), [1])",
        "z = Reassemble([x], s)",
        "return z",
    )
    found = ends(ran(text, {"x": np.zeros((1, 3)), "s": [[1]]}, switch=4).report)
    assert found["Reassemble z"] == 5
    assert found["Sink z"] == 6 + 3


def test_a_reassembly_reads_tiles_from_memory_once_for_a_chunk_too() -> None:
    # tiles of 64 bytes, 32 cycles, at 21, 40 and 59: 21 + 1 + 32 is 54; the third when it arrives
    text = kernel(
        "w: Tensor(f32, [1, 48]), s: Stream(Selector(1), [1])",
        "x = Flatten(LinearOffChipLoad(w, tile=[1, 16]), min=1, max=2)",
        "z = Reassemble([x], s)",
        "return z",
    )
    found = ends(ran(text, {"s": [[1]]}, on_chip=2).report)
    assert found["Reassemble z"] == 59
    assert found["Sink z"] == 61


def merging(first: int, second: int) -> str:
    return kernel(
        "x: Stream(f32, [4]), y: Stream(f32, [4])",
        "z, s = EagerMerge([Map(x, fn=f), Map(y, fn=g)])",
        "return z, s",
        before=works(f=first, g=second),
    )


def test_a_merge_takes_what_arrives_first() -> None:
    # at 4, 6, 8, 10 and at 7, 12, 17, 22
    found = ran(merging(2, 5), flops=1)
    assert list(found.orders.values()) == [[0, 0, 1, 0, 0, 1, 1, 1]]
    told = ends(found.report)
    assert told["EagerMerge z"] == 22
    assert (told["Sink z"], told["Sink s"]) == (24, 24)


def test_a_merge_takes_the_lower_input_on_a_tie() -> None:
    # at 5, 8, 11, 14 of both
    found = ran(merging(3, 3), flops=1)
    assert list(found.orders.values()) == [[0, 1] * 4]
    assert ends(found.report)["EagerMerge z"] == 14
    assert found.report.cycles == 17


def test_a_merge_takes_a_cycle_for_every_element_of_a_chunk_but_the_last() -> None:
    # rows of both are there at 2; sent at 2, 3, 4 and at 4, 5, 6; selectors at 2 and 4
    text = kernel(
        "x: Stream(Tile(f32, [3, 4]), [1, 1]), y: Stream(Tile(f32, [3, 4]), [1, 1])",
        "z, s = EagerMerge([FlatMap(x, fn=split_rows), FlatMap(y, fn=split_rows)])",
        "return z, s",
    )
    found = ends(ran(text).report)
    assert found["EagerMerge z"] == 6
    assert found["Sink z"] == 3 + 6
    assert found["Sink s"] == 6


def test_a_merge_waits_for_no_load_that_answers_later() -> None:
    # the source's elements at 1, 2; the load's at 20
    text = kernel(
        "x: Stream(Tile(f32, [1, 16]), [2]), w: Tensor(f32, [1, 16])",
        "a = Flatten(LinearOffChipLoad(w, tile=[1, 16]), min=0, max=2)",
        "z, s = EagerMerge([a, x])",
        "return z, s",
    )
    found = ran(text)
    assert list(found.orders.values()) == [[1, 1, 0]]
    assert ends(found.report)["EagerMerge z"] == 21
    assert found.report.cycles == 23


def test_chunks_are_dealt_in_turn_without_a_cycle_more() -> None:
    text = kernel("x: Stream(f32, [4])", "a, b = Parallelize(x, n=2)", "return a, b")
    found = ends(ran(text).report)
    assert found == {"Source x": 4, "Parallelize a": 4, "Sink a": 5, "Sink b": 6}


def test_switching_cycles_are_those_of_partitions_and_reassemblies_only() -> None:
    text = kernel("x: Stream(f32, [4])", "a, b = Parallelize(x, n=2)", "return a, b")
    assert cycles(text, switch=5) == 6


def test_a_slow_reader_holds_up_the_turns_of_the_others() -> None:
    # elements to `a` at 2, 4, then one where an entry is free: worked off at 7, 12, 17, 22
    # queue of two: the third `a` has room at 8, the fourth at 13; the `b` before it at 9, after 14
    text = kernel(
        "x: Stream(f32, [8])", "a, b = Parallelize(x, n=2)", "return Map(a, fn=slow), b",
        before=works(slow=5),
    )  # fmt: skip
    found = ends(ran(text, flops=1, depth=2).report)
    assert found["Sink b"] == 15
    assert found["Sink result0"] == 24


FEEDBACK = """\
def double(x: f32) -> f32:
    return x * 2

def kernel(
    first: Stream(f32, [1]), pick: Stream(Index(2), [3]), keep: Stream(Index(2), [3])
) -> Stream(f32, [3]):
    later = Feedback(Stream(f32, [_]))
    value = Flatten(Reassemble([first, later], pick))
    out, copy = Broadcast(value, n=2)
    again, last = Partition(copy, keep, n=2)
    Consumer(last)
    Close(later, Map(again, fn=double))
    return out
"""


def test_once_around_a_cycle_of_units_takes_the_sum_of_their_cycles() -> None:
    # picked at 1 + 1, flattened at 3, copied at 4, kept at 5 + 1, doubled at 7 + 1, back at 9:
    # picked at 2, 10, 18; the last leaves the cycle at 22
    found = ends(ran(FEEDBACK, {"first": [1], "pick": [0, 1, 1], "keep": [0, 0, 1]}).report)
    assert found["Flatten value"] == 19
    assert found["Partition again"] == 22
    assert found["Sink out"] == 22
    assert found["Consumer Consumer 5"] == 24
