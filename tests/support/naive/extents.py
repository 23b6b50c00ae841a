"""The extents of one run, as the naive interpreter sees them: sizes, and what streams show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aspl.dims import Atom, Dim, Kind, dim_of
from aspl.types import Buffer, Element, Selector, Stream, Tile, Tuple
from naive.values import BufferValue, TileValue, entries


class Unspecified(Exception):
    """The language does not say what comes out: an extent is needed that nothing shows."""


class Refused(Exception):
    """The data are outside what the program can work on; carries the code of the finding."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Extents:
    """Values of symbols by name."""

    values: dict[str, int] = field(default_factory=dict)

    def find(self, dim: Dim) -> int | None:
        """Return the value of an extent, None when a symbol in it has not been seen."""
        total = 0
        for atoms, factor in dim.terms:
            found = [self._atom(atom) for atom in atoms]
            if None in found and 0 not in found:
                return None
            # what is multiplied by 0 need not be seen
            total += 0 if 0 in found else factor * math.prod(each or 0 for each in found)
        return total

    def _atom(self, atom: Atom) -> int | None:
        try:
            return dim_of(atom).value(self.values)
        except KeyError:
            return None

    def need(self, dim: Dim) -> int:
        """Return the value of an extent.

        Errors: Unspecified.
        """
        value = self.find(dim)
        if value is None:
            raise Unspecified(f"nothing shows the extent `{dim}`")
        return value

    def learn(self, stream: Stream, nested: Any) -> None:
        """Note the values of the dynamic symbols that a stream shows."""
        for dim, extent in shown(stream, nested):
            symbol = dim.symbol
            if symbol is not None and symbol.kind is Kind.DYNAMIC:
                self.values.setdefault(symbol.name, extent)


def shown(stream: Stream, nested: Any) -> Iterator[tuple[Dim, int]]:
    """Walk the extents that a stream shows, with the dim of its type that each belongs to."""
    for depth, dim in enumerate(stream.shape):
        for entry in entries(nested, depth):
            yield dim, len(entry)
    for entry in entries(nested, len(stream.shape)):
        yield from _inside(stream.element, entry)


def _inside(element: Element, value: Any) -> Iterator[tuple[Dim, int]]:
    match element, value:
        case Tile(_, rows, cols), TileValue():
            yield rows, value.data.shape[0]
            yield cols, value.data.shape[1]
        case Selector(width), list():
            yield width, len(value)
        case Buffer(), BufferValue():
            for dim, extent in zip(element.dims, value.dims, strict=True):
                yield dim, extent
                if extent == 0:
                    return
            for item in value.items:
                yield from _inside(element.element, item)
        case Tuple(), tuple():
            for part, each in zip(element.parts, value, strict=True):
                yield from _inside(part, each)
        case _:
            return
