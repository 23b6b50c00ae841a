"""One naive evaluation: what it knows, and what an operator sees of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from aspl.checker import Checked
from aspl.dims import Dim
from aspl.program import Node
from aspl.types import Element, Stream, TensorRef
from naive.expressions import World
from naive.extents import Extents
from naive.values import (
    Array,
    Nested,
    held_as,
)


@dataclass
class Run:
    checked: Checked
    inputs: Mapping[str, Any]
    orders: Mapping[int, Sequence[int]]
    extents: Extents
    streams: dict[int, Nested] = field(default_factory=dict)
    stored: dict[str, Array] = field(default_factory=dict)

    def keep(self, value: int, nested: Nested) -> None:
        self.streams[value] = nested
        self.extents.learn(self.checked.types[value], nested)

    @property
    def world(self) -> World:
        parameters = self.checked.program.parameters
        return World(self.extents, {ref.name: self.inputs[ref.name] for ref in parameters})

    def contents(self, ref: TensorRef) -> Array:
        """Return a tensor, or a part of it, as it was before the run."""
        data = np.asarray(self.inputs[ref.name]).astype(held_as(ref.type.dtype))
        return np.asarray(data[ref.index])

    def to_write(self, ref: TensorRef) -> Array:
        if ref.name not in self.stored:
            whole = np.asarray(self.inputs[ref.name])
            self.stored[ref.name] = whole.astype(held_as(ref.type.dtype)).copy()
        part: Array = self.stored[ref.name][ref.index]
        return part


@dataclass(frozen=True)
class At:
    """A node of a run."""

    run: Run
    place: int
    node: Node

    @property
    def reads(self) -> list[Nested]:
        return [self.run.streams[value] for value in self.node.inputs]

    @property
    def types(self) -> list[Stream]:
        return [self.run.checked.types[value] for value in self.node.inputs]

    @property
    def elements(self) -> tuple[Element, ...]:
        return tuple(stream.element for stream in self.types)

    @property
    def makes(self) -> Stream:
        """The type of its first output."""
        return self.run.checked.types[self.node.outputs[0]]

    def need(self, dim: Dim) -> int:
        return self.run.extents.need(dim)

    def sizes(self, dims: Sequence[Dim]) -> tuple[int, ...]:
        return tuple(map(self.need, dims))


Meaning: TypeAlias = Callable[[At, Any], Sequence[Nested]]
