"""Correct programs of runs, the best first: what a library can be built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmark.library.manifest import Provenance
from benchmark.store.events import SampleCached, SampleJudged, SampleProposed
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A program that a run's judge found correct."""

    task: str
    program: str
    """Its digest."""
    verdict: str
    """The digest of its verdict."""
    cycles: int | None
    length: int
    run: str
    model: str
    policy: str
    sample: int
    prompt: str | None

    def provenance(self, seeds: tuple[int, ...]) -> Provenance:
        """Return what a manifest keeps of its origin."""
        return Provenance(
            run=self.run,
            model=self.model,
            policy=self.policy,
            sample=self.sample,
            answer=self.program,
            prompt=self.prompt,
            seeds=seeds,
        )


def candidates(
    workspace: Workspace, runs: Iterable[RunView]
) -> Mapping[str, tuple[Candidate, ...]]:
    """Return the distinct correct programs of each task: by cycles, then length, then age."""
    found: dict[str, list[Candidate]] = {}
    for run in runs:
        prompts = _prompts(workspace, run.run)
        for sample in run.samples:
            judged = sample.judged
            if judged is not None and sample.is_correct:
                prompt = prompts.get((sample.task, sample.sample, judged.reply))
                found.setdefault(sample.task, []).append(_candidate(run, judged, prompt))
    return {task: _ordered(some) for task, some in found.items()}


def _candidate(run: RunView, judged: SampleJudged | SampleCached, prompt: str | None) -> Candidate:
    return Candidate(
        task=judged.task,
        program=judged.program,
        verdict=judged.verdict,
        cycles=judged.cycles,
        length=judged.length,
        run=run.run,
        model=run.config.model,
        policy=run.config.policy,
        sample=judged.sample,
        prompt=prompt,
    )


def _ordered(some: list[Candidate]) -> tuple[Candidate, ...]:
    some = sorted(some, key=lambda each: (each.cycles is None, each.cycles or 0, each.length))
    distinct: dict[str, Candidate] = {}
    for each in some:
        distinct.setdefault(each.program, each)
    return tuple(distinct.values())


def _prompts(workspace: Workspace, run: str) -> Mapping[tuple[str, int, str], str]:
    """Return what was asked, by task, sample and reply."""
    found: dict[tuple[str, int, str], str] = {}
    for entry in workspace.entries(run):
        event = entry.event
        if isinstance(event, SampleProposed) and event.prompt is not None:
            found[event.task, event.sample, event.reply] = event.prompt
    return found
