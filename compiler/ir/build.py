"""From a checked program to a module of the `step` dialect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp, StringAttr, UnitAttr, i64
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from aspl.checker import Checked
from aspl.diagnostics import Span
from aspl.functions.function import Declared
from aspl.functions.printing import declared_text
from aspl.program import Node, Program, Value
from aspl.types import Stream
from compiler.ir.attributes import spans_attr
from compiler.ir.encode import Encoder
from compiler.ir.step import (
    OPERATIONS,
    FunctionOp,
    KernelOp,
    NumberOp,
    ParameterOp,
    ReturnOp,
    SizeOp,
    StepOp,
    SymbolOp,
)
from compiler.ir.types import StreamType


def build(checked: Checked, *, spans: bool = True) -> ModuleOp:
    """Return the module of a program; `read` is the way back.

    Args: spans: whether operations say where in the text they come from.
    """
    encoder = Encoder(_function_symbols(checked.program))
    kernel = _Kernel(checked, encoder, spans).built()
    return ModuleOp([*_header(checked, encoder, spans), kernel])


def _header(checked: Checked, encoder: Encoder, spans: bool) -> list[Operation]:
    program = checked.program
    made: list[Operation] = [
        SizeOp.build(
            attributes={
                "name": StringAttr(each.name),
                "value": IntegerAttr(each.value, i64),
                "kind": StringAttr(each.kind),
                "fixed": UnitAttr() if each.name in program.specialised else None,
            }
        )
        for each in program.sizes
    ]
    made += [symbol_op(each.name, each.kind) for each in checked.symbols]
    made += [
        NumberOp.build(attributes={"name": StringAttr(name), "value": StringAttr(repr(value))})
        for name, value in program.numbers
    ]
    made += [
        ParameterOp.build(
            attributes={"name": StringAttr(ref.name), "tensor": encoder.tensor(ref.type)}
        )
        for ref in program.parameters
    ]
    listed = set(program.functions)
    for function, symbol in encoder.functions.items():
        made.append(
            FunctionOp.build(
                attributes={
                    "sym_name": StringAttr(symbol),
                    "lines": texts(declared_text(function).splitlines()),
                    "unlisted": None if function in listed else UnitAttr(),
                    "spans": spans_attr((function.span,)) if spans else None,
                }
            )
        )
    return made


def symbol_op(name: str, kind: str) -> SymbolOp:
    """Return the declaration of an extent that only a run decides."""
    return SymbolOp.build(attributes={"name": StringAttr(name), "kind": StringAttr(kind)})


def texts(words: Iterable[str]) -> ArrayAttr[StringAttr]:
    """Return a list of texts."""
    return ArrayAttr(map(StringAttr, words))


def _function_symbols(program: Program) -> dict[Declared, str]:
    """Give every function that is declared or carried a symbol of its own."""
    found: dict[Declared, str] = {}
    taken: set[str] = set()
    carried = (getattr(node.op, "fn", None) for node in program.nodes)
    for function in (*program.functions, *carried):
        if isinstance(function, Declared) and function not in found:
            name, count = function.name, 1
            while name in taken:
                count += 1
                name = f"{function.name}_{count}"
            taken.add(name)
            found[function] = name
    return found


@dataclass(slots=True)
class _Kernel:
    """The kernel under construction."""

    checked: Checked
    encoder: Encoder
    spans: bool
    made: dict[int, SSAValue] = field(default_factory=dict)

    def built(self) -> KernelOp:
        """Return the kernel with its block."""
        program = self.checked.program
        streams = [each.value for each in program.inputs if each.value is not None]
        block = Block(arg_types=[self.type_of(value) for value in streams])
        for value, argument in zip(streams, block.args, strict=True):
            self.made[value] = argument
        operations = [self.operation(node) for node in program.nodes]
        for node, operation in zip(program.nodes, operations, strict=True):
            # a feedback reads what comes later
            operation.operands = [self.made[value] for value in node.inputs]
        returns = ReturnOp.build(
            operands=[[self.made[value] for value in program.results]],
            attributes={"spans": self.places(program.result_spans)},
        )
        block.add_ops([*operations, returns])
        types: list[Attribute] = [
            self.encoder.stream(each.type)
            if isinstance(each.type, Stream)
            else self.encoder.tensor(each.type)
            for each in program.inputs
        ]
        attributes = {
            "name": StringAttr(program.name),
            "names": texts(each.name for each in program.inputs),
            "types": ArrayAttr(types),
            "declared": None
            if program.declared is None
            else ArrayAttr(map(self.encoder.stream, program.declared)),
            "labels": self.label([(block.args[at], value) for at, value in enumerate(streams)]),
            "spans": self.places((program.span, *(each.span for each in program.inputs))),
        }
        return KernelOp.build(attributes=attributes, regions=[Region(block)])

    def operation(self, node: Node) -> StepOp:
        """Return the operation of a node, which reads nothing yet."""
        operation = OPERATIONS[node.op.name].build(
            operands=[[]],
            result_types=[[self.type_of(value) for value in node.outputs]],
            attributes=self.encoder.parameters(node.op),
        )
        results = list(zip(operation.results, node.outputs, strict=True))
        self.made.update((value, result) for result, value in results)
        labels = self.label(results)
        if labels is not None:
            operation.attributes["labels"] = labels
        values = self.checked.program.values
        spans = self.places(
            (node.span, *(values[value].span for value in node.outputs), *node.input_spans)
        )
        if spans is not None:
            operation.attributes["spans"] = spans
        return operation

    def type_of(self, value: int) -> StreamType:
        """Return the type of a stream."""
        return self.encoder.stream(self.checked.types[value])

    def places(self, spans: Sequence[Span]) -> Attribute | None:
        """Return the attribute of several places, where these are kept."""
        return spans_attr(spans) if self.spans and spans else None

    def label(self, results: Sequence[tuple[SSAValue, int]]) -> ArrayAttr[StringAttr] | None:
        """Name streams as their author did; return the names where hints do not hold them."""
        values = self.checked.program.values
        held = [_hinted(result, values[value]) for result, value in results]
        return None if all(held) else texts(values[value].name for _, value in results)


def _hinted(result: SSAValue, value: Value) -> bool:
    """Name a value in the text; return whether the name is exactly its author's."""
    if SSAValue.is_valid_name(value.name):
        result.name_hint = value.name
    return (result.name_hint or "") == value.name
