"""The way of one sample in stages: what was asked, what came back, what was found of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from agent.console.words import Mood
from agent.episodes.texts import CHECKUP, joined
from agent.records.story import Story
from aspl.diagnostics import Diagnostic
from aspl.render import from_json as diagnostic_of
from aspl.render import visible_text
from benchmark.judge.verdict import Verdict
from benchmark.runs.judging import read_verdict
from benchmark.store.events import (
    SampleCached,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleJudged,
    SampleProposed,
)
from benchmark.store.objects import encoded
from prompts.prompt import Prompt

Read: TypeAlias = Callable[[str], str]
"""Returns a text by its digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage, with all that is to be seen of it."""

    title: str
    mood: Mood = "plain"
    call: SampleProposed | None = None
    """The last call up to here."""
    program: str = ""
    """The program as it is then; empty where there is none."""
    before: str = ""
    """The program of the stage before, where it was another."""
    findings: tuple[Diagnostic, ...] = ()
    """What was found of the program, here or later."""
    verdict: Verdict | None = None
    """The judge's, where this stage is one."""
    reason: str = ""
    """Why it ended without a verdict."""


def stages(story: Story, read: Read) -> tuple[Stage, ...]:
    """Return the stages of a sample, in their order. Errors: NoObject."""
    found = _findings(story, read)
    texts = {name: read(name) for name in _programs(story)}
    result: list[Stage] = []
    call: SampleProposed | None = None
    for step, before, after in story.programs():
        call = step if isinstance(step, SampleProposed) else call
        title, mood = _told(step)
        result.append(
            Stage(
                title=title,
                mood=mood,
                call=call,
                program=texts.get(after, ""),
                before=texts.get(before, "") if before != after else "",
                findings=found.get(after, ()),
                verdict=_verdict(step, read) if isinstance(step, SampleChecked) else None,
                reason=step.reason if isinstance(step, SampleFailed) else "",
            )
        )
    return (*result, *_end(story, call, texts, read))


def prompt_of(call: SampleProposed, read: Read) -> Prompt | None:
    """Return what was asked in a call; None where that was not recorded."""
    if call.prompt is None:
        return None
    return joined(read(call.prompt), read(call.tail) if call.tail else "")


def _told(step: SampleProposed | SampleChecked | SampleGuarded | SampleFailed) -> tuple[str, Mood]:
    match step:
        case SampleProposed(step="propose"):
            return f"call {step.call}: answer", "plain"
        case SampleProposed():
            return f"call {step.call}: {step.step}", "plain"
        case SampleChecked():
            return f"check: {step.outcome}", "bad"
        case SampleGuarded():
            return "copies by the compiler", "plain"
        case SampleFailed():
            return f"failed to {step.stage}", "bad"


def _end(
    story: Story, call: SampleProposed | None, texts: dict[str, str], read: Read
) -> Iterator[Stage]:
    match story.view.settled:
        case None:
            return
        case SampleJudged() | SampleCached() as judged:
            verdict = read_verdict(encoded(read(judged.verdict)))
            again = " (judged before)" if isinstance(judged, SampleCached) else ""
            yield Stage(
                title=f"verdict: {judged.outcome}{again}",
                mood="good" if judged.outcome == "correct" else "bad",
                call=call,
                program=texts[judged.program],
                findings=verdict.diagnostics if verdict else (),
                verdict=verdict,
                reason="" if verdict else "the verdict is of another version of the workbench",
            )
        case other:
            yield Stage(
                title=story.view.outcome,
                mood="bad",
                call=call,
                program=texts.get(getattr(other, "program", ""), ""),
                reason=visible_text(other.reason),
            )


def _programs(story: Story) -> set[str]:
    names = {each for _, before, after in story.programs() for each in (before, after)}
    names.add(getattr(story.view.settled, "program", ""))
    return names - {""}


def _findings(story: Story, read: Read) -> dict[str, tuple[Diagnostic, ...]]:
    """Return what was found of programs, by their digests; what the judge said goes last."""
    found: dict[str, tuple[Diagnostic, ...]] = {}
    for step in story.steps:
        if isinstance(step, SampleChecked):
            record = json.loads(read(step.checkup))
            if record.get("schema") == CHECKUP:
                found[step.program] = tuple(map(diagnostic_of, record["diagnostics"]))
            else:
                verdict = _verdict(step, read)
                found[step.program] = verdict.diagnostics if verdict else ()
    judged = story.view.judged
    if judged is not None:
        verdict = read_verdict(encoded(read(judged.verdict)))
        if verdict is not None:
            found[judged.program] = verdict.diagnostics
    return found


def _verdict(step: SampleChecked, read: Read) -> Verdict | None:
    return read_verdict(encoded(read(step.checkup)))
