"""Typing rules on elements that several library functions share."""

from __future__ import annotations

from aspl.dims import ONE, Dim, product, to_dim
from aspl.functions.arrays import ArrayType, broadcast, promote, same_shape
from aspl.functions.problems import Refusal, expected_got
from aspl.site import Extents
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Tile,
    Tuple,
    element_dims,
    element_dtype,
)


def numeric(element: Element, name: str, operand: int = 0) -> Scalar | Tile | Buffer:
    """Return an element of numbers.

    Errors: Refusal F009 for selectors, indices and tuples.
    """
    inner = element.element if isinstance(element, Buffer) else element
    if isinstance(element, Scalar | Tile | Buffer) and isinstance(inner, Scalar | Tile):
        return element
    raise unfit(name, "numbers: a scalar, a tile or a buffer of these", element, operand)


def unfit(name: str, wanted: str, got: Element, operand: int = 0) -> Refusal:
    """Return the refusal of an argument."""
    return Refusal(
        "F009",
        f"`{name}` expected {wanted}, got `{got}`",
        "change the stream's elements, or declare a function for them",
        facts=expected_got(wanted, got),
        operand=operand,
    )


def count_of(element: Element) -> Dim:
    """Return how many numbers an element holds, tuples included."""
    if isinstance(element, Tuple):
        total = to_dim(0)
        for part in element.parts:
            total = total + count_of(part)
        return total
    return product(element_dims(element))


def floating(element: Element, name: str, operand: int = 0) -> Scalar | Tile | Buffer:
    """Return an element of fractions.

    Errors: Refusal F009.
    """
    numbers = numeric(element, name, operand)
    if not element_dtype(numbers).is_float:
        raise unfit(name, "numbers of a float type", element, operand)
    return numbers


def met_dtype(elements: tuple[Element, ...], name: str, *, flags: bool = False) -> DType:
    """Return the number type that elements have together.

    Errors: Refusal F009 for mixed kinds.
    """
    try:
        dtype, _ = promote(
            [ArrayType(element_dtype(each)) for each in elements], f"`{name}`", flags=flags
        )
    except Refusal as refusal:
        got = ", ".join(map(str, elements))
        raise Refusal(
            "F009",
            f"`{name}` expected numbers of one kind, got {refusal.problem.message}",
            "cast one with a declared function: `cast(x, f32)`",
            facts=expected_got("numbers of one kind", got),
        ) from None
    return dtype


def with_dtype(element: Scalar | Tile | Buffer, dtype: DType) -> Scalar | Tile | Buffer:
    """Return the element with other numbers."""
    match element:
        case Scalar():
            return Scalar(dtype)
        case Tile():
            return Tile(dtype, element.rows, element.cols)
        case Buffer():
            inner = element.element
            changed = (
                Tile(dtype, inner.rows, inner.cols) if isinstance(inner, Tile) else Scalar(dtype)
            )
            return Buffer(changed, element.dims)


def met(name: str, left: Element, right: Element, extents: Extents) -> Element:
    """Type two elements met number by number.

    A scalar meets anything, tiles have extents that are equal or 1, buffers equal extents.

    Errors: Refusal F009.
    """
    a, b = numeric(left, name, 0), numeric(right, name, 1)
    dtype = met_dtype((a, b), name)
    match a, b:
        case Scalar(), _:
            return with_dtype(b, dtype)
        case _, Scalar():
            return with_dtype(a, dtype)
        case Tile(), Tile():
            dims = _met_dims(name, a, b, extents)
            return Tile(dtype, dims[0], dims[1])
        case Buffer(), Buffer() if (
            same_shape(a.dims, b.dims, extents)
            and type(a.element) is type(b.element)
            and same_shape(element_dims(a.element), element_dims(b.element), extents)
        ):
            return with_dtype(a, dtype)
        case _:
            raise unfit(name, f"an element like the first, `{left}`", right, 1)


def _met_dims(name: str, left: Tile, right: Tile, extents: Extents) -> tuple[Dim, ...]:
    try:
        return broadcast(element_dims(left), element_dims(right), extents)
    except Refusal:
        message = (
            f"`{name}` expected tiles with extents that are equal or 1, got `{left}` and `{right}`"
        )
        raise Refusal(
            "F009",
            message,
            "bring both tiles to one shape",
            facts=expected_got(left, right),
            operand=1,
        ) from None


def number_address(element: Element, name: str, operand: int = 0) -> Element:
    """Return an element that can be an address or a count.

    Errors: Refusal F009.
    """
    match element:
        case Scalar() if element.dtype.is_integer:
            return element
        case Index():
            return element
        case Tile() if element.dtype.is_integer and element.rows == ONE and element.cols == ONE:
            return element
        case _:
            raise unfit(name, "an integer, an index or a [1, 1] integer tile", element, operand)


def tile(element: Element, name: str, operand: int = 0) -> Tile:
    """Return a tile.

    Errors: Refusal F009.
    """
    if isinstance(element, Tile):
        return element
    raise unfit(name, "a tile", element, operand)


def flag_element(element: Element, name: str, operand: int = 0) -> Element:
    """Return an element of flags.

    Errors: Refusal F009.
    """
    if isinstance(element, Selector) or (
        not isinstance(element, Tuple) and element_dtype(element) is DType.BOOL
    ):
        return element
    raise unfit(name, "flags: `bool` or a selector", element, operand)
