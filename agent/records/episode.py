"""One sample as its records tell it: what was asked, said, found and changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any, TypeAlias

from agent.episodes.texts import CHECKUP, joined
from agent.records.story import Story, StoryEvent
from aspl.diagnostics import Diagnostic
from aspl.render import from_json as diagnostic_of
from benchmark.judge.verdict import Verdict
from benchmark.runs.judging import read_verdict
from benchmark.store.events import (
    CallBegan,
    SampleCached,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleJudged,
    SampleProposed,
)
from benchmark.store.objects import decoded, encoded
from benchmark.store.view import SampleView
from benchmark.store.workspace import Workspace
from prompts.prompt import Prompt

SCHEMA = "aspl.episode/1"
_HEAD_LINES = 2
_CONTEXT_LINES = 1

Texts: TypeAlias = Mapping[str, str]
"""Texts by their digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check or the judge said of a program."""

    diagnostics: tuple[Diagnostic, ...] = ()
    verdict: Verdict | None = None
    """Of the judge; None for a check that came before it."""


def texts_of(workspace: Workspace, stories: Iterable[Story]) -> dict[str, str]:
    """Return all that some samples speak of, in few looks at the database."""
    names = (name for story in stories for name in story.objects())
    return {name: decoded(data) for name, data in workspace.objects_of(names).items()}


def prompt_of(call: SampleProposed, texts: Texts) -> Prompt | None:
    """Return what was asked in a call; None where that was not recorded."""
    if call.prompt is None:
        return None
    return joined(texts[call.prompt], texts[call.tail] if call.tail else "")


def prompts_of(story: Story, texts: Texts) -> tuple[tuple[SampleProposed, Prompt | None], ...]:
    """Return the calls of a sample with what was asked in each."""
    calls = (each for each in story.steps if isinstance(each, SampleProposed))
    return tuple((each, prompt_of(each, texts)) for each in calls)


def finding_of(step: SampleChecked, texts: Texts) -> Finding | None:
    """Return what was found between two calls; None for a verdict of another version."""
    text = texts[step.checkup]
    record = json.loads(text)
    if record.get("schema") == CHECKUP:
        return Finding(diagnostics=tuple(map(diagnostic_of, record["diagnostics"])))
    verdict = read_verdict(encoded(text))
    return None if verdict is None else Finding(verdict=verdict)


def verdict_of(story: Story, texts: Texts) -> Verdict | None:
    """Return the verdict that ended a sample; None for none, or another version's."""
    judged = story.view.judged
    return None if judged is None else read_verdict(encoded(texts[judged.verdict]))


def changes(before: str, after: str) -> tuple[str, ...]:
    """Return the lines by which two programs differ, as a unified diff without its head."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT_LINES)
    return tuple(lines)[_HEAD_LINES:]


def episode_record(run: str, story: Story, texts: Texts, *, whole: bool) -> dict[str, Any]:
    """Return a sample as an object of JSON.

    Args:
        whole: with prompts and replies.
    """
    view, judged = story.view, story.view.judged
    steps = [_step_record(step, texts, whole=whole) for step in story.steps]
    return {
        "schema": SCHEMA,
        "run": run,
        "task": view.task,
        "sample": view.sample,
        "round": view.round,
        "state": view.state,
        "outcome": view.outcome,
        "cycles": judged.cycles if judged else None,
        "reason": _reason(view),
        "steps": [*steps, *map(_lost_record, story.lost)],
        "program": texts[judged.program] if judged else None,
        "verdict": json.loads(texts[judged.verdict]) if judged else None,
        "usage": asdict(view.usage),
    }


def _reason(view: SampleView) -> str:
    """Return why a sample ended without a judgement; empty for all others."""
    match view.settled:
        case None | SampleJudged() | SampleCached():
            return ""
        case other:
            return other.reason


def _step_record(step: StoryEvent, texts: Texts, *, whole: bool) -> dict[str, Any]:
    match step:
        case SampleProposed():
            return _call_record(step, texts, whole=whole)
        case SampleChecked():
            found = json.loads(texts[step.checkup])
            return {"step": "check", "call": step.call, "outcome": step.outcome, "found": found}
        case SampleGuarded():
            return {
                "step": "copies",
                "by": "compiler",
                "call": step.call,
                "program": texts[step.program],
                "changes": list(changes(texts[step.before], texts[step.program])),
            }
        case SampleFailed():
            return {
                "step": "failure",
                "call": step.call,
                "stage": step.stage,
                "reason": step.reason,
                "retried": list(step.retried),
                "usage": asdict(step.usage),
            }


def _call_record(step: SampleProposed, texts: Texts, *, whole: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "step": "call",
        "call": step.call,
        "for": step.step,
        "request": step.request,
        "served": step.served,
        "finish": step.finish,
        "retried": list(step.retried),
        "usage": asdict(step.usage),
        "program": texts[step.program] if step.program else None,
    }
    if not whole:
        return record
    prompt = prompt_of(step, texts)
    sections = None if prompt is None else [asdict(each) for each in prompt.sections]
    return {**record, "prompt": sections, "reply": texts[step.reply]}


def _lost_record(began: CallBegan) -> dict[str, Any]:
    return {
        "step": "lost",
        "call": began.call,
        "for": began.step,
        "request": began.request,
        "bound_usd": began.bound_usd,
    }
