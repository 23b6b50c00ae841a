"""Shapes and styles that every task of `core` is judged in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmark.tasks.task import Adapt, Array, Regime, Values

PAPER: Mapping[str, int] = {"M": 5, "N": 7, "K": 9, "D": 16}
ONES: Mapping[str, int] = {"M": 1, "N": 1, "K": 1, "D": 1}
PRIMES: Mapping[str, int] = {"M": 11, "N": 3, "K": 2, "D": 13}
LARGER: Mapping[str, int] = {"M": 10, "N": 13, "K": 16, "D": 32}
SMALL: Mapping[str, int] = {"M": 4, "N": 3, "K": 5, "D": 6}

_BASE = (
    Regime(name="paper", sizes=PAPER),
    Regime(name="ones", sizes=ONES, style="negative"),
    Regime(name="primes", sizes=PRIMES, style="ties"),
    Regime(name="larger", sizes=LARGER, style="wide"),
    Regime(name="extremes", sizes=SMALL, style="extreme"),
)


def regimes(
    sizes: str,
    *special: Regime,
    adapt: Adapt | None = None,
    instead: Mapping[str, Mapping[str, int]] | None = None,
) -> tuple[Regime, ...]:
    """Return the five kinds of input that all tasks share, and those that are special to one.

    Args:
        sizes: the names of the sizes that the header declares, as in `"MND"`
        adapt: what the shared five make of drawn values
        instead: other values of some sizes, by the name of the regime
    """
    made = []
    for regime in (*(replace(each, adapt=adapt) for each in _BASE), *special):
        values = {**regime.sizes, **(instead or {}).get(regime.name, {})}
        made.append(replace(regime, sizes={name: values[name] for name in sizes}))
    return tuple(made)


def small(name: str, adapt: Adapt) -> Regime:
    """Return a regime of small shapes and normal values that are made special."""
    return Regime(name=name, sizes=SMALL, adapt=adapt)


def chain(*adapts: Adapt) -> Adapt:
    """Return one adaptation that applies several, the first one first."""

    def adapt(values: dict[str, Array], rng: np.random.Generator) -> Values:
        for each in adapts:
            values = dict(each(values, rng))
        return values

    return adapt


def named(regimes: Sequence[Regime], name: str) -> Regime:
    """Return the regime of a name."""
    return next(regime for regime in regimes if regime.name == name)
