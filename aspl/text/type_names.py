"""Types in a program's text: `f32`, `Tile(f32, [16, D])`, `Stream(f32, [M, K])` and the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from aspl.bounds import MAX_DIMS, excess
from aspl.dims import Dim
from aspl.text.context import Context
from aspl.text.convert import as_dim, as_dims
from aspl.text.given import Arg, Given
from aspl.text.scope import ANYTHING, Anything, BuildValue, describe
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tensor,
    Tile,
    Tuple,
    buffer_of,
)

SCALARS: dict[str, Scalar] = {str(dtype): Scalar(dtype) for dtype in DType}

_ELEMENTS = (Scalar, Tile, Buffer, Selector, Index, Tuple)


def make_type(given: Given, context: Context) -> BuildValue:
    """Return the type that a call of a type constructor stands for; reports P007."""
    if any(_is_reported(arg.value) for arg in (*given.positional, *given.named.values())):
        return ANYTHING
    return CONSTRUCTORS[given.name](given, context)


def _is_reported(value: BuildValue) -> bool:
    # lists in lists are no shapes, and may double at every level
    values = value if isinstance(value, list | tuple) else (value,)
    return any(isinstance(each, Anything) for each in values)


def is_type(value: BuildValue) -> bool:
    """Whether a value is a type of elements, streams or tensors."""
    return isinstance(value, (*_ELEMENTS, Stream, Tensor))


def _element(arg: Arg, given: Given, context: Context) -> Element | None:
    if isinstance(arg.value, _ELEMENTS):
        return arg.value
    _wrong(arg, "an element type such as `f32` or `Tile(f32, [16, 16])`", given, context)
    return None


def _shape(arg: Arg, given: Given, context: Context) -> tuple[Dim, ...] | None:
    dims = as_dims(arg.value)
    if not dims:
        _wrong(arg, "a list of at least one extent, outermost first", given, context)
        return None
    if len(dims) > MAX_DIMS:
        _wrong(arg, f"at most {MAX_DIMS} extents", given, context)
        return None
    negative = [dim for dim in dims if (dim.constant or 0) < 0]
    if negative:
        _wrong(arg, "extents of 0 or more", given, context)
        return None
    return dims


def _wrong(arg: Arg, expected: str, given: Given, context: Context) -> None:
    got = f"`{arg.value}`" if is_type(arg.value) else describe(arg.value)
    context.report("P007", arg.node, f"`{given.name}` expects {expected}, got {got}")


def _dtype(arg: Arg, given: Given, context: Context) -> DType | None:
    if isinstance(arg.value, Scalar):
        return arg.value.dtype
    _wrong(arg, f"a number type ({', '.join(SCALARS)})", given, context)
    return None


def _stream(given: Given, context: Context) -> BuildValue:
    bound = given.bind(("element", "shape"), 2, context)
    if bound is None:
        return ANYTHING
    element = _element(bound["element"], given, context)
    shape = _shape(bound["shape"], given, context)
    return ANYTHING if element is None or shape is None else Stream(element, shape)


def _tensor(given: Given, context: Context) -> BuildValue:
    bound = given.bind(("dtype", "shape"), 2, context)
    if bound is None:
        return ANYTHING
    dtype = _dtype(bound["dtype"], given, context)
    shape = _shape(bound["shape"], given, context)
    return ANYTHING if dtype is None or shape is None else Tensor(dtype, shape)


def _tile(given: Given, context: Context) -> BuildValue:
    bound = given.bind(("dtype", "shape"), 2, context)
    if bound is None:
        return ANYTHING
    dtype = _dtype(bound["dtype"], given, context)
    shape = _shape(bound["shape"], given, context)
    if shape is not None and len(shape) != 2:
        _wrong(bound["shape"], "two extents, rows and columns", given, context)
        return ANYTHING
    return ANYTHING if dtype is None or shape is None else Tile(dtype, shape[0], shape[1])


def _buffer(given: Given, context: Context) -> BuildValue:
    bound = given.bind(("element", "shape"), 2, context)
    if bound is None:
        return ANYTHING
    element = _element(bound["element"], given, context)
    shape = _shape(bound["shape"], given, context)
    if isinstance(element, Tuple):
        _wrong(bound["element"], "elements other than tuples", given, context)
        return ANYTHING
    if element is None or shape is None:
        return ANYTHING
    return _modest(buffer_of(element, shape), given, context)


def _counted(make: Callable[[Dim], Element]) -> Callable[[Given, Context], BuildValue]:
    def build(given: Given, context: Context) -> BuildValue:
        bound = given.bind(("n",), 1, context)
        if bound is None:
            return ANYTHING
        dim = as_dim(bound["n"].value)
        if dim is None or (dim.constant is not None and dim.constant < 1):
            _wrong(bound["n"], "a number of targets of 1 or more", given, context)
            return ANYTHING
        return make(dim)

    return build


def _tuple(given: Given, context: Context) -> BuildValue:
    if len(given.positional) < 2 or given.named:
        context.report("P007", given.node, "`Tuple` expects two or more element types")
        return ANYTHING
    parts = [_element(arg, given, context) for arg in given.positional]
    if None in parts:
        return ANYTHING
    return _modest(Tuple(tuple(cast("list[Element]", parts))), given, context)


def _modest(element: Element, given: Given, context: Context) -> BuildValue:
    """Return a type that is within the bounds; reports P007 for any other."""
    wrong = excess(element)
    if not wrong:
        return element
    return context.report("P007", given.node, f"a type of {wrong}", "split it into several streams")


CONSTRUCTORS: dict[str, Callable[[Given, Context], BuildValue]] = {
    "Stream": _stream,
    "Tensor": _tensor,
    "Tile": _tile,
    "Buffer": _buffer,
    "Selector": _counted(Selector),
    "Index": _counted(Index),
    "Tuple": _tuple,
}
