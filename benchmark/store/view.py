"""A run as its events tell it: a fold in which the order of different writers does not matter.

Where two events claim the same (two processes resumed one run), the smaller one stands, whichever
came first; what was spent is added up, whoever spent it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import fsum
from typing import Any, Literal, TypeAlias, TypeVar

from benchmark.store.config import Limits, RunConfig, Usage
from benchmark.store.events import (
    BatchCollected,
    BatchSubmitted,
    CallBegan,
    Ending,
    Event,
    RoundBegan,
    RunEnded,
    RunResumed,
    RunStarted,
    SampleCached,
    SampleChecked,
    SampleEvent,
    SampleFailed,
    SampleGuarded,
    SampleJudged,
    SampleProposed,
    SampleRejected,
    SampleUnfenced,
    Settled,
)
from benchmark.store.steering import (
    AnswerAsked,
    AnswerGiven,
    ApprovalAsked,
    ApprovalGiven,
    HintGiven,
    RunSteered,
    SampleWanted,
)
from benchmark.store.vocabulary import Unknown
from benchmark.store.workspace import Entry

T = TypeVar("T")
E = TypeVar("E", bound=Event)
State: TypeAlias = Literal["settled", "proposed", "failed"]


class NoRun(LookupError):
    """There is no such run, or its beginning was not recorded."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which sample of which task."""

    task: str
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleView:
    """What became of one sample."""

    task: str
    sample: int
    round: int
    state: State
    """`failed` and `proposed` ones are taken up again by a further session."""
    reply: str | None
    """The reply that was settled, or the last one of a sample that goes on."""
    settled: Settled | None
    calls: tuple[SampleProposed, ...]
    """What was answered, one for each call, in their order."""
    steps: tuple[SampleChecked | SampleGuarded, ...]
    """What was found between the calls, in their order."""
    failures: tuple[str, ...]
    """What went wrong in the world, in the order of the alphabet."""
    usage: Usage
    """Of all calls for it."""

    @property
    def outcome(self) -> str:
        """What it counts as; empty for a sample without an end."""
        match self.settled:
            case SampleJudged() | SampleCached() as judged:
                return judged.outcome
            case SampleUnfenced():
                return "no-program"
            case SampleRejected():
                return "rejected"
            case None:
                return ""

    @property
    def judged(self) -> SampleJudged | SampleCached | None:
        """Its judgement, if it has one."""
        match self.settled:
            case SampleJudged() | SampleCached() as judged:
                return judged
            case _:
                return None

    @property
    def is_correct(self) -> bool:
        """Whether it solves its task."""
        return self.outcome == "correct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """What people said to a run."""

    is_paused: bool
    """Whether its newest session is to pause."""
    is_stopping: bool
    hints: tuple[HintGiven, ...]
    """In the order in which they were given."""
    wanted: tuple[SampleWanted, ...]
    """Samples that people asked for, by their numbers."""
    waiting: tuple[ApprovalAsked, ...]
    """Programs without a yes or a no."""
    decided: tuple[ApprovalGiven, ...]
    asked: tuple[AnswerAsked, ...]
    """Prompts that wait for a person's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run as far as it was recorded."""

    run: str
    config: RunConfig
    limits: Limits
    """Of its newest session."""
    sessions: int
    ending: Ending | None
    """How its newest session ended; None for one that is running, or was killed."""
    detail: str
    started_at: datetime
    last_at: datetime
    rounds: tuple[RoundBegan, ...]
    """In their order."""
    batches: tuple[BatchSubmitted, ...]
    """Those that were not collected yet."""
    steered: Steered
    lost: tuple[CallBegan, ...]
    """Calls that went out and never came back, of sessions that were killed; or under way."""
    samples: tuple[SampleView, ...]
    """In the order of the tasks, then of the samples."""

    @property
    def expected(self) -> int:
        """How many samples it is to have, as far as is known."""
        if self.rounds:
            asked = sum(len(each.tasks) * each.samples for each in self.rounds)
            return asked + len(self.steered.wanted)
        return len(self.config.tasks) * self.config.samples

    @property
    def settled(self) -> tuple[SampleView, ...]:
        """The samples that ended for good."""
        return tuple(each for each in self.samples if each.settled is not None)

    @property
    def usage(self) -> Usage:
        """What all of it took."""
        return total(each.usage for each in self.samples)


