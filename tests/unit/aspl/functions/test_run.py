"""How numbers are held: precision, rounding, the error function."""

from __future__ import annotations

import math

import numpy as np
import pytest
from columns import run_of
from hypothesis import given
from hypothesis import strategies as st

from aspl.dims import to_dim
from aspl.functions.function import Empty, Fill, Parts
from aspl.reference.functions.erf import erf
from aspl.reference.functions.initial import initial
from aspl.types import DType, Scalar, Tile, Tuple
from aspl.values.column import Dense, Record


@given(st.floats(width=32, allow_nan=True))
def test_bf16_is_the_nearest_with_ties_to_even(value: float) -> None:
    got = float(run_of("f32").store(np.array([value], dtype=np.float32), DType.BF16)[0])
    if math.isnan(value):
        assert math.isnan(got)
        return
    bits = int(np.array(value, dtype=np.float32).view(np.uint32))
    low = bits & 0xFFFF0000
    below, above = (
        float(np.array(each, dtype=np.uint32).view(np.float32)) for each in (low, low + 0x10000)
    )
    rest = bits & 0xFFFF
    up = rest > 0x8000 or (rest == 0x8000 and (low >> 16) & 1)
    assert got == (above if up else below)


def test_f16_and_full_precision() -> None:
    third = np.array([1 / 3, 1e6])
    assert run_of("f32").store(third, DType.F16).tolist() == [float(np.float16(1 / 3)), math.inf]
    assert run_of("f64").store(third, DType.BF16).tolist() == third.tolist()
    assert run_of("f32").store(third, DType.F32).dtype == np.float32


@pytest.mark.parametrize("dtype", DType)
def test_every_type_has_a_working_type(dtype: DType) -> None:
    assert run_of("f64").working(dtype).kind == (
        "f" if dtype.is_float else run_of().working(dtype).kind
    )


def test_erf_is_accurate_to_the_last_digits() -> None:
    x = np.concatenate([np.linspace(-7, 7, 20_001), [1e-300, 0.46875, 4.0, 6.0, -0.0]])
    wanted = np.array([math.erf(each) for each in x])
    assert np.abs(erf(x) - wanted).max() <= 5e-16
    assert np.isnan(erf(np.array([np.nan]))).all()
    assert erf(np.array([np.inf, -np.inf])).tolist() == [1.0, -1.0]
    assert erf(np.array([0.5], dtype=np.float32)).dtype == np.float32


def test_initial_values() -> None:
    f32, tile = Scalar(DType.F32), Tile(DType.I64, to_dim(2), to_dim(3))
    got = initial(Parts((Fill(1.0), Fill(-math.inf))), Tuple((f32, tile)), 2, run_of())
    assert isinstance(got, Record)
    assert isinstance(got.parts[1], Dense)
    assert got.parts[1].data.tolist() == [[[-(2**63)] * 3] * 2] * 2
    empty = initial(Empty(Tile(DType.I64, to_dim(0), to_dim(3))), tile, 2, run_of())
    assert isinstance(empty, Dense)
    assert empty.data.shape == (2, 0, 3)
