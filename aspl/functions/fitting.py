"""Fitting arguments to the parameters of declared functions; `_` in a type takes any extent."""

from __future__ import annotations

from collections.abc import Iterator

from aspl.dims import Dim, dynamic
from aspl.functions.function import Declared, Param
from aspl.functions.problems import Problem, expected_got
from aspl.functions.typing import with_dims
from aspl.site import Extents
from aspl.types import Buffer, Element, Index, Scalar, Selector, Tile, Tuple, element_dims, leaves


def named_extents(param: Param) -> Element:
    """Return a parameter's type with a symbol of its own for every `_`."""
    counter = iter(range(1_000_000))
    return _numbered(param.type, param.name, counter)


def _numbered(element: Element, name: str, counter: Iterator[int]) -> Element:
    if isinstance(element, Tuple):
        return Tuple(tuple(_numbered(part, name, counter) for part in element.parts))
    if isinstance(element, Index):
        # a point cannot stand in a name, so the symbol is nobody else's
        return Index(dynamic(f"{name}.{next(counter)}")) if element.bound.is_wild else element
    dims = tuple(
        dynamic(f"{name}.{next(counter)}") if dim.is_wild else dim for dim in element_dims(element)
    )
    return with_dims(element, dims)


def has_wild(element: Element) -> bool:
    """Whether a `_` occurs in a type."""
    return any(
        (isinstance(leaf, Index) and leaf.bound.is_wild)
        or any(dim.is_wild for dim in element_dims(leaf))
        for leaf in leaves(element)
    )


def fits(wanted: Element, got: Element, extents: Extents) -> bool:
    """Whether an element may stand where another is declared."""
    match wanted, got:
        case Tuple(), Tuple():
            return len(wanted.parts) == len(got.parts) and all(
                fits(a, b, extents) for a, b in zip(wanted.parts, got.parts, strict=True)
            )
        case Scalar(), Scalar():
            return wanted.dtype is got.dtype
        case Tile(), Tile():
            same = _same(wanted.rows, got.rows, extents) and _same(wanted.cols, got.cols, extents)
            return wanted.dtype is got.dtype and same
        case Selector(), Selector():
            return _same(wanted.width, got.width, extents)
        case Index(), Index():
            return _same(wanted.bound, got.bound, extents)
        case Buffer(), Buffer():
            dims = zip(wanted.dims, got.dims, strict=False)
            same = len(wanted.dims) == len(got.dims) and all(_same(a, b, extents) for a, b in dims)
            return same and fits(wanted.element, got.element, extents)
        case _:
            return False


def _same(wanted: Dim, got: Dim, extents: Extents) -> bool:
    return wanted.is_wild or extents.same(wanted, got)


def misfit(
    fn: Declared, params: tuple[Param, ...], args: tuple[Element, ...], extents: Extents
) -> Problem | None:
    """Say what keeps arguments from standing for parameters, or None if they fit."""
    if len(params) != len(args):
        return Problem(
            "F009",
            f"`{fn}` expected {_count(len(params))}, got {len(args)}",
            "give one stream a parameter, or zip several into tuples",
            expected_got(_count(len(params)), len(args)),
        )
    for place, (param, got) in enumerate(zip(params, args, strict=True)):
        if not fits(param.type, got, extents):
            return Problem(
                "F009",
                f"`{fn}` expected `{param.type}` as `{param.name}`, got `{got}`",
                "change the stream's elements, or the parameter's type",
                expected_got(param.type, got),
                place,
            )
    return None


def flattened(args: tuple[Element, ...]) -> tuple[Element, ...]:
    """Return the leaves of all arguments, tuples opened."""
    return tuple(leaf for each in args for leaf in leaves(each))


def _count(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"
