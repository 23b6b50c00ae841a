"""A module under change: operators put in with their types inferred, and taken out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp
from xdsl.ir import Block, BlockArgument, Operation, OpResult, SSAValue
from xdsl.utils.exceptions import PassFailedException

from aspl.diagnostics import NOWHERE, Span
from aspl.dims import Dim, Kind, Symbol, dim_of
from aspl.ops.base import Op
from aspl.types import Stream
from compiler.ir.attributes import spans_attr
from compiler.ir.build import symbol_op, texts
from compiler.ir.decode import Decoder
from compiler.ir.encode import Encoder
from compiler.ir.header import Header, header_of, kernel_of, operations_of
from compiler.ir.read import labels_of
from compiler.ir.step import OPERATIONS, KernelOp, StepOp


@dataclass(slots=True)
class Editor:
    """The kernel of a module, its names, and what a change needs of both."""

    module: ModuleOp
    kernel: KernelOp
    header: Header
    decoder: Decoder
    encoder: Encoder

    @classmethod
    def of(cls, module: ModuleOp) -> Editor:
        """Return the editor of a module.

        Errors: VerifyException for a module that stands for no program.
        """
        header = header_of(module)
        symbols = {function: symbol for symbol, function in header.carried.items()}
        return cls(module, kernel_of(module), header, header.decoder(), Encoder(symbols))

    @property
    def block(self) -> Block:
        """The block of the kernel."""
        return self.kernel.body.block

    def operations(self) -> list[StepOp]:
        """Return the operators in order."""
        return operations_of(self.kernel)

    def streams(self) -> list[SSAValue]:
        """Return all streams: the kernel's, then those of its operators in order."""
        found: list[SSAValue] = list(self.block.args)
        for operation in self.operations():
            found += operation.results
        return found

    def op(self, operation: StepOp) -> Op:
        """Return the operator of an operation."""
        return self.decoder.operator(operation)

    def type(self, value: SSAValue) -> Stream:
        """Return the type of a stream."""
        return self.decoder.stream(value.type)

    def bound(self, dim: Dim) -> int | None:
        """Return the value of a static extent at the sizes in force, None for any other."""
        return ModuleSite(self.header).bound(dim)

    def infer(self, op: Op, inputs: tuple[Stream, ...]) -> tuple[Stream, ...] | None:
        """Return the types of an operator's streams, None where it does not take the inputs."""
        return op.infer(inputs, ModuleSite(self.header))

    def insert(self, op: Op, inputs: Sequence[SSAValue], before: Operation) -> Sequence[OpResult]:
        """Put an operator before another one; its streams are said to come from there.

        Errors: PassFailedException when it does not take the streams.
        """
        site = ModuleSite(self.header)
        types = op.infer(tuple(map(self.type, inputs)), site)
        if types is None:
            raise PassFailedException(f"`{op.name}` does not fit: {'; '.join(site.reported)}")
        for symbol in site.made:
            self._declare(symbol)
        operation = OPERATIONS[op.name].build(
            operands=[list(inputs)],
            result_types=[[self.encoder.stream(each) for each in types]],
            attributes=self.encoder.parameters(op),
        )
        span = span_of(before)
        if span != NOWHERE:
            count = 1 + len(types) + len(inputs)
            operation.attributes["spans"] = spans_attr((span,) * count)
        self.block.insert_op_before(operation, before)
        return operation.results

    def _declare(self, symbol: Symbol) -> None:
        self.header.symbols[symbol.name] = dim_of(symbol)
        self.header.computed.add(symbol.name)
        declaration = symbol_op(symbol.name, symbol.kind)
        self.module.body.block.insert_op_before(declaration, self.kernel)

    def after(self, value: SSAValue) -> Operation:
        """Return the operation before which what first reads a stream is put."""
        if isinstance(value, BlockArgument):
            following = self.block.first_op
        else:
            assert isinstance(value, OpResult)
            following = value.op.next_op
        assert following is not None
        return following


