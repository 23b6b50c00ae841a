"""What the header operations of a module declare."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.utils.exceptions import VerifyException

from aspl.diagnostics import NOWHERE, Findings
from aspl.dims import ONE, Dim, Kind, Symbol, dim_of
from aspl.functions.function import Declared
from aspl.functions.printing import declared_text
from aspl.program import Input, Program, Size, Value
from aspl.text.parse import parse
from aspl.text.printer import print_program
from aspl.types import DType, Scalar, Stream, Tensor, TensorRef
from compiler.ir.decode import Decoder
from compiler.ir.extents import ExtentReader
from compiler.ir.step import (
    FunctionOp,
    KernelOp,
    NumberOp,
    ParameterOp,
    SizeOp,
    StepOp,
    SymbolOp,
)
from compiler.ir.types import TensorType


@dataclass(slots=True)
class Header:
    """The names of a module, and the reader of its attributes over these names."""

    sizes: list[Size] = field(default_factory=list)
    specialised: set[str] = field(default_factory=set)
    computed: set[str] = field(default_factory=set)
    """Symbols that the checker made."""
    numbers: list[tuple[str, int | float]] = field(default_factory=list)
    parameters: list[TensorRef] = field(default_factory=list)
    functions: list[Declared] = field(default_factory=list)
    """Those that the header of the program names."""
    symbols: dict[str, Dim] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    carried: dict[str, Declared] = field(default_factory=dict)
    """Every function by its symbol."""

    @property
    def values(self) -> dict[str, int]:
        """The sizes that are fixed before a run."""
        return {each.name: each.value for each in self.sizes if each.kind is Kind.SIZE}

    def decoder(self) -> Decoder:
        """Return a reader of attributes over these names."""
        return Decoder(ExtentReader(self.symbols), self.tensors, self.carried)


def kernel_of(module: ModuleOp) -> KernelOp:
    """Return the kernel of a module.

    Errors: VerifyException when there is none, or more than one.
    """
    kernels = [each for each in module.ops if isinstance(each, KernelOp)]
    if len(kernels) != 1:
        raise VerifyException(f"expected one `step.kernel`, got {len(kernels)}")
    return kernels[0]


def operations_of(kernel: KernelOp) -> list[StepOp]:
    """Return the operators of a kernel in order."""
    return [each for each in kernel.body.block.ops if isinstance(each, StepOp)]


def header_of(module: ModuleOp, known: Iterable[Declared] = ()) -> Header:
    """Read what a module declares.

    Args: known: functions that need not be read again when their text is the same.

    Errors: VerifyException for what no header declares.
    """
    header = Header()
    texts = {declared_text(each): each for each in known}
    for operation in module.ops:
        if isinstance(operation, FunctionOp):
            _function(operation, header, texts)
        else:
            _READERS.get(type(operation), _other)(operation, header)
    return header


def _other(operation: Operation, header: Header) -> None:
    if not isinstance(operation, KernelOp):
        raise VerifyException(f"`{operation.name}` does not stand in a header")
    decoder = header.decoder()
    for name, kind in zip(operation.names, operation.types, strict=True):
        if isinstance(kind, TensorType):
            header.tensors[name.data] = decoder.tensor(kind)


def _size(operation: Operation, header: Header) -> None:
    assert isinstance(operation, SizeOp)
    name, kind = operation.called.data, _kind(operation.kind.data)
    _declare(name, kind, header)
    header.sizes.append(Size(name, operation.value.value.data, kind))
    if operation.fixed is not None:
        header.specialised.add(name)


def _symbol(operation: Operation, header: Header) -> None:
    assert isinstance(operation, SymbolOp)
    _declare(operation.called.data, _kind(operation.kind.data), header)
    header.computed.add(operation.called.data)


def _declare(name: str, kind: Kind, header: Header) -> None:
    if name in header.symbols:
        raise VerifyException(f"the extent `{name}` is declared twice")
    header.symbols[name] = dim_of(Symbol(name, kind))


def _kind(text: str) -> Kind:
    if text not in set(Kind):
        raise VerifyException(f"expected a kind of extents ({', '.join(Kind)}), got `{text[:80]}`")
    return Kind(text)


def _number(operation: Operation, header: Header) -> None:
    assert isinstance(operation, NumberOp)
    text = operation.value.data
    try:
        value: int | float = int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError as error:
        raise VerifyException(f"expected a number, got `{text[:80]}`") from error
    header.numbers.append((operation.called.data, value))


def _parameter(operation: Operation, header: Header) -> None:
    assert isinstance(operation, ParameterOp)
    tensor = header.decoder().tensor(operation.tensor)
    header.parameters.append(TensorRef(operation.called.data, tensor))


def _function(operation: FunctionOp, header: Header, known: dict[str, Declared]) -> None:
    text = "".join(f"{line.data}\n" for line in operation.lines)
    function = known.get(text) or _declared(text, header)
    if operation.spans is not None:
        function = replace(function, span=next(iter(operation.spans.data), NOWHERE))
    header.carried[operation.sym_name.data] = function
    if operation.unlisted is None:
        header.functions.append(function)


def _declared(text: str, header: Header) -> Declared:
    """Read a function behind the names that it may use."""
    taken = {*header.symbols, *(name for name, _ in header.numbers)}
    taken |= {each.name for each in header.parameters}
    name = "kernel"
    while {name, f"{name}x"} & taken or f"def {name}" in text:
        name += "_"
    least = Program(
        name=name,
        sizes=tuple(header.sizes),
        numbers=tuple(header.numbers),
        parameters=tuple(header.parameters),
        inputs=(Input(f"{name}x", Stream(Scalar(DType.F32), (ONE,)), 0),),
        results=(0,),
        values=(Value(f"{name}x"),),
    )
    before, kernel = print_program(least).rsplit(f"def {name}(", 1)
    return _parsed(f"{before}\n{text}\n\ndef {name}({kernel}")


# every pass reads the header anew, and reading functions takes longer than all else in it
@lru_cache(maxsize=256)
def _parsed(text: str) -> Declared:
    """Read the one function of a program."""
    findings = Findings()
    program = parse(text, findings)
    if program is None or findings.has_errors or len(program.functions) != 1:
        wrong = next((each.message for each in findings), "expected one function")
        raise VerifyException(f"a declared function: {wrong}")
    return replace(program.functions[0], span=NOWHERE)


_READERS: dict[type[Operation], Callable[[Operation, Header], None]] = {
    SizeOp: _size,
    SymbolOp: _symbol,
    NumberOp: _number,
    ParameterOp: _parameter,
}
