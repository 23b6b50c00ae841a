"""A stream program as a graph: operators, the streams between them, and what it declares."""

from __future__ import annotations

from dataclasses import dataclass, field

from aspl.diagnostics import NOWHERE, Span
from aspl.dims import Kind
from aspl.functions.function import Declared
from aspl.ops.base import Op
from aspl.types import Stream, Tensor, TensorRef


@dataclass(frozen=True, slots=True)
class Size:
    """A named extent of the header and its value in a run.

    For a ragged extent the value is the largest that random inputs take.
    """

    name: str
    value: int
    kind: Kind = Kind.SIZE


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter of the kernel; `value` is the id of its stream, None for a tensor."""

    name: str
    type: Stream | Tensor
    value: int | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Value:
    """A stream of the program: the name that its author gave it, and where."""

    name: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Node:
    """An operator at work: the ids of the streams that it reads and writes.

    The one input of a `Feedback` is the stream that closes it, which a later node writes.
    """

    op: Op
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    span: Span = field(default=NOWHERE, compare=False)
    input_spans: tuple[Span, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A stream program, not checked yet. Two programs are equal when their graphs are."""

    name: str
    sizes: tuple[Size, ...] = ()
    numbers: tuple[tuple[str, int | float], ...] = ()
    parameters: tuple[TensorRef, ...] = ()
    """Tensors that functions read by name."""
    functions: tuple[Declared, ...] = ()
    inputs: tuple[Input, ...] = ()
    nodes: tuple[Node, ...] = ()
    results: tuple[int, ...] = ()
    declared: tuple[Stream, ...] | None = None
    """Types that the header gives to the results; None when it gives none."""
    specialised: frozenset[str] = frozenset()
    """Names of sizes whose values the program's structure depends on."""
    values: tuple[Value, ...] = field(default=(), compare=False)
    excused: frozenset[int] = field(default=frozenset(), compare=False)
    """Streams that something wrong in the text names, and may have meant to read."""
    span: Span = field(default=NOWHERE, compare=False)
    result_spans: tuple[Span, ...] = field(default=(), compare=False)

    @property
    def tensors(self) -> tuple[TensorRef, ...]:
        """Return the off-chip tensors among the kernel's parameters."""
        return tuple(
            TensorRef(each.name, each.type) for each in self.inputs if isinstance(each.type, Tensor)
        )

    def size_values(self) -> dict[str, int]:
        """Return the value of each named extent."""
        return {size.name: size.value for size in self.sizes}
