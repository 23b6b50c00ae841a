"""Extents of stream and tile dimensions as exact integer expressions.

A `Dim` is a polynomial with integer coefficients over atoms: named sizes, dynamic-regular and
ragged symbols, and the divisions that do not come out even. It is kept in one normal form, so two
extents are equal when their normal forms are. Source of the three classes: STeP, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

Monomial: TypeAlias = "tuple[Atom, ...]"
Atom: TypeAlias = "Symbol | Quotient | Extent | Wild"
Division: TypeAlias = Literal["floor", "ceil", "mod", "some"]

MAX_TERMS = 1024
MAX_PAIRS = 4096
"""Pairs of terms that one product multiplies."""
MAX_ATOMS = 4096
"""Atoms of one division, those inside its divisions too."""
MAX_DEGREE = 64
MAX_NESTING = 32
"""Divisions inside divisions; printing and comparing them recurses."""
MAX_FACTOR = 2**256


class ExtentTooLarge(ArithmeticError):
    """An extent that would be out of all proportion as an expression."""


class Kind(StrEnum):
    """How far an extent is known.

    `size` is fixed before a run, `dynamic` is one value a run, `ragged` several within one stream.
    """

    SIZE = "size"
    DYNAMIC = "dynamic"
    RAGGED = "ragged"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named extent."""

    name: str
    kind: Kind

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Quotient:
    """A division that has no polynomial result; `some` is 1 for a numerator above 0, else 0."""

    op: Division
    numerator: Dim
    denominator: Dim
    weight: int = field(init=False, compare=False, repr=False)
    """How many atoms there are in it."""
    nesting: int = field(init=False, compare=False, repr=False)
    """How many divisions stand around the innermost one, itself counted."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", self.numerator.weight + self.denominator.weight)
        terms = (*self.numerator.terms, *self.denominator.terms)
        inside = [atom for monomial, _ in terms for atom in monomial]
        depths = (atom.nesting for atom in inside if isinstance(atom, Quotient))
        object.__setattr__(self, "nesting", 1 + max(depths, default=0))

    def __str__(self) -> str:
        over, under = str(self.numerator), str(self.denominator)
        if self.op == "some":
            return f"some({over})"
        if self.op == "ceil":
            return f"ceil_div({over}, {under})"
        sign = "//" if self.op == "floor" else "%"
        return f"({_wrapped(over)} {sign} {_wrapped(under)})"


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of dim `axis` (0 is the innermost) of a stream whose type is not known yet."""

    value: int
    axis: int
    label: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"dim({self.label or f'%{self.value}'}, {self.axis})"


@dataclass(frozen=True, slots=True)
class Wild:
    """`_` in a declared type: any extent."""

    def __str__(self) -> str:
        return "_"


