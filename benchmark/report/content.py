"""What a report tells, gathered from a workspace: scores, and the programs worth reading."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

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

_Judged: TypeAlias = SampleJudged | SampleCached
_REACHED = {str(outcome): place for place, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A program that is worth reading, and what the judge says of it."""

    sample: int
    outcome: str
    digest: str
    """Of the program."""
    program: str
    verdict: Verdict | None
    """None for one of another schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReport:
    """One task: how it went, its best program, and wrong ones that got furthest."""

    tally: Tally
    best: Shown | None
    exemplars: tuple[Shown, ...]
    """What was shown to the model of it, where that is not the best program."""
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
    exemplars = {each.program for asked in run.rounds for each in asked.exemplars}
    chosen = {each.task.name: _chosen(each, samples[each.task.name], exemplars) for each in counted}
    names = [
        name for found in chosen.values() for event in found.events for name in event.objects()[1:]
    ]
    objects = workspace.objects_of(names)
    return Report(
        run=run,
        scores=scores(run),
        tasks=tuple(
            _task_report(each, samples[each.task.name], chosen[each.task.name], objects)
            for each in counted
        ),
        against=None
        if against is None
        else Against(run=against, scores=scores(against), comparison=compare(run, against)),
    )


def said(shown: Shown) -> str:
    """Return what the judge says of a program: findings in its lines, wrong values, its cost."""
    if shown.verdict is None:
        return "the verdict is of another version of the workbench"
    return verdict_text(shown.verdict, f"sample {shown.sample}", color=False, width=WORDS_WIDTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Judgements of a task that are worth reading."""

    best: tuple[_Judged, ...]
    exemplars: tuple[_Judged, ...]
    wrong: tuple[_Judged, ...]

    @property
    def events(self) -> tuple[_Judged, ...]:
        """Return all of them."""
        return (*self.best, *self.exemplars, *self.wrong)


def _chosen(tally: Tally, samples: list[SampleView], exemplars: Collection[str]) -> _Chosen:
    """Return the best judgement, if there is one, what was shown, and wrong ones that got far."""
    judged = [each.judged for each in samples if each.judged is not None]
    best = [each for each in judged if tally.best and each.sample == tally.best.sample]
    shown: dict[str, _Judged] = {}
    wrong: dict[str, _Judged] = {}
    for each in judged:
        if each.outcome != Outcome.CORRECT:
            wrong.setdefault(each.outcome, each)
        elif each.program in exemplars:
            shown.setdefault(each.program, each)
    for each in best:
        shown.pop(each.program, None)
    furthest = sorted(wrong.values(), key=lambda each: -_REACHED.get(each.outcome, -1))
    return _Chosen(
        best=tuple(best), exemplars=tuple(shown.values()), wrong=tuple(furthest[:SHOWN_WRONG])
    )


def _task_report(
    tally: Tally,
    samples: list[SampleView],
    chosen: _Chosen,
    objects: Mapping[str, bytes],
) -> TaskReport:
    distinct = {each.judged.program for each in samples if each.judged is not None}
    return TaskReport(
        tally=tally,
        best=next((_shown(each, objects) for each in chosen.best), None),
        exemplars=tuple(_shown(each, objects) for each in chosen.exemplars),
        wrong=tuple(_shown(each, objects) for each in chosen.wrong),
        others=len(distinct - {each.program for each in chosen.events}),
        failures=tuple(sorted({words for each in samples for words in each.failures})),
    )


def _shown(event: _Judged, objects: Mapping[str, bytes]) -> Shown:
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
        digest=event.program,
        program=program.decode("utf-8", "replace"),
        verdict=verdict,
    )
