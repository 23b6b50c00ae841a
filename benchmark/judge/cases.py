"""What a task is judged on, drawn once for many answers: headers, inputs, expected outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aspl.reference.inputs import Inputs
from aspl.reference.run import Meaning
from aspl.text.header import Header
from benchmark.judge.seeds import Seeds
from benchmark.tasks.draw import draw, expected
from benchmark.tasks.header import header_of
from benchmark.tasks.task import Expected, Regime, Task, Values

PAPER = "paper"
"""The regime at whose sizes a program is simulated."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One draw of one regime, and what must come of it."""

    regime: Regime
    seed: int
    inputs: Values
    wanted: Expected
    given: Mapping[str, Meaning] = field(default_factory=dict)
    """What given functions compute."""

    @property
    def supplied(self) -> Inputs:
        """All that a run of an answer is supplied with."""
        return {**self.inputs, **self.given}


@dataclass(slots=True, eq=False)
class Prepared:
    """A task with what it is judged on; things are made when they are asked for, and kept."""

    task: Task
    seeds: Seeds
    headers: dict[tuple[tuple[str, int], ...], Header] = field(default_factory=dict)
    cases: dict[tuple[int, int], Case] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The header as text."""
        return self.task.header

    def header(self, sizes: Mapping[str, int]) -> Header:
        """Return the header with other sizes than its own."""
        key = tuple(sorted(sizes.items()))
        if key not in self.headers:
            self.headers[key] = header_of(self.task, sizes)
        return self.headers[key]

    def case(self, regime: int, seed: int) -> Case:
        """Return what is drawn for a regime from a seed, both by number."""
        key = (regime, seed)
        if key not in self.cases:
            one, start = self.task.regimes[regime], self.seeds[seed]
            inputs = draw(self.task, one, start)
            wanted = expected(self.task, inputs)
            self.cases[key] = Case(
                regime=one, seed=start, inputs=inputs, wanted=wanted, given=self.task.given
            )
        return self.cases[key]

    @property
    def paper(self) -> int:
        """The number of the regime at whose sizes a program is simulated."""
        names = [each.name for each in self.task.regimes]
        return names.index(PAPER) if PAPER in names else 0
