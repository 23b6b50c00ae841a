"""Events, tasks and samples in a few words each, and how these are painted."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from agent.console.follow import GOING, Life, Snapshot
from aspl.render import visible_text
from benchmark.report.rounds import round_words
from benchmark.runs.board import TaskState
from benchmark.runs.progress import duration
from benchmark.store.config import RunConfig
from benchmark.store.events import (
    RoundBegan,
    RunEnded,
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
from benchmark.store.view import RunView, SampleView
from benchmark.store.vocabulary import Unknown
from benchmark.store.workspace import Entry

Mood: TypeAlias = Literal["plain", "strong", "soft", "good", "bad", "ask"]

STYLES: dict[Mood, str] = {
    "plain": "",
    "strong": "bold",
    "soft": "dim",
    "good": "green",
    "bad": "red",
    "ask": "bold yellow",
}
_ACTS = {"pause": "is to pause", "go-on": "goes on", "stop": "is to stop"}
_GATES = {"judge": "before it is judged", "exemplar": "before it is an exemplar"}


class Said(NamedTuple):
    """Words in one mood."""

    text: str
    mood: Mood = "plain"


def sample_name(number: int) -> str:
    """Name a sample: `3`, or `fork 0` for one that somebody asked for."""
    return f"fork {number - FORKED}" if number >= FORKED else str(number)


def event_words(entry: Entry, config: RunConfig | None) -> Said | None:
    """Tell an event in a line; None for one that says too little."""
    event = entry.event
    match event:
        case RunStarted() | RunResumed() | RunEnded() | RoundBegan() | RunSteered():
            return _of_run(event, config)
        case ApprovalAsked() | ApprovalGiven() | AnswerAsked() | AnswerGiven():
            return _of_people(event)
        case HintGiven(task=task):
            return Said(f"{task}: a hint was given", "ask")
        case SampleWanted() as wanted:
            how = "an edited program" if wanted.program else "an edited prompt"
            how = how if wanted.program or wanted.prompt else "drawn anew"
            name = f"{sample_name(wanted.sample)} is wanted, of {sample_name(wanted.source)}"
            return Said(f"{wanted.task}: {name}, {how}", "ask")
        case Unknown(name=name):
            return Said(f"{visible_text(name)}, of another version", "soft")
        case _:
            return _of_sample(event)


def _of_run(
    event: RunStarted | RunResumed | RunEnded | RoundBegan | RunSteered, config: RunConfig | None
) -> Said | None:
    match event:
        case RunStarted(config=found):
            return Said(f"the run began: {found.model}, {found.policy}", "strong")
        case RunResumed(session=session):
            return Said(f"session {session} began", "strong")
        case RunEnded(ending=ending, detail=detail):
            words = f" ({visible_text(detail)})" if detail else ""
            return Said(f"session {event.session} ended: {ending}{words}", "strong")
        case RoundBegan():
            return None if config is None else Said(round_words(event, config), "strong")
        case RunSteered(act=act):
            return Said(f"the run {_ACTS[act]}", "ask")


def _of_people(event: ApprovalAsked | ApprovalGiven | AnswerAsked | AnswerGiven) -> Said:
    name = f"{event.task} {sample_name(event.sample)}"
    match event:
        case ApprovalAsked(gate=gate):
            return Said(f"{name}: waits for a yes {_GATES[gate]}", "ask")
        case ApprovalGiven(is_approved=True):
            return Said(f"{name}: approved", "ask")
        case ApprovalGiven(reason=reason):
            return Said(f"{name}: rejected{f', {visible_text(reason)}' if reason else ''}", "ask")
        case AnswerAsked():
            return Said(f"{name}: you are asked", "ask")
        case AnswerGiven():
            return Said(f"{name}: somebody answered", "ask")


def _of_sample(event: object) -> Said | None:
    match event:
        case SampleProposed(step=step, usage=usage):
            took = f", {usage.output_tokens:,} tokens" if usage.output_tokens else ""
            words, mood = ("answer" if step == "propose" else step) + took, "soft"
        case SampleChecked(outcome=outcome):
            words, mood = f"check: {outcome}", "soft"
        case SampleGuarded():
            words, mood = "copies by the compiler", "soft"
        case (
            SampleJudged(outcome=outcome, cycles=cycles)
            | SampleCached(outcome=outcome, cycles=cycles)
        ):
            cost = "" if cycles is None else f", {cycles:,} cycles"
            again = ", judged before" if isinstance(event, SampleCached) else ""
            words, mood = f"{outcome}{cost}{again}", "good" if outcome == "correct" else "plain"
        case SampleUnfenced():
            words, mood = "no program", "plain"
        case SampleRejected():
            words, mood = "rejected", "plain"
        case SampleFailed(stage=stage, reason=reason):
            words, mood = f"failed to {stage}: {visible_text(reason)}", "bad"
        case _:
            return None
    return Said(f"{event.task} {sample_name(event.sample)}: {words}", mood)  # type: ignore[arg-type] # moods all of them


class Standing(NamedTuple):
    """How a task or a sample stands: a sign, a word, and their mood."""

    sign: str
    word: str
    mood: Mood


def task_words(task: TaskState, snapshot: Snapshot, asking: int) -> Standing:
    """Tell how a task stands; what waits for somebody goes before all else."""
    if asking:
        return Standing("?", "asks you", "ask")
    if task.solved_by is not None:
        return Standing("\u2713", "solved", "good")
    asked = snapshot.board.round
    if snapshot.life in GOING and asked and task.name in asked.tasks:
        return Standing("\u2026", "going", "plain")
    if task.samples:
        return Standing("\u2717", "unsolved", "bad")
    return Standing("\u00b7", "not yet", "soft")


def sample_words(sample: SampleView, is_asking: bool) -> Standing:
    """Tell how a sample stands."""
    if is_asking:
        return Standing("?", "asks you", "ask")
    match sample.state:
        case "settled":
            cycles = sample.judged.cycles if sample.judged else None
            words = sample.outcome + ("" if cycles is None else f" {cycles:,}")
            if sample.is_correct:
                return Standing("\u2713", words, "good")
            return Standing("\u2717", words, "bad")
        case "proposed":
            return Standing("\u2026", "going on", "plain")
        case "failed":
            return Standing("!", "failed", "bad")


def life_words(view: RunView, life: Life) -> Said:
    """Tell how a run goes."""
    match life:
        case "starting":
            return Said("a session starts", "ask")
        case "ended":
            words = f"{view.ending}" + (f" ({visible_text(view.detail)})" if view.detail else "")
            return Said(words, "good" if view.ending == "done" else "bad")
        case "left":
            return Said("no session has it", "bad")
        case "stopping":
            return Said("stopping", "ask")
        case "paused":
            return Said("paused", "ask")
        case "running":
            return Said("running", "good")


def since(snapshot: Snapshot, now: datetime) -> str:
    """Write how old the newest session is, or how long it took."""
    end = now if snapshot.life in GOING else snapshot.view.last_at
    return duration(max(0.0, (end - snapshot.began_at).total_seconds()))
