"""The types that streams of a task can have, and the operators that turn one into another.

All of it is asked of the operators themselves, and kept by number, since numbers are quick to
compare.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import product as every

from agent.synth.reading import Asked, extents_of
from aspl.dims import ONE, Dim, ExtentTooLarge, Kind, dynamic, ragged
from aspl.functions.function import Declared, Param
from aspl.ops.base import ArgumentKind, Op, Parameter
from aspl.ops.table import OPS
from aspl.types import Element, Stream, element_dims, leaves

_DOMAINS = (ArgumentKind.INTEGER, ArgumentKind.DIM)
"""Kinds of parameters whose values can be tried one after the other."""
_LONGEST = 6
"""Dims of a stream that are thought of."""


def _converters() -> tuple[type[Op], ...]:
    """Return the operators that read one stream and write one, without a function."""
    found = []
    for op in OPS.values():
        reads = [each for each in op.operands if each.arity != "optional"]
        kinds = [each.argument.kind for each in op.parameters() if each.required]
        tried = [each for each in op.parameters() if each.argument.kind in _DOMAINS]
        lone = len(reads) == 1 and reads[0].arity == "one" and not op.writes_list
        if lone and tried and all(kind in _DOMAINS for kind in kinds):
            found.append(op)
    return tuple(found)


CONVERTERS = _converters()


class Ground:
    """What a typing rule may ask, where nothing but types is known; implements `Site`."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.node = 0
        self.origins: tuple[int, ...] = ()
        self._sizes = sizes
        self._known: dict[Hashable, Dim] = {}

    def report(
        self,
        code: str,
        message: str,
        *,
        operand: int | None = None,
        hint: str = "",
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Say nothing: what does not fit is not tried again."""

    def fresh(self, kind: Kind, key: Hashable, stem: str) -> Dim:
        """Return the symbol of a key."""
        if key not in self._known:
            # a point cannot stand in a name, so the symbol is nobody else's
            name = f"{stem}.{len(self._known)}"
            self._known[key] = ragged(name) if kind is Kind.RAGGED else dynamic(name)
        return self._known[key]

    def origin(self, operand: int) -> int:
        """Return the stream that an input is a copy of."""
        return self.origins[operand] if operand < len(self.origins) else -1 - operand

    def absorb(self, dim: Dim) -> Dim:
        """Apply the absorbing rule."""
        if not dim.is_ragged or dim.symbol is not None:
            return dim
        return self.fresh(Kind.RAGGED, ("absorbed", dim), "ragged")

    def same(self, left: Dim, right: Dim) -> bool:
        """Whether two extents are equal."""
        if left == right:
            return True
        divided = left.has_division or right.has_division
        return divided and self.bound(left) == self.bound(right) is not None

    def bound(self, dim: Dim) -> int | None:
        """Return the value of a static extent."""
        if not dim.is_static:
            return None
        try:
            return dim.value(self._sizes)
        except (KeyError, ZeroDivisionError):
            return None


@dataclass(frozen=True, slots=True)
class Step:
    """An operator that turns one type into another."""

    op: Op
    target: int


@dataclass(slots=True)
class Types:
    """The types of one task, by number, and the steps between them as far as they were asked."""

    asked: Asked
    ground: Ground
    inputs: tuple[tuple[Param, ...], ...] = ()
    """The parameters of each function that streams stand for: all but a state."""
    results: tuple[int, ...] = ()
    streams: list[Stream] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    _numbers: dict[Stream, int] = field(default_factory=dict)
    _steps: dict[int, tuple[Step, ...]] = field(default_factory=dict)
    _counts: dict[int, int] = field(default_factory=dict)
    _applied: dict[tuple[int, str, int, tuple[int, ...]], int | None] = field(default_factory=dict)
    _sensible: dict[int, bool] = field(default_factory=dict)
    _extents: frozenset[Dim] = frozenset()
    _repeats: tuple[Dim, ...] = ()
    _most: dict[Dim, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inputs = tuple(
            tuple(param for param in function.params if param.init is None)
            for function in self.asked.functions
        )
        self.results = tuple(map(self.number, self.asked.results))
        found = extents_of(self.asked)
        self._extents = frozenset((*found, ONE))
        self._repeats = tuple(dim for dim in found if dim != ONE)
        for shape in self.asked.shapes():
            for dim in shape:
                self._most[dim] = max(self._most.get(dim, 1), shape.count(dim))

    def number(self, stream: Stream) -> int:
        """Return the number of a type."""
        found = self._numbers.get(stream)
        if found is None:
            found = self._numbers[stream] = len(self.streams)
            self.streams.append(stream)
            self.elements.append(stream.element)
        return found

    def steps(self, source: int) -> tuple[Step, ...]:
        """Return the operators that turn a type into another one that a task may need."""
        found = self._steps.get(source)
        if found is None:
            self._counts[source] = 0
            found = self._steps[source] = tuple(self._tries(source))
        return found

    def tried(self, source: int) -> int:
        """Return how many operators were tried on a type."""
        self.steps(source)
        return self._counts[source]

    def applied(self, function: int, op: str, rank: int, sources: tuple[int, ...]) -> int | None:
        """Return the type that `Map`, `Accum` or `Scan` of a function makes, None where it fails.

        Args: rank: of a fold; sources: the types of the streams that are read.
        """
        key = (function, op, rank, sources)
        if key not in self._applied:
            made = applied_op(self.asked.functions[function], op, rank)
            inputs = tuple(self.streams[each] for each in sources)
            self._applied[key] = self._inferred(made, inputs)
        return self._applied[key]

    def _inferred(self, op: Op, inputs: tuple[Stream, ...]) -> int | None:
        try:
            made = op.infer(inputs, self.ground)
        except (ExtentTooLarge, ValueError):
            return None
        return None if not made else self.number(made[0])

    def _tries(self, source: int) -> Iterator[Step]:
        stream = self.streams[source]
        if not self._extents.issuperset(stream.shape):
            return
        seen = {source}
        for kind in CONVERTERS:
            for op in self._instances(kind, stream):
                self._counts[source] += 1
                try:
                    made = op.infer((stream,), self.ground)
                except (ExtentTooLarge, ValueError):
                    continue
                number = None if made is None else self.number(made[0])
                if number is not None and number not in seen and self._is_sensible(number):
                    seen.add(number)
                    yield Step(op, number)

    def _instances(self, kind: type[Op], stream: Stream) -> Iterator[Op]:
        parameters = [each for each in kind.parameters() if each.argument.kind in _DOMAINS]
        domains = [self._domain(each, stream) for each in parameters]
        names = [each.name for each in parameters]
        for values in every(*domains):
            yield kind(**dict(zip(names, values, strict=True)))

    def _domain(self, parameter: Parameter, stream: Stream) -> list[object]:
        if parameter.argument.kind is ArgumentKind.INTEGER:
            return list(range(parameter.argument.low or 0, len(stream.shape) + 1))
        optional: list[object] = [] if parameter.required else [parameter.default]
        inside = (*stream.shape, *_inner(stream))
        return [*optional, *(dim for dim in self._repeats if inside.count(dim) < self._limit(dim))]

    def _limit(self, dim: Dim) -> int:
        """Return how often an extent may occur in one type."""
        return self._most.get(dim, 1)

    def _is_sensible(self, number: int) -> bool:
        """Whether every extent is one of the task's, and none comes more often than there."""
        found = self._sensible.get(number)
        if found is None:
            found = self._sensible[number] = self._fits(self.streams[number])
        return found

    def _fits(self, stream: Stream) -> bool:
        dims = (*stream.shape, *_inner(stream))
        if len(stream.shape) > _LONGEST or not self._extents.issuperset(dims):
            return False
        counts = Counter(dims)
        return all(count <= self._limit(dim) for dim, count in counts.items())


def _inner(stream: Stream) -> tuple[Dim, ...]:
    return tuple(dim for leaf in leaves(stream.element) for dim in element_dims(leaf))


def applied_op(function: Declared, op: str, rank: int) -> Op:
    """Return the operator that applies a function."""
    made = OPS[op]
    if op == "Map":
        return made(fn=function)  # type: ignore[call-arg]
    return made(fn=function, rank=rank)  # type: ignore[call-arg]


_MOST_TASKS = 64
_TYPES: OrderedDict[Hashable, Types] = OrderedDict()


def types_of(asked: Asked) -> Types:
    """Return the types of a task: the same ones to all tasks with one signature and functions."""
    key = (asked.program.sizes, asked.functions, asked.inputs, asked.results)
    found = _TYPES.get(key)
    if found is None:
        found = _TYPES[key] = Types(asked, Ground(asked.sizes))
        if len(_TYPES) > _MOST_TASKS:
            _TYPES.popitem(last=False)
    _TYPES.move_to_end(key)
    return found
