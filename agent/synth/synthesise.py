"""From the sections of a prompt to a reply."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from random import Random

from agent.synth.chains import Pair, costs_of, pairs_of
from agent.synth.draw import draws
from agent.synth.features import Option, of_whole
from agent.synth.formula import Formula, read_formula
from agent.synth.grammar import Grammar, Guide, fitted
from agent.synth.ground import Ground, Types, types_of
from agent.synth.reach import Reach
from agent.synth.reading import Asked, asked_of, fenced, programs_in, read_task
from agent.synth.replay import Choice, Told, replayed
from agent.synth.state import Meter, Problem
from agent.synth.trees import body_of, text_of
from agent.synth.writing import body_text
from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.functions.function import Declared
from aspl.functions.initial import init_text
from aspl.text.parse import parse
from aspl.types import Selector, leaves

EFFORT = 20_000
"""Steps that one answer may take: about 100 ms of CPU time."""
_FREE, _FEW, _SOME = 0.2, 0.6, 3
"""Shares of answers that go by no program, and that or by a few; how many are a few."""
_DRAWS = 12
"""Programs that are drawn for an answer, of which it is one."""
_OTHERS, _OTHERS_EFFORT = 8, 4_000
"""Programs that are drawn in the place of a known one, and the steps that they may take."""
_COLDEST = 0.05
"""The least temperature that is told from 0."""
_UNREADABLE = "The header of the task could not be read.\n"
_NOTHING = "No program was found that takes every input and returns what the signature declares.\n"


def synthesise(  # noqa: PLR0913 - sections of one prompt, and how an answer is drawn
    task: str,
    exemplars: tuple[str, ...] = (),
    feedback: str = "",
    seed: int = 0,
    effort: int = EFFORT,
    temperature: float | None = None,
    manual: str = "",
) -> str:
    """Return a reply to a prompt's sections; the same one to the same arguments.

    Args:
        exemplars: sections of solved tasks; their order says nothing.
        seed: of all that is drawn.
        effort: the most steps; an answer that takes more ends without a program.
        temperature: above 1 the choices are more alike, below 1 less; None is 1.
        manual: sections on the language; the programs in them move the prior.
    """
    problem = _problem(task, tuple(sorted(exemplars)), manual)
    if problem is None:
        return _UNREADABLE
    grammar = _grammar(tuple(sorted(exemplars)), manual)
    random = Random(seed)
    heat = 1.0 if temperature is None else max(temperature, _COLDEST)
    guide = Guide(grammar, random, _followed(grammar, random), heat)
    before = (fenced(feedback) or "").split()
    found: list[tuple[str, Option]] = []
    for state in islice(draws(problem, guide, Meter(effort)), _DRAWS):
        body = body_text(state)
        if body.split() != before:
            found.append((body, of_whole(state)))
    while found:
        body, _ = found[guide.drawn([option for _, option in found])]
        if is_right(problem.asked, body):
            return f"```aspl\n{body}```\n"
        found = [each for each in found if each[0] != body]
    return _NOTHING


def _followed(grammar: Grammar, random: Random) -> frozenset[int]:
    """Choose the programs that this answer goes by: all, a few, or none."""
    everything = range(grammar.programs)
    mode = random.random()
    if mode < _FREE:
        return frozenset()
    if mode < _FEW and grammar.programs > _SOME:
        return frozenset(random.sample(everything, _SOME))
    return frozenset(everything)


@lru_cache(maxsize=8)
def _grammar(exemplars: tuple[str, ...], manual: str) -> Grammar:
    known = [each for each in map(_known, exemplars) if each is not None]
    costs = costs_of([pairs for _, pairs in known])
    return fitted([told for told, _ in known], costs, _explained(manual))


@lru_cache(maxsize=4)
def _explained(manual: str) -> tuple[Told, ...]:
    """Return the programs of a manual as choices."""
    known = (_known(f"```aspl\n{program}```\n") for program in programs_in(manual))
    return tuple(each[0] for each in known if each is not None)


@lru_cache(maxsize=128)
def _known(exemplar: str) -> tuple[Told, Mapping[Pair, int]] | None:
    """Return an exemplar as choices, and its operators behind one another."""
    text = fenced(exemplar)
    findings = Findings()
    program = None if text is None else parse(text, findings)
    if text is None or program is None or findings.has_errors:
        return None
    checked = check(program, findings, linearity="strict")
    asked = asked_of(exemplar, text, program)
    if checked is None or asked is None:
        return None
    types = types_of(asked)
    problem = problem_of(asked, Reach(types, costs_of(())), read_formula(asked))
    told = replayed(checked, problem)
    if told.whole is not None:
        others = _others(problem)
        if others:
            choice = Choice((told.whole, *others), 0)
            told = Told((*told.choices, choice), told.whole)
    return told, pairs_of(program)


def _others(problem: Problem) -> list[Option]:
    """Return what speaks for programs that one would draw in the place of a known one."""
    guide = Guide(fitted((), costs_of(())), Random(0))
    return [
        of_whole(each) for each in islice(draws(problem, guide, Meter(_OTHERS_EFFORT)), _OTHERS)
    ]


@lru_cache(maxsize=64)
def _read(task: str) -> tuple[Asked, Types, Formula] | None:
    asked = read_task(task)
    return None if asked is None else (asked, types_of(asked), read_formula(asked))


@lru_cache(maxsize=64)
def _problem(task: str, exemplars: tuple[str, ...], manual: str) -> Problem | None:
    known = _read(task)
    if known is None:
        return None
    asked, types, formula = known
    return problem_of(asked, Reach(types, _grammar(exemplars, manual).costs), formula)


def problem_of(asked: Asked, reach: Reach, formula: Formula) -> Problem:
    """Return what programs for a task are drawn from."""
    functions = range(len(asked.functions))
    order = sorted(
        functions, key=lambda each: (asked.mentions.get(asked.functions[each].name, 10**6), each)
    )
    return Problem(
        asked=asked,
        reach=reach,
        formula=formula,
        kinds=tuple(map(kinds_of, asked.functions)),
        groups=groups_of(asked),
        order=tuple(order),
    )


def kinds_of(function: Declared) -> tuple[str, str]:
    """Return two names of a function: what it computes, and the kinds of its types."""
    init = function.params[-1].init if function.params else None
    fold = "map" if init is None else "fold"
    kinds = [
        "+".join(type(leaf).__name__ for leaf in leaves(each))
        for each in (*(param.type for param in function.params), function.result)
    ]
    types = f"{fold}:{','.join(kinds)}"
    body = body_of(function, keeps_names=False)
    start = "" if init is None else init_text(init)
    return (types if body is None else f"{fold}:{text_of(body)}:{start}", types)


def groups_of(asked: Asked) -> tuple[tuple[int, ...], ...]:
    """Return runs of neighbours whose types are the same, as many as a selector has ways."""
    ground = Ground(asked.sizes)
    kinds = [each for each in asked.elements() if isinstance(each, Selector)]
    widths = [width for width in (ground.bound(each.width) for each in kinds) if width]
    functions = asked.functions
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
    return tuple(tuple(run) for run in runs if any(1 < width <= len(run) for width in widths))


def is_right(asked: Asked, body: str) -> bool:
    """Whether a body is a well-typed, linear program below its header."""
    findings = Findings()
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    program = parse(f"{asked.header.rstrip()}\n{indented}", findings)
    if program is None or findings.has_errors:
        return False
    return check(program, findings, linearity="strict") is not None
