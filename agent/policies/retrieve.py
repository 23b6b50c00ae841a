"""Which solved tasks are most like a task: by the types of its signature, and by operators.

Types are known of both sides. Which operators a task will take is not: it is guessed from the
solved tasks, each counting as much as its types are alike.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from agent.policies.solved import module_of
from benchmark.store.events import Exemplar
from benchmark.tasks.shown import Shown

OPERATORS_WEIGHT = 0.5
"""Of likeness in operators, against 1 for likeness in types."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Finds exemplars for a task.

    Args:
        tasks: all that may be asked for, by name.
        text: returns a program by its digest.
    """

    tasks: Mapping[str, Shown]
    text: Callable[[str], str]

    def __call__(self, task: str, exemplars: tuple[Exemplar, ...], count: int) -> tuple[int, ...]:
        """Return the places of the exemplars that are most like a task, in their order."""
        wanted = types_of(self.tasks[task])
        alike = [cosine(wanted, types_of(self.tasks[each.task])) for each in exemplars]
        used = [operators_of(self.text(each.program)) for each in exemplars]
        guess: dict[str, float] = {}
        for share, operators in zip(alike, used, strict=True):
            for name, number in operators.items():
                guess[name] = guess.get(name, 0.0) + share * number
        scores = [
            share + OPERATORS_WEIGHT * cosine(guess, operators)
            for share, operators in zip(alike, used, strict=True)
        ]
        best = sorted(range(len(exemplars)), key=lambda place: (-scores[place], place))
        return tuple(sorted(best[:count]))


def types_of(task: Shown) -> Counter[str]:
    """Count the types of a task: of its inputs, outputs and functions, sizes left out."""
    found: Counter[str] = Counter()
    found.update(f"in {_bare(each)}" for _, each in task.inputs)
    found.update(f"out {_bare(each)}" for each in task.outputs)
    for function in task.functions:
        takes = ", ".join(_bare(each) for _, each in function.parameters)
        kind = "fold" if function.is_fold else "map"
        found[f"{kind} {takes} -> {_bare(function.result)}"] += 1
        found[kind] += 1
    return found


def operators_of(program: str) -> Counter[str]:
    """Count the operators that a program calls."""
    try:
        tree = ast.parse(module_of(program))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Counter()
    return Counter(
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return how alike two counts are, from 0 to 1."""
    product = sum(count * other.get(name, 0) for name, count in one.items())
    lengths = _length(one.values()) * _length(other.values())
    return product / lengths if lengths else 0.0


def _length(counts: Iterable[float]) -> float:
    return sqrt(sum(count * count for count in counts))


def _bare(written: str) -> str:
    """Return a type without the names and numbers of its sizes, which differ between tasks."""
    return re.sub(r"\b(?:[A-Z]\w?|\d+)\b(?!\()", "_", written)
