"""Extents as integers of the tables: known values, or small programs over what tokens carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aspl.dims import Atom, Dim, Quotient, Symbol, product
from aspl.types import Buffer, Element, Tile
from compiler.machine import STACK, Code, Slot


class NotKnown(Exception):
    """An extent that neither the sizes nor the elements tell; `dim` is it."""

    def __init__(self, dim: Dim) -> None:
        super().__init__(str(dim))
        self.dim = dim


_DIVISIONS = {"floor": Code.FLOOR, "ceil": Code.CEIL, "mod": Code.MODULO}


@dataclass(slots=True)
class Slots:
    """What the elements at the inputs of one unit tell of extents."""

    extents: Mapping[str, int]
    """Values that are known before the run, by name."""
    _programs: dict[Dim, list[int]] = field(default_factory=dict)

    def add(self, port: int, element: Element) -> None:
        """Note what the element of an input tells."""
        match element:
            case Tile():
                self._note(element.rows, port, Slot.ROWS)
                self._note(element.cols, port, Slot.COLS)
            case Buffer():
                self._note(product(element.dims), port, Slot.COUNT)
                inner = self.known(product(element.dims[1:]))
                if inner is not None and inner > 1:
                    words = [Code.SLOT, port, Slot.COUNT, Code.CONSTANT, inner, Code.FLOOR]
                    self._programs.setdefault(element.dims[0], list(map(int, words)))
                if isinstance(element.element, Tile):
                    self._note(element.element.rows, port, Slot.ROWS)
                    self._note(element.element.cols, port, Slot.COLS)
            case _:
                pass

    def note(self, dim: Dim, port: int, slot: Slot) -> None:
        """Note that an element tells an extent."""
        self._note(dim, port, slot)

    def known(self, dim: Dim) -> int | None:
        """Return the value of an extent that is known before the run."""
        constant = dim.constant
        if constant is not None:
            return constant
        try:
            return dim.value(self.extents)
        except (KeyError, ZeroDivisionError):
            return None

    def words(self, dim: Dim) -> int | list[int]:
        """Return the value of an extent, or the words of the program that tells it.

        Errors: NotKnown.
        """
        value = self.known(dim)
        if value is not None:
            return value
        program = self._program(dim)
        # every word may push one integer at most
        if len(program) >= STACK:
            raise NotKnown(dim)
        return [*program, int(Code.END)]

    def _note(self, dim: Dim, port: int, slot: Slot) -> None:
        if dim.constant is None:
            self._programs.setdefault(dim, [int(Code.SLOT), port, int(slot)])

    def _program(self, dim: Dim) -> list[int]:
        known = self._programs.get(dim)
        if known is not None:
            return known
        value = self.known(dim)
        if value is not None:
            return [int(Code.CONSTANT), value]
        words: list[int] = []
        for number, (monomial, factor) in enumerate(dim.terms):
            words += [int(Code.CONSTANT), factor]
            for atom in monomial:
                words += [*self._atom(atom, dim), int(Code.MULTIPLY)]
            if number:
                words.append(int(Code.ADD))
        return words

    def _atom(self, atom: Atom, dim: Dim) -> list[int]:
        alone = Dim((((atom,), 1),))
        if alone == dim and not isinstance(atom, Quotient):
            raise NotKnown(dim)
        match atom:
            case Quotient(op="some"):
                return [*self._program(atom.numerator), int(Code.SOME)]
            case Quotient():
                over, under = self._program(atom.numerator), self._program(atom.denominator)
                return [*over, *under, int(_DIVISIONS[atom.op])]
            case Symbol():
                return self._program(alone)
            case _:
                raise NotKnown(dim)
