"""A figure as data: what is drawn, and what is claimed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from benchmark.studies.published import published_claim, published_series

SCHEMA = "aspl.figure/1"

Role: TypeAlias = Literal["ours", "variant", "published"]
Unit: TypeAlias = Literal["ratio", "percent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points of one kind."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    labels: tuple[str, ...] = ()
    """A word beside each point, or none at all."""
    role: Role = "ours"
    color: int = 0
    """Series of one colour belong together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes; with categories, bars side by side at their places."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    is_log_x: bool = False
    is_log_y: bool = False
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A number that follows from a figure, beside what the paper states."""

    name: str
    here: float
    published: float | None = None
    source: str = ""
    unit: Unit = "ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A whole figure."""

    title: str
    panels: tuple[Panel, ...]
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    """Rows of words, a head first; where there are runs, they have a table of their own."""

    def record(self) -> dict[str, Any]:
        """Return what follows from it as an object of JSON."""
        return {
            "schema": SCHEMA,
            "title": self.title,
            "claims": [asdict(each) for each in self.claims],
            "notes": list(self.notes),
            "table": [list(row) for row in self.table],
        }


def claim(figure: str, name: str, here: float, unit: Unit = "ratio") -> Claim:
    """Return a claim with what the paper states of it."""
    found = published_claim(figure, name)
    if found is None:
        return Claim(name=name, here=here, unit=unit)
    return Claim(name=name, here=here, published=found.value, source=found.source, unit=unit)


def published_bars(
    figure: str, quantity: str, keys: Sequence[str], scale: float = 1.0, color: int = 1
) -> tuple[Series, ...]:
    """Return what was published at the places of `keys`; what was not is left out."""
    return tuple(
        Series(
            name=each.name,
            x=tuple(float(place) for place, key in enumerate(keys) if key in each.values),
            y=tuple(each.values[key] / scale for key in keys if key in each.values),
            role="published",
            color=color + at,
        )
        for at, each in enumerate(published_series(figure, quantity))
    )