def replace_stream(old: SSAValue, new: SSAValue) -> None:
    """Let the readers of a stream read another one, which takes its name if it has none."""
    if isinstance(new, OpResult) and not name_of(new):
        rename(new, name_of(old))
    hint = new.name_hint
    old.replace_all_uses_with(new)
    new.name_hint = hint


def name_of(value: SSAValue) -> str:
    """Return the name that its author gave to a stream."""
    if isinstance(value, OpResult) and isinstance(value.op, StepOp):
        return labels_of(value.op)[value.index]
    if isinstance(value, BlockArgument):
        kernel = value.block.parent_op()
        if isinstance(kernel, KernelOp) and kernel.labels is not None:
            return kernel.labels.data[value.index].data
    return value.name_hint or ""


def rename(value: OpResult, name: str) -> None:
    """Give a stream of an operator a name."""
    operation = value.op
    assert isinstance(operation, StepOp)
    names = list(labels_of(operation))
    names[value.index] = name
    value.name_hint = name if name and SSAValue.is_valid_name(name) else None
    if any(
        (each.name_hint or "") != name for each, name in zip(operation.results, names, strict=True)
    ):
        operation.attributes["labels"] = texts(names)
    else:
        operation.attributes.pop("labels", None)


def span_of(operation: Operation) -> Span:
    """Return where in the text an operator stands."""
    spans = operation.attributes.get("spans")
    return next(iter(getattr(spans, "data", ())), NOWHERE)


def depths_of(operation: Operation, values: Sequence[SSAValue]) -> list[int]:
    """Return the depths of the streams of an operation, 0 where the machine decides."""
    attribute = operation.attributes.get("depths")
    if not isinstance(attribute, ArrayAttr):
        return [0] * len(values)
    return [each.value.data for each in attribute if isinstance(each, IntegerAttr)]


@dataclass(slots=True)
class ModuleSite:
    """An operator that is put into a module, as its typing rule sees it; `aspl.site.Site`."""

    header: Header
    reported: list[str] = field(default_factory=list)
    made: list[Symbol] = field(default_factory=list)
    known: dict[Hashable, Dim] = field(default_factory=dict)

    @property
    def node(self) -> int:
        """The place of the operator, which is not known yet."""
        return -1

    def report(
        self,
        code: str,
        message: str,
        *,
        operand: int | None = None,
        hint: str = "",
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Keep why the operator does not fit."""
        self.reported.append(message)

    def same(self, left: Dim, right: Dim) -> bool:
        """Whether two extents are equal; divisions and specialised sizes by their values."""
        if left == right:
            return True
        atoms = [*left.atoms(), *right.atoms()]
        named = {atom.name for atom in atoms if isinstance(atom, Symbol)}
        by_value = left.has_division or right.has_division or named & self.header.specialised
        value = self.bound(left)
        return bool(by_value) and value is not None and value == self.bound(right)

    def bound(self, dim: Dim) -> int | None:
        """Return the value of a static extent at the sizes in force."""
        if dim.constant is not None or not dim.is_static:
            return dim.constant
        try:
            return dim.value(self.header.values)
        except (KeyError, ZeroDivisionError):
            return None

    def fresh(self, kind: Kind, key: Hashable, stem: str) -> Dim:
        """Return the symbol of a key, under a name that the module does not have."""
        if key not in self.known:
            taken = {*self.header.symbols, *(each.name for each in self.made)}
            name, count = stem, 1
            while name in taken:
                count += 1
                name = f"{stem}_{count}"
            symbol = Symbol(name, kind)
            self.made.append(symbol)
            self.known[key] = dim_of(symbol)
        return self.known[key]

    def origin(self, operand: int) -> int:
        """Return an id that no other operator shares."""
        return -1 - operand

    def absorb(self, dim: Dim) -> Dim:
        """Apply the absorbing rule."""
        if not dim.is_ragged or dim.symbol is not None:
            return dim
        return self.fresh(Kind.RAGGED, ("absorbed", dim), "ragged")
