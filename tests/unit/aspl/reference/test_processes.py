"""Operators at work token by token compute what they compute on whole streams."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenwise import assert_both_ways, checked, evaluate_as_network

from aspl.ops.table import OPS
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import random_inputs
from aspl.reference.meaning import MEANING
from aspl.reference.processes.table import PROCESSES
from aspl.reference.state import EvaluationFailed
from aspl.values.literal import to_nested


def test_every_operator_works_token_by_token() -> None:
    assert PROCESSES.keys() == OPS.keys()
    assert PROCESSES.keys() - MEANING.keys() == {"Feedback"}


@pytest.mark.parametrize("name", OPS)
def test_the_example_of_an_operator_gives_its_outputs(name: str) -> None:
    example = OPS[name].example
    blank = {each: np.zeros_like(np.asarray(held)) for each, held in example.tensors.items()}
    program, inputs = checked(example.text), blank | dict(example.inputs)
    made = (
        evaluate_as_network(program, inputs)
        if name == "Feedback"
        else assert_both_ways(program, inputs)
    )
    assert tuple(map(to_nested, made.outputs)) == example.outputs
    assert {each: held.tolist() for each, held in made.tensors.items()} == example.tensors


PROGRAMS = {
    "elementwise": """
M, K, L = Dim(3), Dim(2), RaggedDim(4)

def kernel(x: Stream(f32, [M, K, L]), y: Stream(f32, [M, K, L])):
    a, b = Broadcast(x, n=2)
    return Repeat(Zip(b, Map(a, y, fn=mul)), n=2)
""",
    "folds": """
M, K, L = Dim(3), Dim(2), RaggedDim(3)

def decay(x: f32, y: f32, s: Tuple(f32, f32) = (0, 1)) -> Tuple(f32, f32):
    return (s[0] * 0.5 + x, s[1] * y)

def kernel(x: Stream(f32, [M, K, L]), y: Stream(f32, [M, K, L])):
    a, b, c, d = Broadcast(x, n=4)
    totals = Accum(a, fn=add, init=zeros, rank=2)
    largest = Accum(b, fn=max, init=lowest, rank=1)
    return totals, largest, Scan(c, fn=add, init=ones, rank=2), Scan(d, y, fn=decay, rank=1)
""",
    "buffers": """
M, K, L = Dim(3), Dim(2), RaggedDim(3)

def kernel(x: Stream(f32, [M, L, K])):
    a, b, c = Broadcast(x, n=3)
    sums = Accum(Bufferize(c, rank=1), fn=add, init=zeros, rank=1)
    affine = Streamify(sums, stride=[1, 0], shape=[K, 2])
    return Streamify(Bufferize(a, rank=2)), Streamify(Bufferize(b, rank=2), repeat=2), affine
""",
    "expansion": """
M, L, R, S = Dim(3), RaggedDim(3), RaggedDim(2), RaggedDim(3)

def kernel(
    x: Stream(f32, [M, L]), y: Stream(f32, [M]),
    one: Stream(i64, [M, R]), two: Stream(i64, [M, R, S])
):
    read = Streamify(Promote(Bufferize(x, rank=1), rank=0), one)
    return read, Expand(Promote(Promote(y, rank=0), rank=0), two, rank=2)
""",
    "shapes": """
M, K, L = Dim(3), Dim(2), RaggedDim(3)

def kernel(x: Stream(f32, [M, K, L])):
    x1, x2, x3, x4, x5, x6, x7 = Broadcast(x, n=7)
    flat = [Flatten(x1, min=1, max=2), Flatten(x2, min=0, max=1), Flatten(x3, min=0, max=2)]
    deep = [Promote(x4, rank=0), Promote(x5, rank=1), Promote(x6, rank=2), Promote(x7, rank=3)]
    return flat[0], flat[1], flat[2], deep[0], deep[1], deep[2], deep[3]
""",
    "chunks": """
M, K, L, J, P = Dim(3), Dim(4), RaggedDim(5), RaggedDim(5), DynamicDim(4)

def kernel(x: Stream(f32, [M, L]), y: Stream(f32, [M, K, J]), z: Stream(f32, [P])):
    padded, flags = Reshape(x, chunk=2, pad=ones, flags=True)
    return padded, flags, Reshape(y, chunk=2, rank=1), Reshape(z, chunk=3, pad=zeros, outer=True)
""",
    "routes": """
M, K, L = Dim(5), Dim(2), RaggedDim(3)

def kernel(
    x: Stream(f32, [M, K, L]), s: Stream(Selector(3), [M]),
    t: Stream(Selector(2), [M, K]), i: Stream(Index(2), [M])
):
    x1, x2, x3 = Broadcast(x, n=3)
    s1, s2 = Broadcast(s, n=2)
    t1, t2 = Broadcast(t, n=2)
    i1, i2 = Broadcast(i, n=2)
    by_index = Reassemble(Partition(x3, i1, n=2), i2)
    return Reassemble(Partition(x1, s1, n=3), s2), Reassemble(Partition(x2, t1, n=2), t2), by_index
