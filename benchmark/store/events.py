"""What happens in a run, as typed and versioned events: `noun.verb`, append-only.

Large things (prompts, replies, programs, verdicts) are named by their digests. A class gets a new
version, and its older bodies a function that lifts them (`vocabulary`), when its fields change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, TypeAlias

from benchmark.store.steering import STEERING, Gate, SteeringEvent


class Event(Protocol):
    """Something that happened in a run."""

    name: ClassVar[str]
    version: ClassVar[int]

    def objects(self) -> tuple[str, ...]:
        """Return the digests of the objects that it speaks of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTask:
    """What records say of a task, so that scores need no other source."""

    name: str
    family: str
    kind: Literal["arithmetic", "shape"]
    reads: Literal["once", "reuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOptions:
    """How a policy draws samples, and what an episode may do for one."""

    strata: int = 3
    """Into how many groups of difficulty solved tasks are cut, at most."""
    rounds: int | None = None
    """The most rounds; None for as many as bring something."""
    patience: int = 1
    """Passes over all strata without a newly solved task, after which a policy stops."""
    temperatures: tuple[float, ...] = ()
    """Dealt to the samples in turn; empty for the model's own."""
    order: Literal["hardest-first", "random", "none"] = "hardest-first"
    """Which solved tasks are shown as exemplars, and in which order."""
    retrieve: int | None = None
    """So many exemplars for each task, those that are most like it; None for all of the stratum."""
    repairs: int = 0
    """Times that diagnostics go back to the model, at most."""
    repair_on: Literal["check", "verdict"] = "check"
    """Whether wrong values are told to the model, too."""
    guard: Literal["pass", "model", "off"] = "model"
    """What is done where only linearity is at fault: copies by the compiler; if these do not
    suffice, by the model; or nothing."""
    approve: Gate | None = None
    """What waits for somebody's yes: every program before it is judged, or every exemplar."""
    max_output_tokens: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """How a model is reached; keys come from the environment and stand nowhere."""

    base_url: str | None = None
    effort: str | None = None
    is_batch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What a run asks for, resolved; nothing of it changes when the run is resumed."""

    suite: str
    model: str
    policy: str
    samples: int
    """Of each task, in each round."""
    seed: int
    tasks: tuple[AskedTask, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the workbench, the judge and the prompts."""
    options: PolicyOptions = field(default_factory=PolicyOptions)
    reached: ModelOptions = field(default_factory=ModelOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one session of a run may use; None for without end."""

    jobs: int
    calls_at_once: int
    max_calls: int | None = None
    """Calls of the whole run, with those of earlier sessions."""
    max_minutes: float | None = None
    """Minutes of this session."""
    max_usd: float | None = None
    """Of the whole run."""
    max_tokens: int | None = None
    """Input and output of the whole run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an answer took."""

    calls: int = 1
    input_tokens: int = 0
    """All of the prompt."""
    cached_tokens: int = 0
    """Of the input: read from the server's cache."""
    cache_write_tokens: int = 0
    """Of the input: written to the server's cache."""
    output_tokens: int = 0
    reasoning_tokens: int = 0
    """Of the output: thinking that is not shown."""
    usd: float | None = None
    """None where no price is known."""
    unknown_usd: float = 0.0
    """The most that calls without an answer may still be billed for."""
    seconds: float = 0.0

    @property
    def uncached_tokens(self) -> int:
        """Of the input: neither read from the cache nor written to it."""
        return self.input_tokens - self.cached_tokens - self.cache_write_tokens


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
