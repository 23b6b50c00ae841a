"""The first stages of judging alone: an answer is read and checked, no value of it is looked at.

An agent looks here before it asks for a verdict. An answer whose only fault is that streams have
several readers is also returned with the copies that it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aspl.checker import Linearity
from aspl.diagnostics import Diagnostic
from aspl.render import from_json, to_json
from aspl.text.printer import print_body
from benchmark.judge.cases import Prepared
from benchmark.judge.reading import read_answer
from benchmark.judge.verdict import Outcome
from compiler.compiled import compile_program
from compiler.passes.insert_broadcasts import InsertBroadcasts

SCHEMA = "aspl.checkup/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What the first stages say of an answer."""

    outcome: Outcome | None
    """Where it ends; None for an answer that gets to its values."""
    diagnostics: tuple[Diagnostic, ...] = ()
    linear: str | None = None
    """Of an answer that only reads streams twice: the kernel's body with copies put in."""
    reason: str = ""
    """For a limit or a crash: which, in one line."""


def check_prepared(prepared: Prepared, text: str, *, linearity: Linearity = "strict") -> Checkup:
    """Read and check an answer under the sizes of every regime of a task."""
    answer = read_answer(text, prepared, prepared.task.regimes, linearity)
    linear = _linear(prepared, text) if answer.outcome is Outcome.NOT_LINEAR else None
    return Checkup(outcome=answer.outcome, diagnostics=answer.diagnostics, linear=linear)


def _linear(prepared: Prepared, text: str) -> str | None:
    """Return the body of an answer with copies put in; None where that does not make it good."""
    regimes = prepared.task.regimes
    free = read_answer(text, prepared, regimes, "auto")
    if not free.checked:
        return None
    made = compile_program(free.checked[prepared.paper], (InsertBroadcasts(),)).checked
    body = print_body(made.program)
    return body if read_answer(body, prepared, regimes).outcome is None else None


def checkup_to_json(checkup: Checkup) -> dict[str, Any]:
    """Return it as an object of JSON."""
    return {
        "outcome": None if checkup.outcome is None else str(checkup.outcome),
        "diagnostics": [to_json(each) for each in checkup.diagnostics],
        "linear": checkup.linear,
        "reason": checkup.reason,
    }


def checkup_record(checkup: Checkup, task: str, file: str) -> dict[str, Any]:
    """Return it as an object of JSON for people's tools, which names what was checked."""
    return {"schema": SCHEMA, "task": task, "file": file, **checkup_to_json(checkup)}


def checkup_from_json(record: Mapping[str, Any]) -> Checkup:
    """Read what `checkup_to_json` wrote. Errors: KeyError, TypeError, ValueError."""
    outcome = record["outcome"]
    return Checkup(
        outcome=None if outcome is None else Outcome(outcome),
        diagnostics=tuple(map(from_json, record["diagnostics"])),
        linear=record["linear"],
        reason=record["reason"],
    )
