"""Values for the parameters of a program: converted, checked, or drawn at random."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from aspl.dims import Dim, Kind, to_dim
from aspl.functions.function import Declared
from aspl.ops.offchip import LinearOffChipStore, RandomOffChipStore
from aspl.program import Program
from aspl.reference.run import Meaning, Precision, Run
from aspl.types import (
    DType,
    Element,
    Index,
    Selector,
    Stream,
    Tensor,
    TensorRef,
    Tuple,
    element_dims,
    element_dtype,
    with_extents,
)
from aspl.values.column import Array, Column, Dense, Packed, Record, simplest
from aspl.values.literal import from_nested, numpy_name
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue

Inputs: TypeAlias = Mapping[str, Any]
"""By name: an array, a nested list or a `StreamValue` for a stream; an array for a tensor; a
`Meaning` for a given function."""


class InputError(ValueError):
    """A value is missing or does not have its declared type."""


@dataclass(frozen=True, slots=True)
class Converted:
    """Values at working precision."""

    streams: Mapping[str, StreamValue]
    tensors: Mapping[str, Array]
    parameters: Mapping[str, Array]
    given: Mapping[str, Meaning] = field(default_factory=dict)


def convert_inputs(program: Program, inputs: Inputs, precision: Precision) -> Converted:
    """Bring all values to working precision.

    Errors: InputError naming the parameter.
    """
    known = {each.name for each in program.inputs} | {ref.name for ref in program.parameters}
    open_functions = {each.name for each in (*program.functions, *given_functions(program))}
    given = {name: inputs[name] for name in open_functions if callable(inputs.get(name))}
    for name in inputs:
        if name not in known and name not in given:
            raise InputError(
                f"the program has no parameter `{name}`; it has {', '.join(sorted(known))}"
            )
    run = Run(sizes=program.size_values(), parameters={}, precision=precision)
    streams: dict[str, StreamValue] = {}
    tensors: dict[str, Array] = {}
    unread = only_stored(program)
    for each in program.inputs:
        if isinstance(each.type, Stream):
            streams[each.name] = _stream(each.name, _given(each.name, inputs), each.type, run)
        else:
            value = inputs.get(each.name) if each.name in unread else _given(each.name, inputs)
            tensors[each.name] = _tensor(each.name, value, each.type, run)
    parameters = {
        ref.name: _tensor(ref.name, _given(ref.name, inputs), ref.type, run)
        for ref in program.parameters
    }
    return Converted(streams, tensors, parameters, given)


def given_functions(program: Program) -> tuple[Declared, ...]:
    """Return the functions that the program applies and does not write out."""
    carried = (getattr(node.op, "fn", None) for node in program.nodes)
    found = (fn for fn in carried if isinstance(fn, Declared) and fn.is_given)
    return tuple(dict.fromkeys(found))


def require_meanings(program: Program, values: Converted) -> None:
    """Refuse a program with a given function of which nobody says what it computes.

    Errors: InputError naming the function.
    """
    for fn in given_functions(program):
        if fn.name not in values.given:
            raise InputError(
                f"`{fn}` is a given function, its body is `...`: only the task that gives it can "
                "evaluate it"
            )


def _given(name: str, inputs: Inputs) -> Any:
    if name not in inputs:
        raise InputError(f"there is no value for `{name}`")
    return inputs[name]


def _stream(name: str, value: Any, stream: Stream, run: Run) -> StreamValue:
    try:
        read = value if isinstance(value, StreamValue) else from_nested(value, _sized(stream, run))
        column = _working(read.column, stream.element, run)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"`{name}` is not a `{stream}`: {error}") from error
    return StreamValue(read.nest, column)


def _sized(stream: Stream, run: Run) -> Stream:
    """Return the type with the values of its sizes, which empty lists do not show."""

    def sized(dim: Dim) -> Dim:
        return to_dim(dim.value(run.sizes)) if dim.is_static else dim

    return Stream(with_extents(stream.element, sized), tuple(map(sized, stream.shape)))


def _working(column: Column, element: Element, run: Run) -> Column:
    if isinstance(element, Tuple):
        if not isinstance(column, Record) or len(column.parts) != len(element.parts):
            raise ValueError(f"expected tuples of {len(element.parts)} parts")
        parts = zip(column.parts, element.parts, strict=True)
        return Record(tuple(_working(inner, each, run) for inner, each in parts))
    match column:
        case Dense():
            if column.data.ndim != 1 + len(element_dims(element)):
                raise ValueError(f"expected elements `{element}`")
            data = _numbers(column.data, element, run)
            return Dense(data, column.valid)
        case Packed():
            return Packed(_numbers(column.flat, element, run), column.extents, column.valid)
        case Record():
            raise ValueError(f"expected elements `{element}`, got tuples")


def _numbers(data: Array, element: Element, run: Run) -> Array:
    numbers = _converted(data, element_dtype(element), run)
    if isinstance(element, Index):
        bound = element.bound.value(run.sizes) if element.bound.is_static else None
        if bound is not None and data.size and not 0 <= int(data.min()) <= int(data.max()) < bound:
            raise ValueError(f"expected indices from 0 to {bound - 1}")
    return numbers


def _converted(data: Array, dtype: DType, run: Run) -> Array:
    """Return numbers at working precision, rounded as their type in memory rounds them."""
    if dtype.is_float:
        if data.dtype.kind not in "fiub":
            raise ValueError(f"expected numbers, got {data.dtype}")
        return run.store(data.astype(run.working(dtype)), dtype)
    if dtype is DType.BOOL:
        if data.size and not np.isin(data, (0, 1)).all():
            raise ValueError("expected flags, 0 or 1")
        return data.astype(np.bool_)
    low, high = _RANGES[dtype]
    if data.dtype.kind == "f" and not bool((np.isfinite(data) & (np.trunc(data) == data)).all()):
        raise ValueError("expected whole numbers")
    # compared as Python integers: no array type holds all of them
    if data.size and not low <= int(data.min()) <= int(data.max()) <= high:
        raise ValueError(f"expected integers from {low} to {high}")
    return data.astype(run.working(dtype))


_RANGES = {
    DType.I32: (-(2**31), 2**31 - 1),
    DType.I64: (-(2**63), 2**63 - 1),
    DType.U64: (0, 2**64 - 1),
}


def only_stored(program: Program) -> frozenset[str]:
    """Return the tensors that are stored and never read; left out, they begin as zeros."""
    stored, read = set[str](), set[str]()
    for node in program.nodes:
        ref = getattr(node.op, "tensor", None)
        if isinstance(ref, TensorRef):
            is_store = isinstance(node.op, LinearOffChipStore | RandomOffChipStore)
            (stored if is_store else read).add(ref.name)
    return frozenset(stored - read)


def _tensor(name: str, value: Any, tensor: Tensor, run: Run) -> Array:
    expected = tuple(dim.value(run.sizes) if dim.is_static else -1 for dim in tensor.shape)
    if value is None:
        value = np.zeros(expected)
    data = np.asarray(value)
    fits = data.ndim == len(expected) and all(
        want in (-1, got) for want, got in zip(expected, data.shape, strict=True)
    )
    if not fits:
        raise InputError(
            f"`{name}` is not a `{tensor}`: expected shape {expected}, got {data.shape}"
        )
    try:
        return _converted(data, tensor.dtype, run)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"`{name}` is not a `{tensor}`: {error}") from error


def random_inputs(program: Program, seed: int) -> dict[str, Any]:
    """Draw a value for every parameter.

    Floats are normal, integers small, selectors have a target or more.

    The draw for a name depends on the seed and the name alone. A ragged extent takes values from 0
    to the one declared.
    """
    draw = _Draw(program.size_values(), {size.name: size.kind for size in program.sizes}, seed)
    drawn: dict[str, Any] = {}
    for each in program.inputs:
        drawn[each.name] = (
            draw.stream(each.name, each.type)
            if isinstance(each.type, Stream)
            else draw.tensor(each.name, each.type)
        )
    for ref in program.parameters:
        drawn[ref.name] = draw.tensor(ref.name, ref.type)
    return drawn


@dataclass(slots=True)
class _Draw:
    """Random values with ragged extents that agree between parameters."""

    sizes: Mapping[str, int]
    kinds: Mapping[str, Kind]
    seed: int
    lengths: dict[tuple[str, int], Any] = field(default_factory=dict)

    def generator(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def stream(self, name: str, stream: Stream) -> StreamValue:
        lengths: list[Any] = []
        for dim in stream.shape:
            outside = Nest(tuple(lengths)).size if lengths else 1
            length = self.extents(dim, outside)
            lengths.append(length if isinstance(length, int) or lengths else int(length[0]))
        nest = Nest(tuple(lengths))
        return StreamValue(nest, self.column(name, stream.element, nest.size))

    def extents(self, dim: Dim, count: int) -> Any:
        if not dim.is_ragged:
            return dim.value(self.sizes)
        key = (str(dim), count)
        if key not in self.lengths:
            rng = self.generator(f"extent {dim}")
            self.lengths[key] = rng.integers(0, dim.value(self.sizes) + 1, size=count)
        return self.lengths[key]

    def column(self, name: str, element: Element, count: int) -> Column:
        if isinstance(element, Tuple):
            parts = enumerate(element.parts)
            return Record(
                tuple(self.column(f"{name}.{place}", each, count) for place, each in parts)
            )
        extents = [self.extents(dim, count) for dim in element_dims(element)]
        whole = [extent for extent in extents if isinstance(extent, int)]
        if len(whole) == len(extents):
            return Dense(self.numbers(name, element, (count, *whole)))
        rows = np.stack([np.broadcast_to(extent, count) for extent in extents], axis=1).astype(
            np.int64
        )
        total = int(rows.prod(axis=1).sum())
        return simplest(Packed(self.numbers(name, element, (total,)), rows))

    def numbers(self, name: str, element: Element, shape: tuple[int, ...]) -> Array:
        rng = self.generator(name)
        if isinstance(element, Selector):
            return _selectors(rng, shape)
        if isinstance(element, Index):
            return rng.integers(0, max(element.bound.value(self.sizes), 1), size=shape)
        dtype = element_dtype(element)
        if dtype.is_float:
            return rng.standard_normal(shape)
        if dtype is DType.BOOL:
            return rng.random(shape) < 0.5
        return rng.integers(0, 8, size=shape).astype(numpy_name(element))

    def tensor(self, name: str, tensor: Tensor) -> Array:
        shape = tuple(dim.value(self.sizes) for dim in tensor.shape)
        rng = self.generator(name)
        if tensor.dtype.is_float:
            return rng.standard_normal(shape)
        return rng.integers(0, 2 if tensor.dtype is DType.BOOL else 8, size=shape)


def _selectors(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Set one flag of each selector, and every other with one chance in four."""
    chosen = rng.random(shape) < 0.25
    if shape[-1]:
        first = rng.integers(0, shape[-1], size=shape[:-1])
        np.put_along_axis(chosen, first[..., None], True, axis=-1)
    return chosen
