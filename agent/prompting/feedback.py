"""What a judge or a checker found, as far as a model is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aspl.diagnostics import Diagnostic, Severity
from aspl.render import render
from benchmark.judge.verdict import Mismatch, Verdict
from benchmark.tasks.task import Task
from prompts import contexts

MAX_FINDINGS = 6
"""Findings, and regimes with wrong values, that are told: the first ones are the causes."""
MAX_CHARACTERS = 1500
"""Of one finding."""
MAX_PROGRAM = 16_000
"""Characters of a program that are shown again."""
_NAME = "answer"
_WIDTH = 100
_CUT = "# the rest is left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What is wrong with an answer: findings, values, or why there is nothing to judge."""

    diagnostics: tuple[Diagnostic, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    sizes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of the regimes that mismatches name."""
    reason: str = ""
    """One line where there are no findings: no program was found, a limit was reached."""


def feedback_of(verdict: Verdict, task: Task) -> Feedback:
    """Return what a model is told of a verdict on its answer to a task."""
    return Feedback(
        diagnostics=verdict.diagnostics,
        mismatches=verdict.mismatches,
        sizes={each.name: each.sizes for each in task.regimes},
        reason=verdict.reason,
    )


def told(program: str, feedback: Feedback) -> contexts.Feedback:
    """Return what is told of an answer, at a bounded length."""
    errors = [each for each in feedback.diagnostics if each.severity is Severity.ERROR]
    found = errors or list(feedback.diagnostics)
    values = [_value(each, feedback.sizes) for each in feedback.mismatches]
    left_out = max(0, len(found) - MAX_FINDINGS) + max(0, len(values) - MAX_FINDINGS)
    return contexts.Feedback(
        program=_bounded(program, MAX_PROGRAM, _CUT),
        problem=_problem(feedback),
        findings=tuple(_finding(each, program) for each in found[:MAX_FINDINGS]),
        values=tuple(values[:MAX_FINDINGS]),
        left_out=left_out,
    )


def _problem(feedback: Feedback) -> str:
    if feedback.reason:
        return f"It came to no result: {feedback.reason}."
    if feedback.diagnostics:
        return "It is rejected:"
    if feedback.mismatches:
        return "Its types are right, but its results differ from the formula's:"
    return "It is not accepted."


def _finding(diagnostic: Diagnostic, program: str) -> str:
    text = render(diagnostic, program, _NAME, width=_WIDTH)
    return _bounded(text, MAX_CHARACTERS, "...")


def _value(mismatch: Mismatch, sizes: Mapping[str, Mapping[str, int]]) -> str:
    known = sizes.get(mismatch.regime, {})
    named = ", ".join(f"{name}={value}" for name, value in known.items())
    where = f"output {mismatch.output}, inputs `{mismatch.regime}`"
    where += f" ({named})" if named else ""
    if mismatch.kind == "shape":
        return f"{where}: its extents are not those of the signature"
    if mismatch.kind == "type":
        return f"{where}: its numbers are of another type than the signature's"
    return (
        f"{where}: {mismatch.wrong} of {mismatch.total} numbers are wrong, by up to "
        f"{mismatch.largest_absolute:.6g}; {_first(mismatch)}"
    )


def _first(mismatch: Mismatch) -> str:
    places = [f"at [{', '.join(map(str, each))}]" for each in mismatch.first]
    if not mismatch.got:
        return "the first " + ", ".join(places)
    return ", ".join(
        f"{place} got {got:.6g}, wanted {wanted:.6g}"
        for place, got, wanted in zip(places, mismatch.got, mismatch.wanted, strict=True)
    )


def _bounded(text: str, most: int, more: str) -> str:
    """Cut a long text behind a whole line, and say so."""
    if len(text) <= most:
        return text
    return f"{text[:most].rpartition(chr(10))[0] or text[:most]}\n{more}"
