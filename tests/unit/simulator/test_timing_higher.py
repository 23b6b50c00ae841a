"""Cycles of functions: the most of reading, computing and writing back."""

from __future__ import annotations

import numpy as np
import pytest
from timing import cycles, ends, kernel, ran


@pytest.mark.parametrize(
    ("header", "body", "flops", "work"),
    [
        ("x: Stream(Tile(f32, [1, 5]), [1])", "Map(x, fn=relu)", 2, 3),
        ("x: Stream(Tile(f32, [1, 5]), [1])", "Map(x, fn=silu)", 2, 20),
        ("x: Stream(Tile(f32, [1, 5]), [1])", "Map(x, fn=exp)", 3, 7),
        ("x: Stream(Tile(f32, [2, 5]), [1])", "Map(x, fn=row_sum)", 3, 4),
        (
            "x: Stream(Tile(f32, [2, 3]), [1]), y: Stream(Tile(f32, [3, 4]), [1])",
            "Map(x, y, fn=matmul)",
            10,
            5,
        ),
        (
            "x: Stream(Tile(f32, [2, 3]), [1]), y: Stream(Tile(f32, [4, 3]), [1])",
            "Map(x, y, fn=matmul(transposed=True))",
            10,
            5,
        ),
        (
            "x: Stream(Tile(f32, [2, 1]), [1]), y: Stream(Tile(f32, [1, 4]), [1])",
            "Map(x, y, fn=mul)",
            3,
            3,
        ),
    ],
)
def test_work_is_flops_over_bandwidth_rounded_up(
    header: str, body: str, flops: int, work: int
) -> None:
    # the element is seen at 1, the result a cycle after the work, and read in one more
    assert cycles(kernel(header, f"return {body}"), flops=flops) == 1 + work + 2


def test_every_loaded_tile_is_read_one_after_the_other() -> None:
    # four requests each, two in a cycle: both tiles at 22, seen at 23; 256 bytes are 4 cycles
    text = kernel(
        "w: Tensor(f32, [4, 16]), v: Tensor(f32, [4, 16])",
        "a = LinearOffChipLoad(w, tile=[4, 16])",
        "b = LinearOffChipLoad(v, tile=[4, 16])",
        "y = Map(a, b, fn=add)",
        "return y",
    )
    assert ends(ran(text).report) == {
        "LinearOffChipLoad a": 22,
        "LinearOffChipLoad b": 22,
        "Map y": 23 + 4 + 4,
        "Sink y": 33,
    }


def test_a_tile_of_a_map_is_not_read_from_memory() -> None:
    # the first map reads 4 cycles, the second computes 1
    text = kernel(
        "w: Tensor(f32, [4, 16])",
        "return Map(Map(LinearOffChipLoad(w, tile=[4, 16]), fn=relu), fn=relu)",
    )
    # the tile at 22, seen at 23, done at 27, seen at 28, done at 29
    assert cycles(text) == 31


BIG = "x: Stream(Tile(f32, [8, 16]), [1, 1])"


def test_a_result_is_written_back_where_a_memory_unit_reads_it() -> None:
    # 512 bytes are 8 cycles, the work is one
    assert cycles(kernel(BIG, "return Map(x, fn=relu)")) == 4
    assert cycles(kernel(BIG, "return Bufferize(Map(x, fn=relu), rank=1)")) == 1 + 8 + 1 + 2


def test_what_was_written_back_is_read_from_memory() -> None:
    # handle at 11, tile at 12, read in 8 cycles
    text = kernel(BIG, "return Map(Streamify(Bufferize(Map(x, fn=relu), rank=1)), fn=relu)")
    assert cycles(text) == 12 + 8 + 2


def test_what_was_not_written_back_is_not_read_from_memory() -> None:
    # the source pays nothing: seen at 1, handle at 2, tile at 3, work of one cycle
    text = kernel(BIG, "return Map(Streamify(Bufferize(x, rank=1)), fn=relu)")
    assert cycles(text) == 3 + 1 + 2


def test_a_fold_writes_back_with_the_last_element_of_a_group() -> None:
    # elements at 1, 2, 3, of one cycle each; the last of max(1, 8)
    text = kernel(
        "x: Stream(Tile(f32, [8, 16]), [1, 1, 3])",
        "y = Accum(x, fn=add, init=zeros, rank=1)",
        "return Bufferize(y, rank=1)",
    )
    assert ends(ran(text).report)["Accum y"] == 3 + 8
    assert cycles(text) == 14


def test_what_a_fold_writes_back_has_the_size_of_the_initial_state() -> None:
    # three rows are 192 bytes, 3 cycles; none of them is there at the beginning
    text = kernel(
        "x: Stream(Tile(f32, [1, 16]), [1, 1, 3])",
        "y = Accum(x, fn=retile_row, init=empty, rank=1)",
        "return Bufferize(y, rank=1)",
    )
    assert ends(ran(text).report)["Accum y"] == 3
    assert cycles(text) == 6


