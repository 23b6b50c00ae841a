"""One operator as its lowering rule sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aspl.checker import Checked
from aspl.dims import Dim, Symbol
from aspl.program import Node
from aspl.types import (
    Buffer,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tile,
    Tuple,
    all_dims,
    element_dims,
    element_dtype,
)
from aspl.values.column import Column, Dense, Packed, Record
from aspl.values.stream import StreamValue
from compiler.lower.coding import NotKnown, Slots
from compiler.lower.known import EvaluationNeeded, Known
from compiler.lower.tables import Tables
from compiler.machine import Code, Ints, Kind, P, Size


@dataclass(slots=True)
class Lowering:
    """A program on its way into tables."""

    checked: Checked
    known: Known
    tables: Tables
    controls: frozenset[int]
    """Streams whose elements are control values."""
    memory_read: frozenset[int]
    """Streams that a memory unit reads straight from the operator that writes them."""
    aliases: Mapping[int, int]
    """Streams that are another one by a second name."""
    ports: Mapping[int, int]
    """The place of each node among the users of off-chip memory."""
    needed: set[int] = field(default_factory=set)
    """Streams that have to be evaluated first."""

    @property
    def has_padding(self) -> bool:
        """Whether a tile of the program may have rows that are padding."""
        return any(_pads(node) for node in self.checked.program.nodes) or any(
            not isinstance(value.column, Record) and value.column.valid is not None
            for value in self.known.streams.values()
        )

    def stream(self, value: int) -> int:
        """Return the stream that carries a value."""
        return resolved(value, self.aliases)

    def type_of(self, value: int) -> Stream:
        """Return the type of a stream."""
        return self.checked.types[value]

    def teller(self, dim: Dim) -> frozenset[int]:
        """Return streams whose evaluation tells the symbols of an extent."""
        names = {atom.name for atom in dim.atoms() if isinstance(atom, Symbol)}
        found: set[int] = set()
        for name in names - self.known.extents.keys():
            tellers = (v for v, stream in enumerate(self.checked.types) if _tells(stream, name))
            found.update(list(tellers)[:1])
        return frozenset(found)


def resolved(value: int, aliases: Mapping[int, int]) -> int:
    """Return the stream that a value is, or the one that it is by a second name."""
    while value in aliases:
        value = aliases[value]
    return value


def _pads(node: Node) -> bool:
    if getattr(node.op, "pad", None) is not None:
        return True
    return getattr(getattr(node.op, "fn", None), "name", "") in ("set_valid", "append_row")


def _tells(stream: Stream, name: str) -> bool:
    return any(dim.symbol is not None and dim.symbol.name == name for dim in all_dims(stream))


@dataclass(frozen=True, slots=True)
class At:
    """A node to lower."""

    lowering: Lowering
    place: int
    node: Node

    @property
    def tables(self) -> Tables:
        """The tables under construction."""
        return self.lowering.tables

    def operand(self, port: int) -> Stream:
        """Return the type of an input."""
        return self.lowering.type_of(self.node.inputs[port])

    def result(self, number: int = 0) -> Stream:
        """Return the type of an output."""
        return self.lowering.type_of(self.node.outputs[number])

    def add(self, kind: Kind, parameters: Mapping[P, int]) -> None:
        """Add the unit that does the node's work."""
        lowering, node = self.lowering, self.node
        if self.place in lowering.ports:
            parameters = {**parameters, P.PORT: lowering.ports[self.place]}
        lowering.tables.unit(
            kind,
            node=self.place,
            label=label_of(lowering.checked, node),
            inputs=tuple(map(lowering.stream, node.inputs)),
            outputs=node.outputs,
            parameters=parameters,
        )

    def slots(self) -> Slots:
        """Return what the elements at the inputs tell of extents."""
        slots = Slots(self.lowering.known.extents)
        for port in range(len(self.node.inputs)):
            slots.add(port, self.operand(port).element)
        return slots

    def known(self, dim: Dim) -> int:
        """Return an extent that must be known before the run.

        Errors: EvaluationNeeded.
        """
        value = Slots(self.lowering.known.extents).known(dim)
        if value is None:
            raise EvaluationNeeded(self.lowering.teller(dim))
        return value

    def coded(self, dim: Dim, slots: Slots) -> int:
        """Return the code of an extent of an element that is read or written.

        Errors: EvaluationNeeded.
        """
        try:
            return self.tables.coded(slots.words(dim))
        except NotKnown as error:
            raise EvaluationNeeded(self.lowering.teller(error.dim)) from None

    def evaluated(self, value: int) -> StreamValue:
        """Return a stream that an evaluation tells.

        Errors: EvaluationNeeded.
        """
        found = self.lowering.known.streams.get(value)
        if found is None:
            raise EvaluationNeeded(frozenset([value]))
        return found

    def listed(self, values: Ints) -> int:
        """Return the code of a quantity that is listed for every element."""
        return self.tables.coded(
            [int(Code.ELEMENT), self.tables.place_array(values), int(Code.END)]
        )

    def listed_by_extents(self, dim: Dim) -> int:
        """Return the code of a quantity of elements whose extents only an evaluation tells.

        What the elements that are written do not show counts as 1 (assumed): a fold of tuples that
        hold tiles of unequal extents.

        Errors: EvaluationNeeded.
        """
        value = self.node.outputs[0]
        stream = self.evaluated(value)
        shown = _shown_extents(stream.column, self.result().element)
        known: dict[str, Any] = {atom.name: 1 for atom in dim.atoms() if isinstance(atom, Symbol)}
        known |= {**shown, **self.lowering.known.extents}
        values = np.broadcast_to(np.asarray(dim.value(known), dtype=np.int64), len(stream.column))
        return self.listed(values)

    def controls(self, number: int = 0) -> int:
        """Return where the control values of an output are listed; -1 where it has none.

        Errors: EvaluationNeeded.
        """
        value = self.node.outputs[number]
        if value not in self.lowering.controls:
            return -1
        element = self.result(number).element
        return self.tables.place_array(
            control_values(self.evaluated(value).column, element, self.tables)
        )

    def size(self, element: Element) -> tuple[int, int]:
        """Return how the bytes of an element are told: a `Size`, and bytes."""
        match element:
            case Tile():
                return int(Size.TILE), element.dtype.size_bytes
            case Buffer(element=Scalar() | Tile()):
                return int(Size.BUFFER), element_dtype(element).size_bytes
            case Buffer():
                return int(Size.BUFFER), self.size(element.element)[1]
            case Scalar():
                return int(Size.FIXED), element.dtype.size_bytes
            case Selector():
                return int(Size.FIXED), self._width(element.width)
            case Index():
                return int(Size.FIXED), 2
            case Tuple():
                return int(Size.FIXED), sum(self._fixed(part) for part in element.parts)

    def sizes(self) -> int:
        """Return where the sizes of the inputs' elements are listed."""
        pairs = [self.size(self.operand(port).element) for port in range(len(self.node.inputs))]
        return self.tables.place([word for pair in pairs for word in pair])

    def _width(self, dim: Dim) -> int:
        value = Slots(self.lowering.known.extents).known(dim)
        # a selector of a width that only a run decides is smaller than any access
        return 1 if value is None else value

    def _fixed(self, element: Element) -> int:
        match element:
            case Tile():
                return (
                    element.dtype.size_bytes * self._width(element.rows) * self._width(element.cols)
                )
            case Buffer():
                count = 1
                for dim in element.dims:
                    count *= self._width(dim)
                return count * self._fixed(element.element)
            case _:
                return self.size(element)[1]


