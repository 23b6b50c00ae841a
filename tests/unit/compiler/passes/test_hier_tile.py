"""Products of tiles on compute tiles."""

from __future__ import annotations

import numpy as np
import pytest
from compiling import checked, names, ops, passed

from aspl.dims import to_dim
from aspl.ops.base import Op
from aspl.ops.higher import FlatMap
from aspl.ops.onchip import Streamify
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import random_inputs
from aspl.types import Tile, element_dims
from aspl.values.column import Dense
from aspl.values.stream import StreamValue


def product(call: str, transposed: bool, outer: str = "[B, L]", inner: str = "") -> str:
    """Return a program that multiplies tiles [8, 12] and [12, 4]."""
    fn, second = ("matmul(transposed=True)", "[4, 12]") if transposed else ("matmul", "[12, 4]")
    shape = outer.replace("]", f"{inner}]")
    return f"""
B, L = Dim(2), RaggedDim(3)

def kernel(
    x: Stream(Tile(f32, [8, 12]), {shape}), y: Stream(Tile(f32, {second}), {shape})
) -> Stream(Tile(f32, [8, 4]), {outer}):
    return {call.replace("matmul", fn)}
"""


MAP = "Map(x, y, fn=matmul)"
FOLD = "Accum(x, y, fn=matmul, init=zeros, rank=2)"
OPTIONS = [
    "tile=4",
    "tile=2",
    "rows=8 cols=4 depth=3",
    "rows=2 cols=4 depth=12",
    "rows=8 cols=1 depth=12",
    "tile=4 depth=100",
]


def lengths(stream: StreamValue) -> list[object]:
    """Return the extents of a stream."""
    return [np.asarray(each).tolist() for each in stream.nest.lengths]


def assert_same_values(text: str, pipeline: str) -> None:
    """Hold the results of a program before and after passes against each other."""
    before, after = checked(text), passed(text, pipeline)
    inputs = random_inputs(before.program, 3)
    (wanted,) = evaluate(before, inputs, precision="f64").outputs
    (got,) = evaluate(after, inputs, precision="f64").outputs
    assert lengths(got) == lengths(wanted)
    assert isinstance(wanted.column, Dense)
    assert isinstance(got.column, Dense)
    np.testing.assert_allclose(got.column.data, wanted.column.data, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("call", [MAP, FOLD])
def test_results_and_types_stay(call: str, transposed: bool, options: str) -> None:
    text = product(call, transposed, "[B]" if call is FOLD else "[B, L]", ", 3, 5" * (call is FOLD))
    found = passed(text, f"hier-tile{{{options}}},verify")
    assert names(found) != names(checked(text))
    before = checked(text)
    after = [found.types[value] for value in found.program.results]
    assert after == [before.types[value] for value in before.program.results]
    assert_same_values(text, f"hier-tile{{{options}}}")


@pytest.mark.parametrize("options", OPTIONS[:4])
def test_every_product_is_of_compute_tiles(options: str) -> None:
    found = passed(product(MAP, False), f"hier-tile{{{options}}}")
    sizes = dict(part.split("=") for part in options.split())
    most = {key: int(sizes.get(key, sizes.get("tile", 16))) for key in ("rows", "depth", "cols")}
    (place,) = [
        place for place, op in enumerate(ops(found)) if str(getattr(op, "fn", "")) == "matmul"
    ]
    a, b = (found.types[value].element for value in found.program.nodes[place].inputs)
    assert isinstance(a, Tile)
    assert [dim.constant for dim in element_dims(a)] == [most["rows"], most["depth"]]
    assert [dim.constant for dim in element_dims(b)] == [most["depth"], most["cols"]]


def test_the_plan_of_a_map() -> None:
    found = passed(product(MAP, False), "hier-tile{tile=4}")
    assert names(found) == [
        *("Promote", "FlatMap", "Promote", "FlatMap"),
        *("Bufferize", "Streamify", "Bufferize", "Streamify"),
        *("Accum", "Accum", "Accum"),
    ]
    reads = [op for op in ops(found) if isinstance(op, Streamify)]
    assert [str(op.repeat) for op in reads] == ["1", "2"]


def test_pieces_of_the_second_operand_are_read_column_by_column() -> None:
    _, read = [op for op in ops(passed(product(MAP, False), "hier-tile{cols=2}")) if is_read(op)]
    assert (list(map(str, read.stride)), list(map(str, read.shape))) == (["1", "2"], ["2", "1"])


def test_pieces_of_a_transposed_operand_are_read_as_they_lie() -> None:
    _, read = [op for op in ops(passed(product(MAP, True), "hier-tile{tile=4}")) if is_read(op)]
    assert read == Streamify(repeat=to_dim(2))


def is_read(op: Op) -> bool:
    return isinstance(op, Streamify)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (product(MAP, False), "tile=16"),
        (product(MAP, False), "tile=5"),
        (product(MAP, False), "rows=8 depth=12 cols=4"),
        (product("Accum(x, y, fn=matmul, init=ones, rank=1)", False, "[B]", ", 3"), "tile=4"),
        (product("Accum(x, y, fn=matmul, init=zeros, rank=1)", False, "[B]", ", L"), "tile=4"),
        (
            product(MAP, False).replace("8", "P").replace("B, L =", "P, B, L = DynamicDim(8),"),
            "tile=4",
        ),
        ("def kernel(x: Stream(f32, [3])) -> Stream(f32, [3]):\n    return Map(x, fn=exp)\n", ""),
    ],
)
def test_other_products_stay_as_they_are(text: str, options: str) -> None:
    assert passed(text, f"hier-tile{{{options}}}") == checked(text)


def test_extents_that_are_sizes_are_stated_again() -> None:
    text = product(MAP, False).replace("8", "M").replace("B, L =", "M, B, L = Dim(8),")
    found = passed(text, "hier-tile{tile=4},verify")
    assert names(found)[-1] == "Assume"
    assert_same_values(text, "hier-tile{tile=4}")


def test_valid_rows_stay() -> None:
    text = """
def kernel(
    x: Stream(Tile(f32, [8, 4]), [3]), n: Stream(i64, [3]), y: Stream(Tile(f32, [4, 4]), [3])
) -> Stream(Tile(f32, [1, 4]), [_]):
    return FlatMap(Map(Map(x, n, fn=set_valid), y, fn=matmul), fn=split_rows(filter=True))
"""
    before, after = checked(text), passed(text, "hier-tile{tile=2},verify")
    assert any(
        isinstance(op, FlatMap) and str(op.fn).startswith("split_tiles") for op in ops(after)
    )
    inputs = {**random_inputs(before.program, 1), "n": [5, 8, 1]}
    (wanted,) = evaluate(before, inputs, precision="f64").outputs
    (got,) = evaluate(after, inputs, precision="f64").outputs
    assert lengths(got) == lengths(wanted)
    assert isinstance(wanted.column, Dense)
    assert isinstance(got.column, Dense)
    assert len(wanted.column.data) == 14
    np.testing.assert_allclose(got.column.data, wanted.column.data)
