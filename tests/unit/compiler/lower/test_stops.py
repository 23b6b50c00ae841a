"""Tokens of whole streams, held against the reference's tokens."""

from __future__ import annotations

import numpy as np
import pytest
from simulated import nest_of, same_nests

from aspl.reference.tokens import tokens
from aspl.values.column import Dense
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue
from compiler.lower.stops import stops_of
from simulator.engine import layout as at

NESTS = [
    Nest((3,)),
    Nest((0,)),
    Nest((2, 3)),
    Nest((2, 0)),
    Nest((2, 0, 3)),
    Nest((0, 4, 3)),
    Nest((1, 2, 2)),
    Nest((2, np.array([2, 0]), np.array([1, 3]))),
    Nest((3, np.array([0, 0, 2]), np.array([0, 1]))),
    Nest((2, 2, np.array([3, 0, 0, 1]))),
]


def closings(nest: Nest) -> list[int]:
    """Return elements as 0, and closed dims one by one, the outermost left out."""
    found = []
    for token in tokens(StreamValue(nest, Dense(np.zeros(nest.size)))):
        found.append(token if isinstance(token, int) else 0)
    return [each for each in found if each <= nest.rank]


@pytest.mark.parametrize("nest", NESTS, ids=Nest.text)
def test_stops_close_what_the_reference_closes(nest: Nest) -> None:
    stops = stops_of(nest)
    told = []
    for low, level in zip(stops.lows.tolist(), stops.levels.tolist(), strict=True):
        told += [0] if low == 0 else []
        told += range(max(low, 1), level + 1)
    assert told == closings(nest)


@pytest.mark.parametrize("nest", NESTS, ids=Nest.text)
def test_stops_make_the_nest_again(nest: Nest) -> None:
    stops = stops_of(nest)
    rows = np.zeros((len(stops.levels), 4), dtype=np.int64)
    rows[:, 3] = stops.levels | (stops.lows << at.LOW_SHIFT)
    assert same_nests(nest_of(rows, nest.rank), nest)


def test_a_stop_rides_on_the_element_before_it() -> None:
    stops = stops_of(Nest((2, 2)))
    assert stops.lows.tolist() == [0, 0, 0, 0]
    assert stops.levels.tolist() == [0, 1, 0, 1]


def test_an_empty_tensor_is_a_token_of_its_own() -> None:
    stops = stops_of(Nest((2, np.array([1, 0]))))
    assert stops.lows.tolist() == [0, 1]
    assert stops.levels.tolist() == [1, 1]
