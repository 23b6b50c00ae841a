"""The whole of one stream: its nesting and its elements."""

from __future__ import annotations

from dataclasses import dataclass

from aspl.values.column import Column
from aspl.values.nest import Nest


@dataclass(frozen=True, slots=True, eq=False)
class StreamValue:
    """What a stream carries in one run; `len(column) == nest.size`."""

    nest: Nest
    column: Column

    def __post_init__(self) -> None:
        assert len(self.column) == self.nest.size, (len(self.column), self.nest.text())
