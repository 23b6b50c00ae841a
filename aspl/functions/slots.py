"""How a primitive is called: its arrays and its settings, as one row of a table says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from aspl.dims import Dim
from aspl.functions.arrays import ArrayType
from aspl.functions.expressions import Setting
from aspl.site import Extents


class SlotKind(StrEnum):
    """What may stand for a setting."""

    AXIS = "an integer"
    AXES = "an integer or a list of integers"
    FLAG = "True or False"
    DIM = "an integer or extent"
    DIMS = "a list of integers or extents"
    DTYPE = "a number type"


@dataclass(frozen=True, slots=True)
class Slot:
    """A setting of a primitive."""

    name: str
    kind: SlotKind
    required: bool = True
    default: Setting = None


Settings: TypeAlias = Mapping[str, Any]
"""Settings by name, defaults filled in; each row's rule knows the types of its own."""

Rule: TypeAlias = Callable[[tuple[ArrayType, ...], Settings, Extents], ArrayType]
Cost: TypeAlias = Callable[[tuple[ArrayType, ...], ArrayType], Dim]


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitive:
    """A function that bodies may call."""

    name: str
    doc: str
    arrays: int = 1
    """How many arrays it takes, or the least number."""
    variadic: bool = False
    slots: tuple[Slot, ...] = ()
    slots_first: bool = False
    """Whether required settings stand before the arrays, as in `full([D], 0.0)`."""
    rule: Rule
    cost: Cost

    @property
    def usage(self) -> str:
        """A call as one writes it: `sum(x, axis=None, keepdims=False)`."""
        letters = ["x"] if self.arrays == 1 else list("abcdefgh"[: self.arrays])
        arrays = [*letters, "..."] if self.variadic else letters[: self.arrays]
        required = [each.name for each in self.slots if each.required]
        optional = [f"{each.name}={each.default}" for each in self.slots if not each.required]
        places = [*required, *arrays] if self.slots_first else [*arrays, *required]
        return f"{self.name}({', '.join([*places, *optional])})"

    def settings(self, given: tuple[tuple[str, Setting], ...]) -> Settings:
        """Fill in the defaults."""
        return {each.name: each.default for each in self.slots} | dict(given)
