"""Random values of a program that are drawn only when they are read.

Cycles seldom depend on values: most tensors of a simulated program are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aspl.program import Program
from aspl.reference.inputs import random_inputs


@dataclass(slots=True, eq=False)
class Drawn(Mapping[str, Any]):
    """The values of `random_inputs`, one by one: a draw depends on the seed and the name alone."""

    program: Program
    seed: int
    _read: dict[str, Any] = field(default_factory=dict, init=False)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - what `Inputs` holds
        if name not in self._read:
            self._read[name] = random_inputs(self._alone(name), self.seed)[name]
        return self._read[name]

    def _alone(self, name: str) -> Program:
        """Return the program with no other parameter."""
        inputs = tuple(each for each in self.program.inputs if each.name == name)
        parameters = tuple(each for each in self.program.parameters if each.name == name)
        return replace(self.program, inputs=inputs, parameters=parameters)

    def __contains__(self, name: object) -> bool:
        return any(each == name for each in self)

    def __iter__(self) -> Iterator[str]:
        yield from (each.name for each in self.program.inputs)
        yield from (each.name for each in self.program.parameters)

    def __len__(self) -> int:
        return len(self.program.inputs) + len(self.program.parameters)
