"""What happens in a run, as typed and versioned events: `noun.verb`, append-only.

Large things (prompts, replies, programs, verdicts) are named by their digests. A class gets a new
version, and its older bodies a function that lifts them (`vocabulary`), when its fields change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, TypeAlias


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
class RunConfig:
    """What a run asks for, resolved; nothing of it changes when the run is resumed."""

    suite: str
    model: str
    policy: str
    samples: int
    seed: int
    tasks: tuple[AskedTask, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the workbench and the judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one session of a run may use; None for without end."""

    jobs: int
    calls_at_once: int
    max_calls: int | None = None
    """Calls of the whole run, with those of earlier sessions."""
    max_minutes: float | None = None
    """Minutes of this session."""


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


Ending: TypeAlias = Literal["done", "incomplete", "budget", "interrupted"]


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
    """A solver answered; what it took is spent, whatever becomes of the answer."""

    name: ClassVar[str] = "sample.proposed"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    reply: str
    prompt: str | None = None
    usage: Usage

    def objects(self) -> tuple[str, ...]:
        """Return the reply, and the prompt if there was one."""
        return (self.reply,) if self.prompt is None else (self.reply, self.prompt)


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
class SampleFailed:
    """The world failed: no answer, or no verdict. Resuming the run tries again."""

    name: ClassVar[str] = "sample.failed"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    stage: Literal["propose", "judge"]
    reason: str
    usage: Usage
    """What a call without an answer took."""

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


Settled: TypeAlias = SampleUnfenced | SampleJudged | SampleCached
"""How a sample ends for good."""
SampleEvent: TypeAlias = SampleProposed | SampleFailed | Settled
RunEvent: TypeAlias = RunStarted | RunResumed | RunEnded | SampleEvent

EVENTS: tuple[type[RunEvent], ...] = (
    RunStarted,
    RunResumed,
    RunEnded,
    SampleProposed,
    SampleUnfenced,
    SampleJudged,
    SampleCached,
    SampleFailed,
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
