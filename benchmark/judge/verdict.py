"""What a judge says of an answer, and all that is needed to say it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from aspl.diagnostics import Diagnostic


class Outcome(StrEnum):
    """How far an answer got; the stages in their order, then what can end any of them."""

    UNPARSEABLE = "unparseable"
    ILL_TYPED = "ill-typed"
    NOT_LINEAR = "not-linear"
    OVER_BUDGET = "over-budget"
    WRONG_SHAPE = "wrong-shape"
    WRONG_VALUES = "wrong-values"
    DEADLOCK = "deadlock"
    LIMIT = "limit"
    """A worker ran out of time, memory or output."""
    CRASHED = "crashed"
    """A worker died, or did not report."""
    CORRECT = "correct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Where the values of one output are wrong, in one regime."""

    output: int
    regime: str
    kind: Literal["shape", "type", "values"] = "values"
    """What differs; where it is not the values, all of them count as wrong."""
    largest_absolute: float
    largest_relative: float
    wrong: int
    """Numbers that are out of tolerance."""
    total: int
    first: tuple[tuple[int, ...], ...]
    """Indices of the first few wrong numbers."""
    got: tuple[float, ...] = ()
    """The numbers there; none where it is not the values that differ."""
    wanted: tuple[float, ...] = ()
    """The reference's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a correct program costs on the reference machine, at the paper's sizes."""

    cycles: int
    off_chip_bytes: int
    on_chip_bytes: int | None
    flops: int
    compute_utilization: float
    bandwidth_utilization: float
    bottleneck: str
    """The unit that holds up the others, in words."""
    depth: int
    """Elements of every queue that the compiler does not lengthen: the machine's, or the next
    power of two at which the program runs."""
    queues: int | None = None
    """How many there are; None, as of the next three, in records that do not tell."""
    lengthened_queues: int | None = None
    """Those that hold more elements than the machine gives to one."""
    deepest_queue: int | None = None
    """Elements in the longest of all."""
    queue_bytes: int | None = None
    """What the lengthened ones hold when they are full, which `on_chip_bytes` does not count; None
    too where the elements have no one size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one answer to one task."""

    task: str
    outcome: Outcome
    program: str
    """The answer as it was judged."""
    diagnostics: tuple[Diagnostic, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    cost: Cost | None = None
    seeds: tuple[int, ...] = ()
    """Where inputs were drawn from."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of judge, task and machine."""
    reason: str = ""
    """For a limit or a crash: which, in one line."""
    seconds: float = 0.0

    @property
    def is_correct(self) -> bool:
        """Whether it passed."""
        return self.outcome is Outcome.CORRECT
