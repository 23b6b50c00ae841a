"""What a report tells, gathered from a workspace: scores, and the programs worth reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.judge.display import verdict_text
from benchmark.judge.record import from_json
from benchmark.judge.verdict import Outcome, Verdict
from benchmark.scores.paired import Comparison, compare
from benchmark.scores.summary import Scores, scores
from benchmark.scores.tally import Tally, tallies
from benchmark.store.events import SampleCached, SampleJudged
from benchmark.store.view import RunView, SampleView
from benchmark.store.workspace import Workspace

WORDS_WIDTH = 88
"""Columns of the words below source lines."""
SHOWN_WRONG = 3
"""Wrong programs that are shown of a task, one for each outcome."""

_REACHED = {str(outcome): place for place, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A program that is worth reading, and what the judge says of it."""

    sample: int
    outcome: str
    program: str
    verdict: Verdict | None
    """None for one of another schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReport:
    """One task: how it went, its best program, and wrong ones that got furthest."""

    tally: Tally
    best: Shown | None
    wrong: tuple[Shown, ...]
    others: int
    """Distinct programs that are not shown."""
    failures: tuple[str, ...]
    """What went wrong in the world, once each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Another run to compare with."""

    run: RunView
    scores: Scores
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a report of a run tells."""

    run: RunView
    scores: Scores
    tasks: tuple[TaskReport, ...]
    against: Against | None


def report(workspace: Workspace, run: RunView, against: RunView | None = None) -> Report:
    """Gather the report of a run."""
    counted = tallies(run)
    samples: dict[str, list[SampleView]] = {each.task.name: [] for each in counted}
    for sample in run.samples:
        samples[sample.task].append(sample)
    chosen = {each.task.name: _chosen(each, samples[each.task.name]) for each in counted}
    names = [name for events in chosen.values() for event in events for name in event.objects()[1:]]
    objects = workspace.objects_of(names)
    return Report(
        run=run,
        scores=scores(counted),
        tasks=tuple(
            _task_report(each, samples[each.task.name], chosen[each.task.name], objects)
            for each in counted
        ),
        against=None if against is None else _against(counted, against),
    )


def said(shown: Shown) -> str:
    """Return what the judge says of a program: findings in its lines, wrong values, its cost."""
    if shown.verdict is None:
        return "the verdict is of another version of the workbench"
    return verdict_text(shown.verdict, f"sample {shown.sample}", color=False, width=WORDS_WIDTH)


def _against(counted: tuple[Tally, ...], other: RunView) -> Against:
    others = tallies(other)
    return Against(run=other, scores=scores(others), comparison=compare(counted, others))


def _chosen(tally: Tally, samples: list[SampleView]) -> list[SampleJudged | SampleCached]:
    """Return the best judgement, if there is one, then wrong ones that got furthest."""
    judged = [each.judged for each in samples if each.judged is not None]
    best = [each for each in judged if tally.best and each.sample == tally.best.sample]
    wrong: dict[str, SampleJudged | SampleCached] = {}
    for each in judged:
        if each.outcome != Outcome.CORRECT:
            wrong.setdefault(each.outcome, each)
    furthest = sorted(wrong.values(), key=lambda each: -_REACHED.get(each.outcome, -1))
    return [*best, *furthest[:SHOWN_WRONG]]


def _task_report(
    tally: Tally,
    samples: list[SampleView],
    chosen: list[SampleJudged | SampleCached],
    objects: Mapping[str, bytes],
) -> TaskReport:
    shown = [_shown(each, objects) for each in chosen]
    distinct = {each.judged.program for each in samples if each.judged is not None}
    best = shown[0] if tally.best is not None else None
    return TaskReport(
        tally=tally,
        best=best,
        wrong=tuple(shown[1:] if best else shown),
        others=len(distinct - {each.program for each in chosen}),
        failures=tuple(sorted({words for each in samples for words in each.failures})),
    )


def _shown(event: SampleJudged | SampleCached, objects: Mapping[str, bytes]) -> Shown:
    data = objects.get(event.verdict)
    verdict = None
    if data is not None:
        try:
            verdict = from_json(json.loads(data))
        except ValueError:
            verdict = None
    program = objects.get(event.program, b"")
    return Shown(
        sample=event.sample,
        outcome=event.outcome,
        program=program.decode("utf-8", "replace"),
        verdict=verdict,
    )
