"""Initial values of folds, and padding, as columns."""

from __future__ import annotations

import numpy as np

from aspl.functions.function import Empty, Fill, Init, Parts
from aspl.reference.functions.columns import known_dims
from aspl.reference.functions.primitives import end_of_range
from aspl.reference.run import Run
from aspl.types import Element, Tuple, element_dtype
from aspl.values.column import Array, Column, Dense, Record


def initial(init: Init, element: Element, count: int, run: Run) -> Column:
    """Return `count` elements of an initial value; extents that no size fixes are 0."""
    if isinstance(element, Tuple):
        inits = init.parts if isinstance(init, Parts) else (init,) * len(element.parts)
        parts = zip(inits, element.parts, strict=True)
        return Record(tuple(initial(each, part, count, run) for each, part in parts))
    assert not isinstance(init, Parts)
    dims = tuple(dim or 0 for dim in known_dims(element, run))
    if isinstance(init, Empty) and init.type is not None:
        dims = tuple(dim or 0 for dim in known_dims(init.type, run))
    return Dense(np.full((count, *dims), fill(init, element, run)))


def fill(init: Init, element: Element, run: Run) -> Array:
    """Return the number that an initial value puts everywhere, as an array () of the working type.

    An infinity is the end of the range of a whole-number type.
    """
    dtype = run.working(element_dtype(element))
    value = init.value if isinstance(init, Fill) else 0.0
    if dtype.kind == "f":
        return run.store(np.array(value), element_dtype(element))
    if not np.isfinite(value) and dtype.kind != "b":
        return np.array(end_of_range(dtype, lowest=value < 0), dtype=dtype)
    return np.array(value).astype(dtype)
