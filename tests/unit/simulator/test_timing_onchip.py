"""Cycles of buffers and of shapes."""

from __future__ import annotations

import pytest
from timing import cycles, ends, kernel, ran, works


def test_a_buffer_takes_a_cycle_for_every_element_but_the_last() -> None:
    # three rows are there at 2: taken at 2, 3, 4, and the handle is sent at 4
    text = kernel(
        "x: Stream(Tile(f32, [3, 4]), [1, 1])",
        "b = Bufferize(FlatMap(x, fn=split_rows), rank=1)",
        "return b",
    )
    found = ends(ran(text).report)
    assert found["Bufferize b"] == 4
    assert found["Sink b"] == 6


STREAMED = "x: Stream(f32, [2, 3])"


def test_a_buffer_is_read_one_element_a_cycle() -> None:
    # handles at 4 and 7; elements sent at 4, 5, 6 and 7, 8, 9
    text = kernel(STREAMED, "y = Streamify(Bufferize(x, rank=1))", "return y")
    found = ends(ran(text).report)
    assert found["Streamify y"] == 10
    assert found["Sink y"] == 11


def test_a_repeated_read_takes_as_long_each_time() -> None:
    text = kernel(STREAMED, "y = Streamify(Bufferize(x, rank=1), repeat=2)", "return y")
    found = ends(ran(text).report)
    assert found["Streamify y"] == 4 + 12
    assert found["Sink y"] == 17


def test_a_handle_is_held_until_its_buffer_is_read() -> None:
    # queue of one: handle 1 at 4, read until 7; the second, stored at 6, waits until 8, seen at 9
    # elements go through their queue every other cycle: sent at 4, 6, 8
    text = kernel(STREAMED, "b = Bufferize(x, rank=1)", "return Streamify(b)")
    found = ends(ran(text, depths={"b": 1}).report)
    assert found["Bufferize b"] == 8
    assert found["Sink result0"] == 9 + 3 + 1


def test_a_read_with_ref_reads_for_every_element() -> None:
    # handle at 4, elements of `r` before that
    text = kernel(
        "x: Stream(f32, [1, 1, 3]), r: Stream(f32, [1, 2])",
        "y = Streamify(Bufferize(x, rank=1), r)",
        "return y",
    )
    found = ends(ran(text).report)
    assert found["Streamify y"] == 4 + 6
    assert found["Sink y"] == 11


@pytest.mark.parametrize(("n", "end"), [(1, 6), (2, 10), (3, 14), (5, 22)])
def test_a_repeat_takes_a_cycle_a_copy(n: int, end: int) -> None:
    # copies of an element at c are stamped c, c + 1, .. and seen at c + 1 at the soonest: for
    # three of them from 1 on 2, 2, 3; the next is looked at at 4
    text = kernel("x: Stream(f32, [4])", f"y = Repeat(x, n={n})", "return y")
    found = ends(ran(text).report)
    assert found["Repeat y"] == 1 + 4 * n
    assert found["Sink y"] == end


def test_a_repeat_that_waits_for_room_is_stamped_from_there() -> None:
    # queue of two. Copies are seen at 2 and 2; the third, stamped 3 from clock 1, waits for the
    # answer to the first at 3 and is seen at 4; the clock is 3 + 3. Then at 7 and 7; the third,
    # stamped 8, waits until 8 and is seen at 9; the clock is 8 + 3
    text = kernel("x: Stream(f32, [2])", "y = Repeat(x, n=3)", "return y")
    found = ends(ran(text, depth=2).report)
    assert found["Repeat y"] == 11
    assert found["Sink y"] == 10


def test_an_expansion_goes_at_the_pace_of_its_reference() -> None:
    text = kernel("x: Stream(f32, [3, 1]), r: Stream(f32, [3, 4])", "y = Expand(x, r)", "return y")
    assert ends(ran(text).report) == {"Source x": 3, "Source r": 12, "Expand y": 12, "Sink y": 14}


def test_an_expansion_holds_its_element() -> None:
    # queue of one: x0 is freed at 7, with the fourth element of `r` (1, 3, 5, 7)
    text = kernel("x: Stream(f32, [3, 1]), r: Stream(f32, [3, 4])", "return Expand(x, r)")
    found = ends(ran(text, depths={"x": 1, "r": 1}).report)
    # answered at 8, x1 seen at 9 with `r` at 9; freed at 15, answered at 16
    assert found["Source x"] == 17


def test_padding_within_a_stream_takes_no_time() -> None:
    # 15 elements and 9 of padding; the reader has always something to read from 2 on
    text = kernel("x: Stream(f32, [3, 5])", "y = Reshape(x, chunk=4, pad=zeros)", "return y")
    found = ends(ran(text).report)
    assert found["Reshape y"] == 15
    assert found["Sink y"] == 2 + 24


def outer(count: int) -> str:
    return kernel(
        f"x: Stream(f32, [{count}])",
        "y = Reshape(Map(x, fn=slow), chunk=4, pad=zeros, outer=True)",
        "return y",
        before=works(slow=10),
    )


def test_with_a_dim_around_a_whole_chunk_waits_for_what_is_behind_it() -> None:
    # elements at 12, 22, 32, 42, 52: the fourth leaves at 52, with the fifth and its padding
    assert ends(ran(outer(5), flops=1).report)["Sink y"] == 53 + 5


def test_with_a_dim_around_a_stream_that_has_ended_does_not_wait() -> None:
    # the map last waited at 1, so that its end is known before its last element arrives
    assert ends(ran(outer(4), flops=1).report)["Sink y"] == 44


def test_merging_and_splitting_dims_takes_a_cycle_each() -> None:
    text = kernel(
        "x: Stream(f32, [2, 6])",
        "return Flatten(Reshape(Promote(Flatten(x), rank=1), chunk=4), min=0, max=2)",
    )
    assert cycles(text) == 12 + 4 + 1
