"""What happened to each sample of a run, step by step, in the order in which it was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from benchmark.store.events import (
    CallBegan,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleProposed,
)
from benchmark.store.view import RunView, SampleView
from benchmark.store.workspace import Workspace

StoryEvent: TypeAlias = SampleProposed | SampleChecked | SampleGuarded | SampleFailed
"""A step before the end of a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A sample, and the steps on its way to its end."""

    view: SampleView
    steps: tuple[StoryEvent, ...]
    lost: tuple[CallBegan, ...]
    """Calls that went out and never came back."""

    def programs(self) -> Iterator[tuple[StoryEvent, str, str]]:
        """Walk the steps; with each the programs before and after it, empty where there is none."""
        before = ""
        for step in self.steps:
            after = _program_after(step, before)
            yield step, before, after
            before = after

    def objects(self) -> Iterator[str]:
        """Walk the digests of all that is spoken of."""
        for step in self.steps:
            yield from step.objects()
        if self.view.settled is not None:
            yield from self.view.settled.objects()


def stories(workspace: Workspace, run: RunView) -> tuple[Story, ...]:
    """Return the samples of a run, in the order of its tasks, then of the samples.

    What was recorded twice, as by a step that was run again after a kill, is told once.
    """
    steps: dict[tuple[str, int], dict[StoryEvent, None]] = {}
    for entry in workspace.entries(run.run):
        event = entry.event
        if isinstance(event, SampleProposed | SampleChecked | SampleGuarded | SampleFailed):
            steps.setdefault((event.task, event.sample), {}).setdefault(event)
    lost: dict[tuple[str, int], list[CallBegan]] = {}
    for each in run.lost:
        lost.setdefault((each.task, each.sample), []).append(each)
    return tuple(_story(each, steps, lost) for each in run.samples)


def _story(
    view: SampleView,
    steps: Mapping[tuple[str, int], Mapping[StoryEvent, None]],
    lost: Mapping[tuple[str, int], list[CallBegan]],
) -> Story:
    place = view.task, view.sample
    return Story(view=view, steps=tuple(steps.get(place, ())), lost=tuple(lost.get(place, ())))


def _program_after(step: StoryEvent, before: str) -> str:
    match step:
        case SampleProposed():
            return step.program or ""
        case SampleGuarded():
            return step.program
        case SampleChecked() | SampleFailed():
            return before
