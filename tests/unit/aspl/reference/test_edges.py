"""Corners of evaluation that random programs have shown: empty, ragged, of no extent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tokenwise import checked

from aspl.builder import Builder
from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.ops.sources import Consumer
from aspl.reference.evaluate import Evaluation, evaluate
from aspl.reference.state import EvaluationFailed
from aspl.text.parse import parse
from aspl.text.printer import print_program
from aspl.types import DType, Scalar, Stream
from aspl.values.column import Dense, Record, valid_rows
from aspl.values.literal import to_nested

DIMS = """
M, K, N = Dim(2), Dim(3), Dim(0)
P, Q = DynamicDim(3), DynamicDim(3)
L, R = RaggedDim(3), RaggedDim(3)

"""


def run(text: str, **inputs: Any) -> Evaluation:
    return evaluate(checked(DIMS + text), inputs, precision="f64")


def values(text: str, **inputs: Any) -> list[Any]:
    return [to_nested(each) for each in run(text, **inputs).outputs]


def code_of_run(text: str, **inputs: Any) -> str:
    with pytest.raises(EvaluationFailed) as caught:
        run(text, **inputs)
    return caught.value.diagnostic.code


def codes_of_check(text: str) -> list[str]:
    findings = Findings()
    program = parse(DIMS + text, findings)
    if program is not None:
        check(program, findings)
    return [each.code for each in findings]


def test_a_run_decides_dynamic_extents_whatever_their_defaults_are() -> None:
    text = """
def kernel(x: Stream(Tile(f32, [1, P]), [M, L])):
    return Scan(x, fn=min, init=1, rank=1)
"""
    assert values(text, x=[[[[2.0]]], [[[0.5]], [[3.0]]]]) == [[[[[1.0]]], [[[0.5]], [[0.5]]]]]


def test_empty_buffers_have_the_extents_of_their_elements() -> None:
    text = """
def counted(x: Buffer(Selector(3), [_])) -> Buffer(i64, [3]):
    return sum(cast(x, i64), axis=0)

def kernel(x: Stream(Selector(3), [M, L])):
    return Map(Bufferize(x), fn=counted)
"""
    assert values(text, x=[[], []]) == [[[0, 0, 0], [0, 0, 0]]]
    assert values(text, x=[[], [[1, 0, 1]]]) == [[[0, 0, 0], [1, 0, 1]]]


def test_elements_of_one_group_may_differ_in_extents_that_the_state_does_not_have() -> None:
    text = """
def total(x: Buffer(f32, [_]), s: f32 = 0) -> f32:
    return s + sum(x)

def both(x: Buffer(f32, [_]), s: Tuple(f32, f32) = 0) -> Tuple(f32, f32):
    a, b = s
    return a * 0.5 + sum(x), b + 1

def kernel(x: Stream(f32, [M, L, R])):
    a, b, c = Broadcast(Bufferize(x), n=3)
    return Accum(a, fn=total), Scan(b, fn=total), Accum(c, fn=both)
"""
    sums, scan, pairs = values(text, x=[[[1, 2], [3], []], [[4, 5, 6]]])
    assert sums == [6, 15]
    assert scan == [[3, 6, 6], [15]]
    assert pairs == [(2.25, 3), (15, 1)]


def test_products_are_folded_over_ragged_inner_extents() -> None:
    text = """
def kernel(x: Stream(Tile(f32, [1, R]), [M, L]), y: Stream(Tile(f32, [R, 1]), [M, L])):
    return Accum(x, y, fn=matmul, init=zeros)
"""
    x = [[[[1, 2]], [[3]], [[]]], []]
    y = [[[[1], [2]], [[3]], []], []]
    assert values(text, x=x, y=y) == [[[[14]], [[0]]]]


def test_a_ragged_extent_is_held_against_what_lies_inside_the_same_dims() -> None:
    text = """
def kernel(x: Stream(f32, [M, L])):
    a, b = Broadcast(x, n=2)
    y = Streamify(Promote(Bufferize(b), rank=0), a)
    return Assume(y, shape=[M, L, L])
"""
    assert values(text, x=[[1, 2], []]) == [[[[1, 2], [1, 2]], []]]
    assert values(text, x=[[1], [2]]) == [[[[1]], [[2]]]]


def test_buffers_that_a_function_makes_may_be_ragged_inside() -> None:
    text = """
def kernel(x: Stream(Buffer(f32, [L]), [K])):
    a, b = Broadcast(x, n=2)
    return Streamify(Map(a, b, fn=outer_product))
"""
    (made,) = values(text, x=[[1], [], [2, 3]])
    assert made == [[[1]], [], [[4, 6], [6, 9]]]


def test_an_empty_buffer_shows_no_extent_inside() -> None:
    text = """
def whole(x: Tile(f32, [2, _])) -> Buffer(f32, [1, 2, _]):
    return x[None]

