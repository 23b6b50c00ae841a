"""Bounds on extents and types: what is within them works, what is beyond them is refused."""

from __future__ import annotations

import pytest

from aspl.bounds import MAX_DIMS, MAX_PARTS, dims_of, excess, parts_of, size_of
from aspl.dims import (
    MAX_DEGREE,
    MAX_FACTOR,
    MAX_NESTING,
    MAX_TERMS,
    ZERO,
    Dim,
    ExtentTooLarge,
    ceil_div,
    product,
    size,
    to_dim,
)
from aspl.types import Buffer, DType, Element, Index, Scalar, Selector, Stream, Tile, Tuple

F32 = Scalar(DType.F32)
M, K = size("M"), size("K")


def sum_of(count: int) -> Dim:
    total = ZERO
    for place in range(count):
        total = total + size(f"M{place}")
    return total


def test_a_sum_has_so_many_terms_and_no_more() -> None:
    most = sum_of(MAX_TERMS)
    assert len(most.terms) == most.weight == MAX_TERMS
    with pytest.raises(ExtentTooLarge):
        most + size("N")


def test_a_product_of_sums_is_refused_before_it_is_multiplied_out() -> None:
    with pytest.raises(ExtentTooLarge):
        sum_of(100) * sum_of(100)
    with pytest.raises(ExtentTooLarge):
        product(tuple(size(f"A{place}") + size(f"B{place}") for place in range(30)))


def test_a_monomial_has_so_many_factors_and_no_more() -> None:
    most = product((M,) * MAX_DEGREE)
    with pytest.raises(ExtentTooLarge):
        most * M


def test_a_factor_has_so_many_digits_and_no_more() -> None:
    with pytest.raises(ExtentTooLarge):
        to_dim(MAX_FACTOR - 1) * 2
    assert (M * (MAX_FACTOR - 1)).terms[0][1] == MAX_FACTOR - 1


def test_divisions_nest_so_deep_and_no_deeper() -> None:
    nested = M
    for _ in range(MAX_NESTING):
        nested = (nested + 1) // 2
    assert nested.weight == MAX_NESTING + 1
    assert str(nested).count("//") == MAX_NESTING
    with pytest.raises(ExtentTooLarge):
        (nested + 1) // 2


def doubled(levels: int) -> Dim:
    extent = M
    for _ in range(levels):
        extent = ceil_div(extent + 1, extent + 2)
    return extent


def test_divisions_that_double_are_refused() -> None:
    assert doubled(8).weight == 2**9 - 1
    with pytest.raises(ExtentTooLarge):
        doubled(MAX_NESTING)


def test_weight_counts_atoms_inside_divisions() -> None:
    assert to_dim(7).weight == 0
    assert (M * K + 2 * M).weight == 3
    assert ((M + K) // (2 * K)).weight == 1 + 3


def deep(parts: int) -> Element:
    element: Element = F32
    for _ in range(parts):
        element = Tuple((element, F32))
    return element


def test_parts_are_counted_without_walking_beyond_the_bound() -> None:
    assert parts_of(F32) == (F32,)
    assert parts_of(deep(3)) == (F32,) * 4
    doubled: Element = F32
    for _ in range(200):
        doubled = Tuple((doubled, doubled))
    assert parts_of(doubled) is None
    assert parts_of(deep(MAX_PARTS)) is None
    assert parts_of(Tuple((F32,) * (MAX_PARTS - 1))) is not None


def test_what_there_is_too_much_of_is_said() -> None:
    assert excess(F32, (M,) * MAX_DIMS) == ""
    assert "dims" in excess(F32, (M,) * (MAX_DIMS + 1))
    assert "dims" in excess(Tuple((F32, Buffer(F32, (M,) * (MAX_DIMS + 1)))))
    assert "parts" in excess(deep(MAX_PARTS))


def test_size_counts_the_terms_of_every_extent() -> None:
    tile = Tile(DType.F32, M + K, K)
    buffer = Buffer(tile, (M, K))
    assert dims_of(buffer) == (M, K, M + K, K)
    assert dims_of(Selector(M)) == dims_of(Index(M)) == (M,)
    assert size_of(Stream(Tuple((buffer, Index(M))), (M, K + 1))) == 2 + 5 + 1 + 3
