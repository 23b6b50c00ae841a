"""Typing rules of the primitives: number types and extents of what they make."""

from __future__ import annotations

from aspl.dims import ONE, Dim, product, to_dim
from aspl.functions.arrays import (
    ArrayType,
    Extents,
    broadcast,
    broadcast_all,
    promote,
    same_shape,
)
from aspl.functions.problems import Refusal, expected_got
from aspl.functions.slots import Settings
from aspl.types import DType, shape_text

Arrays = tuple[ArrayType, ...]


def floating(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a function of fractions, number by number."""
    (x,) = args
    if x.weak:
        return ArrayType(DType.F32, x.dims, weak=True)
    if not x.dtype.is_float:
        raise Refusal(
            "F005",
            f"expected a float type, got `{x}`",
            "write `cast(x, f32)` for the argument",
            facts=expected_got("a float type", x),
        )
    return x


def signed(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a function of any numbers, number by number."""
    dtype, weak = promote(args, "arithmetic")
    return ArrayType(dtype, args[0].dims, weak)


def elementwise(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type arithmetic of several arrays met number by number."""
    dtype, weak = promote(args, "arithmetic")
    return ArrayType(dtype, broadcast_all(args, extents), weak)


def division(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type `/`, which is of fractions."""
    met = elementwise(args, settings, extents)
    if met.weak:
        return ArrayType(DType.F32, met.dims, weak=True)
    if met.dtype.is_integer:
        raise Refusal(
            "F005",
            f"`{met.dtype}` in a division of fractions",
            "write `//` for whole numbers, or `cast(x, f32)` first",
        )
    return met


def power(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type `**`; whole numbers have no negative powers, so they are cast first."""
    met = elementwise(args, settings, extents)
    if met.weak:
        return ArrayType(DType.F32, met.dims, weak=True)
    if met.dtype.is_integer:
        raise Refusal("F005", f"`{met.dtype}` in a power", "write `cast(x, f32)` first")
    return met


def comparison(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a comparison."""
    promote(args, "a comparison", flags=True)
    return ArrayType(DType.BOOL, broadcast_all(args, extents))


def flags(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type logic on flags."""
    for each in args:
        if each.dtype is not DType.BOOL:
            raise Refusal(
                "F005",
                f"expected `bool`, got `{each}`",
                "compare first, as in `x > 0`",
                facts=expected_got("bool", each),
            )
    return ArrayType(DType.BOOL, broadcast_all(args, extents))


def where(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a choice between two arrays."""
    condition, *branches = args
    flags((condition,), settings, extents)
    dtype, weak = promote(branches, "the branches of `where`", flags=True)
    dims = broadcast_all(args, extents)
    return ArrayType(dtype, dims, weak and not dims)


def axis_place(axis: int, rank: int) -> int:
    """Return an axis counted from the first.

    Errors: Refusal F003.
    """
    if not -rank <= axis < rank:
        has = f"has {rank} dim{'' if rank == 1 else 's'}" if rank else "is a single number"
        raise Refusal(
            "F003", f"`axis={axis}` of an array that {has}", "count axes from 0, or -1 for the last"
        )
    return axis % rank


def axes_places(axis: int | tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """Return the axes of a reduction counted from the first, in order.

    Errors: Refusal F003.
    """
    if axis is None:
        return tuple(range(rank))
    axes = (axis,) if isinstance(axis, int) else axis
    places = sorted({axis_place(each, rank) for each in axes})
    if len(places) != len(axes):
        raise Refusal("F003", f"`axis={list(axes)}` names one axis twice", "name each axis once")
    return tuple(places)


def reduction(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a fold of whole axes."""
    (x,) = args
    dtype, weak = promote(args, "a reduction")
    places = axes_places(settings["axis"], len(x.dims))
    if settings["keepdims"]:
        dims = tuple(ONE if place in places else dim for place, dim in enumerate(x.dims))
    else:
        dims = tuple(dim for place, dim in enumerate(x.dims) if place not in places)
    return ArrayType(dtype, dims, weak)


def extreme(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type `max` and `min`: of one array a reduction, of several number by number."""
    if len(args) == 1:
        _require_some(args[0], settings["axis"], extents)
        return reduction(args, settings, extents)
    if settings["axis"] is not None or settings["keepdims"]:
        raise Refusal("F003", "`axis` with several arrays", "give one array, or leave `axis` out")
    return elementwise(args, settings, extents)


def _require_some(x: ArrayType, axis: int | tuple[int, ...] | None, extents: Extents) -> None:
    for place in axes_places(axis, len(x.dims)):
        if extents.bound(x.dims[place]) == 0:
            raise Refusal(
                "F004", f"nothing to choose from in `{x}`", "reduce a dim with an extent above 0"
            )


def mean(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type an average, which is of fractions."""
    floating(args, settings, extents)
    return reduction(args, settings, extents)


def softmax(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a softmax along one axis."""
    axis_place(settings["axis"], len(args[0].dims))
    return floating(args, settings, extents)


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
                f"expected equal extents but along axis {place}, got `{shape_text(first.dims)}` and "
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
        rest = product(tuple(dim for dim in dims if dim.constant != -1))
        if rest.constant != 0:
            place = open_places[0]
            dims = (*dims[:place], x.count // rest, *dims[place + 1 :])
    if len(open_places) > 1 or not extents.same(x.count, product(dims)):
        raise Refusal(
            "F004",
            f"expected {x.count} numbers as in `{shape_text(x.dims)}`, got `{shape_text(dims)}`",
            "a reshape keeps the number of numbers",
            facts=expected_got(x.count, product(dims)),
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


def topk(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type the flags of the largest numbers along the last axis."""
    (x,) = args
    promote(args, "`topk`")
    last = x.dims[axis_place(-1, len(x.dims))]
    k, width = extents.bound(settings["k"]), extents.bound(last)
    if k is not None and (k < 0 or (width is not None and k > width)):
        raise Refusal(
            "F003",
            f"expected `k` from 0 to {last}, got {settings['k']}",
            "choose no more than there are",
            facts=expected_got(f"0 <= k <= {last}", settings["k"]),
        )
    return ArrayType(DType.BOOL, x.dims)


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


def running(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type running sums along an axis."""
    dtype, _ = promote(args, "`cumsum`")
    axis_place(settings["axis"], len(args[0].dims))
    return ArrayType(dtype, args[0].dims)


def position(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type the place of every set flag among the set ones."""
    flags(args, settings, extents)
    axis_place(settings["axis"], len(args[0].dims))
    return ArrayType(DType.I64, args[0].dims)


def cast(args: Arrays, settings: Settings, extents: Extents) -> ArrayType:
    """Type a change of the number type."""
    return ArrayType(settings["dtype"], args[0].dims)


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
