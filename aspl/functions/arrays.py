"""Types inside a function's body: arrays of numbers, and tuples of them.

A literal is weak: it takes the number type of what it meets. Extents broadcast as in numpy, by
symbolic equality.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from aspl.dims import ONE, Dim, product
from aspl.functions.problems import Refusal, expected_got
from aspl.site import Extents
from aspl.types import DType, Element, Tuple, element_dims, element_dtype, shape_text

MAX_RANK = 8
MAX_NUMBERS = 2**24
MAX_TERMS = 256
MAX_LENGTH = 64
"""Bounds on what a body may build: dims, numbers, and the size of extents as expressions."""


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An array; one without dims is a number."""

    dtype: DType
    dims: tuple[Dim, ...] = ()
    weak: bool = False
    """A literal: `i64` stands for any number type, `f32` for any float type."""

    @property
    def count(self) -> Dim:
        """How many numbers it holds."""
        return count_of(self.dims)

    def __str__(self) -> str:
        if self.weak:
            return "float" if self.dtype.is_float else "integer"
        return f"{self.dtype} {shape_text(self.dims)}" if self.dims else str(self.dtype)


@dataclass(frozen=True, slots=True)
class GroupType:
    """A tuple of values; None is one that has been reported."""

    parts: tuple[ValueType | None, ...]

    def __str__(self) -> str:
        return f"tuple of {len(self.parts)}"


ValueType: TypeAlias = ArrayType | GroupType


def count_of(dims: tuple[Dim, ...]) -> Dim:
    """Return how many numbers an array of some extents holds.

    Errors: Refusal F004 where the product of the extents would be out of all proportion.
    """
    terms = 1
    for dim in dims:
        terms *= max(len(dim.terms), 1)
    if terms > MAX_TERMS:
        raise Refusal("F004", "extents too long to multiply", "name the sums: `L = Dim(21)`")
    return product(dims)


def require_modest(array: ArrayType, extents: Extents) -> None:
    """Refuse arrays that no run could hold: bodies are short, what they ask for need not be.

    Errors: Refusal F004.
    """
    if len(array.dims) > MAX_RANK:
        raise Refusal("F004", f"an array of {len(array.dims)} dims", f"at most {MAX_RANK} dims")
    if any(sum(len(atoms) + 1 for atoms, _ in dim.terms) > MAX_LENGTH for dim in array.dims):
        raise Refusal("F004", "an extent that is too long", "name it: `L = Dim(21)`")
    numbers = extents.bound(array.count) if array.dims else 1
    if numbers is not None and numbers > MAX_NUMBERS:
        raise Refusal(
            "F004",
            f"an array of {numbers} numbers",
            f"at most {MAX_NUMBERS} numbers for one element",
            facts=expected_got(f"<= {MAX_NUMBERS}", numbers),
        )


def value_type(element: Element) -> ValueType:
    """Return what an element is inside a body: a tile is [rows, cols], a selector bool [width]."""
    if isinstance(element, Tuple):
        return GroupType(tuple(value_type(part) for part in element.parts))
    return ArrayType(element_dtype(element), element_dims(element))


def promote(types: Iterable[ArrayType], doing: str, *, flags: bool = False) -> tuple[DType, bool]:
    """Return the number type that several arrays have together, and whether it is weak.

    Errors: Refusal F005 for mixed kinds, and for `bool` unless `flags`.
    """
    arrays = tuple(types)
    strong = {each.dtype for each in arrays if not each.weak}
    if DType.BOOL in strong:
        if flags and all(each.dtype is DType.BOOL for each in arrays):
            return DType.BOOL, False
        raise Refusal("F005", f"`bool` in {doing}", "write `cast(x, f32)` to count with flags")
    floats = {each for each in strong if each.is_float}
    integers = strong - floats
    if not strong:
        is_float = any(each.dtype.is_float for each in arrays)
        return (DType.F32 if is_float else DType.I64), True
    if floats and integers:
        names = " and ".join(f"`{each}`" for each in sorted(strong))
        raise Refusal("F005", f"{names} in {doing}", "write `cast(x, f32)` for the integers")
    if floats:
        return (floats.pop() if len(floats) == 1 else DType.F32), False
    return _integer(integers, arrays, doing), False


def _integer(integers: set[DType], arrays: tuple[ArrayType, ...], doing: str) -> DType:
    if any(each.weak and each.dtype.is_float for each in arrays):
        name = sorted(integers)[0]
        raise Refusal(
            "F005", f"`{name}` and a fraction in {doing}", "write `cast(x, f32)` for the integers"
        )
    if DType.U64 in integers and len(integers) > 1:
        raise Refusal("F005", f"`u64` and a signed type in {doing}", "write `cast(x, i64)`")
    return integers.pop() if len(integers) == 1 else DType.I64


def broadcast(left: tuple[Dim, ...], right: tuple[Dim, ...], extents: Extents) -> tuple[Dim, ...]:
    """Return the shape of two arrays met element by element.

    Errors: Refusal F004.
    """
    if left == right:
        return left
    longer = max(len(left), len(right))
    a = (ONE,) * (longer - len(left)) + left
    b = (ONE,) * (longer - len(right)) + right
    dims = []
    for one, other in zip(a, b, strict=True):
        if one.constant != 1 and other.constant != 1 and not extents.same(one, other):
            raise Refusal(
                "F004",
                f"expected extents that are equal or 1, got `{shape_text(left)}` and "
                f"`{shape_text(right)}`",
                "shapes are aligned at their last dims; insert one with `x[:, None]` or `reshape`",
                facts=expected_got(shape_text(left), shape_text(right)),
            )
        dims.append(other if one.constant == 1 else one)
    return tuple(dims)


def broadcast_all(types: Iterable[ArrayType], extents: Extents) -> tuple[Dim, ...]:
    """Return the shape of several arrays met element by element.

    Errors: Refusal F004.
    """
    dims: tuple[Dim, ...] = ()
    for each in types:
        dims = broadcast(dims, each.dims, extents)
    return dims


def same_shape(left: tuple[Dim, ...], right: tuple[Dim, ...], extents: Extents) -> bool:
    """Whether two shapes are equal."""
    return len(left) == len(right) and all(map(extents.same, left, right))
