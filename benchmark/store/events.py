"""What happens in a run, as typed and versioned events: `noun.verb`, append-only.

Large things (prompts, replies, programs, verdicts) are named by their digests. A class gets a new
version, and its older bodies a function that lifts them (`vocabulary`), when its fields change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, TypeAlias

from benchmark.store.config import Limits, RunConfig, Usage
from benchmark.store.steering import STEERING, SteeringEvent


class Event(Protocol):
    """Something that happened in a run."""

    name: ClassVar[str]
    version: ClassVar[int]

    def objects(self) -> tuple[str, ...]:
        """Return the digests of the objects that it speaks of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run begins; its session is number 0."""

    name: ClassVar[str] = "run.started"
    version: ClassVar[int] = 1
    config: RunConfig
    limits: Limits

    def objects(self) -> tuple[str, ...]:
        """Return nothing: a configuration is small."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed:
    """A further session begins what an earlier one left."""

    name: ClassVar[str] = "run.resumed"
    version: ClassVar[int] = 1
    session: int
    limits: Limits

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """A solved task as it is shown to the model."""

    task: str
    program: str
    """The digest of its text."""
    rate: float
    """The share of correct samples in the round that solved it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundBegan:
    """A policy asks for samples: of which tasks, and with which exemplars before the eyes."""

    name: ClassVar[str] = "round.began"
    version: ClassVar[int] = 1
    round: int
    """From 0."""
    tasks: tuple[str, ...]
    first: int
    """The number of the first sample of each task."""
    samples: int
    """Of each task."""
    exemplars: tuple[Exemplar, ...] = ()
    """In the order of the prompt."""
    chosen: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By task, places in `exemplars`, where not all of them are shown to it."""
    stratum: int = 0
    """Which cumulative stratum of exemplars this is, from 0."""
    strata: int = 0
    """Of how many; 0 where no task is solved yet."""

    def objects(self) -> tuple[str, ...]:
        """Return the programs of the exemplars."""
        return tuple(each.program for each in self.exemplars)


Step: TypeAlias = Literal["propose", "repair", "guard"]
"""What a call is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBegan:
    """A call that is paid for goes out; it has no end where the process was killed."""

    name: ClassVar[str] = "call.began"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    call: int
    """From 0, among the calls of the sample."""
    step: Step
    request: str
    """The identity of the request."""
    bound_usd: float | None
    """The most that it may cost; None where no price is known."""

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSubmitted:
    """Requests were handed in together; they come back hours later."""

    name: ClassVar[str] = "batch.submitted"
    version: ClassVar[int] = 1
    round: int
    batch: str
    """The server's name for it."""
    samples: tuple[tuple[str, int, str], ...]
    """Tasks and samples, and the identities of their requests."""

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCollected:
    """All that came of a batch is recorded."""

    name: ClassVar[str] = "batch.collected"
    version: ClassVar[int] = 1
    round: int
    batch: str
    expired: int = 0
    """Requests that nothing came of, which are asked again."""

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


