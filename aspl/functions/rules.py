"""Typing rules of the primitives: number types and extents of what they make."""

from __future__ import annotations

from aspl.dims import ONE
from aspl.functions.arrays import ArrayType, broadcast_all, promote
from aspl.functions.problems import Refusal, expected_got
from aspl.functions.slots import Settings
from aspl.site import Extents
from aspl.types import DType

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
