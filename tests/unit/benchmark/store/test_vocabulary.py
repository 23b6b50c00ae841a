"""Events as rows: every one comes back, older ones are lifted, strangers are passed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from pydantic import ValidationError
from run_records import LIMITS, config

from benchmark.store.config import Usage
from benchmark.store.events import (
    EVENTS,
    BatchCollected,
    BatchSubmitted,
    CallBegan,
    Exemplar,
    RoundBegan,
    RunEnded,
    RunEvent,
    RunResumed,
    RunStarted,
    SampleCached,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleJudged,
    SampleProposed,
    SampleRejected,
    SampleUnfenced,
)
from benchmark.store.steering import (
    FORKED,
    AnswerAsked,
    AnswerGiven,
    ApprovalAsked,
    ApprovalGiven,
    HintGiven,
    RunSteered,
    SampleWanted,
)
from benchmark.store.vocabulary import Unknown, Vocabulary

D = "d" * 64
SAMPLES: tuple[RunEvent, ...] = (
    RunStarted(config=config(), limits=LIMITS),
    RunResumed(session=1, limits=LIMITS),
    RunEnded(session=1, ending="budget", detail="100 calls"),
    SampleProposed(task="a/1", sample=3, reply=D, prompt=D, usage=Usage(usd=0.25, seconds=1.5)),
    RoundBegan(
        round=1,
        tasks=("a/1", "b/1"),
        first=8,
        samples=8,
        exemplars=(Exemplar(task="c/1", program=D, rate=0.125),),
        chosen={"a/1": (0,)},
        stratum=1,
        strata=3,
    ),
    CallBegan(task="a/1", sample=3, call=1, step="repair", request=D, bound_usd=0.5),
    BatchSubmitted(round=0, batch="b1", samples=(("a/1", 0, D), ("b/1", 0, D))),
    BatchCollected(round=0, batch="b1", expired=1),
    SampleChecked(task="a/1", sample=3, call=0, program=D, checkup=D, outcome="ill-typed"),
    SampleGuarded(task="a/1", sample=3, call=0, before=D, program=D),
    SampleUnfenced(task="a/1", sample=3, reply=D, reason="no program"),
    SampleJudged(
        task="a/1",
        sample=3,
        round=2,
        reply=D,
        program=D,
        verdict=D,
        outcome="correct",
        cycles=12,
        length=9,
    ),
    SampleCached(
        task="a/1", sample=3, reply=D, program=D, verdict=D, outcome="limit", length=9, key=D
    ),
    SampleRejected(task="a/1", sample=3, reply=D, program=D, reason="too long"),
    RunSteered(session=1, act="pause"),
    HintGiven(task="a/1", hint=D),
    ApprovalAsked(task="a/1", sample=3, gate="judge", program=D),
    ApprovalGiven(task="a/1", sample=3, gate="exemplar", is_approved=False, reason="odd"),
    SampleWanted(task="a/1", sample=FORKED, round=2, source=3, call=1, prompt=D, tail=D),
    AnswerAsked(task="a/1", sample=3, call=0, prompt=D),
    AnswerGiven(task="a/1", sample=3, call=0, answer=D),
    SampleFailed(task="a/1", sample=3, stage="judge", reason="\ud800 is half", usage=Usage()),
)


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.name)
def test_an_event_comes_back_as_it_was(event: RunEvent) -> None:
    vocabulary = Vocabulary()
    body = vocabulary.encode(event)
    assert "\n" not in body
    assert vocabulary.decode(event.name, event.version, body) == event


def test_every_event_is_tried() -> None:
    assert {type(each) for each in SAMPLES} == set(EVENTS)
    assert len({each.name for each in EVENTS}) == len(EVENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    name: ClassVar[str] = "hint.given"
    version: ClassVar[int] = 3
    words: str
    author: str

    def objects(self) -> tuple[str, ...]:
        return ()


LIFTS = {
    ("hint.given", 1): lambda body: {"words": body["text"]},
    ("hint.given", 2): lambda body: {**body, "author": "unknown"},
}


def test_an_older_event_is_lifted_step_by_step() -> None:
    vocabulary = Vocabulary((Hint,), LIFTS)
    wanted = Hint(words="transpose", author="unknown")
    assert vocabulary.decode("hint.given", 1, '{"text": "transpose"}') == wanted
    assert vocabulary.decode("hint.given", 2, '{"words": "transpose"}') == wanted


@pytest.mark.parametrize(("name", "version"), [("hint.given", 4), ("hint.taken", 1)])
def test_what_a_later_workbench_wrote_is_unknown(name: str, version: int) -> None:
    found = Vocabulary((Hint,), LIFTS).decode(name, version, '{"x": 1}')
    assert found == Unknown(name=name, version=version, body={"x": 1})


def test_a_body_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValidationError):
        Vocabulary().decode("run.resumed", 1, '{"session": "one"}')
