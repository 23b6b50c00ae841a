"""Prompts for the steps of an episode: propose, repair, guard.

Stable text comes first. Samples of one task share all but their own sections, and exemplars are
only appended, so a server's cached prefix stays good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from agent.prompting.feedback import Feedback, told
from agent.prompting.files import whole_file
from agent.prompting.reference import operators, patterns
from aspl.diagnostics import Diagnostic
from benchmark.tasks.shown import Shown, ShownFunction
from prompts import contexts
from prompts.prompt import Prompt, Section
from prompts.render import render
from prompts.rewrites import REWRITES

STRATEGIES = (
    "prefer the shortest program",
    "work backwards from the type of the output",
    "first write the type of every stream you make as a comment, then the program",
    "work forwards from the inputs, and use every given function",
    "buffer early, and work on whole rows",
    "keep numbers as streams for as long as the given functions allow",
    "take the solved task or idiom that is nearest, and change it",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """A task that was solved, and a body that solves it."""

    task: Shown
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """What tells one sample from another where a model has no temperature."""

    strategy: str | None
    sample: int
    """From 0."""


def tail_of(sample: int, *, has_temperature: bool) -> Tail | None:
    """Return the tail of a sample; none is needed where a model draws its answers itself."""
    if has_temperature:
        return None
    return Tail(strategy=STRATEGIES[sample % len(STRATEGIES)], sample=sample)


def proposal(shown: Shown, exemplars: Iterable[Exemplar], tail: Tail | None) -> Prompt:
    """Ask for a first answer to a task."""
    return Prompt((*_lasting(shown, exemplars), *_tail(tail)))


def repair(
    shown: Shown,
    exemplars: Iterable[Exemplar],
    attempt: str,
    feedback: Feedback,
    tail: Tail | None,
) -> Prompt:
    """Ask for an answer again, with what is wrong with an attempt.

    Args:
        attempt: the program that was judged; empty where an answer held none.
    """
    return Prompt(
        (
            *_lasting(shown, exemplars),
            Section("feedback", "user", "sample", render(told(attempt, feedback))),
            Section("repair", "user", "sample", render(contexts.Repair())),
            *_tail(tail),
        )
    )


def hinted(prompt: Prompt, hints: Iterable[str]) -> Prompt:
    """Put a person's words into a prompt: behind the task, before what is for one sample."""
    said = Section("hint", "user", "task", render(contexts.Hint(hints=tuple(hints))))
    lasting = [each for each in prompt.sections if each.scope != "sample"]
    own = [each for each in prompt.sections if each.scope == "sample"]
    return Prompt((*lasting, said, *own))


def guard(shown: Shown, attempt: str, diagnostics: Iterable[Diagnostic]) -> Prompt:
    """Ask for an attempt whose streams are read once each; nothing else is told of its task."""
    found = Feedback(diagnostics=tuple(diagnostics))
    return Prompt(
        (
            Section("guard", "system", "always", render(contexts.Guard(rewrites=REWRITES))),
            Section("task", "user", "task", render(contexts.Guarded(header=shown.header))),
            Section("feedback", "user", "sample", render(told(attempt, found))),
        )
    )


def _lasting(shown: Shown, exemplars: Iterable[Exemplar]) -> Iterator[Section]:
    yield from _stable()
    for each in exemplars:
        yield Section("exemplar", "user", "campaign", render(_exemplar(each)))
    yield Section("task", "user", "task", render(_task(shown)))


@cache
def _stable() -> tuple[Section, ...]:
    return (
        Section("role", "system", "always", render(contexts.Role())),
        Section("operators", "system", "always", render(operators())),
        Section("patterns", "system", "always", render(patterns())),
    )


def _exemplar(exemplar: Exemplar) -> contexts.Exemplar:
    return contexts.Exemplar(
        statement=exemplar.task.statement,
        formula=exemplar.task.formula,
        program=whole_file(exemplar.task.header, exemplar.body),
    )


def _task(shown: Shown) -> contexts.Task:
    return contexts.Task(
        statement=shown.statement,
        formula=shown.formula,
        functions=tuple(map(_function, shown.functions)),
        inputs=tuple(f"`{name}: {each}`" for name, each in shown.inputs),
        outputs=tuple(f"`{each}`" for each in shown.outputs),
        header=shown.header,
    )


def _function(function: ShownFunction) -> str:
    words = ", a fold: its last parameter is the state" if function.is_fold else ""
    return f"`{function}`{words}"


def _tail(tail: Tail | None) -> tuple[Section, ...]:
    if tail is None:
        return ()
    text = render(contexts.Tail(sample=tail.sample + 1, strategy=tail.strategy))
    return (Section("tail", "user", "sample", text),)
