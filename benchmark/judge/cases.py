"""What a task is judged on, drawn once for many answers: headers, inputs, expected outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from aspl.reference.inputs import Inputs
from aspl.text.header import Header
from aspl.types import Stream
from aspl.values.literal import from_nested
from aspl.values.stream import StreamValue
from benchmark.judge.identity import versions
from benchmark.judge.seeds import Seeds
from benchmark.tasks.authored import authored_functions
from benchmark.tasks.draw import draw, expected, misfits
from benchmark.tasks.header import header_of
from benchmark.tasks.task import Expected, Regime, Task, TaskError, Values

PAPER = "paper"
"""The regime at whose sizes a program is simulated."""
PUBLIC_SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One draw of one regime, and what must come of it."""

    regime: Regime
    seed: int
    inputs: Values
    wanted: Expected
    supplied: Inputs
    """What a run of an answer is supplied with: the inputs, and what given functions compute."""


@dataclass(slots=True, eq=False)
class Prepared:
    """A task with what it is judged on; things are made when they are asked for, and kept."""

    task: Task
    seeds: Seeds
    headers: dict[tuple[tuple[str, int], ...], Header] = field(default_factory=dict)
    cases: dict[tuple[int, int], Case] = field(default_factory=dict)

    versions: Mapping[str, str] = field(init=False)
    """Of judge, task and machine."""

    def __post_init__(self) -> None:
        self.versions = versions(self.task)

    @property
    def text(self) -> str:
        """The header as text."""
        return self.task.header

    def header(self, sizes: Mapping[str, int]) -> Header:
        """Return the header with other sizes than its own."""
        key = tuple(sorted(sizes.items()))
        if key not in self.headers:
            self.headers[key] = _judged(header_of(self.task, sizes))
        return self.headers[key]

    def case(self, regime: int, seed: int) -> Case:
        """Return what is drawn for a regime from a seed, both by number."""
        return self._drawn(regime, self.seeds[seed])

    @property
    def simulated(self) -> Case:
        """What a program is simulated on: the same draw in every run, so that costs compare."""
        return self._drawn(self.paper, PUBLIC_SEED)

    def _drawn(self, regime: int, start: int) -> Case:
        key = (regime, start)
        if key not in self.cases:
            one = self.task.regimes[regime]
            inputs = draw(self.task, one, start)
            wanted = expected(self.task, inputs)
            for problem in misfits(self.task, one, wanted):
                raise TaskError(f"{self.task.name}: regime `{one.name}`: {problem}")
            streams = _streams(self.header(one.sizes), inputs)
            self.cases[key] = Case(
                regime=one,
                seed=start,
                inputs=inputs,
                wanted=wanted,
                supplied={**inputs, **streams, **authored_functions(self.task)},
            )
        return self.cases[key]

    @property
    def paper(self) -> int:
        """The number of the regime at whose sizes a program is simulated."""
        names = [each.name for each in self.task.regimes]
        return names.index(PAPER) if PAPER in names else 0


def _streams(header: Header, inputs: Values) -> dict[str, StreamValue]:
    """Return the streams among the inputs as runs hold them; what is drawn fits into f32."""
    found: dict[str, StreamValue] = {}
    for name, kind in header.inputs:
        if isinstance(kind, Stream):
            array = inputs[name]
            held = array.astype(np.float32) if array.dtype.kind == "f" else array
            found[name] = from_nested(held, kind)
    return found


def _judged(header: Header) -> Header:
    """Return a header whose functions were held against its sizes, so that no check does it again.

    A check of an answer then looks at those sizes only that the answer itself makes it look at.
    """
    functions = {each: replace(each, judged_at=()) for each in header.functions}
    lists = tuple(
        (name, tuple(functions[each] for each in members)) for name, members in header.lists
    )
    return replace(header, functions=tuple(functions.values()), lists=lists)
