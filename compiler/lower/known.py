"""What is known of a run before it is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aspl.values.column import Array
from aspl.values.stream import StreamValue


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """Extents, and the values that control the run."""

    extents: Mapping[str, int]
    """Sizes, and dynamic extents as far as they are known, by name."""
    streams: Mapping[int, StreamValue] = field(default_factory=dict)
    """Streams of the kernel, and streams whose values or extents only an evaluation tells."""
    tensors: Mapping[str, Array] = field(default_factory=dict)
    """Tensors of control values."""


class EvaluationNeeded(Exception):
    """The tables cannot be made before these streams are evaluated."""

    def __init__(self, streams: frozenset[int]) -> None:
        super().__init__(f"streams {sorted(streams)}")
        self.streams = streams
