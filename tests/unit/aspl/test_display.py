"""The short view of values."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.display import ROWS, WIDTH, array_rows, run_arrays, run_records, run_text, stream_rows
from aspl.reference.evaluate import Evaluation, evaluate
from aspl.text.parse import parse
from aspl.types import Stream
from aspl.values.literal import from_nested


def ran(text: str, inputs: dict[str, Any]) -> tuple[Checked, Evaluation]:
    findings = Findings()
    program = parse(text, findings)
    checked = None if program is None else check(program, findings)
    assert checked is not None, list(findings)
    return checked, evaluate(checked, inputs)


def stream(annotation: str) -> Stream:
    program = parse(f"K = RaggedDim(3)\n\ndef kernel(x: {annotation}):\n    return x", Findings())
    assert program is not None
    found = program.inputs[0].type
    assert isinstance(found, Stream)
    return found


@pytest.mark.parametrize(
    "shape",
    [(3,), (200,), (5, 7), (8, 3), (9, 3), (2, 3, 4), (40, 50, 60), (2,) * 6, (9,) * 5, (3, 0)],
)
def test_an_array_takes_few_lines(shape: tuple[int, ...]) -> None:
    lines = array_rows(np.arange(np.prod(shape)).reshape(shape) / 7)
    assert 1 <= len(lines) <= ROWS
    assert max(map(len, lines)) <= WIDTH


def test_a_small_array_is_shown_as_numpy_does() -> None:
    assert array_rows(np.array([[1.0, 2.5], [-3.0, 4.0]])) == ["[[ 1.   2.5]", " [-3.   4. ]]"]


def test_flags_are_shown_as_digits() -> None:
    assert array_rows(np.array([True, False])) == ["[1 0]"]


def test_ragged_numbers_are_shown_a_group_a_line() -> None:
    kind = stream("Stream(f32, [3, K])")
    assert stream_rows(kind, from_nested([[1, 2], [], [3]], kind)) == [
        "[0]: [1. 2.]",
        "[1]: []",
        "[2]: [3.]",
    ]


def test_places_count_inside_every_ragged_dim() -> None:
    kind = stream("Stream(f32, [2, K, K])")
    value = from_nested([[[1]], [[2, 3], [], [4]]], kind)
    assert [row.split(":")[0] for row in stream_rows(kind, value)] == [
        "[0, 0]",
        "[1, 0]",
        "[1, 1]",
        "[1, 2]",
    ]


def test_long_streams_are_cut() -> None:
    kind = stream("Stream(f32, [20, K])")
    rows = stream_rows(kind, from_nested([[1] * (place % 4) for place in range(20)], kind))
    assert len(rows) == ROWS + 1
    assert rows[-1] == "..."


def test_tuples_and_tiles_of_several_sizes_are_shown_an_element_a_line() -> None:
    kind = stream("Stream(Tuple(i64, Tile(f32, [K, 2])), [2])")
    value = from_nested([(1, [[1, 2]]), (2, [[3, 4], [5, 6]])], kind)
    assert stream_rows(kind, value) == ["[0]: (1, [[1. 2.]])", "[1]: (2, [[3. 4.] [5. 6.]])"]


def test_a_large_element_is_cut() -> None:
    kind = stream("Stream(Tuple(i64, Tile(f32, [50, 50])), [1])")
    rows = stream_rows(kind, from_nested([(1, np.ones((50, 50)).tolist())], kind))
    assert max(map(len, rows)) <= WIDTH


def test_a_stream_without_elements_says_so() -> None:
    kind = stream("Stream(f32, [3, K])")
    assert stream_rows(kind, from_nested([[], [], []], kind)) == ["no elements"]


STORED = """\
M = Dim(2)

def kernel(x: Stream(Tile(f32, [1, 2]), [M]), s: Stream(Selector(2), [M]), o: Tensor(f32, [M, 2])):
    a, b = Broadcast(x, n=2)
    LinearOffChipStore(Reshape(a, chunk=1), o)
    p, q = Partition(b, s)
    return p, Flatten(Promote(q))
"""


def stored() -> tuple[Checked, Evaluation]:
    values = {"x": [[[1, 2]], [[3, 4]]], "s": [[1, 0], [1, 1]], "o": np.zeros((2, 2))}
    return ran(STORED, values)


def test_a_run_shows_results_stored_tensors_and_extents() -> None:
    assert (
        run_text(*stored())
        == """\
p: Stream(Tile(f32, [1, 2]), [part0]), [2] of [1, 2]
    [[[1. 2.]]
     [[3. 4.]]]
result1: Stream(Tile(f32, [1, 2]), [part1]), [1] of [1, 2]
    [[[3. 4.]]]
o as stored: Tensor(f32, [M, 2]), [2, 2]
    [[1. 2.]
     [3. 4.]]
decided by the run: part0 = 2, part1 = 1"""
    )


def test_a_run_as_records_holds_all_values() -> None:
    records = [json.loads(json.dumps(each)) for each in run_records(*stored())]
    assert [each["schema"] for each in records] == [
        "aspl.result/1",
        "aspl.result/1",
        "aspl.tensor/1",
        "aspl.extents/1",
    ]
    assert records[0]["values"] == [[[1, 2]], [[3, 4]]]
    assert records[2]["values"] == [[1, 2], [3, 4]]
    assert records[3]["extents"] == {"part0": 2, "part1": 1}


def test_records_hold_words_for_what_json_has_no_numbers_for() -> None:
    text = "def kernel(x: Stream(f32, [3])):\n    return Map(x, fn=log)"
    (record, _) = run_records(*ran(text, {"x": [0, -1, 1]}))
    assert record["values"] == ["-inf", "nan", 0.0]


def test_results_of_one_name_get_names_of_their_own() -> None:
    text = "def kernel(x: Stream(f32, [3])):\n    x, y = Broadcast(x, n=2)\n    return x, y, x"
    program = parse(text, Findings())
    assert program is not None
    checked = check(program, Findings(), linearity="auto")
    assert checked is not None
    arrays = run_arrays(checked, evaluate(checked, {"x": [1, 2, 3]}))
    assert sorted(arrays) == ["x", "x_", "y"]