@dataclass(slots=True)
class _Sample:
    proposed: list[SampleProposed] = field(default_factory=list)
    began: list[CallBegan] = field(default_factory=list)
    steps: list[SampleChecked | SampleGuarded] = field(default_factory=list)
    failed: list[SampleFailed] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)


@dataclass(slots=True)
class RunFold:
    """A view in the making: takes entries one by one."""

    run: str
    _others: dict[type[Event], list[Event]] = field(default_factory=dict)
    _samples: dict[Place, _Sample] = field(default_factory=dict)
    _times: list[datetime] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Take in an event of the run."""
        assert entry.run == self.run
        if not self._times:
            self._times = [entry.at, entry.at]
        self._times = [min(self._times[0], entry.at), max(self._times[1], entry.at)]
        self._add(entry.event)

    def _add(self, event: Event | Unknown) -> None:
        match event:
            case CallBegan():
                self._sample(event).began.append(event)
            case SampleChecked() | SampleGuarded():
                self._sample(event).steps.append(event)
            case SampleProposed():
                self._sample(event).proposed.append(event)
            case SampleFailed():
                self._sample(event).failed.append(event)
            case SampleUnfenced() | SampleRejected() | SampleJudged() | SampleCached():
                self._sample(event).settled.append(event)
            case Unknown():
                pass
            case _:
                self._others.setdefault(type(event), []).append(event)

    def _all(self, kind: type[E]) -> list[E]:
        """Return the events of a kind that speak of the whole run."""
        return [each for each in self._others.get(kind, ()) if isinstance(each, kind)]

    def _sample(self, event: CallBegan | SampleEvent) -> _Sample:
        return self._samples.setdefault(Place(event.task, event.sample), _Sample())

    @property
    def sessions(self) -> int:
        """How many sessions began."""
        return 1 + max((each.session for each in self._all(RunResumed)), default=0)

    def view(self) -> RunView:
        """Return the run as it stands. Errors: NoRun."""
        started = min(self._all(RunStarted), key=repr, default=None)
        if started is None:
            raise NoRun(self.run)
        last = self.sessions - 1
        collected = {each.batch for each in self._all(BatchCollected)}
        limits = [each.limits for each in self._all(RunResumed) if each.session == last]
        ended = [each for each in self._all(RunEnded) if each.session == last]
        end = min(ended, key=repr, default=None)
        return RunView(
            run=self.run,
            config=started.config,
            limits=min(limits, key=repr, default=started.limits),
            sessions=self.sessions,
            ending=end.ending if end else None,
            detail=end.detail if end else "",
            started_at=self._times[0],
            last_at=self._times[1],
            rounds=_first_of(self._all(RoundBegan), lambda each: each.round),
            batches=tuple(
                each
                for each in _first_of(self._all(BatchSubmitted), lambda each: each.batch)
                if each.batch not in collected
            ),
            steered=self._steered(last),
            lost=tuple(lost for each in self._samples.values() for lost in _lost(each)),
            samples=self._ordered(started.config),
        )

    def _steered(self, session: int) -> Steered:
        acts = [each.act for each in self._all(RunSteered) if each.session == session]
        decided = _first_of(
            self._all(ApprovalGiven), lambda each: (each.task, each.sample, each.gate)
        )
        given = {(each.task, each.sample, each.call) for each in self._all(AnswerGiven)}
        known = {(each.task, each.sample, each.gate) for each in decided}
        waiting = _first_of(
            self._all(ApprovalAsked), lambda each: (each.task, each.sample, each.gate)
        )
        asked = _first_of(self._all(AnswerAsked), lambda each: (each.task, each.sample, each.call))
        return Steered(
            is_paused=[each for each in acts if each != "stop"][-1:] == ["pause"],
            is_stopping="stop" in acts,
            hints=tuple(self._all(HintGiven)),
            wanted=_first_of(self._all(SampleWanted), lambda each: (each.sample, each.task)),
            waiting=tuple(
                each for each in waiting if (each.task, each.sample, each.gate) not in known
            ),
            decided=decided,
            asked=tuple(each for each in asked if (each.task, each.sample, each.call) not in given),
        )

    def _ordered(self, config: RunConfig) -> tuple[SampleView, ...]:
        order = {task.name: place for place, task in enumerate(config.tasks)}
        places = [each for each in self._samples if each.task in order]
        places.sort(key=lambda each: (order[each.task], each.sample))
        return tuple(_sample_view(place, self._samples[place]) for place in places)


def fold(run: str, entries: Iterable[Entry]) -> RunView:
    """Return a run as its events tell it. Errors: NoRun."""
    folded = RunFold(run)
    for entry in entries:
        folded.add(entry)
    return folded.view()


def total(usages: Iterable[Usage]) -> Usage:
    """Add up what was used; a price is known if all that took a call have one."""
    found = tuple(usages)
    prices = [each.usd for each in found if each.usd is not None]
    priced = all(each.usd is not None or each.calls == 0 for each in found)
    return Usage(
        calls=sum(each.calls for each in found),
        input_tokens=sum(each.input_tokens for each in found),
        cached_tokens=sum(each.cached_tokens for each in found),
        cache_write_tokens=sum(each.cache_write_tokens for each in found),
        output_tokens=sum(each.output_tokens for each in found),
        reasoning_tokens=sum(each.reasoning_tokens for each in found),
        # fsum, so that the sum does not hang on the order
        usd=fsum(prices) if priced and found else None,
        unknown_usd=fsum(each.unknown_usd for each in found),
        seconds=fsum(each.seconds for each in found),
    )


def _sample_view(place: Place, sample: _Sample) -> SampleView:
    settled = min(sample.settled, key=_rank, default=None)
    calls = _first_of(sample.proposed, lambda each: each.call)
    state: State = "settled" if settled else "proposed" if calls else "failed"
    reply = settled.reply if settled else calls[-1].reply if calls else None
    events = (*sample.began, *sample.proposed, *sample.failed, *sample.settled)
    usages = [*(each.usage for each in sample.proposed), *(each.usage for each in sample.failed)]
    return SampleView(
        task=place.task,
        sample=place.sample,
        round=min((each.round for each in events), default=0),
        state=state,
        reply=reply,
        settled=settled,
        calls=calls,
        steps=_first_of(sample.steps, lambda each: (each.call, each.name)),
        failures=tuple(sorted(f"{each.stage}: {each.reason}" for each in sample.failed)),
        usage=total(usages),
    )


def _first_of(events: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    """Return one event for each key, in the order of the keys: the smallest, whoever was first."""
    found: dict[Any, T] = {}
    for event in sorted(events, key=repr):
        found.setdefault(key(event), event)
    return tuple(found[each] for each in sorted(found))


def _lost(sample: _Sample) -> tuple[CallBegan, ...]:
    """Return the calls that began more often than they ended."""
    ends = Counter(each.call for each in sample.proposed)
    ends += Counter(each.call for each in sample.failed if each.stage == "propose")
    found = []
    for began in sorted(sample.began, key=repr):
        if ends[began.call]:
            ends[began.call] -= 1
        else:
            found.append(began)
    return tuple(found)


def _rank(event: Settled) -> tuple[str, str]:
    return event.reply, repr(event)
