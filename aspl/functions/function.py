"""What a higher-order operator carries: declared functions, library functions, initial values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from aspl.diagnostics import NOWHERE, Span
from aspl.dims import Dim
from aspl.functions.expressions import Expr, Let, Unwritten
from aspl.types import Element


@dataclass(frozen=True, slots=True)
class Fill:
    """Every number of the state is `value`."""

    value: float
    type: Element | None = None
    """The state's type where the function does not fix it."""


@dataclass(frozen=True, slots=True)
class Empty:
    """A tile without rows, or, for `retile_col`, without columns."""

    type: Element | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """An initial value for each part of a tuple state."""

    parts: tuple[Init, ...]


Init: TypeAlias = Fill | Empty | Parts
"""The state of a fold before its first element."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a declared function; the last of a fold is its state."""

    name: str
    type: Element
    init: Init | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A function written in the expression language, or given: known by its types alone."""

    name: str
    params: tuple[Param, ...]
    result: Element
    lets: tuple[Let, ...]
    value: Expr
    flops: Dim | None = None
    """FLOPs of one call where its author states them; None counts the primitives."""
    judged_at: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    """Values of sizes under which its body was found right, those that the judgement looked at."""
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def is_given(self) -> bool:
        """Whether its body is `...`, so that what it computes comes with a run."""
        return isinstance(self.value, Unwritten)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Library:
    """A function of the closed library, with its options."""

    name: str
    options: tuple[tuple[str, int | float | bool | Dim], ...] = ()

    def __str__(self) -> str:
        if not self.options:
            return self.name
        return f"{self.name}({', '.join(f'{key}={value}' for key, value in self.options)})"


Function: TypeAlias = Declared | Library


@dataclass(frozen=True, slots=True)
class Flat:
    """What a flat-map function makes of one element: a small stream."""

    element: Element
    shape: tuple[Dim, ...]
    """Outermost first; the outermost dim is the one that is concatenated."""
