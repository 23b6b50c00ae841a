"""Columns built by hand, and read back element by element, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from functions import SIZES

from aspl.reference.run import Precision, Run
from aspl.values.column import Column, Dense, Packed, Record, pack


def run_of(precision: Precision = "f64", **parameters: Any) -> Run:
    return Run(sizes=SIZES, parameters=parameters, precision=precision)


def packed(elements: Sequence[Any], valid: Sequence[int] | None = None) -> Packed:
    """Return elements of different extents; at least one."""
    arrays = [np.asarray(each) for each in elements]
    return Packed(
        np.concatenate([each.reshape(-1) for each in arrays]),
        np.array([each.shape for each in arrays], dtype=np.int64).reshape(len(arrays), -1),
        None if valid is None else np.array(valid, dtype=np.int64),
    )


def elements(column: Column) -> list[Any]:
    """Return every element: an array, or a tuple of elements."""
    if isinstance(column, Record):
        return list(zip(*map(elements, column.parts), strict=True))
    if isinstance(column, Dense):
        return list(column.data)
    whole = pack(column)
    starts = whole.starts()
    return [
        whole.flat[a:b].reshape(extents)
        for a, b, extents in zip(starts[:-1], starts[1:], whole.extents, strict=True)
    ]


def assert_same(got: Column, wanted: Sequence[Any], **tolerance: float) -> None:
    """Compare a column with elements, extents included."""
    found = elements(got)
    assert len(found) == len(wanted)
    for each, other in zip(found, wanted, strict=True):
        _assert_element(each, other, tolerance)


def _assert_element(got: Any, wanted: Any, tolerance: dict[str, Any]) -> None:
    if isinstance(got, tuple):
        assert len(got) == len(wanted)
        for a, b in zip(got, wanted, strict=True):
            _assert_element(a, b, tolerance)
        return
    assert np.shape(got) == np.shape(wanted)
    rtol, atol = tolerance.get("rtol", 1e-6), tolerance.get("atol", 1e-9)
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol)
