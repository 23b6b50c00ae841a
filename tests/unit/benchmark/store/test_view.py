"""The fold of a run's events: the order of different writers does not matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_records import LIMITS, asked, config

from benchmark.store.config import Limits, Usage
from benchmark.store.events import (
    Event,
    RunEnded,
    RunEvent,
    RunResumed,
    RunStarted,
    SampleCached,
    SampleFailed,
    SampleJudged,
    SampleProposed,
    SampleUnfenced,
)
from benchmark.store.view import NoRun, RunView, fold, total
from benchmark.store.vocabulary import Unknown
from benchmark.store.workspace import Entry

START = datetime(2026, 8, 1, tzinfo=UTC)
TASKS = (asked("b/1"), asked("a/1"))
STARTED = RunStarted(config=config(TASKS), limits=LIMITS)


def view(*events: Event | Unknown) -> RunView:
    return fold(
        "r",
        (
            Entry(number=i, run="r", at=START + timedelta(seconds=i), event=event)
            for i, event in enumerate(events)
        ),
    )


def proposed(sample: int, reply: str, task: str = "a/1", usd: float | None = 0.1) -> SampleProposed:
    usage = Usage(input_tokens=10, output_tokens=5, usd=usd, seconds=0.3)
    return SampleProposed(task=task, sample=sample, reply=reply, usage=usage)


def judged(sample: int, reply: str, outcome: str = "correct", task: str = "a/1") -> SampleJudged:
    return SampleJudged(
        task=task, sample=sample, reply=reply, program="p", verdict="v", outcome=outcome, length=1
    )


def cached(sample: int, reply: str) -> SampleCached:
    return SampleCached(
        task="a/1",
        sample=sample,
        reply=reply,
        program="p",
        verdict="v",
        outcome="correct",
        length=1,
        key="k",
    )


def failed(sample: int, reason: str) -> SampleFailed:
    return SampleFailed(task="b/1", sample=sample, stage="propose", reason=reason, usage=Usage())


def test_samples_go_through_their_states() -> None:
    found = view(
        STARTED,
        proposed(0, "r0"),
        failed(0, "timed out"),
        proposed(1, "r1"),
        judged(1, "r1"),
        proposed(2, "r2"),
        SampleUnfenced(task="a/1", sample=2, reply="r2", reason="no program"),
    )
    states = [(each.task, each.sample, each.state, each.outcome) for each in found.samples]
    assert states == [
        ("b/1", 0, "failed", ""),
        ("a/1", 0, "proposed", ""),
        ("a/1", 1, "settled", "correct"),
        ("a/1", 2, "settled", "no-program"),
    ]
    assert found.samples[0].failures == ("propose: timed out",)
    assert found.samples[1].reply == "r0"
    assert (found.expected, len(found.settled)) == (8, 2)


def test_what_was_spent_is_added_up_whoever_spent_it() -> None:
    found = view(STARTED, proposed(0, "r0"), proposed(0, "other"), judged(0, "r0"))
    usage = found.samples[0].usage
    assert (usage.calls, usage.input_tokens, usage.output_tokens) == (2, 20, 10)
    assert usage.usd == pytest.approx(0.2)


def test_a_sum_with_an_unknown_price_is_unknown() -> None:
    assert total([Usage(usd=1.0), Usage(usd=None)]).usd is None
    assert total([Usage(usd=1.0), Usage(calls=0)]).usd == 1.0
    assert total([]).usd is None


def test_the_ending_is_that_of_the_newest_session() -> None:
    more = Limits(jobs=1, calls_at_once=1)
    events: list[RunEvent] = [STARTED, RunEnded(session=0, ending="budget", detail="10 calls")]
    assert (view(*events).ending, view(*events).detail) == ("budget", "10 calls")
    events.append(RunResumed(session=1, limits=more))
    found = view(*events)
    assert (found.ending, found.sessions, found.limits) == (None, 2, more)
    assert view(*events, RunEnded(session=1, ending="done")).ending == "done"


def test_what_is_unknown_is_passed_over() -> None:
    later = Unknown(name="sample.painted", version=1, body={})
    assert view(STARTED, later).samples == ()


@dataclass(frozen=True)
class Asked:
    """An event of somebody who stands above."""

    name: ClassVar[str] = "model.asked"
    version: ClassVar[int] = 1

    def objects(self) -> tuple[str, ...]:
        return ()


def test_events_of_others_are_passed_over() -> None:
    assert view(STARTED, Asked()).samples == ()


def test_a_run_without_a_beginning_is_none() -> None:
    with pytest.raises(NoRun):
        view(proposed(0, "r0"))


REPLIES = st.sampled_from(["r0", "r1"])
NUMBERS = st.integers(0, 3)
SAMPLE_EVENTS = st.one_of(
    st.builds(proposed, NUMBERS, REPLIES, st.just("a/1"), st.sampled_from([None, 0.1, 0.7])),
    st.builds(judged, NUMBERS, REPLIES, st.sampled_from(["correct", "limit"])),
    st.builds(cached, NUMBERS, REPLIES),
    st.builds(failed, NUMBERS, st.sampled_from(["timed out", "refused"])),
    st.builds(
        SampleUnfenced,
        task=st.just("a/1"),
        sample=NUMBERS,
        reply=REPLIES,
        reason=st.sampled_from(["none", "two"]),
    ),
    st.builds(RunResumed, session=st.integers(1, 2), limits=st.just(LIMITS)),
    st.builds(
        RunEnded,
        session=st.integers(0, 2),
        ending=st.sampled_from(["done", "budget"]),
        detail=st.just(""),
    ),
)


@given(
    st.lists(SAMPLE_EVENTS, max_size=14).flatmap(
        lambda e: st.tuples(st.just(e), st.permutations(e))
    )
)
def test_any_interleaving_gives_the_same_view(
    orders: tuple[list[RunEvent], list[RunEvent]],
) -> None:
    one, other = orders
    assert view(STARTED, *one) == view(STARTED, *other) == view(*other, STARTED)
