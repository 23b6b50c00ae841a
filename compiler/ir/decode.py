"""Types and attributes of the `step` dialect as types and parameters of a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xdsl.dialects.builtin import (
    ArrayAttr,
    FloatAttr,
    IntegerAttr,
    NoneType,
    StringAttr,
    SymbolRefAttr,
    i1,
)
from xdsl.ir import Attribute
from xdsl.utils.exceptions import VerifyException

from aspl.bounds import excess
from aspl.dims import Dim
from aspl.functions.function import Declared, Empty, Fill, Function, Init, Library, Parts
from aspl.functions.library.entry import OptionValue
from aspl.functions.library.table import LIBRARY
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
    buffer_of,
)
from compiler.ir.attributes import EmptyAttr, FillAttr, LibraryAttr, PartsAttr, RefAttr
from compiler.ir.encode import NUMBERS
from compiler.ir.extents import ExtentReader, NoExtent
from compiler.ir.step import StepOp
from compiler.ir.types import (
    BufferType,
    IndexType,
    SelectorType,
    StreamType,
    TensorType,
    TileType,
    TupleType,
)

_DTYPES: dict[Attribute, DType] = {attribute: dtype for dtype, attribute in NUMBERS.items()}


@dataclass(slots=True)
class Decoder:
    """Reads attributes over the names of a module.

    Errors: VerifyException from every method, for what no program has.
    """

    extents: ExtentReader
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    functions: Mapping[str, Declared] = field(default_factory=dict)
    _streams: dict[Attribute, Stream] = field(default_factory=dict)

    def dim(self, attribute: Attribute) -> Dim:
        """Return an extent."""
        try:
            return self.extents.read(_text(attribute))
        except NoExtent as error:
            raise VerifyException(str(error)) from error

    def dims(self, attribute: Attribute) -> tuple[Dim, ...]:
        """Return a list of extents."""
        if not isinstance(attribute, ArrayAttr):
            raise VerifyException(f"expected a list of extents, got `{attribute}`")
        return tuple(map(self.dim, attribute))

    def stream(self, attribute: Attribute) -> Stream:
        """Return the type of a stream."""
        found = self._streams.get(attribute)
        if found is None:
            if not isinstance(attribute, StreamType) or not len(attribute.shape):
                raise VerifyException(f"expected a stream type, got `{attribute}`")
            found = Stream(self.element(attribute.element), self.dims(attribute.shape))
            wrong = excess(found.element, found.shape)
            if wrong:
                raise VerifyException(f"a type of {wrong}")
            self._streams[attribute] = found
        return found

    def element(self, attribute: Attribute) -> Element:
        """Return the type of an element."""
        match attribute:
            case TileType():
                rows, cols = self.dim(attribute.rows), self.dim(attribute.cols)
                return Tile(self.dtype(attribute.dtype), rows, cols)
            case SelectorType():
                return Selector(self.dim(attribute.width))
            case IndexType():
                return Index(self.dim(attribute.bound))
            case BufferType():
                return self._buffer(attribute)
            case TupleType():
                return Tuple(tuple(map(self.element, attribute.parts)))
            case _:
                return Scalar(self.dtype(attribute))

    def _buffer(self, attribute: BufferType) -> Buffer:
        inner = self.element(attribute.element)
        if isinstance(inner, Tuple):
            raise VerifyException("a buffer holds no tuples")
        return buffer_of(inner, self.dims(attribute.dims))

    def dtype(self, attribute: Attribute) -> DType:
        """Return a number type."""
        if attribute not in _DTYPES:
            raise VerifyException(f"expected a number type, got `{attribute}`")
        return _DTYPES[attribute]

    def tensor(self, attribute: Attribute) -> Tensor:
        """Return the type of a tensor."""
        if not isinstance(attribute, TensorType):
            raise VerifyException(f"expected a tensor type, got `{attribute}`")
        return Tensor(self.dtype(attribute.dtype), self.dims(attribute.shape))

    def operator(self, operation: StepOp) -> Op:
        """Return the operator of an operation."""
        given = operation.attributes
        values: dict[str, Any] = {
            each.name: self._value(each.argument.kind, given[each.name])
            for each in operation.OPERATOR.parameters()
            if each.name in given
        }
        return operation.OPERATOR(**values)

    def _value(self, kind: ArgumentKind, attribute: Attribute) -> object:
        match kind:
            case ArgumentKind.INTEGER:
                return _integer(attribute)
            case ArgumentKind.DIM:
                return self.dim(attribute)
            case ArgumentKind.DIMS:
                return self.dims(attribute)
            case ArgumentKind.FUNCTION:
                return self.function(attribute)
            case ArgumentKind.INIT:
                return self.init(attribute)
            case ArgumentKind.TENSOR:
                return self._ref(attribute)
            case ArgumentKind.FLAG:
                return bool(_integer(attribute))
            case ArgumentKind.WORD:
                return _text(attribute)
            case ArgumentKind.TYPE:
                return self.stream(attribute)

    def function(self, attribute: Attribute) -> Function:
        """Return a function."""
        match attribute:
            case SymbolRefAttr():
                name = attribute.root_reference.data
                if name not in self.functions:
                    raise VerifyException(f"the function `@{name}` is not declared")
                return self.functions[name]
            case LibraryAttr():
                name, given = attribute.function.data, attribute.options.data
                if name not in LIBRARY:
                    raise VerifyException(f"the library has no function `{name}`")
                known = {each.name for each in LIBRARY[name].options}
                if not known >= set(given):
                    raise VerifyException(f"`{name}` has no option `{min(set(given) - known)}`")
                options = tuple((key, self._option(value)) for key, value in given.items())
                return Library(name, options)
            case _:
                raise VerifyException(f"expected a function, got `{attribute}`")

    def _option(self, attribute: Attribute) -> OptionValue:
        match attribute:
            case IntegerAttr(type=kind):
                return bool(attribute.value.data) if kind == i1 else attribute.value.data
            case FloatAttr():
                return float(attribute.value.data)
            case _:
                return self.dim(attribute)

    def init(self, attribute: Attribute) -> Init:
        """Return an initial value."""
        match attribute:
            case FillAttr():
                return Fill(_float(attribute.value.data), self._state(attribute.state))
            case EmptyAttr():
                return Empty(self._state(attribute.state))
            case PartsAttr():
                return Parts(tuple(map(self.init, attribute.parts)))
            case _:
                raise VerifyException(f"expected an initial value, got `{attribute}`")

    def _state(self, attribute: Attribute) -> Element | None:
        return None if isinstance(attribute, NoneType) else self.element(attribute)

    def _ref(self, attribute: Attribute) -> TensorRef:
        assert isinstance(attribute, RefAttr)
        name, index = attribute.tensor.data, tuple(map(_integer, attribute.index))
        tensor = self.tensors.get(name)
        if tensor is None:
            raise VerifyException(f"the kernel has no tensor `{name}`")
        if len(index) > len(tensor.shape):
            raise VerifyException(f"`{name}` has {len(tensor.shape)} dims, got {len(index)} places")
        return TensorRef(name, Tensor(tensor.dtype, tensor.shape[len(index) :]), index)


def _text(attribute: Attribute) -> str:
    if not isinstance(attribute, StringAttr):
        raise VerifyException(f"expected text, got `{attribute}`")
    return attribute.data


def _integer(attribute: Attribute) -> int:
    if not isinstance(attribute, IntegerAttr):
        raise VerifyException(f"expected an integer, got `{attribute}`")
    return attribute.value.data


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise VerifyException(f"expected a number, got `{text[:80]}`") from error