def kernel(x: Stream(Tile(f32, [2, K]), [2, L])):
    return Bufferize(FlatMap(x, fn=whole), rank=3)
"""
    assert values(text, x=[[], []]) == [[[], []]]


@pytest.mark.parametrize("ending", ["EagerMerge([a, b])", "Reassemble([a, b], s)"])
def test_streams_without_elements_are_merged(ending: str) -> None:
    text = f"""
def kernel(x: Stream(Tile(f32, [R, 2]), [M, L]), s: Stream(Selector(2), [1])):
    a, b = Broadcast(x, n=2)
    return {ending}
"""
    if "EagerMerge" in ending:
        text = text.replace(
            f"return {ending}", f"y, z = {ending}\n    Consumer(z)\n    Consumer(s)\n    return y"
        )
    (made,) = values(text, x=[[], []], s=[[1, 1]])
    assert made in ([[], [], [], []], [[[], []]])


def test_products_over_no_inner_extent_are_zero() -> None:
    text = """
def f(x: Tile(f32, [1, N])) -> Tile(f32, [1, 1]):
    return x @ transpose(x)

def kernel(x: Stream(Tile(f32, [1, N]), [1])):
    return Map(x, fn=f)
"""
    assert values(text, x=[[[]]]) == [[[[0]]]]


def test_tiles_without_rows_are_read_from_buffers() -> None:
    text = """
def kernel(x: Stream(Buffer(Tile(f32, [N, 2]), [K]), [M])):
    return Streamify(x, stride=[1], shape=[2])
"""
    assert values(text, x=[[[], [], []], [[], [], []]]) == [[[[], []], [[], []]]]


def test_padding_tiles_inside_tuples_have_no_valid_rows() -> None:
    text = """
def kernel(x: Stream(Tile(f32, [2, 1]), [1]), y: Stream(i64, [1])):
    return Reshape(Zip(x, y), chunk=2, pad=0)
"""
    (made,) = run(text, x=[[[1], [2]]], y=[5]).outputs
    assert isinstance(made.column, Record)
    tiles = made.column.parts[0]
    assert isinstance(tiles, Dense)
    assert valid_rows(tiles).tolist() == [2, 0]


def test_maps_of_buffers_keep_the_valid_rows_of_tiles() -> None:
    text = """
def kernel(x: Stream(Tile(f32, [2, 1]), [M, K]), n: Stream(i64, [M, K])):
    return Map(Bufferize(Map(x, n, fn=set_valid)), fn=abs)
"""
    counts = [[0, 1, 2], [2, 1, 5]]
    (made,) = run(text, x=np.ones((2, 3, 2, 1)), n=counts).outputs
    assert isinstance(made.column, Dense)
    assert valid_rows(made.column).tolist() == [[0, 1, 2], [2, 1, 2]]


def test_states_in_tuples_have_the_valid_rows_of_the_last_tile() -> None:
    text = """
def f(x: Tile(f32, [2, 1]), s: Tuple(Tile(f32, [2, 1]), f32) = 0) -> Tuple(Tile(f32, [2, 1]), f32):
    a, b = s
    return a + x, b + 1

def kernel(x: Stream(Tile(f32, [2, 1]), [M, K]), n: Stream(i64, [M, K])):
    return Accum(Map(x, n, fn=set_valid), fn=f)
"""
    (made,) = run(text, x=np.ones((2, 3, 2, 1)), n=[[2, 2, 1], [0, 0, 2]]).outputs
    assert isinstance(made.column, Record)
    tiles = made.column.parts[0]
    assert isinstance(tiles, Dense)
    assert valid_rows(tiles).tolist() == [1, 2]


def test_rows_of_ragged_width_are_appended() -> None:
    text = """
def kernel(
    x: Stream(Tile(f32, [2, R]), [M]), n: Stream(i64, [M]), row: Stream(Tile(f32, [1, R]), [M])
):
    return Map(Map(x, n, fn=set_valid), row, fn=append_row)
"""
    x, row = [[[1], [2]], [[3, 4], [5, 6]]], [[[9]], [[7, 8]]]
    assert values(text, x=x, n=[1, 0], row=row) == [[[[1], [9]], [[7, 8], [5, 6]]]]


def test_tiles_of_an_empty_ragged_stream_are_stored() -> None:
    text = """
def kernel(x: Stream(Tile(f32, [R, 2]), [M, L]), w: Tensor(f32, [2, 2])):
    rows, counted = Broadcast(FlatMap(x, fn=split_rows), n=2)
    return RandomOffChipStore(rows, Map(counted, fn=place), w)
"""
    place = "\ndef place(x: Tile(f32, [1, 2])) -> Index(2):\n    return cast(sum(x), i64) % 2\n"
    made = run(place + text, x=[[], []], w=[[1, 2], [3, 4]])
    assert to_nested(made.outputs[0]) == [[], []]
    assert made.tensors["w"].tolist() == [[1, 2], [3, 4]]


def test_what_is_multiplied_by_no_extent_need_not_be_known() -> None:
    text = """
