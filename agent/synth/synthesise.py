"""From the sections of a prompt to a reply."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from agent.synth.draw import draw
from agent.synth.formula import Formula, read_formula
from agent.synth.grammar import Grammar
from agent.synth.ground import Types, types_of
from agent.synth.reach import Reach
from agent.synth.reading import Asked, fenced, read_task
from agent.synth.state import Problem
from agent.synth.trees import body_of, text_of
from agent.synth.writing import body_text
from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.functions.function import Declared
from aspl.text.parse import parse
from aspl.types import leaves

EFFORT = 20_000
"""Steps that one answer may take: options weighed, and types looked at."""
_NOTHING = "No program was found that takes every input and returns what the signature declares.\n"


def synthesise(
    task: str,
    exemplars: tuple[str, ...] = (),
    feedback: str = "",
    seed: int = 0,
    effort: int = EFFORT,
) -> str:
    """Return a reply to a prompt's sections; the same one to the same arguments."""
    known = _read(task)
    if known is None:
        return "The header of the task could not be read.\n"
    asked, types, formula = known
    grammar = Grammar()
    problem = problem_of(asked, types, formula, grammar)
    random = Random(seed)
    before = (fenced(feedback) or "").split()
    steps = 0
    while steps < effort:
        state, whole = draw(problem, grammar, random, frozenset())
        steps += max(state.steps, 1)
        if not whole:
            continue
        body = body_text(state)
        if body.split() != before and is_right(asked, body):
            return f"```aspl\n{body}```\n"
    return _NOTHING


@lru_cache(maxsize=64)
def _read(task: str) -> tuple[Asked, Types, Formula] | None:
    asked = read_task(task)
    return None if asked is None else (asked, types_of(asked), read_formula(asked))


def problem_of(asked: Asked, types: Types, formula: Formula, grammar: Grammar) -> Problem:
    """Return what programs for a task are drawn from."""
    functions = range(len(asked.functions))
    order = sorted(
        functions, key=lambda each: (asked.mentions.get(asked.functions[each].name, 10**6), each)
    )
    return Problem(
        asked=asked,
        reach=Reach(types, grammar.costs, grammar.unseen),
        formula=formula,
        kinds=tuple(map(kinds_of, asked.functions)),
        groups=groups_of(asked.functions),
        order=tuple(order),
    )


def kinds_of(function: Declared) -> tuple[str, str]:
    """Return two names of a function: what it computes, and the kinds of its types."""
    fold = "fold" if function.params and function.params[-1].init is not None else "map"
    kinds = [
        "+".join(type(leaf).__name__ for leaf in leaves(each))
        for each in (*(param.type for param in function.params), function.result)
    ]
    types = f"{fold}:{','.join(kinds)}"
    body = body_of(function, keeps_names=False)
    return (types if body is None else f"{fold}:{text_of(body)}", types)


def groups_of(functions: tuple[Declared, ...]) -> tuple[tuple[int, ...], ...]:
    """Return runs of neighbours whose types are the same, of two functions or more."""
    runs: list[list[int]] = []
    before: object = None
    for place, function in enumerate(functions):
        is_fold = bool(function.params) and function.params[-1].init is not None
        types = (tuple(param.type for param in function.params), function.result, is_fold)
        if types == before:
            runs[-1].append(place)
        else:
            runs.append([place])
        before = None if is_fold else types
    return tuple(tuple(run) for run in runs if len(run) > 1)


def is_right(asked: Asked, body: str) -> bool:
    """Whether a body is a well-typed, linear program below its header."""
    findings = Findings()
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    program = parse(f"{asked.header.rstrip()}\n{indented}", findings)
    if program is None or findings.has_errors:
        return False
    return check(program, findings, linearity="strict") is not None
