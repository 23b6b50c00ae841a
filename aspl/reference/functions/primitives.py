"""The meaning of the primitives, a row for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aspl.dims import Dim
from aspl.functions.primitives import PRIMITIVES
from aspl.functions.slots import Settings
from aspl.reference.functions import batch
from aspl.reference.functions.batch import Plain
from aspl.reference.functions.elementwise import UNARY, softmax
from aspl.reference.run import Run
from aspl.types import DType
from aspl.values.column import Array


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of a call, and the run."""

    settings: Settings
    run: Run

    @property
    def floating(self) -> np.dtype[Any]:
        """How fractions are held."""
        return self.run.working(DType.F32)

    def extent(self, name: str) -> int:
        """Return the value of a setting that is an extent."""
        dim: Dim = self.settings[name]
        return dim.value(self.run.sizes)

    def shape(self) -> tuple[int, ...]:
        """Return the values of the setting `dims`."""
        return tuple(dim.value(self.run.sizes) for dim in self.settings["dims"])

    def axes(self, array: Array) -> tuple[int, ...]:
        """Return the axes of a reduction, the batch counted."""
        axis = self.settings["axis"]
        if axis is None:
            return tuple(range(1, array.ndim))
        return tuple(_behind_batch(each) for each in ([axis] if isinstance(axis, int) else axis))

    def axis(self) -> int:
        """Return the one axis, the batch counted."""
        return _behind_batch(self.settings["axis"])


def _behind_batch(axis: int) -> int:
    return axis + 1 if axis >= 0 else axis


Meaning = Callable[[Sequence[Plain], Setup], Plain]


def _number_by_number(compute: Callable[[Array], Array]) -> Meaning:
    def meaning(args: Sequence[Plain], setup: Setup) -> Plain:
        (x,) = args
        if isinstance(x, np.ndarray):
            return compute(x)
        return batch.literal(compute(np.array([x], dtype=np.float64)))

    return meaning


def _fold_axes(compute: Callable[..., Array], **fixed: float) -> Meaning:
    def meaning(args: Sequence[Plain], setup: Setup) -> Plain:
        (x,) = args
        if not isinstance(x, np.ndarray):
            return x
        keep = setup.settings["keepdims"]
        return compute(x, axis=setup.axes(x), keepdims=keep, dtype=x.dtype, **fixed)

    return meaning


def _extreme(met: np.ufunc, lowest: bool) -> Meaning:
    def meaning(args: Sequence[Plain], setup: Setup) -> Plain:
        if len(args) > 1:
            return met_all(met, args, setup.floating)
        (x,) = args
        if not isinstance(x, np.ndarray):
            return x
        keep = setup.settings["keepdims"]
        found: Array = met.reduce(
            x, axis=setup.axes(x), keepdims=keep, initial=end_of_range(x.dtype, lowest)
        )
        return found

    return meaning


def end_of_range(dtype: np.dtype[Any], lowest: bool) -> float | int:
    """Return the least or the greatest number of a type."""
    if dtype.kind == "f":
        return -np.inf if lowest else np.inf
    info = np.iinfo(dtype)
    return int(info.min if lowest else info.max)


def met_all(ufunc: np.ufunc, args: Sequence[Plain], floating: np.dtype[Any]) -> Plain:
    """Apply a function of two numbers to several arrays in turn."""
    if len(args) == 2:
        met = _met_plainly(ufunc, args[0], args[1])
        if met is not None:
            return met
    if all(isinstance(each, int | float) for each in args):
        floating = np.dtype(np.float64)
    arrays = batch.aligned(args, floating)
    total = arrays[0]
    for each in arrays[1:]:
        total = ufunc(total, each)
    literals = all(not isinstance(each, np.ndarray) for each in args)
    return batch.literal(total) if literals and total.dtype.kind != "b" else total


def _met_plainly(ufunc: np.ufunc, left: Plain, right: Plain) -> Plain | None:
    """Meet two arrays of one rank, or fractions and a literal, which numpy needs no help with."""
    if not isinstance(left, np.ndarray):
        if not isinstance(right, np.ndarray) or right.dtype.kind != "f":
            return None
        left = float(left)
    elif not isinstance(right, np.ndarray):
        if left.dtype.kind != "f":
            return None
        right = float(right)
    elif left.ndim != right.ndim:
        return None
    result: Array = ufunc(left, right)
    return result


def _mean(args: Sequence[Plain], setup: Setup) -> Plain:
    (x,) = args
    if not isinstance(x, np.ndarray):
        return float(x)
    axes = setup.axes(x)
    count = int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))
    total = x.sum(axis=axes, keepdims=setup.settings["keepdims"])
    result: Array = total / total.dtype.type(count)
    return result


def _softmax(args: Sequence[Plain], setup: Setup) -> Plain:
    (x,) = args
    assert isinstance(x, np.ndarray)
    return softmax(x, setup.axis())


def _matmul(args: Sequence[Plain], setup: Setup) -> Plain:
    a, b = (batch.array_of(each, setup.floating) for each in args)
    return batch.matmul(a, b)


