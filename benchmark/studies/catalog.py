"""What is known of the published traces: their names and statistics."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

Group: TypeAlias = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingStatistics:
    """How many tokens of a batch every expert got."""

    name: str
    source: str
    rows: int
    chosen: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KvStatistics:
    """What is known of the lengths of the key-value caches of one batch."""

    name: str
    """Deviation, first and last request of the window, as in `0996_4007_4070`."""
    requests: int
    sum: int
    deviation: float
    """Of a sample, to one decimal."""
    min: int
    median: int
    """Without what is behind the point."""
    max: int
    tiles: int
    """The sum of ceil((x + 1) / 32)."""
    full: int
    """How many x have x mod 32 = 31, so that the new token begins a tile of its own."""
    group: Group | None = None
    """How the figures class its deviation; None where no figure uses it."""
    lengths: tuple[int, ...] | None = None
    """All of it, where it was published in full."""

    @property
    def label(self) -> str:
        """Its name among all batches."""
        return f"b{self.requests}/{self.name}"


@cache
def routing_statistics() -> Mapping[str, RoutingStatistics]:
    """Return the published routings by name, as in `qwen_b64`."""
    return {
        name: RoutingStatistics(name=name, **{**row, "counts": tuple(row["counts"])})
        for name, row in _document()["routing"].items()
    }


@cache
def kv_statistics() -> tuple[KvStatistics, ...]:
    """Return the published batches of requests."""
    return tuple(
        KvStatistics(**{**row, "lengths": tuple(row["lengths"]) if "lengths" in row else None})
        for row in _document()["kv"]
    )


def kv_group(requests: int, group: Group) -> tuple[KvStatistics, ...]:
    """Return the three batches of a class, as the figures use them."""
    return tuple(
        each for each in kv_statistics() if (each.requests, each.group) == (requests, group)
    )


def _document() -> dict[str, Any]:
    path = files("benchmark.studies").joinpath("data", "traces.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
