"""Programs made from trusted Python, operator by operator; the text form builds through it too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from aspl.diagnostics import NOWHERE, Span
from aspl.dims import Dim, Kind, dynamic, ragged, size
from aspl.functions.function import Declared
from aspl.ops.base import Op
from aspl.ops.sources import Feedback
from aspl.program import Input, Node, Program, Size, Value
from aspl.types import Stream, Tensor, TensorRef


@dataclass(frozen=True, slots=True)
class StreamRef:
    """A handle to a stream of the program under construction."""

    value: int


_DIMS = {Kind.SIZE: size, Kind.DYNAMIC: dynamic, Kind.RAGGED: ragged}


@dataclass(slots=True)
class Builder:
    """Collects a program; `build` returns it.

    Example:
        build = Builder("row_sums")
        m, k = build.size("M", 5), build.size("K", 9)
        x = build.stream("x", Stream(Scalar(DType.F32), (m, k)))
        (y,) = build.add(Accum(fn=Library("add"), init=Fill(0.0), rank=1), x)
        program = build.build(y)
    """

    name: str = "kernel"
    span: Span = NOWHERE
    _sizes: dict[str, Size] = field(default_factory=dict)
    _numbers: dict[str, int | float] = field(default_factory=dict)
    _parameters: dict[str, TensorRef] = field(default_factory=dict)
    _functions: dict[str, Declared] = field(default_factory=dict)
    _inputs: list[Input] = field(default_factory=list)
    _nodes: list[Node] = field(default_factory=list)
    _values: list[Value] = field(default_factory=list)
    _specialised: set[str] = field(default_factory=set)
    _feedbacks: dict[int, int] = field(default_factory=dict)
    _excused: set[int] = field(default_factory=set)

    def size(self, name: str, value: int, kind: Kind = Kind.SIZE) -> Dim:
        """Declare a named extent and return it."""
        self._sizes[name] = Size(name, value, kind)
        return _DIMS[kind](name)

    def number(self, name: str, value: int | float) -> None:
        """Declare a number that functions may name."""
        self._numbers[name] = value

    def parameter(self, name: str, tensor: Tensor) -> TensorRef:
        """Declare a tensor that functions read by name."""
        self._parameters[name] = TensorRef(name, tensor)
        return self._parameters[name]

    def function(self, function: Declared) -> Declared:
        """Declare a function."""
        self._functions[function.name] = function
        return function

    def stream(
        self, name: str, stream: Stream, span: Span = NOWHERE, *, label: str = ""
    ) -> StreamRef:
        """Add a stream parameter of the kernel; `label` is its author's name for it."""
        ref = self.fresh(label or name, span)
        self._inputs.append(Input(name, stream, ref.value, span))
        return ref

    def tensor(self, name: str, tensor: Tensor, span: Span = NOWHERE) -> TensorRef:
        """Add an off-chip tensor as a parameter of the kernel."""
        self._inputs.append(Input(name, tensor, None, span))
        return TensorRef(name, tensor)

    def fresh(self, name: str, span: Span = NOWHERE) -> StreamRef:
        """Return a handle to a new stream that nothing writes yet."""
        self._values.append(Value(name, span))
        return StreamRef(len(self._values) - 1)

    def add(
        self, op: Op, *inputs: StreamRef, span: Span = NOWHERE, input_spans: tuple[Span, ...] = ()
    ) -> tuple[StreamRef, ...]:
        """Add an operator and return handles to the streams that it writes."""
        outputs = tuple(self.fresh("", span) for _ in range(op.results(len(inputs))))
        node = Node(
            op,
            tuple(ref.value for ref in inputs),
            tuple(ref.value for ref in outputs),
            span,
            input_spans,
        )
        if isinstance(op, Feedback):
            self._feedbacks[node.outputs[0]] = len(self._nodes)
        self._nodes.append(node)
        return outputs

    def is_open_feedback(self, ref: StreamRef) -> bool | None:
        """Whether a feedback still waits for its writer; None when the stream is no feedback."""
        place = self._feedbacks.get(ref.value)
        return None if place is None else not self._nodes[place].inputs

    def close(self, feedback: StreamRef, writer: StreamRef, span: Span = NOWHERE) -> None:
        """Make `writer` the stream that `feedback` stands for."""
        place = self._feedbacks[feedback.value]
        self._nodes[place] = replace(
            self._nodes[place], inputs=(writer.value,), input_spans=(span,)
        )

    def rename(self, ref: StreamRef, name: str, span: Span) -> None:
        """Give a stream that has no name yet the name under which its author knows it."""
        if not self._values[ref.value].name:
            self._values[ref.value] = Value(name, span)

    def label(self, ref: StreamRef) -> str:
        """Return the name of a stream, or its number."""
        return self._values[ref.value].name or f"%{ref.value}"

    def specialise(self, names: set[str]) -> None:
        """Note sizes whose values decide the structure of the program."""
        self._specialised |= names

    @property
    def node_count(self) -> int:
        """How many operators there are."""
        return len(self._nodes)

    def excuse(self, refs: Iterable[StreamRef]) -> None:
        """Note streams that something wrong names: that nobody reads them is no news."""
        self._excused.update(ref.value for ref in refs)

    @property
    def has_sink(self) -> bool:
        """Whether an operator reads a stream and writes none: a store, or a consumer."""
        return any(node.inputs and not node.outputs for node in self._nodes)

    @property
    def stream_count(self) -> int:
        """How many streams there are."""
        return len(self._values)

    def build(
        self,
        *results: StreamRef,
        declared: tuple[Stream, ...] | None = None,
        result_spans: tuple[Span, ...] = (),
    ) -> Program:
        """Return the program that returns `results`; one that returns nothing declares so."""
        return Program(
            name=self.name,
            sizes=tuple(self._sizes.values()),
            numbers=tuple(self._numbers.items()),
            parameters=tuple(self._parameters.values()),
            functions=tuple(self._functions.values()),
            inputs=tuple(self._inputs),
            nodes=tuple(self._nodes),
            results=tuple(ref.value for ref in results),
            declared=() if declared is None and not results else declared,
            specialised=frozenset(self._specialised),
            values=tuple(self._values),
            excused=frozenset(self._excused),
            span=self.span,
            result_spans=result_spans,
        )