def _outer(args: Sequence[Plain], setup: Setup) -> Plain:
    if not any(isinstance(each, np.ndarray) for each in args):
        return met_all(np.multiply, args, setup.floating)
    dtype = next(each.dtype for each in args if isinstance(each, np.ndarray))
    a, b = (batch.fitted(each, dtype) for each in args)
    return batch.outer(a, b)


def _transpose(args: Sequence[Plain], setup: Setup) -> Plain:
    (x,) = args
    if not isinstance(x, np.ndarray):
        return x
    axes = setup.settings["axes"]
    order = range(x.ndim - 1)[::-1] if axes is None else ([axes] if isinstance(axes, int) else axes)
    return x.transpose(0, *(1 + each % (x.ndim - 1) for each in order))


def _joined(join: Callable[..., Array]) -> Meaning:
    def meaning(args: Sequence[Plain], setup: Setup) -> Plain:
        arrays = batch.aligned(args, setup.floating)
        count = max(each.shape[0] for each in arrays)
        return join([batch.spread(each, count) for each in arrays], axis=setup.axis())

    return meaning


def _reshape(args: Sequence[Plain], setup: Setup) -> Plain:
    x = batch.array_of(args[0], setup.floating)
    shape = setup.shape()
    if -1 in shape:
        known = int(np.prod([each for each in shape if each != -1], dtype=np.int64))
        rest = int(np.prod(x.shape[1:], dtype=np.int64)) // max(known, 1)
        shape = tuple(rest if each == -1 else each for each in shape)
    return x.reshape(x.shape[0], *shape)


def _broadcast_to(args: Sequence[Plain], setup: Setup) -> Plain:
    x, shape = batch.array_of(args[0], setup.floating), setup.shape()
    return np.broadcast_to(batch.raised(x, len(shape) + 1), (x.shape[0], *shape))


def _where(args: Sequence[Plain], setup: Setup) -> Plain:
    condition, *branches = args
    a, b = batch.aligned(branches, setup.floating)
    assert isinstance(condition, np.ndarray)
    rank = max(condition.ndim, a.ndim)
    result: Array = np.where(
        batch.raised(condition, rank), batch.raised(a, rank), batch.raised(b, rank)
    )
    return result


def _topk(args: Sequence[Plain], setup: Setup) -> Plain:
    (x,) = args
    assert isinstance(x, np.ndarray)
    width = x.shape[-1]
    # ascending and stable over the reversed array, read backwards: of equal numbers the first wins
    order = width - 1 - np.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    flags = np.zeros(x.shape, dtype=np.bool_)
    k = min(max(setup.extent("k"), 0), width)
    np.put_along_axis(flags, order[..., :k], True, axis=-1)
    return flags


def _one_hot(args: Sequence[Plain], setup: Setup) -> Plain:
    places = batch.array_of(args[0], setup.floating)
    result: Array = places[..., None] == np.arange(setup.extent("n"), dtype=places.dtype)
    return result


def _iota(args: Sequence[Plain], setup: Setup) -> Plain:
    return np.arange(setup.extent("n"), dtype=np.int64)[None]


def _cumsum(args: Sequence[Plain], setup: Setup) -> Plain:
    x = batch.array_of(args[0], setup.floating)
    return x.cumsum(axis=setup.axis(), dtype=x.dtype)


def _position(args: Sequence[Plain], setup: Setup) -> Plain:
    x = batch.array_of(args[0], setup.floating)
    result: Array = x.cumsum(axis=setup.axis(), dtype=np.int64) - 1
    return result


def _cast(args: Sequence[Plain], setup: Setup) -> Plain:
    dtype: DType = setup.settings["dtype"]
    x = batch.array_of(args[0], np.dtype(np.float64))
    if dtype is DType.BOOL:
        result: Array = x != 0
        return result
    return setup.run.store(x, dtype)


def _full(args: Sequence[Plain], setup: Setup) -> Plain:
    value = batch.array_of(args[0] if args else 0.0, setup.floating)
    shape = setup.shape()
    held = value.reshape(value.shape[0], *(1,) * len(shape))
    return np.broadcast_to(held, (value.shape[0], *shape))


def power(args: Sequence[Plain], setup: Setup) -> Plain:
    """Return a to the power of b; literals are taken as fractions."""
    return met_all(np.power, [float(x) if isinstance(x, int) else x for x in args], setup.floating)


MEANING: Mapping[str, Meaning] = {
    **{name: _number_by_number(compute) for name, compute in UNARY.items() if name in PRIMITIVES},
    "softmax": _softmax,
    "max": _extreme(np.maximum, lowest=True),
    "min": _extreme(np.minimum, lowest=False),
    "sum": _fold_axes(np.sum),
    "mean": _mean,
    "matmul": _matmul,
    "outer": _outer,
    "transpose": _transpose,
    "concat": _joined(np.concatenate),
    "stack": _joined(np.stack),
    "reshape": _reshape,
    "broadcast_to": _broadcast_to,
    "where": _where,
    "topk": _topk,
    "one_hot": _one_hot,
    "iota": _iota,
    "cumsum": _cumsum,
    "cumulative_position": _position,
    "cast": _cast,
    "pow": power,
    "full": _full,
    "zeros": _full,
}
