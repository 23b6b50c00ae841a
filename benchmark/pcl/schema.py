"""A task file of PCL-lite as it stands: fields checked one by one, nothing of it executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from aspl.dims import Dim
from aspl.types import Element, Selector

Generator: TypeAlias = Literal["rand", "randn", "ones", "zeros", "binary", "multihot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Python of the task's author."""

    text: str
    path: str
    line: int
    """Where its first line stands in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How the values of an input or a weight are made."""

    by: Generator
    low: int = 0
    """For multi-hot flags: the least number of them that are set."""
    high: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An input or a weight."""

    name: str
    type: Element
    dims: tuple[Dim, ...]
    """Outermost first, the other way round than the file writes them."""
    drawn: Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Fn:
    """A function that the task gives."""

    name: str
    """What `impl` calls it: `func_name`."""
    inputs: tuple[Element, ...]
    """The parts of its `input_dtype`, of which `input` is the list."""
    output: Element
    apply: Code
    init: tuple[float, ...]
    """The initial value of each part of the state; empty for a map."""

    @property
    def is_fold(self) -> bool:
        """Whether it has a state."""
        return bool(self.init)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One result."""

    type: Element
    dims: tuple[Dim, ...]
    """Outermost first."""
    transform: tuple[Code, ...]
    """Blocks that run one after the other; the last line of the last is the expected tensor."""

    @property
    def is_selector(self) -> bool:
        """Whether it carries flags."""
        return isinstance(self.type, Selector)


@dataclass(frozen=True, slots=True, kw_only=True)
class PclFile:
    """A whole task file."""

    file: str
    test_name: str
    comment: str
    """The words above and beside the fields."""
    setup: Code
    """`global`: sizes, constants, helpers."""
    inputs: tuple[Port, ...]
    weights: tuple[Port, ...]
    fns: tuple[Fn, ...]
    outputs: tuple[Output, ...]
    impl: str | None