def test_rows_put_together_are_read_from_memory_where_the_last_of_them_was() -> None:
    # rows at 1, 2, 3 of a source; the tile of three rows computes 48 / 1024
    text = kernel(
        "x: Stream(Tile(f32, [1, 16]), [1, 3])",
        "return Map(Accum(x, fn=retile_row, init=empty, rank=1), fn=relu)",
    )
    assert cycles(text) == 3 + 1 + 1 + 2


def test_loaded_rows_put_together_are_read_again() -> None:
    # rows at 20, 39, 58, each read in one cycle; the tile of 192 bytes in 3
    text = kernel(
        "w: Tensor(f32, [3, 16])",
        "x = Flatten(LinearOffChipLoad(w, tile=[1, 16], stride=[1], shape=[3]), min=0, max=1)",
        "return Map(Accum(Promote(x, rank=1), fn=retile_row, init=empty, rank=1), fn=relu)",
    )
    # the last row is loaded at 57, flattened at 58, promoted at 59, read at 60, done at 61
    assert cycles(text) == 61 + 1 + 3 + 2


def test_each_element_of_a_fold_costs_its_work() -> None:
    # 12 FLOPs at 4 a cycle, twelve elements
    text = kernel("x: Stream(Tile(f32, [3, 4]), [4, 3])", "return Accum(x, fn=add, init=zeros)")
    assert cycles(text, flops=4) == 1 + 12 * 3 + 2


def test_a_fold_of_products_counts_no_addition() -> None:
    # 2 * 2 * 3 * 4 FLOPs a step
    text = kernel(
        "x: Stream(Tile(f32, [2, 3]), [1, 5]), y: Stream(Tile(f32, [3, 4]), [1, 5])",
        "return Accum(x, y, fn=matmul, init=zeros)",
    )
    assert cycles(text, flops=10) == 1 + 5 * 5 + 2


@pytest.mark.parametrize(
    ("header", "fn", "inputs"),
    [
        (
            "x: Stream(Tile(f32, [4, 4]), [4]), y: Stream(u64, [4])",
            "set_valid",
            {"x": np.zeros((4, 4, 4)), "y": [1, 2, 3, 4]},
        ),
        (
            "x: Stream(Tile(f32, [4, 4]), [4]), y: Stream(Tile(f32, [1, 4]), [4])",
            "append_row",
            None,
        ),
        (
            "x: Stream(u64, [4]), y: Stream(u64, [4])",
            "cache_write_address(row_offset=3)",
            {"x": [1, 2, 3, 4], "y": [1, 2, 3, 4]},
        ),
    ],
)
@pytest.mark.parametrize("flops", [1, 1024])
def test_some_functions_take_one_cycle_whatever_the_bandwidth(
    header: str, fn: str, inputs: dict[str, object] | None, flops: int
) -> None:
    text = kernel(header, f"return Map(x, y, fn={fn})")
    assert cycles(text, inputs, flops=flops) == 1 + 4 + 2


def test_a_signal_takes_one_cycle_an_element() -> None:
    text = kernel(
        "x: Stream(Tile(f32, [9, 9]), [2, 3])", "return Accum(x, fn=signal_all_read, init=zeros)"
    )
    assert cycles(text, flops=1) == 1 + 6 + 2


def test_rows_of_a_tile_come_all_at_once() -> None:
    # three rows at 2, read one a cycle; the next three have come by then
    text = kernel("x: Stream(Tile(f32, [3, 4]), [2])", "y = FlatMap(x, fn=split_rows)", "return y")
    assert ends(ran(text, flops=1).report) == {"Source x": 2, "FlatMap y": 2, "Sink y": 2 + 6}


def test_addresses_of_one_read_come_one_a_cycle() -> None:
    # stamped 1, 2, 3, 4 and seen a cycle after the sender's 1 at the soonest: 2, 2, 3, 4
    # the second read is taken at 2, when the first is still on its way: 3, 3
    text = kernel(
        "i: Stream(u64, [2]), n: Stream(u64, [2])",
        "y = FlatMap(i, n, fn=cache_read_addresses(row_offset=8))",
        "return y",
    )
    found = ends(ran(text, {"i": [0, 1], "n": [4, 2]}).report)
    assert found["FlatMap y"] == 2
    assert found["Sink y"] == 2 + 6


def test_addresses_of_a_long_read_keep_their_reader_waiting() -> None:
    # the last of 9 is stamped 9; with the first two at 2 the reader is never idle
    text = kernel(
        "i: Stream(u64, [1]), n: Stream(u64, [1])",
        "return FlatMap(i, n, fn=cache_read_addresses(row_offset=9))",
    )
    assert cycles(text, {"i": [0], "n": [9]}) == 2 + 9
