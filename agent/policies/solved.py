"""Which correct program of a task is remembered: a short one, and by chance among equals.

Correct programs are grouped by what they are up to the names of their variables; of each group one
is drawn; of those the shortest stays, without its comments and blank lines.
"""

from __future__ import annotations

import ast
import io
import random
import tokenize
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from benchmark.store.events import Exemplar, RoundBegan
from benchmark.store.steering import FORKED
from benchmark.store.view import RunView, SampleView


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A solved task."""

    exemplar: Exemplar
    round: int
    """The first round with a correct sample of it."""
    sample: int
    """Whose program the exemplar is."""


def solved(run: RunView) -> dict[str, int]:
    """Return the first round with a correct sample, by solved task."""
    rounds: dict[str, int] = {}
    for sample in run.samples:
        if sample.is_correct:
            rounds[sample.task] = min(sample.round, rounds.get(sample.task, sample.round))
    return rounds


def solutions(
    run: RunView, text: Callable[[str], str], rejected: Container[tuple[str, int]] = ()
) -> dict[str, Solution]:
    """Return what is remembered of solved tasks, in the order of the suite.

    A task is measured in the round that first solved it, on the samples that the round asked for.

    Args:
        text: returns a program by its digest.
        rejected: tasks and samples that nobody is to learn from.
    """
    asked = {each.round: each for each in run.rounds}
    found: dict[str, Solution] = {}
    for task, first in solved(run).items():
        there = [each for each in run.samples if _is_of(each, task, first)]
        good = [each for each in there if (task, each.sample) not in rejected]
        if good:
            rate = _rate(there, asked.get(first))
            found[task] = _solution(good, rate, random.Random(f"{run.config.seed} {task}"), text)
    return found


def _is_of(sample: SampleView, task: str, round: int) -> bool:
    return sample.is_correct and sample.task == task and sample.round == round


def _rate(correct: list[SampleView], asked: RoundBegan | None) -> float:
    """Return the share of correct samples, without those that people asked for."""
    own = sum(each.sample < FORKED for each in correct)
    return own / max(own, asked.samples if asked is not None else 0, 1)


def _solution(
    correct: list[SampleView], rate: float, chance: random.Random, text: Callable[[str], str]
) -> Solution:
    programs = {each.sample: each.judged.program for each in correct if each.judged is not None}
    texts = [(sample, text(program)) for sample, program in sorted(programs.items())]
    chosen = select(texts, chance)
    sample = next(each for each in correct if each.sample == chosen)
    exemplar = Exemplar(task=sample.task, program=programs[chosen], rate=rate)
    return Solution(exemplar=exemplar, round=sample.round, sample=chosen)


def select(programs: Iterable[tuple[int, str]], chance: random.Random) -> int:
    """Return the number of the program that is remembered, out of numbered texts."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for number, text in programs:
        groups.setdefault(canonical(text), []).append((number, text))
    drawn = [chance.choice(group) for _, group in sorted(groups.items())]
    return min(drawn, key=lambda each: (len(bare(each[1])), each[0]))[0]


def canonical(text: str) -> str:
    """Return a program with its variables renamed in the order in which they are bound.

    Two programs are the same up to names where this is equal. A text that is no Python syntax is
    only equal to itself.
    """
    try:
        tree = ast.parse(module_of(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    stored = (each for each in ast.walk(tree) if isinstance(each, ast.Name) and _is_bound(each))
    order = sorted(stored, key=lambda each: (each.lineno, each.col_offset))
    names: dict[str, str] = {}
    for each in order:
        names.setdefault(each.id, f"v{len(names)}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.unparse(tree)


def bare(text: str) -> str:
    """Return a program without its comments and blank lines."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return text
    lines = text.splitlines()
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def module_of(text: str) -> str:
    """Return a kernel's body as something that Python's grammar takes at the top."""
    return text if text.lstrip().startswith("def ") else f"if 1:\n{_indented(text)}"


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines()) or "    pass\n"


def _is_bound(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)
