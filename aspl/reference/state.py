"""What the meaning of an operator may look at: run, tensors, types, order of arrival."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aspl.diagnostics import Diagnostic
from aspl.dims import ZERO, Atom, Dim, Symbol
from aspl.program import Node
from aspl.reference.run import Run
from aspl.types import Element, Stream, TensorRef
from aspl.values.column import Array


class EvaluationFailed(Exception):
    """A checked program met data that it cannot work on; carries the finding (codes R...)."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(slots=True)
class Bindings:
    """Extents that the run has decided so far."""

    values: dict[str, int]
    lengths: dict[tuple[str, tuple[Dim, ...]], int | NDArray[np.int64]] = field(
        default_factory=dict
    )
    """Of ragged symbols, by name and the dims outside them."""

    def value(self, dim: Dim) -> int | None:
        """Return an extent whose symbols are all decided, else None.

        What is multiplied by 0 need not be decided.
        """
        try:
            try:
                return dim.value(self.values)
            except KeyError:
                return dim.replace(self._zero).value(self.values)
        except (KeyError, ZeroDivisionError):
            return None

    def _zero(self, atom: Atom) -> Dim | None:
        is_zero = isinstance(atom, Symbol) and self.values.get(atom.name) == 0
        return ZERO if is_zero else None


@dataclass(slots=True)
class State:
    """One evaluation under way."""

    run: Run
    tensors: Mapping[str, Array]
    """Contents before the run, at working precision."""
    types: tuple[Stream, ...]
    orders: Mapping[int, Any]
    """Given orders of arrival by node: the input number of every chunk in turn."""
    bindings: Bindings
    has_ragged: bool = True
    """Whether any extent may differ within one stream."""
    stored: dict[str, Array] = field(default_factory=dict)

    def tensor(self, ref: TensorRef) -> Array:
        """Return the contents of a tensor, or of a part of it, before the run."""
        part: Array = self.tensors[ref.name][ref.index]
        return part

    def tensor_to_write(self, ref: TensorRef) -> Array:
        """Return a view of the contents that stores of this run have made so far."""
        if ref.name not in self.stored:
            self.stored[ref.name] = self.tensors[ref.name].copy()
        part: Array = self.stored[ref.name][ref.index]
        return part


@dataclass(frozen=True, slots=True)
class At:
    """A node under evaluation."""

    state: State
    place: int
    node: Node

    @property
    def run(self) -> Run:
        """The precision, sizes and parameters of the run."""
        return self.state.run

    def result(self, number: int = 0) -> Element:
        """Return the element type of one of its outputs."""
        return self.state.types[self.node.outputs[number]].element

    def operand(self, number: int) -> Stream:
        """Return the type of one of its inputs."""
        return self.state.types[self.node.inputs[number]]

    def extent(self, dim: Dim) -> int:
        """Return the value of an extent.

        Errors: EvaluationFailed (R001) when the run has not decided it, or it is below 0.
        """
        value = self.state.bindings.value(dim)
        if value is None:
            raise self.failure("R001", f"the run has no value for the extent `{dim}` here")
        if value < 0:
            raise self.failure(
                "R001", f"the extent `{dim}` is {value} in this run", "an extent is 0 or more"
            )
        return value

    def failure(self, code: str, message: str, hint: str = "") -> EvaluationFailed:
        """Return the exception that reports a finding at this node."""
        return EvaluationFailed(
            Diagnostic(code=code, message=message, span=self.node.span, hint=hint)
        )
