"""The probabilistic grammar: how likely a choice is, fitted to programs that are known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from agent.synth.chains import Costs
from agent.synth.features import Link, Option
from agent.synth.replay import Told

PRIOR: Mapping[str, float] = {
    "again": -2.0,
    "route": 1.0,
    "grouped": -1.0,
    "declared.next": 0.5,
    "told.next": 0.5,
    "takes.unread": 1.0,
    "formula.ready": 1.0,
    "formula.waits": -1.0,
    "finish": 1.0,
    "finish.unused": -2.0,
    "finish.told": 0.5,
    "source.cost": -0.5,
    "source.read": -1.0,
    "source.last": 0.5,
    "source.itself": -1.0,
    "source.twice": -2.0,
    "source.order": 0.5,
    "source.formula": 1.0,
    "source.other": -1.0,
    "name.same": 0.5,
    "name.word": 0.5,
    "name.begins": 0.5,
    "control.read": -1.0,
    "form.cost": -0.5,
    "form.result": 1.0,
    "output.cost": -0.5,
    "output.read": -1.0,
    "output.last": 0.5,
    "output.told": 0.5,
    "source.wide": 0.5,
    "whole.cost": -0.5,
    "whole.again": -0.5,
    "whole.told": 1.0,
    "whole.other": -1.0,
    "link.0": 1.0,
    "link.1": 0.5,
}
"""Weights before any program was seen: what is not read or used yet is likely, detours are not.

Assumed, in steps of one half, and the same for every task; they are where a fit to the manual's
programs begins, and known programs move them further. What the manual's examples tell of operators
behind one another is in the costs.
"""
_TRUST = 0.3
"""How firmly the prior holds a weight: the inverse of its variance."""
_ROUNDS = 60
_RATE = 0.5


@dataclass(frozen=True, slots=True)
class Grammar:
    """Weights of features, links of known programs, costs of operators behind one another."""

    weights: Mapping[str, float]
    links: Mapping[Link, frozenset[int]]
    """The programs in which a link occurs, by number."""
    costs: Costs
    programs: int
    """How many were seen."""

    def score(self, option: Option, followed: frozenset[int]) -> float:
        """Return the weight of an option; of links, those of the programs that are followed."""
        weights = self.weights
        total = 0.0
        for name, value in option.features.items():
            total += weights.get(name, 0.0) * value
        if followed:
            for level, link in enumerate(option.links):
                programs = self.links.get(link)
                if programs and programs & followed:
                    total += weights[f"link.{level}"]
        return total


@dataclass(frozen=True, slots=True)
class Guide:
    """What one answer is drawn by."""

    grammar: Grammar
    random: Random
    followed: frozenset[int] = frozenset()
    """The known programs that it goes by."""
    heat: float = 1.0
    """Above 1 the options are more alike."""

    def drawn(self, options: Sequence[Option]) -> int:
        """Draw the place of an option."""
        scores = [self.grammar.score(each, self.followed) / self.heat for each in options]
        top = max(scores)
        shares = [math.exp(each - top) for each in scores]
        at = self.random.random() * sum(shares)
        for place, share in enumerate(shares):
            at -= share
            if at < 0:
                return place
        return len(shares) - 1


def fitted(told: Sequence[Told], costs: Costs, manual: Sequence[Told] = ()) -> Grammar:
    """Return the grammar that makes known programs likely, as far from the prior as they tell.

    Args: manual: programs that explain the language: they move the weights and leave no links.
    """
    links: dict[Link, set[int]] = {}
    for number, program in enumerate(told):
        for choice in program.choices:
            for link in choice.options[choice.chosen].links:
                links.setdefault(link, set()).add(number)
    frozen = {link: frozenset(programs) for link, programs in links.items()}
    known = [*told, *manual]
    weights = _weights(known, frozen) if known else dict(PRIOR)
    return Grammar(weights, frozen, costs, len(told))


def _weights(told: Sequence[Told], links: Mapping[Link, frozenset[int]]) -> dict[str, float]:
    """Return the weights of greatest probability, by ascent of the gradient."""
    rows, owners, chosen = _rows(told, links)
    names = sorted({name for row in rows for name in row} | set(PRIOR))
    place = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)))
    for at, row in enumerate(rows):
        for name, value in row.items():
            table[at, place[name]] = value
    owner = np.array(owners)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    prior = np.array([PRIOR.get(name, 0.0) for name in names])
    wanted = table[chosen].sum(axis=0)
    scale = _TRUST + np.square(table).sum(axis=0)
    weights = prior.copy()
    for _ in range(_ROUNDS):
        scores = table @ weights
        scores -= np.maximum.reduceat(scores, starts)[owner]
        shares = np.exp(scores)
        shares /= np.add.reduceat(shares, starts)[owner]
        slope = wanted - shares @ table - _TRUST * (weights - prior)
        # each weight by a step of its own: a bound of the curvature on the diagonal
        weights += _RATE * slope / np.sqrt(scale * _TRUST + scale)
    return {name: float(weights[at]) for name, at in place.items()}


def _rows(
    told: Sequence[Told], links: Mapping[Link, frozenset[int]]
) -> tuple[list[dict[str, float]], list[int], list[int]]:
    """Return the features of all options, the choice of each, and the rows that were chosen."""
    rows: list[dict[str, float]] = []
    owners: list[int] = []
    chosen: list[int] = []
    count = 0
    for number, program in enumerate(told):
        for choice in program.choices:
            chosen.append(len(rows) + choice.chosen)
            for option in choice.options:
                row = dict(option.features)
                for level, link in enumerate(option.links):
                    if links.get(link, frozenset()) - {number}:
                        row[f"link.{level}"] = 1.0
                rows.append(row)
                owners.append(count)
            count += 1
    return rows, owners, chosen
