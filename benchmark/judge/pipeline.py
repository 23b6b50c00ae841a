"""From an answer's text to its verdict, stage by stage.

    text -> read -> checked under the sizes of every regime -> linear -> within budgets
         -> values in every regime and from every seed -> simulated

This runs in a worker. An answer is data all the way: it is parsed, never executed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from aspl.checker import Checked, Linearity
from aspl.diagnostics import Diagnostic
from aspl.reference.state import EvaluationFailed
from benchmark.judge.cases import Case, Prepared
from benchmark.judge.cost import Costed, Refusal, failure_of, over_budget, simulated
from benchmark.judge.reading import read_answer
from benchmark.judge.seeds import Seeds
from benchmark.judge.values import wrong_values
from benchmark.judge.verdict import Cost, Mismatch, Outcome, Verdict
from benchmark.tasks.task import Task


def judge_here(task: Task, text: str, *, seeds: Seeds, linearity: Linearity = "strict") -> Verdict:
    """Judge an answer in this process, which nothing guards."""
    return judge_prepared(Prepared(task, seeds), text, linearity=linearity)


def judge_prepared(prepared: Prepared, text: str, *, linearity: Linearity = "strict") -> Verdict:
    """Judge an answer on what was drawn for its task before."""
    begin = time.perf_counter()
    found = _judgement(prepared, text, linearity)
    return Verdict(
        task=prepared.task.name,
        outcome=found.outcome,
        program=text,
        diagnostics=found.diagnostics,
        mismatches=found.mismatches,
        cost=found.cost,
        seeds=prepared.seeds,
        versions={**prepared.versions, "linearity": linearity},
        seconds=time.perf_counter() - begin,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judgement:
    outcome: Outcome
    diagnostics: tuple[Diagnostic, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    cost: Cost | None = None


def _judgement(prepared: Prepared, text: str, linearity: Linearity) -> _Judgement:
    answer = read_answer(text, prepared, prepared.task.regimes, linearity)
    if answer.outcome is not None:
        return _Judgement(outcome=answer.outcome, diagnostics=answer.diagnostics)
    paper = answer.checked[prepared.paper]

    try:
        refusal = over_budget(paper, lambda: prepared.simulated.supplied)
        if refusal is not None:
            return _rejected(refusal, answer.diagnostics)
        wrong = _values(prepared, answer.checked)
        if wrong is not None:
            diagnostics = (*answer.diagnostics, *wrong.diagnostics)
            return replace(wrong, diagnostics=diagnostics)
        costed = simulated(paper, prepared.simulated.supplied)
    except EvaluationFailed as failure:
        return _rejected(failure_of(failure), answer.diagnostics)
    match costed:
        case Refusal():
            return _rejected(costed, answer.diagnostics)
        case Costed():
            late = _as_arrived(prepared, costed, prepared.simulated)
            if late is not None:
                return replace(late, diagnostics=(*answer.diagnostics, *late.diagnostics))
            return _Judgement(
                outcome=Outcome.CORRECT, diagnostics=answer.diagnostics, cost=costed.cost
            )
        case _:
            assert_never(costed)


def _rejected(refusal: Refusal, before: Iterable[Diagnostic]) -> _Judgement:
    return _Judgement(outcome=refusal.outcome, diagnostics=(*before, *refusal.diagnostics))


def _values(prepared: Prepared, programs: tuple[Checked, ...]) -> _Judgement | None:
    """Hold the values of all regimes against the reference, seed by seed, until some are wrong."""
    for seed in range(len(prepared.seeds)):
        diagnostics: list[Diagnostic] = []
        mismatches: list[Mismatch] = []
        for number, checked in enumerate(programs):
            found = wrong_values(checked, prepared.case(number, seed), prepared.task.tolerance)
            if isinstance(found, Diagnostic):
                diagnostics.append(found)
            else:
                mismatches += found
        if diagnostics or mismatches:
            return _Judgement(
                outcome=Outcome.WRONG_VALUES,
                diagnostics=_once(diagnostics),
                mismatches=tuple(mismatches),
            )
    return None


def _once(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Leave out what was said of the same place in a regime before."""
    found: dict[tuple[object, ...], Diagnostic] = {}
    for each in diagnostics:
        found.setdefault((each.code, each.span), each)
    return tuple(found.values())


def _as_arrived(prepared: Prepared, costed: Costed, case: Case) -> _Judgement | None:
    """Hold the values against the reference again, in the order in which elements arrived."""
    if not costed.orders:
        return None
    found = wrong_values(costed.checked, case, prepared.task.tolerance, costed.orders)
    if isinstance(found, Diagnostic):
        return _Judgement(outcome=Outcome.WRONG_VALUES, diagnostics=(found,))
    return _Judgement(outcome=Outcome.WRONG_VALUES, mismatches=found) if found else None
