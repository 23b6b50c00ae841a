"""What a typing rule may ask of the checker at the operator that it judges."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from aspl.dims import Dim, Kind


class Extents(Protocol):
    """What is known of extents, to those who need to know nothing else."""

    def same(self, left: Dim, right: Dim) -> bool:
        """Whether two extents are equal: in every run, or, for divisions, at the bound sizes."""
        ...

    def bound(self, dim: Dim) -> int | None:
        """Return the value of a static extent at the bound sizes; None for any other."""
        ...


class Site(Extents, Protocol):
    """One operator in one program, as its typing rule sees it."""

    @property
    def node(self) -> int:
        """The place of the operator in its program, for keys of `fresh`."""
        ...

    def report(
        self,
        code: str,
        message: str,
        *,
        operand: int | None = None,
        hint: str = "",
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Report a finding at the operator, or at its input number `operand`."""
        ...

    def fresh(self, kind: Kind, key: Hashable, stem: str) -> Dim:
        """Return the symbol for `key`, a new one named after `stem` at the first call."""
        ...

    def origin(self, operand: int) -> int:
        """Return the id of the stream that input `operand` is a copy of, through broadcasts.

        An argument that came inside a tuple gets an id that no other operator shares.
        """
        ...

    def absorb(self, dim: Dim) -> Dim:
        """Apply the absorbing rule: an expression over a ragged extent becomes a ragged symbol."""
        ...
