"""Extents from their text."""

from __future__ import annotations

import pytest

from aspl.dims import WILD, Dim, ceil_div, dynamic, ragged, size, some, to_dim
from compiler.ir.extents import ExtentReader, NoExtent

M, P, L = size("M"), dynamic("P"), ragged("L")
READER = ExtentReader({"M": M, "P": P, "L": L})


@pytest.mark.parametrize(
    "dim",
    [
        to_dim(0),
        to_dim(2**70),
        M * 4 - P + 7,
        -M,
        (M // 3) * P,
        M % 5 + 1,
        ceil_div(P + 1, 4) // 3,
        some(L),
        WILD,
    ],
    ids=str,
)
def test_an_extent_comes_back_from_its_text(dim: Dim) -> None:
    assert READER.read(str(dim)) == dim


@pytest.mark.parametrize(
    "text",
    ["", "Q", "M +", "M ** 2", "True", "1.5", "M if M else P", "f(M)", "M // 0", "(" * 9999, "M\0"],
    ids=lambda text: text[:9],
)
def test_other_texts_are_no_extents(text: str) -> None:
    with pytest.raises(NoExtent):
        READER.read(text)


def test_an_extent_beyond_all_measure_is_none() -> None:
    with pytest.raises(NoExtent):
        READER.read("*".join(["M"] * 1000))
