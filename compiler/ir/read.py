"""From a module of the `step` dialect back to a program, and to its check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from aspl.checker import Checked, Linearity, check
from aspl.diagnostics import NOWHERE, Findings, Span
from aspl.dims import Atom, Dim, Symbol, extent
from aspl.functions.function import Declared
from aspl.ops.base import Op
from aspl.ops.extents import dims_in, with_dims_changed
from aspl.program import Input, Node, Program, Value
from aspl.types import Stream
from compiler.ir.attributes import SpansAttr
from compiler.ir.decode import Decoder
from compiler.ir.header import Header, header_of, kernel_of, operations_of
from compiler.ir.step import KernelOp, ReturnOp, StepOp


def read(
    module: ModuleOp,
    findings: Findings,
    *,
    linearity: Linearity = "auto",
    known: Iterable[Declared] = (),
) -> Checked | None:
    """Return the program of a module, checked again: its types are inferred, not taken over.

    Args: known: functions that need not be read again when their text is the same.

    Errors: VerifyException for a module that stands for no program.
    """
    return check(program_of(module, known), findings, linearity=linearity)


def program_of(module: ModuleOp, known: Iterable[Declared] = ()) -> Program:
    """Return the program of a module; streams are numbered in the order of the text.

    Errors: VerifyException for a module that stands for no program.
    """
    header = header_of(module, known)
    return _Reading(header, header.decoder()).program(kernel_of(module))


@dataclass(slots=True)
class _Reading:
    """One reading: the streams that are known so far."""

    header: Header
    decoder: Decoder
    numbers: dict[SSAValue, int] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    shown: dict[str, tuple[int, int]] = field(default_factory=dict)
    """A stream and a dim of it that is a symbol of the checker, for each of these."""

    def program(self, kernel: KernelOp) -> Program:
        """Return the program of a kernel."""
        header = self.header
        operations, last = operations_of(kernel), kernel.body.block.last_op
        if not isinstance(last, ReturnOp) or len(operations) + 1 != len(kernel.body.block.ops):
            raise VerifyException("expected operators, and `step.return` behind them")
        spans = _spans(kernel.spans)
        inputs = self._inputs(kernel, spans[1:])
        nodes = self._nodes(operations)
        declared = kernel.declared
        return Program(
            name=kernel.called.data,
            sizes=tuple(header.sizes),
            numbers=tuple(header.numbers),
            parameters=tuple(header.parameters),
            functions=tuple(header.functions),
            inputs=inputs,
            nodes=nodes,
            results=tuple(map(self._number_of, last.operands)),
            declared=None if declared is None else tuple(map(self.decoder.stream, declared)),
            specialised=frozenset(header.specialised),
            values=tuple(self.values),
            span=next(iter(spans), NOWHERE),
            result_spans=_spans(last.spans),
        )

    def _inputs(self, kernel: KernelOp, spans: Sequence[Span]) -> tuple[Input, ...]:
        arguments = kernel.body.block.args
        names = _labels(arguments, kernel.labels)
        found: list[Input] = []
        for place, (name, attribute) in enumerate(zip(kernel.names, kernel.types, strict=True)):
            span = spans[place] if place < len(spans) else NOWHERE
            tensor = self.header.tensors.get(name.data)
            if tensor is not None:
                found.append(Input(name.data, tensor, None, span))
                continue
            number = len(self.values)
            stream = self.decoder.stream(attribute)
            self._add(arguments[number], stream, Value(names[number], span))
            found.append(Input(name.data, stream, number, span))
        return tuple(found)

    def _nodes(self, operations: Sequence[StepOp]) -> tuple[Node, ...]:
        drafts: list[tuple[Op, StepOp, tuple[int, ...], tuple[Span, ...]]] = []
        for operation in operations:
            op = self._operator(operation)
            if len(operation.results) != op.results(len(operation.operands)):
                wanted = op.results(len(operation.operands))
                got = len(operation.results)
                raise VerifyException(f"`{op.name}` writes {wanted} streams, got {got}")
            spans = _spans(operation.spans)
            outputs = self._outputs(operation, spans[1:])
            drafts.append((op, operation, outputs, spans))
        return tuple(
            Node(
                op,
                tuple(map(self._number_of, operation.operands)),
                outputs,
                next(iter(spans), NOWHERE),
                spans[1 + len(outputs) :],
            )
            for op, operation, outputs, spans in drafts
        )

    def _outputs(self, operation: StepOp, spans: Sequence[Span]) -> tuple[int, ...]:
        first = len(self.values)
        names = _labels(operation.results, operation.labels)
        for place, (result, name) in enumerate(zip(operation.results, names, strict=True)):
            span = spans[place] if place < len(spans) else NOWHERE
            self._add(result, self.decoder.stream(result.type), Value(name, span))
        return tuple(range(first, len(self.values)))

    def _add(self, made: SSAValue, stream: Stream, value: Value) -> None:
        number = len(self.values)
        self.numbers[made] = number
        self.values.append(value)
        if not self.header.computed:
            return
        for axis, dim in enumerate(reversed(stream.shape)):
            symbol = dim.symbol
            if symbol is not None and symbol.name in self.header.computed:
                self.shown.setdefault(symbol.name, (number, axis))

    def _number_of(self, value: SSAValue) -> int:
        if value not in self.numbers:
            raise VerifyException("a stream that no operator of the kernel writes")
        return self.numbers[value]

    def _operator(self, operation: StepOp) -> Op:
        """Return the operator; extents that the checker named are those of a stream again."""
        op = self.decoder.operator(operation)
        if not self.header.computed or not any(self._is_computed(dim) for dim in dims_in(op)):
            return op
        return with_dims_changed(op, lambda dim: dim.replace(self._of_a_stream))

    def _is_computed(self, dim: Dim) -> bool:
        computed = self.header.computed
        return any(isinstance(atom, Symbol) and atom.name in computed for atom in dim.atoms())

    def _of_a_stream(self, atom: Atom) -> Dim | None:
        if not isinstance(atom, Symbol) or atom.name not in self.header.computed:
            return None
        if atom.name not in self.shown:
            raise VerifyException(f"no stream before has a dim `{atom.name}`")
        return extent(*self.shown[atom.name])


def labels_of(operation: StepOp) -> tuple[str, ...]:
    """Return the names that their author gave to the streams of an operator."""
    return _labels(operation.results, operation.labels)


def _labels(values: Sequence[SSAValue], labels: ArrayAttr[StringAttr] | None) -> tuple[str, ...]:
    if labels is not None and len(labels) == len(values):
        return tuple(each.data for each in labels)
    return tuple(each.name_hint or "" for each in values)


def _spans(spans: SpansAttr | None) -> tuple[Span, ...]:
    return () if spans is None else spans.data
