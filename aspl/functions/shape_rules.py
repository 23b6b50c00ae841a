"""Typing rules of the primitives that change shapes: what meets along which axis."""

from __future__ import annotations

from aspl.dims import Dim, to_dim
from aspl.functions.arrays import ArrayType, broadcast, count_of, promote, same_shape
from aspl.functions.problems import Refusal, expected_got
from aspl.functions.rules import axis_place
from aspl.functions.slots import Settings
from aspl.site import Extents
from aspl.types import DType, shape_text

Arrays = tuple[ArrayType, ...]


def matmul(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a product of matrices and vectors, with the rules of numpy."""
    a, b = args
    dtype, _ = promote(args, "a matrix product")
    if not a.dims or not b.dims:
        raise Refusal("F004", "a matrix product of single numbers", "write `*`")
    inner, other = a.dims[-1], b.dims[-2] if len(b.dims) > 1 else b.dims[0]
    if not extents.same(inner, other):
        raise Refusal(
            "F004",
            f"expected equal inner extents, got `{shape_text(a.dims)}` and `{shape_text(b.dims)}`",
            "a product is of [.., M, K] and [.., K, N]; see `transpose`",
            facts=expected_got(inner, other),
        )
    lead = broadcast(a.dims[:-2], b.dims[:-2], extents)
    rows = a.dims[-2:-1] if len(a.dims) > 1 else ()
    cols = b.dims[-1:] if len(b.dims) > 1 else ()
    return ArrayType(dtype, (*lead, *rows, *cols))


def outer(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type an outer product: every number of one with every number of the other."""
    dtype, weak = promote(args, "an outer product")
    return ArrayType(dtype, args[0].dims + args[1].dims, weak)


def transpose(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a change of the order of dims."""
    (x,) = args
    axes = settings["axes"]
    if axes is None:
        return ArrayType(x.dtype, x.dims[::-1], x.weak)
    order = (axes,) if isinstance(axes, int) else axes
    places = [axis_place(each, len(x.dims)) for each in order]
    if sorted(places) != list(range(len(x.dims))):
        raise Refusal(
            "F003",
            f"expected each of {len(x.dims)} axes once, got `{list(order)}`",
            "name every axis once, in the new order",
        )
    return ArrayType(x.dtype, tuple(x.dims[place] for place in places))


def concat(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type arrays put end to end along an axis."""
    first = args[0]
    dtype, _ = promote(args, "`concat`", flags=True)
    place = axis_place(settings["axis"], len(first.dims))
    total = first.dims[place]
    for each in args[1:]:
        rest = each.dims[:place] + each.dims[place + 1 :]
        expected = first.dims[:place] + first.dims[place + 1 :]
        if len(each.dims) != len(first.dims) or not same_shape(expected, rest, extents):
            raise Refusal(
                "F004",
                f"expected equal extents but on axis {place}, got `{shape_text(first.dims)}` and "
                f"`{shape_text(each.dims)}`",
                "`stack` adds a dim, `concat` lengthens one",
                facts=expected_got(shape_text(first.dims), shape_text(each.dims)),
            )
        total = total + each.dims[place]
    return ArrayType(dtype, (*first.dims[:place], total, *first.dims[place + 1 :]))


def stack(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type arrays put side by side along a new axis."""
    dims = args[0].dims
    dtype, _ = promote(args, "`stack`", flags=True)
    for each in args[1:]:
        if not same_shape(dims, each.dims, extents):
            raise Refusal(
                "F004",
                f"expected equal shapes, got `{shape_text(dims)}` and `{shape_text(each.dims)}`",
                "bring the arrays to one shape with `broadcast_to` or `reshape`",
                facts=expected_got(shape_text(dims), shape_text(each.dims)),
            )
    place = axis_place(settings["axis"], len(dims) + 1)
    return ArrayType(dtype, (*dims[:place], to_dim(len(args)), *dims[place:]))


def reshape(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type the same numbers under another shape; one extent may be -1."""
    (x,) = args
    dims: tuple[Dim, ...] = settings["dims"]
    open_places = [place for place, dim in enumerate(dims) if dim.constant == -1]
    if len(open_places) == 1:
        rest = count_of(tuple(dim for dim in dims if dim.constant != -1))
        if rest.constant != 0:
            place = open_places[0]
            dims = (*dims[:place], x.count // rest, *dims[place + 1 :])
    if len(open_places) > 1 or not extents.same(x.count, count_of(dims)):
        raise Refusal(
            "F004",
            f"expected {x.count} numbers as in `{shape_text(x.dims)}`, got `{shape_text(dims)}`",
            "a reshape keeps the number of numbers",
            facts=expected_got(x.count, count_of(dims)),
        )
    return ArrayType(x.dtype, dims)


def broadcast_to(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type an array repeated along dims of extent 1 and new outer dims."""
    (x,) = args
    dims: tuple[Dim, ...] = settings["dims"]
    met = broadcast(x.dims, dims, extents) if len(x.dims) <= len(dims) else None
    if met is None or not same_shape(met, dims, extents):
        raise Refusal(
            "F004",
            f"expected a shape that broadcasts to `{shape_text(dims)}`, got `{shape_text(x.dims)}`",
            "only extents of 1 and missing outer dims are repeated",
            facts=expected_got(shape_text(dims), shape_text(x.dims)),
        )
    return ArrayType(x.dtype, dims)


def one_hot(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type the flags that have one set, at the given place."""
    (x,) = args
    if not x.dtype.is_integer:
        raise Refusal(
            "F005",
            f"expected an integer type, got `{x}`",
            "write `cast(x, i64)`, or `topk(x, 1)` for the place of the largest",
            facts=expected_got("an integer type", x),
        )
    return ArrayType(DType.BOOL, (*x.dims, _extent(settings["n"], extents)))


def iota(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type the numbers 0, 1, 2 ..."""
    return ArrayType(DType.I64, (_extent(settings["n"], extents),))


def full(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type an array of equal numbers."""
    dims = tuple(_extent(dim, extents) for dim in settings["dims"])
    for value in args:
        if value.dims:
            raise Refusal(
                "F004", f"expected a number, got `{value}`", "use `broadcast_to` for arrays"
            )
    return ArrayType(args[0].dtype if args else DType.F32, dims)


def _extent(dim: Dim, extents: Extents) -> Dim:
    value = extents.bound(dim)
    if value is not None and value < 0:
        raise Refusal("F003", f"expected an extent of 0 or more, got {dim}", "give a size")
    return dim
