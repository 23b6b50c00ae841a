"""The text of a function while it is written: what it has computed so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aspl.dims import ONE, Dim, Kind, Symbol, dynamic
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Selector,
    Tensor,
    Tile,
    Tuple,
    element_dims,
    element_dtype,
    leaves,
    with_extents,
)
from growth.choices import Choices


@dataclass(frozen=True)
class Part:
    """An array of a body: how it is written, its type, and whether it is free of rounding."""

    text: str
    dims: tuple[Dim, ...]
    dtype: DType
    exact: bool = True

    @property
    def is_float(self) -> bool:
        return self.dtype.is_float

    @property
    def is_flag(self) -> bool:
        return self.dtype is DType.BOOL


@dataclass(frozen=True)
class Body:
    """A function's text without its name, and whether its results are free of rounding."""

    params: str
    result: str
    lines: tuple[str, ...]
    exact: bool
    flops: str | None = None

    def text(self, name: str) -> str:
        inner = "\n".join(f"    {line}" for line in self.lines)
        flops = "" if self.flops is None else f"@flops({self.flops})\n"
        return f"{flops}def {name}({self.params}) -> {self.result}:\n{inner}\n"


@dataclass(frozen=True)
class Given:
    """What bodies may name besides their parameters."""

    sizes: dict[str, int]
    names: frozenset[str] = frozenset()
    """Extents of the header, those that a run decides too."""
    numbers: tuple[str, ...] = ()
    weights: tuple[tuple[str, Tensor], ...] = ()


@dataclass
class Writer:
    """A body being written; mutable while it is."""

    choose: Choices
    given: Given
    parts: list[Part] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    holes: int = 0

    def parameter(self, name: str, element: Element, exact: bool, default: str = "") -> list[Part]:
        """Add a parameter; extents that only a run decides are written `_`."""
        written = self._opened(element)
        self.params.append(f"{name}: {self.type_text(written)}{default}")
        if not isinstance(written, Tuple):
            self.parts.append(_part(name, written, exact))
            return self.parts[-1:]
        names = [f"{name}_{place}" for place in range(len(leaves(written)))]
        self.lines.append(f"{_pattern(written, iter(names))} = {name}")
        found = [_part(*each, exact) for each in zip(names, leaves(written), strict=True)]
        self.parts += found
        return found

    def _opened(self, element: Element) -> Element:
        def open_dim(dim: Dim) -> Dim:
            symbol = dim.symbol
            if dim.is_static and not self.choose.chance(10):
                return dim
            if symbol is not None and symbol.name in self.given.names and self.choose.chance(50):
                return dim
            self.holes += 1
            return dynamic(f"hole{self.holes}")

        match element:
            case Tile():
                return Tile(element.dtype, open_dim(element.rows), open_dim(element.cols))
            case Buffer():
                inner = self._opened(element.element)
                assert not isinstance(inner, Buffer | Tuple)
                return Buffer(inner, tuple(map(open_dim, element.dims)))
            case Selector():
                return Selector(open_dim(element.width))
            case Index():
                return element
            case Tuple():
                return Tuple(tuple(map(self._opened, element.parts)))
            case _:
                return element

    def type_text(self, element: Element) -> str:
        """Write a type with `_` for every extent that the header does not name."""

        def named(dim: Dim) -> Dim:
            names = {atom.name for atom in dim.atoms() if isinstance(atom, Symbol)}
            return dim if names <= self.given.names else _UNDERSCORE

        return str(with_extents(element, named))

    def is_small(self, part: Part) -> bool:
        count = 1
        for dim in part.dims:
            count *= self.value(dim) if dim.is_static else 3
        return len(part.dims) <= 3 and count <= 60

    def value(self, dim: Dim) -> int:
        return dim.value(self.given.sizes)

    def is_filled(self, dim: Dim) -> bool:
        """Whether a dim holds something in every run."""
        return dim.is_static and self.value(dim) > 0

    def pick(self, test: Callable[[Part], bool] = lambda part: True) -> Part | None:
        found = [part for part in self.parts if test(part)]
        # the newest first, so that bodies are deep
        return self.choose.of(found[::-1]) if found else None

    def pair(self, test: Callable[[Part], bool]) -> tuple[Part, Part] | None:
        """Pick two parts of like numbers that broadcast."""
        left = self.pick(test)
        if left is None:
            return None
        right = self.pick(
            lambda part: (
                part.is_float == left.is_float
                and (part.is_float or part.dtype is left.dtype)
                and met(left, part) is not None
            )
        )
        return None if right is None else (left, right)


def _part(name: str, element: Element, exact: bool) -> Part:
    return Part(name, element_dims(element), element_dtype(element), exact)


def _pattern(element: Tuple, names: Any) -> str:
    inner = [
        f"({_pattern(part, names)})" if isinstance(part, Tuple) else next(names)
        for part in element.parts
    ]
    return ", ".join(inner)


_UNDERSCORE = Dim((((Symbol("_", Kind.DYNAMIC),), 1),))


def met(left: Part, right: Part) -> tuple[Dim, ...] | None:
    """Return the shape of two parts that broadcast, None when they do not."""
    longer, shorter = left.dims, right.dims
    if len(longer) < len(shorter):
        longer, shorter = shorter, longer
    lead = len(longer) - len(shorter)
    dims = list(longer[:lead])
    for one, other in zip(longer[lead:], shorter, strict=True):
        if one != other and ONE not in (one, other):
            return None
        dims.append(other if one == ONE else one)
    return tuple(dims)


def both(left: Part, right: Part) -> DType:
    if left.dtype is right.dtype:
        return left.dtype
    return DType.F32 if left.is_float else DType.I64