""",
    "merges": """
M, N, K, L = Dim(3), Dim(2), Dim(4), RaggedDim(3)

def kernel(
    x: Stream(f32, [M, 2]), y: Stream(f32, [N, 2]),
    z: Stream(f32, [N, 2]), w: Stream(f32, [K, L])
):
    once, first = EagerMerge([x, y])
    twice, second = EagerMerge([z, once])
    even, odd = Parallelize(w, n=2)
    return twice, first, second, even, odd
""",
    "tiles": """
M, L, T = Dim(3), RaggedDim(5), RaggedDim(3)

def kernel(
    x: Stream(Tile(f32, [1, 2]), [M, L]), y: Stream(Tile(f32, [T, 2]), [M]), w: Tensor(f32, [2, 2])
):
    padded = Accum(Reshape(x, chunk=4, pad=zeros), fn=retile_row, init=empty, rank=1)
    a, b, c = Broadcast(padded, n=3)
    weights = Flatten(Flatten(LinearOffChipLoad(w, ref=a, tile=[2, 2])))
    kept = FlatMap(Map(b, weights, fn=matmul), fn=split_rows(filter=True))
    return c, kept, FlatMap(y, fn=split_rows)
""",
    "off-chip": """
M, L = Dim(3), RaggedDim(3)

def kernel(
    r: Stream(i64, [M, L]), a: Stream(Index(4), [M, L]),
    w: Tensor(f32, [4, 4]), o: Tensor(f32, [4, 4]), v: Tensor(f32, [2, 6])
):
    r1, r2 = Broadcast(r, n=2)
    a1, a2 = Broadcast(a, n=2)
    ack = RandomOffChipStore(RandomOffChipLoad(a1, w, tile=[2, 2]), a2, o, ack="data")
    LinearOffChipStore(LinearOffChipLoad(v, tile=[1, 3], stride=[3], shape=[4]), v)
    rows = LinearOffChipLoad(w, ref=r2, tile=[2, 2], stride=[3], shape=[3])
    return LinearOffChipLoad(w, ref=r1, tile=[2, 2]), rows, ack
""",
    "extents": """
M = Dim(3)

def kernel(x: Stream(f32, [M]), s: Stream(Selector(2), [M]), y: Stream(f32, [M])):
    taken, others = Partition(x, s, n=2)
    more = Repeat(y, n=dim(taken, 0) + 1)
    return more, Assume(others, shape=[dim(others, 0)]), taken
""",
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_network_computes_what_whole_streams_give(name: str) -> None:
    program = checked(PROGRAMS[name])
    for seed in range(12):
        assert_both_ways(program, random_inputs(program.program, seed))


@pytest.mark.parametrize("name", PROGRAMS)
def test_streams_may_be_empty(name: str) -> None:
    program = checked(re.sub(r"(M.*) = Dim\(\d\)", r"\1 = Dim(0)", PROGRAMS[name]))
    assert_both_ways(program, random_inputs(program.program, 0))


def merges(program: Any) -> list[int]:
    return [place for place, node in enumerate(program.nodes) if node.op.name == "EagerMerge"]


@given(st.permutations([0, 0, 0, 1, 1]), st.permutations([0, 0, 1, 1, 1, 1, 1]))
def test_given_orders_are_replayed(first: list[int], second: list[int]) -> None:
    program = checked(PROGRAMS["merges"])
    orders = dict(zip(merges(program.program), (first, second), strict=True))
    made = assert_both_ways(program, random_inputs(program.program, 0), orders)
    sources = to_nested(made.outputs[1])
    assert [each.index(True) for each in sources] == first


def test_given_orders_of_reassembly_are_replayed() -> None:
    program = checked(OPS["Reassemble"].example.text)
    inputs = OPS["Reassemble"].example.inputs
    made = assert_both_ways(program, inputs, {0: [1, 0, 1, 0]})
    assert to_nested(made.outputs[0]) == [[7, 1], [8], [2]]


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("Reassemble", [1, 0, 0, 1]),
        ("Reassemble", [1, 0, 1]),
        ("Reassemble", [1, 0, 1, 0, 0]),
        ("EagerMerge", [0, 0, 0]),
        ("EagerMerge", [0, 0, 1, 1]),
        ("EagerMerge", [0, 0, 0, 1, 0]),
        ("EagerMerge", [0, 0, 2, 1]),
        ("EagerMerge", [0, 0, -1, 1]),
    ],
)
def test_an_order_that_does_not_fit_is_refused(name: str, order: list[int]) -> None:
    example = OPS[name].example
    with pytest.raises(EvaluationFailed) as caught:
        evaluate_as_network(checked(example.text), example.inputs, {0: order})
    assert caught.value.diagnostic.code == "R006"


def test_a_reassembly_that_lacks_a_chunk_says_of_which_input() -> None:
    example = OPS["Reassemble"].example
    inputs = {**example.inputs, "s": [[1, 1], [0, 1], [0, 1]]}
    with pytest.raises(EvaluationFailed, match="input 1 has 2 chunks") as caught:
        evaluate_as_network(checked(example.text), inputs)
    assert caught.value.diagnostic.code == "R005"


ASSUMED = """
M, P = Dim(3), DynamicDim(2)

