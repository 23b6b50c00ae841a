"""The probabilistic grammar: how likely a choice is, as weights of features and links."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from agent.synth.features import Link, Option

PRIOR: Mapping[str, float] = {
    "again": -2.0,
    "route": 1.0,
    "grouped": -1.0,
    "declared.next": 0.5,
    "told.next": 0.5,
    "takes.unread": 1.0,
    "formula.ready": 0.5,
    "finish": 1.0,
    "finish.unused": -2.0,
    "finish.told": 0.5,
    "source.cost": -0.3,
    "source.read": -1.0,
    "source.last": 0.5,
    "source.itself": -1.0,
    "source.twice": -2.0,
    "source.order": 0.5,
    "source.formula": 0.5,
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
}
"""Weights before any program was seen: what is not read or used yet is likely, detours are not."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """Weights of features, links of other programs, costs of operators behind one another."""

    weights: Mapping[str, float] = field(default_factory=lambda: PRIOR)
    links: Mapping[Link, frozenset[int]] = field(default_factory=dict)
    """The programs in which a link occurs, by number."""
    link_weight: float = 1.5
    costs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    unseen: float = 1.0

    def score(self, option: Option, followed: frozenset[int] | None = None) -> float:
        """Return the weight of an option; of links, those of the programs that are followed."""
        weights = self.weights
        total = sum(weights.get(name, 0.0) * value for name, value in option.features.items())
        for link in option.links:
            programs = self.links.get(link)
            if programs and (followed is None or programs & followed):
                total += self.link_weight
        return total


def drawn(
    options: list[Option], grammar: Grammar, random: Random, followed: frozenset[int] | None = None
) -> int:
    """Draw the place of an option."""
    scores = [grammar.score(each, followed) for each in options]
    top = max(scores)
    shares = [math.exp(each - top) for each in scores]
    at = random.random() * sum(shares)
    for place, share in enumerate(shares):
        at -= share
        if at < 0:
            return place
    return len(shares) - 1
