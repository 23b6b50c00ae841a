"""What a run asks for, what a session may use, and what was used: parts of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from benchmark.store.steering import Gate


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
