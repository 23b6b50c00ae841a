"""How a function of the closed library is declared: its options and its roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aspl.dims import Dim, to_dim
from aspl.functions.function import Flat, Init
from aspl.site import Site
from aspl.types import Element

OptionValue: TypeAlias = int | float | bool | Dim
OptionKind: TypeAlias = Literal["flag", "integer", "dim"]
Elements: TypeAlias = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a library function; one without a default must be given."""

    name: str
    kind: OptionKind
    doc: str
    default: OptionValue | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule sees besides the arguments."""

    name: str
    options: Mapping[str, OptionValue]
    site: Site

    def dim(self, name: str) -> Dim:
        """Return an option that is an extent."""
        value = self.options[name]
        return value if isinstance(value, Dim) else to_dim(int(value))


MapRule: TypeAlias = Callable[[Elements, Asked], Element]
FoldRule: TypeAlias = Callable[[Elements, Element | None, Asked], Element]
FlatRule: TypeAlias = Callable[[Elements, Asked], Flat]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRole:
    """A function of the elements of one or several streams. Rules raise Refusal."""

    rule: MapRule
    low: int = 1
    high: int | None = 1
    """The numbers of arguments; None is any number from `low`."""
    flops: Callable[[Elements, Element], Dim]
    keeps_tuples: bool = False
    """Whether tuples are arguments as they are, and not opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldRole:
    """A fold over elements.

    `rule` returns the state after one element, from the inputs and the state's type where the
    initial value declares one.
    """

    rule: FoldRule
    low: int = 1
    high: int | None = 1
    flops: Callable[[Elements, Element], Dim]
    """FLOPs of one element folded."""
    init: Init | None = None
    """The initial value where none is given."""
    grows: Literal["", "rows", "cols"] = ""
    """The extent that every folded element lengthens."""
    may_be_empty: bool = False
    """Whether the state may begin as a tile without rows or columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatRole:
    """A function that makes a small stream of one element. It computes no FLOPs."""

    rule: FlatRule
    low: int = 1
    high: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A library function."""

    name: str
    doc: str
    options: tuple[Option, ...] = ()
    map: MapRole | None = None
    fold: FoldRole | None = None
    flat: FlatRole | None = None

    @property
    def roles(self) -> tuple[str, ...]:
        """The operators that it serves, in words."""
        found = (("map", self.map), ("fold", self.fold), ("flat-map", self.flat))
        return tuple(name for name, role in found if role is not None)

    @property
    def usage(self) -> str:
        """The function as one writes it: `matmul(transposed=False)`."""
        if not self.options:
            return self.name
        inner = [
            f"{each.name}=..." if each.default is None else f"{each.name}={each.default}"
            for each in self.options
        ]
        return f"{self.name}({', '.join(inner)})"

    def filled(self, given: tuple[tuple[str, OptionValue], ...]) -> Mapping[str, OptionValue]:
        """Return all options, defaults filled in."""
        defaults = {each.name: each.default for each in self.options if each.default is not None}
        return defaults | dict(given)
