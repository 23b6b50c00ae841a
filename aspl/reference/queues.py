"""What tokens travel through between operators, and what an operator may wait for."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from aspl.dims import Dim
from aspl.reference.tokens import Gathering, Token

ALL_CLOSED = -1
"""What a process is sent for `Arrivals` when no input has another chunk."""


@dataclass(slots=True, eq=False)
class Queue:
    """Tokens on the way to one reader. A process that yields it is sent the next token."""

    label: str
    """What it is called in messages."""
    rank: int
    tokens: deque[Token] = field(default_factory=deque)
    chunks: int = 0
    """How many entries of the outermost dim are complete."""
    reader: Process | None = None
    """The process that waits for a token."""

    @property
    def end(self) -> int:
        """The token that closes the stream."""
        return self.rank + 1

    def put(self, token: Token) -> None:
        """Add a token."""
        self.tokens.append(token)
        level = token if isinstance(token, int) else 0
        self.chunks += level == self.rank


@dataclass(slots=True, eq=False)
class Arrivals:
    """The inputs of an `EagerMerge`.

    A process that yields it is sent the number of an input that has a chunk, or `ALL_CLOSED`.
    """

    inputs: tuple[Queue, ...]
    tokens: deque[Token] = field(default_factory=deque)
    taken: list[int] = field(default_factory=list)
    """How many chunks of each input were taken."""

    def __post_init__(self) -> None:
        self.taken = [0] * len(self.inputs)

    @property
    def label(self) -> str:
        """What they are called in messages."""
        return "a chunk of any input"

    def decide(self) -> int | None:
        """Choose the input to take a chunk from; None when something must arrive first.

        Of the inputs that have a complete chunk it is the one of which the fewest were taken, the
        lower on a tie. Where no chunk is complete, one that has begun will do: what completes it
        may wait for it.
        """
        waiting = [
            (queue.chunks <= taken, taken, place)
            for place, (queue, taken) in enumerate(zip(self.inputs, self.taken, strict=True))
            if queue.tokens and queue.tokens[0] != queue.end
        ]
        if waiting:
            *_, place = min(waiting)
            self.taken[place] += 1
            return place
        return ALL_CLOSED if all(queue.tokens for queue in self.inputs) else None


@dataclass(slots=True, eq=False)
class Undecided:
    """An extent that streams of the network will decide.

    A process that yields it goes on, with any token, when one more of them is closed.
    """

    dim: Dim
    tokens: deque[Token] = field(default_factory=deque)


Request: TypeAlias = Queue | Arrivals | Undecided
Steps: TypeAlias = Generator[Request, Token, None]
"""An operator at work: it yields what it waits for and is sent a token."""

T = TypeVar("T")
Reading: TypeAlias = Generator[Request, Token, T]
"""A part of the work that reads tokens and returns what they make."""


@dataclass(slots=True, eq=False)
class Process:
    """An operator at work, between two tokens."""

    place: int
    steps: Steps
    waits: Request | None = None
    """None before its first step and after its last."""


@dataclass(slots=True, eq=False)
class Output:
    """A stream that an operator writes: kept, and sent to every reader."""

    gathering: Gathering
    ready: deque[Process]
    """Where processes go that need not wait any longer."""
    readers: list[Queue] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The token that closes the stream."""
        return len(self.gathering.type.shape)

    @property
    def closed(self) -> bool:
        """Whether the last token is written."""
        return self.gathering.closed

    def put(self, token: Token) -> None:
        """Write a token."""
        self.gathering.put(token)
        for queue in self.readers:
            queue.put(token)
            if queue.reader is not None:
                self.ready.append(queue.reader)
                queue.reader = None

    def extend(self, more: Iterable[Token]) -> None:
        """Write several tokens."""
        for token in more:
            self.put(token)
