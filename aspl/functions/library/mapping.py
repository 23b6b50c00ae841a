"""Typing rules of the library's map functions."""

from __future__ import annotations

from aspl.dims import ONE, Dim
from aspl.functions.library.elements import (
    count_of,
    floating,
    met,
    met_dtype,
    number_address,
    numeric,
    tile,
    unfit,
    with_dtype,
)
from aspl.functions.library.entry import Asked, Elements
from aspl.functions.problems import Refusal, expected_got
from aspl.types import Buffer, DType, Element, Scalar, Tile, Tuple, element_dims, element_dtype


def elementwise(args: Elements, asked: Asked) -> Element:
    """Type arithmetic of two elements."""
    return met(asked.name, args[0], args[1], asked.site)


def quotient(args: Elements, asked: Asked) -> Element:
    """Type a division, which is of fractions."""
    result = met(asked.name, args[0], args[1], asked.site)
    floating(args[0], asked.name, 0)
    floating(args[1], asked.name, 1)
    return result


def unary(args: Elements, asked: Asked) -> Element:
    """Type a function of fractions, number by number."""
    return floating(args[0], asked.name)


def signed(args: Elements, asked: Asked) -> Element:
    """Type a function of any numbers, number by number."""
    element = numeric(args[0], asked.name)
    if element_dtype(element) is DType.BOOL:
        raise unfit(asked.name, "numbers, no flags", element)
    return element


def matmul(args: Elements, asked: Asked) -> Element:
    """Type the product of two tiles, or of two buffers [M, K] and [K, N] of scalars."""
    a, b = _matrix(args[0], asked.name, 0), _matrix(args[1], asked.name, 1)
    rows, inner = element_dims(a)
    other, cols = element_dims(b)
    if asked.options["transposed"]:
        other, cols = cols, other
    if type(a) is not type(b):
        raise unfit(asked.name, "two tiles or two buffers", args[1], 1)
    if not asked.site.same(inner, other):
        raise Refusal(
            "F009",
            f"`matmul` expected equal inner extents, got `{a}` and `{b}`",
            "write `matmul(transposed=True)` for a second operand [N, K]",
            facts=expected_got(inner, other),
            operand=1,
        )
    dtype = met_dtype((a, b), asked.name)
    return Tile(dtype, rows, cols) if isinstance(a, Tile) else Buffer(Scalar(dtype), (rows, cols))


def _matrix(element: Element, name: str, operand: int) -> Tile | Buffer:
    found = numeric(element, name, operand)
    if (
        element_dtype(found) is DType.BOOL
        or isinstance(found, Scalar)
        or len(element_dims(found)) != 2
    ):
        raise unfit(name, "a tile, or a buffer of two dims", element, operand)
    return found


def matmul_flops(args: Elements, result: Element) -> Dim:
    """Return 2*M*K*N."""
    return count_of(result) * element_dims(args[0])[-1] * 2


def per_row(args: Elements, asked: Asked) -> Element:
    """Type a fold of rows: a tile keeps one column, a buffer loses its last dim."""
    element = numeric(args[0], asked.name)
    if element_dtype(element) is DType.BOOL:
        raise unfit(asked.name, "numbers, no flags", element)
    match element:
        case Tile():
            return Tile(element.dtype, element.rows, ONE)
        case Buffer(element=Scalar() as number):
            return Buffer(number, element.dims[:-1]) if len(element.dims) > 1 else number
        case _:
            raise unfit(asked.name, "a tile, or a buffer of scalars", element)


def softmax(args: Elements, asked: Asked) -> Element:
    """Type a softmax along the last dim."""
    element = floating(args[0], asked.name)
    if isinstance(element, Scalar):
        raise unfit(asked.name, "a tile or a buffer", element)
    return element


def transpose(args: Elements, asked: Asked) -> Element:
    """Type rows and columns changed for each other."""
    match args[0]:
        case Tile(dtype, rows, cols):
            return Tile(dtype, cols, rows)
        case Buffer(element, (rows, cols)) if isinstance(element, Scalar):
            return Buffer(element, (cols, rows))
        case _:
            raise unfit(asked.name, "a tile, or a buffer of two dims of scalars", args[0])


def outer_product(args: Elements, asked: Asked) -> Element:
    """Type every number of one element times every number of the other."""
    a, b = numeric(args[0], asked.name, 0), numeric(args[1], asked.name, 1)
    dtype = met_dtype((a, b), asked.name)
    match a, b:
        case Scalar(), _:
            return with_dtype(b, dtype)
        case _, Scalar():
            return with_dtype(a, dtype)
        case Tile(), Tile():
            return Tile(dtype, _length(a, asked.name, 0), _length(b, asked.name, 1))
        case Buffer(element=Scalar()), Buffer(element=Scalar()):
            return Buffer(Scalar(dtype), a.dims + b.dims)
        case _:
            raise unfit(
                asked.name, "scalars, two tiles of one row or column, or two buffers", args[1], 1
            )


def _length(element: Tile, name: str, operand: int) -> Dim:
    if element.rows != ONE and element.cols != ONE:
        raise unfit(name, "a tile of one row or one column", element, operand)
    return element.cols if element.rows == ONE else element.rows


def scale(args: Elements, asked: Asked) -> Element:
    """Type a scalar times anything."""
    if not isinstance(args[0], Scalar):
        raise unfit(asked.name, "a scalar first", args[0], 0)
    return met(asked.name, args[0], args[1], asked.site)


def set_valid(args: Elements, asked: Asked) -> Element:
    """Type a tile whose number of valid rows is set."""
    number_address(args[1], asked.name, 1)
    return tile(args[0], asked.name)


def append_row(args: Elements, asked: Asked) -> Element:
    """Type a tile with a row written behind its valid rows."""
    whole, row = tile(args[0], asked.name), tile(args[1], asked.name, 1)
    same = whole.dtype is row.dtype and asked.site.same(whole.cols, row.cols)
    if row.rows != ONE or not same:
        raise unfit(asked.name, f"a row `{Tile(whole.dtype, ONE, whole.cols)}`", row, 1)
    return whole


def cache_write_address(args: Elements, asked: Asked) -> Element:
    """Type idx * row_offset + len."""
    for place, each in enumerate(args):
        number_address(each, asked.name, place)
    return Scalar(DType.U64)


def identity(args: Elements, asked: Asked) -> Element:
    """Type an element left as it is."""
    return args[0]


def pick(args: Elements, asked: Asked) -> Element:
    """Type one part of a tuple, or one of several streams."""
    parts = args
    if len(args) == 1:
        if not isinstance(args[0], Tuple):
            raise unfit(asked.name, "a tuple", args[0])
        parts = args[0].parts
    index = asked.options["index"]
    if not isinstance(index, int) or not 0 <= index < len(parts):
        raise Refusal(
            "F009",
            f"`pick` expected an index below {len(parts)}, got {index}",
            "parts count from 0",
            facts=expected_got(f"0 <= index < {len(parts)}", index),
        )
    return parts[index]
