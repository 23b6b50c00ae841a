"""What one operator costs by a rule, and what the equations look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aspl.dims import ONE, ZERO, Dim, product
from aspl.functions.function import Library
from aspl.ops.base import Op
from aspl.types import Element, Stream, element_dims

Rule: TypeAlias = Literal["published", "paper"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator at work: itself and the types of its streams."""

    op: Op
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]

    @property
    def input(self) -> Stream:
        """Its first input."""
        return self.inputs[0]

    @property
    def output(self) -> Stream:
        """Its first output."""
        return self.outputs[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one operator costs.

    Units: bytes
    """

    off_chip: Dim = ZERO
    on_chip: Dim = ZERO


Equation: TypeAlias = Callable[[Operation], Cost]
Table: TypeAlias = Mapping[str, Equation]


def free(operation: Operation) -> Cost:
    """Cost nothing."""
    return Cost()


def count(stream: Stream) -> Dim:
    """Return how many elements a stream carries, its ragged extents as they stand."""
    return product(stream.shape)


def is_matmul(op: Op) -> bool:
    """Whether an operator carries the library's matrix product."""
    function = getattr(op, "fn", None)
    return isinstance(function, Library) and function.name == "matmul"


def columns(element: Element) -> Dim:
    """Return the innermost extent of an element; 1 for a number."""
    return (ONE, *element_dims(element))[-1]