@dataclass(frozen=True, slots=True)
class Dim:
    """An extent. Build one with `size`, `dynamic`, `ragged` or `to_dim`, then use `+ - * // %`.

    Errors: ExtentTooLarge from arithmetic whose result would be an expression beyond the bounds.
    """

    terms: tuple[tuple[Monomial, int], ...]
    symbol: Symbol | None = field(init=False, compare=False, repr=False)
    """The symbol when the extent is nothing else, else None."""

    def __post_init__(self) -> None:
        symbol = None
        if len(self.terms) == 1:
            monomial, factor = self.terms[0]
            if factor == 1 and len(monomial) == 1 and isinstance(monomial[0], Symbol):
                symbol = monomial[0]
        object.__setattr__(self, "symbol", symbol)

    @property
    def constant(self) -> int | None:
        """The value when it is a plain integer, else None."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and not self.terms[0][0]:
            return self.terms[0][1]
        return None

    @property
    def weight(self) -> int:
        """How many atoms there are in it, those inside divisions too."""
        total = 0
        for monomial, _ in self.terms:
            total += len(monomial)
            for atom in monomial:
                if isinstance(atom, Quotient):
                    total += atom.weight
        return total

    def atoms(self) -> Iterator[Atom]:
        """Walk every atom, inside divisions too."""
        for monomial, _ in self.terms:
            for atom in monomial:
                yield atom
                if isinstance(atom, Quotient):
                    yield from atom.numerator.atoms()
                    yield from atom.denominator.atoms()

    @property
    def is_static(self) -> bool:
        """Whether every atom is a size that is fixed before a run."""
        return all(
            isinstance(atom, Quotient) or (isinstance(atom, Symbol) and atom.kind is Kind.SIZE)
            for atom in self.atoms()
        )

    @property
    def is_ragged(self) -> bool:
        """Whether a ragged symbol occurs in it."""
        # written out: every evaluation asks it of every extent
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, Symbol):
                    if atom.kind is Kind.RAGGED:
                        return True
                elif isinstance(atom, Quotient) and (
                    atom.numerator.is_ragged or atom.denominator.is_ragged
                ):
                    return True
        return False

    @property
    def is_wild(self) -> bool:
        """Whether it is the `_` of a declared type."""
        return self == WILD

    @property
    def has_division(self) -> bool:
        """Whether a division that did not come out even occurs in it."""
        return any(isinstance(atom, Quotient) for atom in self.atoms())

    def __add__(self, other: Dim | int) -> Dim:
        other = to_dim(other)
        left, right = self.constant, other.constant
        if left is not None and right is not None:
            return to_dim(left + right)
        terms = dict(self.terms)
        for monomial, factor in other.terms:
            terms[monomial] = terms.get(monomial, 0) + factor
        return _normal(terms)

    def __radd__(self, other: int) -> Dim:
        return self + other

    def __neg__(self) -> Dim:
        return Dim(tuple((monomial, -factor) for monomial, factor in self.terms))

    def __sub__(self, other: Dim | int) -> Dim:
        return self + -to_dim(other)

    def __rsub__(self, other: int) -> Dim:
        return to_dim(other) - self

    def __mul__(self, other: Dim | int) -> Dim:
        other = to_dim(other)
        if other == ONE:
            return self
        if self == ONE:
            return other
        if len(self.terms) * len(other.terms) > MAX_PAIRS:
            raise ExtentTooLarge("a product of too many terms")
        terms: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in other.terms:
                monomial = _merged(left, right) if left and right else left + right
                if len(monomial) > MAX_DEGREE or not -MAX_FACTOR < a * b < MAX_FACTOR:
                    raise ExtentTooLarge("a product of too many factors")
                terms[monomial] = terms.get(monomial, 0) + a * b
        return _normal(terms)

    def __rmul__(self, other: int) -> Dim:
        return self * other

    def __floordiv__(self, other: Dim | int) -> Dim:
        return _divide("floor", self, to_dim(other))

    def __rfloordiv__(self, other: int) -> Dim:
        return to_dim(other) // self

    def __mod__(self, other: Dim | int) -> Dim:
        return _divide("mod", self, to_dim(other))

    def __rmod__(self, other: int) -> Dim:
        return to_dim(other) % self

    def replace(self, of: Callable[[Atom], Dim | None]) -> Dim:
        """Put `of(atom)` in place of each atom for which it is not None."""
        if self.constant is not None:
            return self
        total = ZERO
        for monomial, factor in self.terms:
            product = to_dim(factor)
            for atom in monomial:
                product = product * _replaced(atom, of)
            total = total + product
        return total

    def value(self, sizes: Mapping[str, int]) -> int:
        """Evaluate it with every symbol looked up by name.

        Errors: KeyError for a symbol without a value, ZeroDivisionError for a zero divisor.
        """
        symbol = self.symbol
        if symbol is not None:
            return sizes[symbol.name]
        total = 0
        for monomial, factor in self.terms:
            for atom in monomial:
                factor *= _atom_value(atom, sizes)
            total += factor
        return total

    def __str__(self) -> str:
        if not self.terms:
            return "0"
        text = ""
        # constants last, as people write them
        for monomial, factor in sorted(self.terms, key=lambda term: not term[0]):
            part = "*".join(map(str, monomial))
            if not monomial:
                part = str(abs(factor))
            elif abs(factor) != 1:
                part = f"{abs(factor)}*{part}"
            if text:
                text += f" {'-' if factor < 0 else '+'} {part}"
            else:
                text = f"-{part}" if factor < 0 else part
        return text[1:-1] if _is_parenthesised(text) else text


def _is_parenthesised(text: str) -> bool:
    if not text.startswith("("):
        return False
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _wrapped(text: str) -> str:
    return f"({text})" if any(sign in text for sign in " */") else text


_DIVISIONS: dict[Division, Callable[[int, int], int]] = {
    "floor": lambda over, under: over // under,
    "ceil": lambda over, under: -(-over // under),
    "mod": lambda over, under: over % under,
    "some": lambda over, under: int(over > 0),
}

_SMALL = tuple(Dim((((), n),)) if n else Dim(()) for n in range(257))


def to_dim(value: Dim | int) -> Dim:
    """Return a `Dim` for an integer; a `Dim` stays as it is."""
    if isinstance(value, Dim):
        return value
    if 0 <= value <= 256:
        return _SMALL[value]
    return Dim((((), int(value)),))


def size(name: str) -> Dim:
    """Return the static extent called `name`."""
    return dim_of(Symbol(name, Kind.SIZE))


def dynamic(name: str) -> Dim:
    """Return the dynamic-regular extent called `name`."""
    return dim_of(Symbol(name, Kind.DYNAMIC))


def ragged(name: str) -> Dim:
    """Return the ragged extent called `name`."""
    return dim_of(Symbol(name, Kind.RAGGED))


def extent(value: int, axis: int, label: str = "") -> Dim:
    """Return the extent of dim `axis` of stream number `value`, resolved when checked."""
    return dim_of(Extent(value, axis, label))


def ceil_div(numerator: Dim | int, denominator: Dim | int) -> Dim:
    """Return the quotient rounded up.

    Errors: ZeroDivisionError.
    """
    return _divide("ceil", to_dim(numerator), to_dim(denominator))


def some(dim: Dim) -> Dim:
    """Return 1 where the extent is above 0, else 0: what `Promote` puts around a stream."""
    return _divide("some", dim, ONE)


def product(dims: tuple[Dim, ...]) -> Dim:
    """Multiply extents; the empty product is 1."""
    total = ONE
    for dim in dims:
        total = total * dim
    return total


def dim_of(atom: Atom) -> Dim:
    """Return the extent that is one atom."""
    return Dim((((atom,), 1),))


def _merged(left: Monomial, right: Monomial) -> Monomial:
    """Multiply two monomials; `some(d)` beside a d, or a quotient of d, says nothing more."""
    atoms = sorted(left + right, key=str)
    if not any(isinstance(atom, Quotient) and atom.op == "some" for atom in atoms):
        return tuple(atoms)
    kept: list[Atom] = []
    for place, atom in enumerate(atoms):
        beside = [*kept, *atoms[place + 1 :]]
        if (
            isinstance(atom, Quotient)
            and atom.op == "some"
            and _vanishes_with(atom.numerator, beside)
        ):
            continue
        kept.append(atom)
    return tuple(kept)


def _vanishes_with(dim: Dim, atoms: list[Atom]) -> bool:
    """Whether one of the atoms is 0 where `dim` is."""
    return any(
        dim == (atom.numerator if isinstance(atom, Quotient) else dim_of(atom))
        and not (isinstance(atom, Quotient) and atom.op == "mod")
        for atom in atoms
    )


def _normal(terms: dict[Monomial, int]) -> Dim:
    kept = [(monomial, factor) for monomial, factor in terms.items() if factor]
    if len(kept) > MAX_TERMS:
        raise ExtentTooLarge("a sum of too many terms")
    if len(kept) > 1:
        kept.sort(key=lambda term: tuple(map(str, term[0])))
    elif not kept or not kept[0][0]:
        return to_dim(kept[0][1] if kept else 0)
    return Dim(tuple(kept))


def _divide(op: Division, numerator: Dim, denominator: Dim) -> Dim:
    over, under = numerator.constant, denominator.constant
    if under == 0:
        raise ZeroDivisionError("division by an extent of zero")
    if over is not None and under is not None:
        return to_dim(_DIVISIONS[op](over, under))
    exact = None if op == "some" else _exact(numerator, denominator)
    if exact is not None:
        return ZERO if op == "mod" else exact
    quotient = Quotient(op, numerator, denominator)
    if quotient.weight > MAX_ATOMS or quotient.nesting > MAX_NESTING:
        raise ExtentTooLarge("a division of too many parts")
    return dim_of(quotient)


def _exact(numerator: Dim, denominator: Dim) -> Dim | None:
    """Return the polynomial quotient by a single term, or None when there is none."""
    if numerator == denominator:
        return ONE
    if len(denominator.terms) != 1:
        return None
    divisor, scale = denominator.terms[0]
    terms: dict[Monomial, int] = {}
    for monomial, factor in numerator.terms:
        rest = list(monomial)
        for atom in divisor:
            if atom not in rest:
                return None
            rest.remove(atom)
        if factor % scale:
            return None
        terms[tuple(rest)] = factor // scale
    return _normal(terms)


def _replaced(atom: Atom, of: Callable[[Atom], Dim | None]) -> Dim:
    found = of(atom)
    if found is not None:
        return found
    if isinstance(atom, Quotient):
        return _divide(atom.op, atom.numerator.replace(of), atom.denominator.replace(of))
    return dim_of(atom)


def _atom_value(atom: Atom, sizes: Mapping[str, int]) -> int:
    match atom:
        case Symbol():
            return sizes[atom.name]
        case Quotient():
            over, under = atom.numerator.value(sizes), atom.denominator.value(sizes)
            return _DIVISIONS[atom.op](over, under)
        case Extent() | Wild():
            raise KeyError(str(atom))


ZERO = to_dim(0)
ONE = to_dim(1)
WILD = dim_of(Wild())
