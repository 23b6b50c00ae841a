"""One run of a study: its program, its machine, what controls it, and what is known before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from aspl.checker import Checked
from aspl.types import Stream, Tile
from compiler.metrics import Metrics, metrics
from simulator.machine import MachineConfig

Parameters: TypeAlias = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What a run costs by the published rule, known without a simulation."""

    study: str
    parameters: Parameters
    """What it was asked for, by the names of the options."""
    off_chip_bytes: int | None
    """None where the rule has no single value, and a simulation must count."""
    on_chip_bytes: int
    """As plotted: for some studies, without the operators that no token reaches."""
    on_chip_all_bytes: int
    on_chip_active_bytes: int
    """Without the operators that no token reaches."""
    published_flops: int | None = None
    """FLOPs as the published scripts count them; None where they count none."""
    published_compute: int | None = None
    """FLOPs a cycle as the published scripts add them up; None where they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Everything that a simulation needs."""

    checked: Checked
    machine: MachineConfig
    measures: Measures
    inputs: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Values of the tensors that control the run; those of the others make no difference."""


class Study(Protocol):
    """A published experiment with its parameters filled in."""

    @property
    def label(self) -> str:
        """A few words that tell it from others of a sweep."""
        ...

    @property
    def weight(self) -> int:
        """About how long its simulation takes, beside others of a sweep."""
        ...

    def experiment(self) -> Experiment:
        """Build the program and what controls it."""
        ...


def routed_extents(checked: Checked, counts: Sequence[int]) -> dict[str, int]:
    """Return sizes, and the extents that a routing decides, by name.

    Every partition of the tokens or of their weights sends `counts[e]` elements to output e.
    """
    extents = checked.program.size_values()
    for node in checked.program.nodes:
        if node.op.name != "Partition" or len(node.outputs) != len(counts):
            continue
        for value, count in zip(node.outputs, counts, strict=True):
            symbol = checked.types[value].shape[0].symbol
            if symbol is not None:
                extents[symbol.name] = count
    return extents


def merged_rows(checked: Checked, extents: Mapping[str, int]) -> dict[str, int]:
    """Return the largest rows that tiles of each merge have, by the name of the ragged extent."""
    largest: dict[str, int] = {}
    for node in checked.program.nodes:
        if node.op.name != "EagerMerge":
            continue
        element = checked.types[node.outputs[0]].element
        if not isinstance(element, Tile) or not element.rows.is_ragged:
            continue
        symbol = element.rows.symbol
        if symbol is not None:
            largest[symbol.name] = max(
                _rows(checked.types[value], extents) for value in node.inputs
            )
    return largest


def _rows(stream: Stream, extents: Mapping[str, int]) -> int:
    assert isinstance(stream.element, Tile)
    return stream.element.rows.value(extents)


def published_metrics(checked: Checked) -> Metrics:
    """Return the metrics that the published figures are made of."""
    return metrics(checked, "published")