Ending: TypeAlias = Literal["done", "incomplete", "budget", "stopped", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """A session ends by itself; one that was killed has no such event."""

    name: ClassVar[str] = "run.ended"
    version: ClassVar[int] = 1
    session: int
    ending: Ending
    """`incomplete`: some samples failed, and resuming asks for them again."""
    detail: str = ""

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleProposed:
    """A model answered a call; what it took is spent, whatever becomes of the answer."""

    name: ClassVar[str] = "sample.proposed"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    call: int = 0
    step: Step = "propose"
    reply: str
    program: str | None = None
    """The program in the reply, as its digest."""
    prompt: str | None = None
    """The part of the prompt that is the same for other samples."""
    tail: str | None = None
    """The part that is for this call alone."""
    request: str = ""
    """The identity of the request."""
    finish: str = "complete"
    served: str = ""
    """The model that answered, by its server's own word."""
    retried: tuple[str, ...] = ()
    """One line for each attempt that came to nothing before."""
    usage: Usage

    def objects(self) -> tuple[str, ...]:
        """Return the reply, and the program and the prompt if there are any."""
        parts = (self.reply, self.program, self.prompt, self.tail)
        return tuple(each for each in parts if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleChecked:
    """A program does not check; what is wrong goes back to the model, or the sample ends so."""

    name: ClassVar[str] = "sample.checked"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    call: int
    program: str
    checkup: str
    """The digest of what the check found."""
    outcome: str

    def objects(self) -> tuple[str, ...]:
        """Return the program, and what the check found."""
        return (self.program, self.checkup)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleGuarded:
    """Copies were put in by the compiler, where only linearity was at fault."""

    name: ClassVar[str] = "sample.guarded"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    call: int
    before: str
    program: str

    def objects(self) -> tuple[str, ...]:
        """Return the program before and after."""
        return (self.before, self.program)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleUnfenced:
    """An answer holds no program, or several; it is wrong and is not asked for again."""

    name: ClassVar[str] = "sample.unfenced"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    reply: str
    reason: str

    def objects(self) -> tuple[str, ...]:
        """Return the reply."""
        return (self.reply,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleJudged:
    """The judge said what a program is worth."""

    name: ClassVar[str] = "sample.judged"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    reply: str
    program: str
    verdict: str
    outcome: str
    cycles: int | None = None
    """Of a correct program on the reference machine."""
    length: int
    """Characters of the program."""
    seconds: float = 0.0

    def objects(self) -> tuple[str, ...]:
        """Return the reply, the program and the verdict."""
        return (self.reply, self.program, self.verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCached:
    """The same program was judged before by the same judge, and its verdict holds."""

    name: ClassVar[str] = "sample.cached"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    reply: str
    program: str
    verdict: str
    outcome: str
    cycles: int | None = None
    length: int
    key: str
    """Of the cache: why it was found."""

    def objects(self) -> tuple[str, ...]:
        """Return the reply, the program and the verdict."""
        return (self.reply, self.program, self.verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRejected:
    """Somebody said no to a program before it was judged; it is wrong and not asked for again."""

    name: ClassVar[str] = "sample.rejected"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    reply: str
    program: str
    reason: str

    def objects(self) -> tuple[str, ...]:
        """Return the reply and the program."""
        return (self.reply, self.program)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFailed:
    """The world failed: no answer, or no verdict. Resuming the run tries again."""

    name: ClassVar[str] = "sample.failed"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    call: int = 0
    stage: Literal["propose", "judge"]
    reason: str
    retried: tuple[str, ...] = ()
    usage: Usage
    """What a call without an answer took."""

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


Settled: TypeAlias = SampleUnfenced | SampleRejected | SampleJudged | SampleCached
"""How a sample ends for good."""
SampleEvent: TypeAlias = SampleProposed | SampleChecked | SampleGuarded | SampleFailed | Settled
BatchEvent: TypeAlias = BatchSubmitted | BatchCollected
RunEvent: TypeAlias = (
    RunStarted
    | RunResumed
    | RunEnded
    | RoundBegan
    | CallBegan
    | BatchEvent
    | SampleEvent
    | SteeringEvent
)

EVENTS: tuple[type[RunEvent], ...] = (
    RunStarted,
    RunResumed,
    RunEnded,
    RoundBegan,
    CallBegan,
    BatchSubmitted,
    BatchCollected,
    SampleProposed,
    SampleChecked,
    SampleGuarded,
    SampleUnfenced,
    SampleRejected,
    SampleJudged,
    SampleCached,
    SampleFailed,
    *STEERING,
)


def as_cached(judged: SampleJudged, key: str) -> SampleCached:
    """Return the event of a verdict that was found again instead."""
    return SampleCached(
        task=judged.task,
        sample=judged.sample,
        round=judged.round,
        reply=judged.reply,
        program=judged.program,
        verdict=judged.verdict,
        outcome=judged.outcome,
        cycles=judged.cycles,
        length=judged.length,
        key=key,
    )
