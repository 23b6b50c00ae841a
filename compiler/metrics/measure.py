"""Metrics of a checked program, operator by operator and in total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aspl.checker import Checked
from aspl.dims import ZERO, Dim, Kind, Symbol
from aspl.types import Stream
from compiler.metrics.paper import PAPER
from compiler.metrics.published import PUBLISHED
from compiler.metrics.row import Operation, Rule, Table

RULES: Mapping[Rule, Table] = {"published": PUBLISHED, "paper": PAPER}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorMetrics:
    """What one operator costs.

    Units: bytes
    """

    node: int
    """Its place in the program."""
    operator: str
    shape: tuple[Dim, ...]
    """Of the stream that it writes, or that it reads where it writes none."""
    off_chip: Dim
    on_chip: Dim

    def is_idle(self, extents: Mapping[str, int]) -> bool:
        """Whether its stream is known to be empty."""
        return any(not dim.is_ragged and dim.value(extents) == 0 for dim in self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Metrics at the extents of a run; None where a ragged extent leaves no single value.

    Units: bytes
    """

    off_chip: int | None
    on_chip: int | None
    active_on_chip: int | None
    """Of the operators whose streams are not empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Off-chip traffic and on-chip memory of a program by one rule.

    Units: bytes
    """

    rule: Rule
    operators: tuple[OperatorMetrics, ...]

    @property
    def off_chip(self) -> Dim:
        """All traffic as one expression.

        Errors: ExtentTooLarge where it has too many terms; `value` has no such bound.
        """
        return _sum([each.off_chip for each in self.operators])

    @property
    def on_chip(self) -> Dim:
        """All memory as one expression.

        Errors: ExtentTooLarge where it has too many terms; `value` has no such bound.
        """
        return _sum([each.on_chip for each in self.operators])

    def value(self, extents: Mapping[str, int], largest: Mapping[str, int] | None = None) -> Values:
        """Evaluate them with the sizes and dynamic extents of a run.

        `largest` gives ragged extents of elements their largest values, which is what a memory
        that holds one element must have.

        Errors: KeyError for a size or dynamic extent without a value.
        """
        off_chip = [_value(each.off_chip, extents, {}) for each in self.operators]
        on_chip = [_value(each.on_chip, extents, largest or {}) for each in self.operators]
        active = [
            held
            for held, each in zip(on_chip, self.operators, strict=True)
            if held != 0 and not each.is_idle(extents)
        ]
        return Values(
            off_chip=_total(off_chip), on_chip=_total(on_chip), active_on_chip=_total(active)
        )


def metrics(checked: Checked, rule: Rule) -> Metrics:
    """Return what every operator of a program costs by a rule.

    Errors: ExtentTooLarge where the elements of one stream have no expression within bounds.
    """
    table, types = RULES[rule], checked.types
    found = []
    for place, node in enumerate(checked.program.nodes):
        inputs = tuple(types[value] for value in node.inputs)
        outputs = tuple(types[value] for value in node.outputs)
        cost = table[node.op.name](Operation(node.op, inputs, outputs))
        found.append(
            OperatorMetrics(
                node=place,
                operator=node.op.name,
                shape=_carried(inputs, outputs),
                off_chip=cost.off_chip,
                on_chip=cost.on_chip,
            )
        )
    return Metrics(rule=rule, operators=tuple(found))


def _carried(inputs: tuple[Stream, ...], outputs: tuple[Stream, ...]) -> tuple[Dim, ...]:
    return (*outputs, *inputs)[0].shape


def _value(dim: Dim, extents: Mapping[str, int], largest: Mapping[str, int]) -> int | None:
    if not dim.is_ragged:
        return dim.value(extents)
    ragged = [
        atom.name for atom in dim.atoms() if isinstance(atom, Symbol) and atom.kind is Kind.RAGGED
    ]
    # a header gives ragged extents a value too, which is for random inputs only
    if not all(name in largest for name in ragged):
        return None
    return dim.value({**extents, **largest})


def _total(values: Sequence[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) if len(known) == len(values) else None


def _sum(dims: Sequence[Dim]) -> Dim:
    """Add many expressions; in halves, so that long sums are sorted a few times only."""
    parts = [dim for dim in dims if dim != ZERO]
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        rest = parts[-1:] if len(parts) % 2 else []
        parts = [left + right for left, right in pairs] + rest
    return parts[0] if parts else ZERO
