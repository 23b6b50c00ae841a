"""What is in tolerance and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.judge.compare import FIRST, compare
from benchmark.tasks.task import Tolerance, Wanted

NAN, INF = np.nan, np.inf
TOLERANCE = Tolerance(relative=1e-2, own=10.0)


def _floats(*values: float, error: float = 0.0, scale: float = 1.0) -> Wanted:
    array = np.array(values)
    return Wanted(array, error=error, scale=scale, is_finite=bool(np.isfinite(array).all()))


def _passes(got: list[float], wanted: Wanted) -> bool:
    return compare(np.array(got, dtype=np.float32), wanted, TOLERANCE) is None


def test_numbers_may_be_off_by_a_share_of_themselves_and_of_the_scale() -> None:
    wanted = _floats(0.0, 10.0)
    assert _passes([0.009, 10.1], wanted)
    assert not _passes([0.011, 10.0], wanted)
    assert not _passes([0.0, 10.12], wanted)
    assert not _passes([0.0], wanted)


def test_numbers_may_be_off_by_a_multiple_of_the_references_own_error() -> None:
    assert _passes([0.9, 10.9], _floats(0.0, 10.0, error=0.1))
    assert not _passes([1.1, 10.0], _floats(0.0, 10.0, error=0.1))
    assert not _passes([0.0, 10.0], _floats(0.0, 10.0, error=NAN))


def test_without_scale_and_error_numbers_are_equal() -> None:
    assert _passes([0.0, 0.0], _floats(0.0, 0.0, scale=0.0))
    assert not _passes([0.0, 1e-30], _floats(0.0, 0.0, scale=0.0))


@pytest.mark.parametrize(
    ("got", "wanted", "passes"),
    [
        (NAN, NAN, True),
        (INF, INF, True),
        (-INF, -INF, True),
        (INF, -INF, False),
        (NAN, INF, False),
        (INF, NAN, False),
        (NAN, 1.0, False),
        (INF, 1.0, False),
        (1.0, NAN, False),
        (1.0, INF, False),
    ],
)
def test_what_is_not_finite_must_be_the_same(got: float, wanted: float, passes: bool) -> None:
    assert _passes([2.0, got], _floats(2.0, wanted)) == passes
    assert not _passes([3.0, got], _floats(2.0, wanted))


def test_flags_and_integers_must_be_equal() -> None:
    flags = Wanted(np.array([True, False]))
    assert compare(np.array([True, False]), flags, TOLERANCE) is None
    found = compare(np.array([True, True]), flags, TOLERANCE)
    assert found is not None
    assert (found.kind, found.wrong, found.first) == ("values", 1, ((1,),))
    assert (found.got, found.wanted) == ((1.0,), (0.0,))
    numbers = Wanted(np.array([1000, 2]))
    assert compare(np.array([1000, 2], dtype=np.int32), numbers, TOLERANCE) is None
    assert compare(np.array([1000, 2], dtype=np.uint64), numbers, TOLERANCE) is None
    found = compare(np.array([1001, 2], dtype=np.int32), numbers, TOLERANCE)
    assert found is not None
    assert (found.largest_absolute, found.largest_relative) == (1.0, 1e-3)


def test_shape_and_type_must_be_the_same() -> None:
    wanted = _floats(1.0, 2.0)
    for got, kind in (
        (np.array([[1.0, 2.0]]), "shape"),
        (np.array([1, 2]), "type"),
        (np.array([True, True]), "type"),
    ):
        found = compare(got, wanted, TOLERANCE)
        assert found is not None
        assert (found.kind, found.wrong, found.total) == (kind, 2, 2)


def test_a_difference_tells_how_far_and_where() -> None:
    wanted = Wanted(np.ones((3, 4)), scale=1.0)
    got = np.ones((3, 4), dtype=np.float32)
    got[1:, 1:] = 3.0
    got[2, 3] = 5.0
    found = compare(got, wanted, TOLERANCE)
    assert found is not None
    assert (found.wrong, found.total) == (6, 12)
    assert (found.largest_absolute, found.largest_relative) == (4.0, 2.0)
    assert found.first == ((1, 1), (1, 2), (1, 3), (2, 1))
    assert len(found.first) == FIRST
    assert (found.got, found.wanted) == ((3.0, 3.0, 3.0, 3.0), (1.0, 1.0, 1.0, 1.0))


def test_an_answer_that_is_not_finite_is_infinitely_far() -> None:
    found = compare(np.array([NAN, 0.0]), _floats(1.0, 0.0, scale=0.0), TOLERANCE)
    assert found is not None
    assert (found.largest_absolute, found.largest_relative) == (INF, INF)
