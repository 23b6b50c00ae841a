"""Types of elements, streams and tensors.

Shapes are written outermost first; the rank of a stream is its number of dims less one; dims are
counted from the innermost, which is 0. Source: STeP, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from aspl.dims import Dim, product, to_dim


class DType(StrEnum):
    """A machine number, named as in a program's text."""

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    I32 = "i32"
    I64 = "i64"
    U64 = "u64"
    BOOL = "bool"

    @property
    def size_bytes(self) -> int:
        """Bytes of one number in memory."""
        return _SIZES[self]

    @property
    def is_float(self) -> bool:
        """Whether it holds fractions."""
        return self in (DType.F32, DType.F16, DType.BF16)

    @property
    def is_integer(self) -> bool:
        """Whether it holds whole numbers (`bool` is neither)."""
        return self in (DType.I32, DType.I64, DType.U64)


_SIZES = {
    DType.F32: 4,
    DType.F16: 2,
    DType.BF16: 2,
    DType.I32: 4,
    DType.I64: 8,
    DType.U64: 8,
    DType.BOOL: 1,
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One number."""

    dtype: DType

    def __str__(self) -> str:
        return str(self.dtype)


@dataclass(frozen=True, slots=True)
class Tile:
    """A matrix, the unit that compute operators work on.

    A dynamic tile has an extent that only a run decides.
    """

    dtype: DType
    rows: Dim
    cols: Dim

    def __str__(self) -> str:
        return f"Tile({self.dtype}, [{self.rows}, {self.cols}])"


@dataclass(frozen=True, slots=True)
class Selector:
    """A multi-hot vector: one flag for each of `width` targets."""

    width: Dim

    def __str__(self) -> str:
        return f"Selector({self.width})"


@dataclass(frozen=True, slots=True)
class Index:
    """The number of one of `bound` targets."""

    bound: Dim

    def __str__(self) -> str:
        return f"Index({self.bound})"


@dataclass(frozen=True, slots=True)
class Buffer:
    """A read-only handle to elements kept in on-chip memory, in row-major order."""

    element: Scalar | Tile | Selector | Index
    dims: tuple[Dim, ...]

    def __str__(self) -> str:
        return f"Buffer({self.element}, {shape_text(self.dims)})"


@dataclass(frozen=True, slots=True)
class Tuple:
    """Several elements that travel as one."""

    parts: tuple[Element, ...]

    def __str__(self) -> str:
        return f"Tuple({', '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Stream:
    """A sequence of elements, nested `rank` levels deep."""

    element: Element
    shape: tuple[Dim, ...]

    @property
    def rank(self) -> int:
        """Number of dims less one; also the highest stop level."""
        return len(self.shape) - 1

    def __str__(self) -> str:
        return f"Stream({self.element}, {shape_text(self.shape)})"


@dataclass(frozen=True, slots=True)
class Tensor:
    """Numbers in off-chip memory, which loads and stores name; also a parameter of functions."""

    dtype: DType
    shape: tuple[Dim, ...]

    def __str__(self) -> str:
        return f"Tensor({self.dtype}, {shape_text(self.shape)})"


@dataclass(frozen=True, slots=True)
class TensorRef:
    """A tensor by its name in the program, or the part of it at some leading indices."""

    name: str
    type: Tensor
    index: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.name + "".join(f"[{place}]" for place in self.index)


Element: TypeAlias = Scalar | Tile | Buffer | Selector | Index | Tuple


def shape_text(dims: tuple[Dim, ...]) -> str:
    """Write a shape as in a program: `[M, K]`."""
    return f"[{', '.join(map(str, dims))}]"


def leaves(element: Element) -> tuple[Element, ...]:
    """Return the elements of nested tuples in reading order."""
    if isinstance(element, Tuple):
        return tuple(leaf for part in element.parts for leaf in leaves(part))
    return (element,)


def element_dims(element: Element) -> tuple[Dim, ...]:
    """Return the extents inside one element, outermost first.

    Errors: ValueError for a tuple, which has no extents of its own.
    """
    match element:
        case Scalar() | Index():
            return ()
        case Tile():
            return (element.rows, element.cols)
        case Selector():
            return (element.width,)
        case Buffer():
            return element.dims + element_dims(element.element)
        case Tuple():
            raise ValueError("a tuple has no extents")


def all_dims(stream: Stream) -> Iterator[Dim]:
    """Walk the extents of a stream, then those inside its elements."""
    yield from stream.shape
    for leaf in leaves(stream.element):
        yield from element_dims(leaf)


def element_dtype(element: Element) -> DType:
    """Return the number type of one element: `bool` for a selector, `i64` for an index.

    Errors: ValueError for a tuple.
    """
    match element:
        case Scalar() | Tile():
            return element.dtype
        case Selector():
            return DType.BOOL
        case Index():
            return DType.I64
        case Buffer():
            return element_dtype(element.element)
        case Tuple():
            raise ValueError("a tuple has no number type")


def size_bytes(element: Element) -> Dim:
    """Return the bytes of one element.

    Units: bytes; an index takes 2 bytes and a selector one byte a target.
    Source: published frontend of STeP (2k for `Index(k)` there counts k indices).
    """
    match element:
        case Scalar():
            return to_dim(element.dtype.size_bytes)
        case Tile():
            return element.rows * element.cols * element.dtype.size_bytes
        case Selector():
            return element.width
        case Index():
            return to_dim(2)
        case Buffer():
            return product(element.dims) * size_bytes(element.element)
        case Tuple():
            total = to_dim(0)
            for part in element.parts:
                total = total + size_bytes(part)
            return total


def buffer_of(element: Element, dims: tuple[Dim, ...]) -> Buffer:
    """Return the buffer that holds `dims` of `element`; a buffer of buffers is one with more dims.

    Errors: ValueError for tuples, which no buffer holds.
    """
    if isinstance(element, Buffer):
        return Buffer(element.element, dims + element.dims)
    if isinstance(element, Tuple):
        raise ValueError("a buffer holds no tuples")
    return Buffer(element, dims)


def with_extents(element: Element, change: Callable[[Dim], Dim]) -> Element:
    """Return the type with every extent inside it changed."""
    match element:
        case Scalar():
            return element
        case Tile():
            return Tile(element.dtype, change(element.rows), change(element.cols))
        case Selector():
            return Selector(change(element.width))
        case Index():
            return Index(change(element.bound))
        case Buffer():
            inner = with_extents(element.element, change)
            return buffer_of(inner, tuple(map(change, element.dims)))
        case Tuple():
            return Tuple(tuple(with_extents(part, change) for part in element.parts))
