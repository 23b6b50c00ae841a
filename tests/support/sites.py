"""A stand-in for the checker's site, for tests of typing rules."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from aspl.dims import Dim, Kind, dynamic, ragged, size


@dataclass
class PlainSite:
    """One operator by itself: keeps what is reported, compares extents at the given sizes."""

    node: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    operands: list[int | None] = field(default_factory=list)
    symbols: dict[Hashable, Dim] = field(default_factory=dict)

    def report(
        self,
        code: str,
        message: str,
        *,
        operand: int | None = None,
        hint: str = "",
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.codes.append(code)
        self.messages.append(message)
        self.hints.append(hint)
        self.operands.append(operand)

    def same(self, left: Dim, right: Dim) -> bool:
        if left == right:
            return True
        a, b = self.bound(left), self.bound(right)
        return (left.has_division or right.has_division) and a is not None and a == b

    def fresh(self, kind: Kind, key: Hashable, stem: str) -> Dim:
        make = {Kind.RAGGED: ragged, Kind.DYNAMIC: dynamic, Kind.SIZE: size}[kind]
        return self.symbols.setdefault(key, make(f"{stem}{len(self.symbols)}"))

    def bound(self, dim: Dim) -> int | None:
        try:
            return dim.value(self.sizes)
        except (KeyError, ZeroDivisionError):
            return None

    def origin(self, operand: int) -> int:
        return operand

    def absorb(self, dim: Dim) -> Dim:
        if not dim.is_ragged or dim.symbol is not None:
            return dim
        return self.fresh(Kind.RAGGED, ("absorbed", dim), "r")