def _shown_extents(column: Column, element: Element) -> dict[str, Ints]:
    """Return the extents that elements show, by the symbol that stands for each alone."""
    if isinstance(column, Record) or isinstance(element, Tuple):
        return {}
    dims = element_dims(element)
    whole = column.data.shape[1:] if isinstance(column, Dense) else ()
    found = {}
    for axis, dim in enumerate(dims):
        if dim.symbol is not None:
            found[dim.symbol.name] = (
                column.extents[:, axis]
                if isinstance(column, Packed)
                else np.full(len(column), whole[axis], dtype=np.int64)
            )
    return found


def label_of(checked: Checked, node: Node) -> str:
    """Return the name that an author gave what a node writes, or the operator's."""
    names = [checked.program.values[value].name for value in node.outputs]
    named = [name for name in names if name]
    return named[0] if named else ""


def control_values(column: Column, element: Element, tables: Tables) -> Ints:
    """Return the control value of each element."""
    assert not isinstance(column, Record), "tuples carry no control values"
    if isinstance(element, Buffer):
        return _buffers(column, element, tables)
    assert isinstance(column, Dense)
    if isinstance(element, Selector):
        return tables.selectors(column.data.astype(np.bool_))
    return column.data.reshape(len(column)).astype(np.int64)


def _buffers(column: Dense | Packed, element: Buffer, tables: Tables) -> Ints:
    """Return buffers of control values."""
    width = 1 if isinstance(element.element, Selector) else 0
    flat = column.data if isinstance(column, Dense) else column.flat
    if isinstance(column, Dense):
        counts = np.full(len(column), int(np.prod(column.data.shape[1 : 1 + len(element.dims)])))
        last = column.data.shape[-1] if width else 1
    else:
        counts = column.extents[:, : len(element.dims)].prod(axis=1)
        last = int(column.extents[0, -1]) if width and len(column.extents) else 1
    inner = flat.reshape(-1, last) if width else flat.reshape(-1)
    values = control_values(Dense(inner), element.element, tables)
    ends = np.cumsum(counts)
    parts = zip((ends - counts).tolist(), ends.tolist(), strict=True)
    return np.array([tables.buffer(values[a:b]) for a, b in parts], dtype=np.int64)
