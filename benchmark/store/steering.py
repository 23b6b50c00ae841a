"""What people say to a run while it goes on, as events like all others.

Whoever has the workspace open may say it; the process that runs the campaign looks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

FORKED = 1_000_000
"""Samples that people asked for are numbered from here on."""

Act: TypeAlias = Literal["pause", "go-on", "stop"]
Gate: TypeAlias = Literal["judge", "exemplar"]
"""What waits for a yes: a program to be judged, or a solution to become an exemplar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSteered:
    """A session is to pause, to go on, or to stop when what is under way has ended."""

    name: ClassVar[str] = "run.steered"
    version: ClassVar[int] = 1
    session: int
    act: Act

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HintGiven:
    """Words that go into every further prompt of a task."""

    name: ClassVar[str] = "hint.given"
    version: ClassVar[int] = 1
    task: str
    hint: str
    """The digest of its text."""

    def objects(self) -> tuple[str, ...]:
        """Return the hint."""
        return (self.hint,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked:
    """A program waits for somebody's yes."""

    name: ClassVar[str] = "approval.asked"
    version: ClassVar[int] = 1
    task: str
    sample: int
    round: int = 0
    gate: Gate
    program: str

    def objects(self) -> tuple[str, ...]:
        """Return the program."""
        return (self.program,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven:
    """Somebody said yes or no."""

    name: ClassVar[str] = "approval.given"
    version: ClassVar[int] = 1
    task: str
    sample: int
    gate: Gate
    is_approved: bool
    reason: str = ""

    def objects(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWanted:
    """A further sample is to be drawn: anew, with another prompt, or of another program."""

    name: ClassVar[str] = "sample.wanted"
    version: ClassVar[int] = 1
    task: str
    sample: int
    """`FORKED` or more."""
    round: int
    """Whose exemplars it is shown."""
    source: int
    """The sample that it is a fork of."""
    call: int = 0
    """The call of the source that it goes on from."""
    program: str | None = None
    """A program that takes the place of the source's; no model is asked then."""
    prompt: str | None = None
    """A prompt that takes the place of the source's, in its two parts."""
    tail: str | None = None

    def objects(self) -> tuple[str, ...]:
        """Return the program and the prompt, where there are any."""
        parts = (self.program, self.prompt, self.tail)
        return tuple(each for each in parts if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAsked:
    """A person who stands where a model stands is asked."""

    name: ClassVar[str] = "answer.asked"
    version: ClassVar[int] = 1
    task: str
    sample: int
    call: int
    prompt: str
    tail: str | None = None

    def objects(self) -> tuple[str, ...]:
        """Return the prompt in its parts."""
        return (self.prompt,) if self.tail is None else (self.prompt, self.tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """A person answered."""

    name: ClassVar[str] = "answer.given"
    version: ClassVar[int] = 1
    task: str
    sample: int
    call: int
    answer: str
    """The digest of its text."""

    def objects(self) -> tuple[str, ...]:
        """Return the answer."""
        return (self.answer,)


SteeringEvent: TypeAlias = (
    RunSteered
    | HintGiven
    | ApprovalAsked
    | ApprovalGiven
    | SampleWanted
    | AnswerAsked
    | AnswerGiven
)
STEERING: tuple[type[SteeringEvent], ...] = (
    RunSteered,
    HintGiven,
    ApprovalAsked,
    ApprovalGiven,
    SampleWanted,
    AnswerAsked,
    AnswerGiven,
)
