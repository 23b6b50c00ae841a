"""What a task's header declares: for bare kernels, and for those who draw its values."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from aspl.diagnostics import Findings
from aspl.dims import Dim
from aspl.functions.function import Declared
from aspl.program import Program
from aspl.text.header import Header
from aspl.text.parse import parse
from aspl.types import DType, Index, Stream, Tensor, Tuple, all_dims, element_dtype
from benchmark.tasks.task import Task, TaskError


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One array that goes into a kernel or comes out of it, at some sizes."""

    name: str
    """Empty for a result."""
    type: Stream | Tensor
    shape: tuple[int, ...]
    """Extents of the stream, then of its elements."""
    is_weight: bool = False
    """Whether functions read it, and not the kernel."""
    targets: int | None = None
    """Of a stream of indices: how many targets they name."""

    @property
    def dtype(self) -> DType:
        """The type of its numbers."""
        return (
            self.type.dtype if isinstance(self.type, Tensor) else element_dtype(self.type.element)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The arrays of a task at some sizes."""

    inputs: tuple[Port, ...]
    """Streams and tensors in the order of the kernel's parameters, then weights."""
    outputs: tuple[Port, ...]


def header_of(task: Task, sizes: Mapping[str, int] | None = None) -> Header:
    """Return what a task gives to a bare kernel at the sizes of a regime.

    Errors: TaskError with the findings in its header.
    """
    return read_header(task.header, sizes)


def read_header(text: str, sizes: Mapping[str, int] | None = None) -> Header:
    """Return what the text of a header declares; see `header_of`."""
    return _read(text, tuple(sorted((sizes or {}).items())))


def signature_of(task: Task, sizes: Mapping[str, int] | None = None) -> Signature:
    """Return the arrays that a task takes and gives at some sizes.

    Errors: TaskError for a header that is wrong, or has arrays that are not of one shape.
    """
    return _signature(task.header, tuple(sorted((sizes or {}).items())))


@lru_cache(maxsize=1024)
def _read(text: str, sizes: tuple[tuple[str, int], ...]) -> Header:
    findings = Findings()
    program = parse(f"{text.rstrip()}\n    return\n", findings, sizes=dict(sizes))
    if program is None or findings.has_errors:
        raise TaskError("the header is wrong:\n" + "\n".join(_told(findings)))
    lists = _lists(text, program)
    _reject_what_is_lost(text, program, {name for name, _ in lists})
    unknown = {name for name, _ in sizes} - {size.name for size in program.sizes}
    if unknown:
        raise TaskError(f"the header declares no size {', '.join(sorted(unknown))}")
    return Header(
        sizes=tuple((size.name, size.value, size.kind) for size in program.sizes),
        fixed=program.specialised,
        numbers=program.numbers,
        parameters=program.parameters,
        functions=program.functions,
        lists=lists,
        inputs=tuple((each.name, each.type) for each in program.inputs),
        results=program.declared,
    )


def _told(findings: Findings) -> list[str]:
    return [f"  line {each.span.line}: {each.code} {each.message}" for each in findings.sorted()]


def _assignments(text: str) -> list[tuple[str, ast.expr]]:
    """Return the names that stand left of a sign `=`, and what stands right of it."""
    found: list[tuple[str, ast.expr]] = []
    for statement in ast.parse(f"{text.rstrip()}\n    return\n").body:
        if not isinstance(statement, ast.Assign):
            continue
        target = statement.targets[0]
        names = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        found += [(each.id, statement.value) for each in names if isinstance(each, ast.Name)]
    return found


def _lists(text: str, program: Program) -> tuple[tuple[str, tuple[Declared, ...]], ...]:
    functions = {function.name: function for function in program.functions}
    found = []
    for name, value in _assignments(text):
        if isinstance(value, ast.List):
            names = [each.id for each in value.elts if isinstance(each, ast.Name)]
            if names and len(names) == len(value.elts) and set(names) <= set(functions):
                found.append((name, tuple(functions[each] for each in names)))
    return tuple(found)


def _reject_what_is_lost(text: str, program: Program, lists: set[str]) -> None:
    """Report names that the whole file would have and a bare kernel does not."""
    kept = {size.name for size in program.sizes} | {name for name, _ in program.numbers}
    kept |= {ref.name for ref in program.parameters} | lists
    lost = [name for name, _ in _assignments(text) if name not in kept]
    if lost:
        raise TaskError(
            f"a bare kernel cannot name `{lost[0]}` of the header; "
            "declare sizes, numbers, parameters, and lists of the header's functions"
        )


@lru_cache(maxsize=1024)
def _signature(text: str, sizes: tuple[tuple[str, int], ...]) -> Signature:
    header = _read(text, sizes)
    values = {name: value for name, value, _ in header.sizes}
    inputs = [_port(name, each, values) for name, each in header.inputs]
    inputs += [_port(ref.name, ref.type, values, is_weight=True) for ref in header.parameters]
    if not header.results:
        raise TaskError("the header declares no results: write `-> Stream(...)`")
    outputs = tuple(_port("", each, values) for each in header.results)
    return Signature(inputs=tuple(inputs), outputs=outputs)


def _port(
    name: str, each: Stream | Tensor, values: Mapping[str, int], *, is_weight: bool = False
) -> Port:
    told = f"`{name}`" if name else "a result"
    if isinstance(each, Stream) and isinstance(each.element, Tuple):
        raise TaskError(f"{told} carries tuples, `{each}`; give each part a stream of its own")
    dims: list[Dim] = list(each.shape if isinstance(each, Tensor) else all_dims(each))
    if not all(dim.is_static for dim in dims):
        raise TaskError(f"{told} has extents that only a run decides: `{each}`")
    shape = tuple(dim.value(values) for dim in dims)
    targets = None
    if isinstance(each, Stream) and isinstance(each.element, Index):
        targets = each.element.bound.value(values)
    return Port(name=name, type=each, shape=shape, is_weight=is_weight, targets=targets)