def kernel(x: Stream(f32, [M]), s: Stream(Selector(2), [M]), t: Stream(Tile(f32, [P, 1]), [M])) -> (
    Stream(f32, [_]), Stream(f32, [_]), Stream(Tile(f32, [2, 1]), [M])
):
    a, b = Partition(x, s, n=2)
    return Assume(a, shape=[2]), b, Assume(t, tile=[2, 1])
"""  # fmt: skip


def test_statements_are_held_against_the_data() -> None:
    program = checked(ASSUMED)
    tiles = [[[1.0], [2.0]]] * 3
    right = [[1, 0], [0, 1], [1, 0]]
    assert_both_ways(program, {"x": [1, 2, 3], "s": right, "t": tiles})
    wrong: dict[str, Any] = {
        "dim 0 is 1": {"s": [[1, 0], [0, 1], [0, 1]], "t": tiles},
        "extent 0 of its elements": {"s": right, "t": [[[1.0]]] * 3},
    }
    for words, inputs in wrong.items():
        with pytest.raises(EvaluationFailed, match=words) as caught:
            evaluate_as_network(program, {"x": [1, 2, 3], **inputs})
        assert caught.value.diagnostic.code == "R002"


FALSE = """
P, Q = DynamicDim(2), DynamicDim(2)

def kernel(a: Stream({left}, [P]), b: Stream({right}, [Q])):
    p = Assume(a, shape=[2])
    q = Assume(b, shape=[2])
    return {result}
"""


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("f32", "f32", "Map(p, q, fn=add)"),
        ("f32", "f32", "Zip(q, p)"),
        ("f32", "Selector(1)", "Partition(p, q, n=1)[0]"),
        ("f32", "f32", "Expand(Promote(p, rank=0), Promote(q, rank=0))"),
        ("f32", "f32", "[Reshape(p, chunk=2), q]"),
    ],
)
def test_a_false_statement_is_found_where_streams_meet(left: str, right: str, result: str) -> None:
    program = checked(FALSE.format(left=left, right=right, result=result))
    second = [[1], [1]] if right == "Selector(1)" else [7, 8]
    with pytest.raises(EvaluationFailed) as caught:
        evaluate_as_network(program, {"a": [7], "b": second})
    assert caught.value.diagnostic.code == "R002"


def test_an_extent_that_nothing_decides_is_named() -> None:
    program = checked("""
M, P = Dim(2), DynamicDim(2)

def kernel(x: Stream(f32, [M])):
    return Repeat(x, n=P)
""")
    with pytest.raises(EvaluationFailed, match="no value for the extent `P`") as caught:
        evaluate_as_network(program, {"x": [1, 2]})
    assert caught.value.diagnostic.code == "R001"


def test_an_address_outside_the_tensor_is_refused() -> None:
    example = OPS["RandomOffChipLoad"].example
    program = checked(example.text.replace("Index(2)", "i64"))
    for address in (-1, 2):
        inputs = {**example.inputs, "a": [0, address, 1]}
        found = []
        for way in (evaluate, evaluate_as_network):
            with pytest.raises(EvaluationFailed) as caught:
                way(program, inputs)
            found.append(caught.value.diagnostic)
        assert found[0] == found[1]
        assert found[0].code == "R003"


def test_stores_to_one_tensor_take_effect_in_the_order_of_the_program() -> None:
    program = checked("""
M = Dim(2)

def kernel(
    x: Stream(Tile(f32, [1, 1]), [M]), a: Stream(Index(2), [M]), y: Stream(Tile(f32, [1, 1]), [M]),
    w: Tensor(f32, [M, 1])
):
    ack = RandomOffChipStore(x, a, w)
    LinearOffChipStore(y, w)
    return ack
""")
    tensors = {"w": [[0], [0]], "a": [0, 1]}
    x, y = [[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]
    made = assert_both_ways(program, {"x": x, "y": y, **tensors})
    assert made.tensors["w"].tolist() == [[3.0], [4.0]]


def test_extents_that_differ_within_a_group_are_reported() -> None:
    program = checked("""
M, T = Dim(2), RaggedDim(3)

def kernel(x: Stream(Tile(f32, [T, 1]), [1, M])):
    return Accum(x, fn=add, init=zeros, rank=1)
""")
    with pytest.raises(EvaluationFailed) as caught:
        evaluate_as_network(program, {"x": [[[[1.0]], [[1.0], [2.0]]]]})
    assert caught.value.diagnostic.code == "R007"
