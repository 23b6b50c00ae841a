"""Streams turn into tokens and back without loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from columns import packed
from hypothesis import given
from hypothesis import strategies as st
from tokenwise import assert_same_stream

from aspl.dims import ragged, size, to_dim
from aspl.reference.run import Run
from aspl.reference.state import Bindings, State
from aspl.reference.tokens import Gathering, singles, tokens
from aspl.types import DType, Scalar, Stream, Tile, Tuple
from aspl.values.column import Column, Dense, Packed, Record
from aspl.values.literal import elements, from_nested, to_nested
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue

F32 = Scalar(DType.F32)


def stream_of(value: Any, rank: int) -> StreamValue:
    return from_nested(value, Stream(F32, tuple(ragged(f"R{each}") for each in range(rank + 1))))


def gathered(value: StreamValue, stream: Stream, **sizes: int) -> StreamValue:
    gathering = Gathering(stream)
    for token in tokens(value):
        assert not gathering.closed
        gathering.put(token)
    assert gathering.closed
    run = Run(sizes=sizes, parameters={})
    state = State(run=run, tensors={}, types=(), orders={}, bindings=Bindings(dict(sizes)))
    return gathering.value(state)


def shown(value: StreamValue) -> list[Any]:
    return [token if isinstance(token, int) else elements(token)[0] for token in tokens(value)]


@pytest.mark.parametrize(
    ("value", "rank", "wanted"),
    [
        ([7.0, 8.0], 0, [7.0, 8.0, 1]),
        ([], 0, [1]),
        ([[7.0], []], 1, [7.0, 1, 1, 2]),
        ([[[], []], []], 2, [1, 1, 2, 2, 3]),
        ([[[7.0]], [[8.0, 9.0]]], 2, [7.0, 1, 2, 8.0, 9.0, 1, 2, 3]),
    ],
)
def test_every_dim_is_closed_by_a_token_of_its_own(
    value: Any, rank: int, wanted: list[Any]
) -> None:
    assert shown(stream_of(value, rank)) == wanted


def nested(rank: int) -> st.SearchStrategy[Any]:
    levels: st.SearchStrategy[Any] = st.integers(0, 9).map(float)
    for _ in range(rank + 1):
        levels = st.lists(levels, max_size=3)
    return levels


@given(st.integers(0, 3).flatmap(lambda rank: st.tuples(st.just(rank), nested(rank))))
def test_tokens_make_the_stream_again(drawn: tuple[int, Any]) -> None:
    rank, value = drawn
    stream = Stream(F32, tuple(ragged(f"R{each}") for each in range(rank + 1)))
    before = from_nested(value, stream)
    after = gathered(before, stream)
    assert_same_stream(after, before)
    assert to_nested(after) == value


def test_extents_that_nothing_shows_are_those_of_the_type() -> None:
    stream = Stream(F32, (to_dim(2), ragged("R"), size("K"), to_dim(5)))
    nest = gathered(StreamValue(Nest((2, 0, 0, 0)), Dense(np.zeros(0))), stream, K=4).nest
    assert nest.lengths == (2, 0, 4, 5)


def test_a_stream_without_elements_keeps_the_extents_and_number_type_of_its_elements() -> None:
    stream = Stream(
        Tuple((Tile(DType.BF16, to_dim(2), size("K")), Scalar(DType.U64))), (to_dim(0),)
    )
    column = gathered(StreamValue(Nest((0,)), Record((Dense(np.zeros(0)),))), stream, K=3).column
    assert isinstance(column, Record)
    tiles, counts = column.parts
    assert isinstance(tiles, Dense)
    assert isinstance(counts, Dense)
    assert tiles.data.shape == (0, 2, 3)
    assert tiles.data.dtype == np.float32
    assert counts.data.shape == (0,)
    assert counts.data.dtype == np.uint64


@pytest.mark.parametrize(
    "column",
    [
        Dense(np.arange(3)),
        Dense(np.arange(12).reshape(3, 2, 2), np.array([1, 2, 0])),
        packed([np.ones((1, 2)), np.zeros((0, 2)), np.ones((3, 1))]),
        packed([np.ones((1, 2)), np.zeros((0, 2)), np.ones((3, 1))], valid=[1, 0, 2]),
        Record((Dense(np.arange(3)), packed([np.ones(1), np.ones(4), np.ones(0)]))),
    ],
)
def test_singles_are_the_elements_one_by_one(column: Column) -> None:
    found = singles(column)
    assert [elements(each) for each in found] == [[each] for each in elements(column)]
    assert all(len(each) == 1 for each in found)


def test_buffers_of_tiles_keep_their_valid_rows() -> None:
    flat = np.arange(12.0)
    buffers = Packed(flat, np.array([[2, 2, 1], [4, 2, 1]]), np.array([1, 2, 0, 0, 1, 2]))
    first, second = singles(buffers)
    assert isinstance(first, Dense)
    assert isinstance(second, Dense)
    assert first.valid is not None
    assert second.valid is not None
    assert first.valid.tolist() == [[1, 2]]
    assert second.valid.tolist() == [[0, 0, 1, 2]]
