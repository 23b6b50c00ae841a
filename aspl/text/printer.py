"""From a `Program` back to text: loops unrolled, one operator a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aspl.dims import Atom, Dim, Extent, Kind, dim_of
from aspl.functions.initial import init_text
from aspl.functions.printing import declared_text
from aspl.ops.base import ArgumentKind, Parameter
from aspl.ops.sources import Feedback
from aspl.program import Node, Program, Size
from aspl.text.outside import RESERVED

WIDTH = 100

_CONSTRUCTORS = {Kind.SIZE: "Dim", Kind.DYNAMIC: "DynamicDim", Kind.RAGGED: "RaggedDim"}


def print_program(program: Program) -> str:
    """Write a program as a self-contained file."""
    printer = _Printer(program, _names(program))
    blocks = [printer.header(), *map(declared_text, program.functions), printer.kernel()]
    return "\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


def print_body(program: Program) -> str:
    """Write the statements of a program's kernel, as they stand below a header."""
    return "\n".join(_Printer(program, _names(program)).statements()) + "\n"


@dataclass(frozen=True, slots=True)
class _Printer:
    program: Program
    names: tuple[str, ...]

    def header(self) -> str:
        lines = [self._size(size) for size in self.program.sizes]
        lines += [f"{name} = {_number(value)}" for name, value in self.program.numbers]
        lines += [
            f"{ref.name} = Parameter({ref.type.dtype}, {self._dims(ref.type.shape)})"
            for ref in self.program.parameters
        ]
        return "\n".join(lines)

    def _size(self, size: Size) -> str:
        fixed = ", fixed=True" if size.name in self.program.specialised else ""
        return f"{size.name} = {_CONSTRUCTORS[size.kind]}({size.value}{fixed})"

    def kernel(self) -> str:
        program = self.program
        inputs = [
            f"{each.name if each.value is None else self.names[each.value]}: {each.type}"
            for each in program.inputs
        ]
        head = _call(f"def {program.name}", inputs, self._result(), "")
        return "\n".join([head, *_indented(self.statements() or ["pass"])])

    def statements(self) -> list[str]:
        program = self.program
        closings = _closings(program)
        lines: list[str] = []
        for place, node in enumerate(program.nodes):
            lines += self._node(node)
            for feedback in closings.get(place, ()):
                lines.append(self._closing(feedback))
        if program.results:
            lines.append(f"return {', '.join(self.names[value] for value in program.results)}")
        return lines

    def _result(self) -> str:
        declared = self.program.declared
        if declared is None:
            return ":"
        if not declared:
            return " -> None:"
        text = ", ".join(map(str, declared))
        return f" -> {text}:" if len(declared) == 1 else f" -> ({text}):"

    def _node(self, node: Node) -> list[str]:
        targets = [self.names[value] for value in node.outputs]
        left = ", ".join(targets)
        if len(targets) == 1 and node.op.writes_list:
            left = f"({left},)"
        call = _call(node.op.name, self._arguments(node), "", f"{left} = " if left else "")
        return call.split("\n")

    def _closing(self, feedback: Node) -> str:
        return f"Close({self.names[feedback.outputs[0]]}, {self.names[feedback.inputs[0]]})"

    def _arguments(self, node: Node) -> list[str]:
        op = node.op
        reads = () if isinstance(op, Feedback) else node.inputs
        streams = [self.names[value] for value in reads]
        if len(op.operands) > 1 and op.operands[0].arity == "many":
            streams = [f"[{', '.join(streams[:-1])}]", streams[-1]]
        parameters = [(each, getattr(op, each.name)) for each in op.parameters()]
        tensors = [
            str(value) for each, value in parameters if each.argument.kind is ArgumentKind.TENSOR
        ]
        named = [
            f"{each.name}={self._value(each, value)}"
            for each, value in parameters
            if each.argument.kind is not ArgumentKind.TENSOR
            and (each.required or value != each.default)
        ]
        return [*streams, *tensors, *named]

    def _value(self, parameter: Parameter, value: Any) -> str:
        match parameter.argument.kind:
            case ArgumentKind.DIM:
                return self._dim(value)
            case ArgumentKind.DIMS:
                return self._dims(value)
            case ArgumentKind.INIT:
                return init_text(value)
            case ArgumentKind.WORD:
                return f'"{value}"'
            case _:
                return str(value)

    def _dims(self, dims: Iterable[Dim]) -> str:
        return f"[{', '.join(map(self._dim, dims))}]"

    def _dim(self, dim: Dim) -> str:
        def named(atom: Atom) -> Dim | None:
            if not isinstance(atom, Extent):
                return None
            return dim_of(Extent(atom.value, atom.axis, self.names[atom.value]))

        return str(dim.replace(named))


def _number(value: int | float) -> str:
    text = repr(value)
    return {"inf": "inf", "-inf": "-inf", "nan": "(inf - inf)"}.get(text, text)


def _closings(program: Program) -> dict[int, list[Node]]:
    """Return the feedbacks to close behind each node: where they and their writers are there."""
    writers = {value: place for place, node in enumerate(program.nodes) for value in node.outputs}
    found: dict[int, list[Node]] = {}
    for place, node in enumerate(program.nodes):
        if isinstance(node.op, Feedback) and node.inputs:
            found.setdefault(max(place, writers.get(node.inputs[0], 0)), []).append(node)
    return found


def _names(program: Program) -> tuple[str, ...]:
    """Give every stream a name of its own, its author's where that is free."""
    taken = set(RESERVED) | {size.name for size in program.sizes}
    taken |= {name for name, _ in program.numbers} | {ref.name for ref in program.parameters}
    taken |= {function.name for function in program.functions} | {"_", program.name}
    taken |= {each.name for each in program.inputs}
    fixed = {each.value: each.name for each in program.inputs if each.value is not None}
    found = []
    counts: dict[str, int] = {}
    for value, made in enumerate(program.values):
        name = fixed.get(value) or _free(made.name or f"s{value}", taken, counts)
        taken.add(name)
        found.append(name)
    return tuple(found)


def _free(stem: str, taken: set[str], counts: dict[str, int]) -> str:
    """Return a name that nothing has; `counts` has the last number tried for each stem."""
    stem = "s" if stem == "_" else stem
    name = stem
    while name in taken:
        counts[stem] = counts.get(stem, 1) + 1
        name = f"{stem}_{counts[stem]}"
    return name


def _call(name: str, arguments: list[str], after: str, before: str) -> str:
    line = f"{before}{name}({', '.join(arguments)}){after}"
    if len(line) <= WIDTH - 4 or not arguments:
        return line
    inside = "\n".join(f"    {argument}," for argument in arguments)
    return f"{before}{name}(\n{inside}\n){after}"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
