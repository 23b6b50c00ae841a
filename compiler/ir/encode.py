"""Types and parameters of a program as types and attributes of the `step` dialect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from xdsl.dialects.builtin import (
    ArrayAttr,
    BoolAttr,
    DictionaryAttr,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    NoneType,
    Signedness,
    StringAttr,
    SymbolRefAttr,
    bf16,
    f16,
    f32,
    f64,
    i1,
    i32,
    i64,
)
from xdsl.ir import Attribute

from aspl.dims import Dim
from aspl.functions.function import Declared, Empty, Fill, Init, Library, Parts
from aspl.functions.library.entry import OptionValue
from aspl.ops.base import ArgumentKind, Op
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tensor,
    TensorRef,
    Tile,
    Tuple,
)
from compiler.ir.attributes import EmptyAttr, FillAttr, LibraryAttr, PartsAttr, RefAttr
from compiler.ir.types import (
    BufferType,
    Extents,
    IndexType,
    SelectorType,
    StreamType,
    TensorType,
    TileType,
    TupleType,
)

NUMBERS: dict[DType, Attribute] = {
    DType.F32: f32,
    DType.F16: f16,
    DType.BF16: bf16,
    DType.I32: i32,
    DType.I64: i64,
    DType.U64: IntegerType(64, Signedness.UNSIGNED),
    DType.BOOL: i1,
}


@dataclass(slots=True)
class Encoder:
    """Makes attributes; keeps those of extents and streams, since most recur."""

    functions: dict[Declared, str] = field(default_factory=dict)
    """The symbol of each declared function."""
    _dims: dict[Dim, StringAttr] = field(default_factory=dict)
    _streams: dict[Stream, StreamType] = field(default_factory=dict)

    def dim(self, dim: Dim) -> StringAttr:
        """Return an extent."""
        found = self._dims.get(dim)
        if found is None:
            found = self._dims[dim] = StringAttr(str(dim))
        return found

    def dims(self, dims: Iterable[Dim]) -> Extents:
        """Return a list of extents."""
        return ArrayAttr(map(self.dim, dims))

    def stream(self, stream: Stream) -> StreamType:
        """Return the type of a stream."""
        found = self._streams.get(stream)
        if found is None:
            made = StreamType(self.element(stream.element), self.dims(stream.shape))
            found = self._streams[stream] = made
        return found

    def element(self, element: Element) -> Attribute:
        """Return the type of an element."""
        match element:
            case Scalar():
                return NUMBERS[element.dtype]
            case Tile():
                rows, cols = self.dim(element.rows), self.dim(element.cols)
                return TileType(NUMBERS[element.dtype], rows, cols)
            case Selector():
                return SelectorType(self.dim(element.width))
            case Index():
                return IndexType(self.dim(element.bound))
            case Buffer():
                return BufferType(self.element(element.element), self.dims(element.dims))
            case Tuple():
                return TupleType(ArrayAttr(map(self.element, element.parts)))

    def tensor(self, tensor: Tensor) -> TensorType:
        """Return the type of a tensor."""
        return TensorType(NUMBERS[tensor.dtype], self.dims(tensor.shape))

    def parameters(self, op: Op) -> dict[str, Attribute]:
        """Return the parameters of an operator that differ from their defaults."""
        given = ((each, getattr(op, each.name)) for each in op.parameters())
        return {
            each.name: self._value(each.argument.kind, value)
            for each, value in given
            if each.required or value != each.default
        }

    def _value(self, kind: ArgumentKind, value: object) -> Attribute:
        match value:
            case bool() | int() | str():
                return _plain(kind, value)
            case Dim():
                return self.dim(value)
            case tuple():
                return self.dims(cast("tuple[Dim, ...]", value))
            case Stream():
                return self.stream(value)
            case TensorRef():
                places = ArrayAttr(IntegerAttr(place, i64) for place in value.index)
                return RefAttr(StringAttr(value.name), places)
            case Library():
                return self._library(value)
            case Declared():
                return SymbolRefAttr(self.functions[value])
            case Fill() | Empty() | Parts():
                return self.init(value)
            case _:
                raise TypeError(f"no attribute for {value!r}")

    def _library(self, fn: Library) -> LibraryAttr:
        options = {name: self._option(value) for name, value in fn.options}
        return LibraryAttr(StringAttr(fn.name), DictionaryAttr(options))

    def _option(self, value: OptionValue) -> Attribute:
        match value:
            case bool():
                return BoolAttr.from_bool(value)
            case int():
                return IntegerAttr(value, i64)
            case float():
                return FloatAttr(value, f64)
            case Dim():
                return self.dim(value)

    def init(self, init: Init) -> Attribute:
        """Return an initial value."""
        match init:
            case Fill():
                return FillAttr(StringAttr(repr(init.value)), self._state(init.type))
            case Empty():
                return EmptyAttr(self._state(init.type))
            case Parts():
                return PartsAttr(ArrayAttr(map(self.init, init.parts)))

    def _state(self, element: Element | None) -> Attribute:
        return NoneType() if element is None else self.element(element)


def _plain(kind: ArgumentKind, value: bool | int | str) -> Attribute:
    """Return a flag, a word, or an integer, which is an extent where the parameter is one."""
    if isinstance(value, bool):
        return BoolAttr.from_bool(value)
    if isinstance(value, str):
        return StringAttr(value)
    return StringAttr(str(value)) if kind is ArgumentKind.DIM else IntegerAttr(value, i64)