def kernel(x: Stream(f32, [M]), y: Stream(f32, [P, Q])):
    flat = Flatten(y)
    return Repeat(x, n=dim(flat, 0)), flat
"""
    assert values(text, x=[1, 2], y=[]) == [[[], []], []]


ONE_SYMBOL_OF_TWO_VALUES = {
    "declared inside other dims": """
def kernel(x: Stream(f32, [M, L]), y: Stream(f32, [M, K, L])):
    return Zip(Streamify(Bufferize(x), repeat=K), y)
""",
    "a sum and a product": """
def twice(x: Buffer(f32, [_])) -> Buffer(f32, [_]):
    return concat(x, x)

def kernel(y: Stream(f32, [M, 2, L])):
    a, b = Broadcast(y, n=2)
    p = Repeat(Bufferize(Flatten(a)), n=2)
    return Map(p, Map(Bufferize(b), fn=twice), fn=add)
""",
    "a sum and a repetition": """
def kernel(y: Stream(f32, [M, 2, L])):
    a, b = Broadcast(y, n=2)
    p = Streamify(Flatten(Repeat(Bufferize(Flatten(a)), n=2)))
    return Zip(p, Flatten(Repeat(Flatten(b, min=1, max=2), n=2)))
""",
}


@pytest.mark.parametrize("text", ONE_SYMBOL_OF_TWO_VALUES.values(), ids=ONE_SYMBOL_OF_TWO_VALUES)
def test_streams_of_different_extents_are_never_paired(text: str) -> None:
    if codes_of_check(text):
        return
    inputs: Mapping[str, Any] = {"y": [[[1], [2, 3, 4]], [[], [5, 6]]]}
    if "x: Stream" in text:
        inputs = {"x": [[1], []], "y": [[[1, 2], [1], []], [[], [], []]]}
    assert code_of_run(text, **inputs) == "R007"


def test_an_index_that_a_function_makes_is_one_of_its_targets() -> None:
    text = """
def f(x: i64) -> Index(2):
    return x

def kernel(x: Stream(i64, [K]), y: Stream(f32, [K])):
    return Partition(y, Map(x, fn=f), n=2)
"""
    assert values(text, x=[0, 1, 0], y=[1, 2, 3]) == [[1, 3], [2]]
    assert code_of_run(text, x=[0, 1, 2], y=[1, 2, 3]) == "R003"


@pytest.mark.parametrize("options", ["chunk=N", "chunk=N, pad=0"])
def test_a_chunk_of_no_elements_is_refused(options: str) -> None:
    text = f"""
def kernel(x: Stream(f32, [M])):
    return Reshape(x, {options})
"""
    assert codes_of_check(text) == ["A004"]


def test_a_chunk_that_a_run_finds_to_have_no_elements_is_reported() -> None:
    text = """
def kernel(x: Stream(f32, [M]), y: Stream(f32, [P])):
    return Reshape(x, chunk=P, pad=0), y
"""
    assert values(text, x=[1, 2], y=[7]) == [[[1], [2]], [7]]
    assert code_of_run(text, x=[1, 2], y=[]) == "R001"


def test_an_affine_read_of_a_tensor_without_tiles_is_refused() -> None:
    text = """
def kernel(w: Tensor(f32, [N, 2])):
    return LinearOffChipLoad(w, tile=[1, 2], stride=[1], shape=[2])
"""
    assert codes_of_check(text) == ["S006"]


def test_an_affine_read_does_not_begin_before_its_buffer() -> None:
    text = """
def kernel(x: Stream(Buffer(f32, [K]), [M])):
    return Streamify(x, stride=[-1], shape=[2])
"""
    assert codes_of_check(text) == ["S006"]
    assert codes_of_check(text.replace("[-1]", "[1]")) == []


def test_a_type_with_an_unknown_name_is_reported_once() -> None:
    assert codes_of_check("def kernel(x: Stream(f32, [missing])):\n    return x\n") == ["N001"]


def test_what_is_around_a_stream_that_may_be_empty_can_be_written() -> None:
    text = """
def kernel(x: Stream(f32, [P])) -> Stream(f32, [some(P), P]):
    return Promote(x, rank=1)
"""
    assert codes_of_check(text) == []
    assert values(text, x=[1, 2]) == [[[1, 2]]]
    assert values(text, x=[]) == [[]]


def test_a_built_program_that_returns_nothing_reads_back() -> None:
    build = Builder("kernel")
    x = build.stream("x", Stream(Scalar(DType.F32), (build.size("M", 2),)))
    build.add(Consumer(), x)
    program = build.build()
    assert parse(print_program(program), Findings()) == program
