"""Samples as lines for fine-tuning: prompt, answer, verdict, and where they come from.

Every line bears a tag by which those who train can keep the benchmark's tasks out of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, TypeAlias

from agent.episodes.texts import joined
from benchmark.judge.find import find_task
from benchmark.store.events import RoundBegan, SampleProposed
from benchmark.store.objects import decoded
from benchmark.store.view import RunView, SampleView
from benchmark.store.workspace import Workspace
from benchmark.tasks.task import TaskError
from prompts.prompt import Prompt

SCHEMA = "aspl.example/1"
CANARY = "aspl-workbench-canary-7d1c1f0e-5c0b-4b7e-9a39-3f5e0a6c2d84"
"""Never changes: a corpus that holds it holds tasks of the benchmark."""
LICENCE = (
    "prompt: ASPL Workbench, Apache-2.0; answer: by the model, under the terms of who serves it"
)
_AT_A_TIME = 200
_UNKNOWN = "unknown"

Only: TypeAlias = Literal["all", "correct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A sample with an end, and the call whose answer that was."""

    sample: SampleView
    call: SampleProposed


def answered(run: RunView, only: Only) -> tuple[Answered, ...]:
    """Return the samples whose prompt is known, in the order of the tasks."""
    found = (
        Answered(sample=sample, call=call)
        for sample in run.settled
        if only == "all" or sample.is_correct
        for call in sample.calls
        if call.reply == sample.reply and call.prompt is not None
    )
    # of equal answers in two calls the last one counts
    last = {(each.sample.task, each.sample.sample): each for each in found}
    return tuple(last.values())


def examples(
    workspace: Workspace, run: RunView, chosen: Sequence[Answered], *, messages: bool
) -> Iterator[dict[str, Any]]:
    """Walk samples as objects of JSON.

    Args:
        messages: prompt and answer as a list of messages, as chats have it.
    """
    rounds = {each.round: each for each in run.rounds}
    tags = {each.name: tag_of(each.name) for each in run.config.tasks}
    for start in range(0, len(chosen), _AT_A_TIME):
        part = chosen[start : start + _AT_A_TIME]
        objects = workspace.objects_of(_names(part))
        texts = {name: decoded(data) for name, data in objects.items()}
        for each in part:
            prompt = joined(texts[each.call.prompt or ""], texts.get(each.call.tail or "", ""))
            answer = texts[each.call.reply]
            said = _messages(prompt, answer) if messages else _plain(prompt, answer)
            asked = rounds.get(each.sample.round)
            yield {
                "schema": SCHEMA,
                **said,
                **_ending(each.sample, texts),
                **_provenance(run, each, asked),
                "decontamination": tags[each.sample.task],
                "licence": LICENCE,
            }


def tag_of(task: str) -> str:
    """Return the tag of a task: the product's canary, its name, and a hash of its header."""
    try:
        header = sha256(find_task(task).header.encode()).hexdigest()[:16]
    except TaskError:
        header = _UNKNOWN
    return f"{CANARY} {task} {header}"


def _names(part: Iterable[Answered]) -> Iterator[str]:
    for each in part:
        yield from each.call.objects()
        if each.sample.judged is not None:
            yield from each.sample.judged.objects()


def _plain(prompt: Prompt, answer: str) -> dict[str, Any]:
    return {"system": prompt.text("system"), "user": prompt.text("user"), "answer": answer}


def _messages(prompt: Prompt, answer: str) -> dict[str, Any]:
    said = (
        ("system", prompt.text("system")),
        ("user", prompt.text("user")),
        ("assistant", answer),
    )
    return {"messages": [{"role": role, "content": text} for role, text in said if text]}


def _ending(sample: SampleView, texts: dict[str, str]) -> dict[str, Any]:
    judged = sample.judged
    return {
        "outcome": sample.outcome,
        "cycles": judged.cycles if judged else None,
        "program": texts[judged.program] if judged else None,
        "verdict": json.loads(texts[judged.verdict]) if judged else None,
    }


def _provenance(run: RunView, each: Answered, asked: RoundBegan | None) -> dict[str, Any]:
    exemplars = asked.exemplars if asked else ()
    places = asked.chosen.get(each.sample.task, range(len(exemplars))) if asked else ()
    shown = [exemplars[place].task for place in places]
    return {
        "task": each.sample.task,
        "run": run.run,
        "model": run.config.model,
        "served": each.call.served,
        "round": each.sample.round,
        "sample": each.sample.sample,
        "call": each.call.call,
        "step": each.call.step,
        "seed": run.config.seed,
        "exemplars": [name for name in shown if name != each.sample.task],
        "versions": {
            name: run.config.versions.get(name, _UNKNOWN)
            for name in ("prompts", "judge", "workbench")
        },
    }
