"""Published values of the figures, each with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSeries:
    """Values of one quantity, by the keys of a figure's runs."""

    figures: tuple[str, ...]
    quantity: str
    name: str
    source: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedClaim:
    """A number that the paper states of a figure."""

    figure: str
    name: str
    value: float
    source: str


def published_series(figure: str, quantity: str) -> tuple[PublishedSeries, ...]:
    """Return what was published of a quantity."""
    return tuple(each for each in _series() if figure in each.figures and each.quantity == quantity)


def published_claim(figure: str, name: str) -> PublishedClaim | None:
    """Return what the paper states, None where it states nothing."""
    found = (each for each in published_claims() if (each.figure, each.name) == (figure, name))
    return next(found, None)


def published_values(figure: str, quantity: str) -> dict[str, float]:
    """Return what was published of a quantity by key; where several series tell, the first."""
    values: dict[str, float] = {}
    for each in reversed(published_series(figure, quantity)):
        values.update(each.values)
    return values


def source_lines(figure: str) -> tuple[str, ...]:
    """Return where a figure's published values come from, a line each."""
    series = [each for each in _series() if figure in each.figures]
    claims = {each.source for each in published_claims() if each.figure == figure}
    return (
        *(f"{each.quantity}, {each.name}: {each.source}" for each in series),
        *(f"claims: {each}" for each in sorted(claims)),
    )


@cache
def published_claims() -> tuple[PublishedClaim, ...]:
    """Return all that the paper states."""
    return tuple(PublishedClaim(**each) for each in _document()["claim"])


@cache
def _series() -> tuple[PublishedSeries, ...]:
    return tuple(
        PublishedSeries(**{**each, "figures": tuple(each["figures"])})
        for each in _document()["series"]
    )


@cache
def _document() -> dict[str, Any]:
    path = files("benchmark.studies").joinpath("data", "published.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
