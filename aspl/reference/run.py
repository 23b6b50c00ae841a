"""What evaluation needs to know of one run, and how numbers are held in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from aspl.reference.functions.batch import Value
from aspl.types import DType
from aspl.values.column import Array

Precision: TypeAlias = Literal["f32", "f64"]


class UnequalExtents(Exception):
    """Values whose extents differ in a run where the program's types hold them equal."""


Meaning: TypeAlias = Callable[[tuple[Value, ...], "Run"], Value]
"""What a given function computes, for a batch of elements at once: one value for each parameter,
with the whole batch as its first axis, and the same of its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The sizes, weights and precision of one evaluation."""

    sizes: Mapping[str, int]
    parameters: Mapping[str, Array]
    """Weights that functions read, by name."""
    precision: Precision = "f32"
    given: Mapping[str, Meaning] = field(default_factory=dict)
    """The meaning of given functions, by name."""

    def working(self, dtype: DType) -> np.dtype[np.generic]:
        """Return how numbers of a type are held: floats at the precision of the run."""
        if dtype.is_float:
            return _FLOATS[self.precision]
        return _WHOLE[dtype]

    def store(self, array: Array, dtype: DType) -> Array:
        """Return numbers as values of a type, rounded to it unless the run is in f64."""
        held = np.asarray(array, dtype=self.working(dtype))
        if self.precision == "f64" or dtype not in (DType.F16, DType.BF16):
            return held
        return half(held) if dtype is DType.F16 else bfloat(held)


_FLOATS: Mapping[Precision, np.dtype[np.generic]] = {
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
}

_WHOLE: Mapping[DType, np.dtype[np.generic]] = {
    DType.I32: np.dtype(np.int32),
    DType.I64: np.dtype(np.int64),
    DType.U64: np.dtype(np.uint64),
    DType.BOOL: np.dtype(np.bool_),
}


def half(array: Array) -> Array:
    """Round float32 numbers to f16, to the nearest, ties to even."""
    with np.errstate(over="ignore", under="ignore"):
        rounded: Array = array.astype(np.float16).astype(np.float32)
    return rounded


def bfloat(array: Array) -> Array:
    """Round float32 numbers to bf16, to the nearest, ties to even."""
    bits = np.ascontiguousarray(array, dtype=np.float32).view(np.uint32)
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    # adding just under half of the last place kept carries into it where that rounds up
    rounded = (bits + (np.uint32(0x7FFF) + odd)) & np.uint32(0xFFFF0000)
    # a NaN whose low bits carry would turn into an infinity
    kept = np.where(np.isnan(array), np.uint32(0x7FC00000), rounded)
    result: Array = kept.astype(np.uint32).view(np.float32).reshape(np.shape(array))
    return result
