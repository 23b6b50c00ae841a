"""What a function's body may name besides its own parameters and assignments."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from aspl.dims import Dim
from aspl.types import Element, Tensor


def constant_of(dim: Dim) -> int | None:
    """Return the value of a plain integer extent, None for any other."""
    return dim.constant


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionScope:
    """The names around a function, and how its annotations and extents are read."""

    sizes: Mapping[str, Dim]
    """Extents, usable as numbers."""
    numbers: Mapping[str, int | float]
    parameters: Mapping[str, Tensor]
    """Tensors of weights that functions read."""
    functions: Collection[str] = ()
    """Other functions, which bodies do not call."""
    element: Callable[[ast.expr], Element | None]
    """Reads an element type; reports what is wrong and returns None."""
    dim: Callable[[ast.expr], Dim | None]
    """Reads an integer or extent; reports what is wrong and returns None."""
    same: Callable[[Dim, Dim], bool] = operator.eq
    """Whether two extents are equal, for divisions at the bound sizes."""
    bound: Callable[[Dim], int | None] = constant_of
    """The value of a static extent at the bound sizes."""

    def known(self) -> Iterator[str]:
        """Walk the names, for hints."""
        return chain(self.sizes, self.numbers, self.parameters, ("inf",))
