"""Right answers with one thing changed, and whether those that pass are right after all."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from aspl.functions.library.table import LIBRARY
from aspl.ops.table import OPS
from benchmark.judge.cases import Case, Prepared
from benchmark.judge.pipeline import judge_prepared
from benchmark.judge.reading import read_answer
from benchmark.judge.values import wrong_values
from benchmark.solutions import solution_text
from benchmark.tasks.table import TASKS
from benchmark.tasks.task import Adapt, Array, Regime, Style, Task, TaskError, Values

INSTEAD = {
    "Accum": ("Scan", "Map"),
    "Scan": ("Accum", "Map"),
    "Map": ("Accum", "Scan"),
    "Partition": ("Parallelize",),
    "Reassemble": ("EagerMerge",),
    "Zip": ("Expand",),
    "Expand": ("Zip",),
    "Bufferize": ("Flatten", "Promote"),
    "Streamify": ("Flatten", "Promote"),
    "Flatten": ("Bufferize", "Streamify"),
    "Promote": ("Flatten",),
    "Repeat": ("Promote",),
    "Broadcast": ("Partition",),
}
FUNCTIONS = ("add", "mul", "max", "min", "sub", "div", "exp", "neg", "square")
NUMBERS = (0, 1, 2, 3, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """An answer with one thing changed."""

    about: str
    text: str


def mutants(task: Task, text: str) -> tuple[Mutant, ...]:
    """Return every answer that differs from a right one in one thing; none twice."""
    tree = ast.parse(f"def kernel():\n{_indented(text)}")
    names = tuple(dict.fromkeys(_given_functions(task)))
    found: dict[str, Mutant] = {}
    for place, node in enumerate(ast.walk(tree)):
        for about, change in _changes(node, tree, names):
            other = copy.deepcopy(tree)
            changed = next(each for at, each in enumerate(ast.walk(other)) if at == place)
            new = change(changed)
            if new is not None:
                _Place(changed, new).visit(other)
            written = _body(other)
            if written != _body(tree):
                found.setdefault(written, Mutant(about=about, text=written))
    return tuple(found.values())


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _body(tree: ast.Module) -> str:
    (kernel,) = tree.body
    assert isinstance(kernel, ast.FunctionDef)
    return "\n".join(ast.unparse(each) for each in kernel.body) + "\n"


def _given_functions(task: Task) -> Iterator[str]:
    for statement in ast.parse(f"{task.header.rstrip()}\n    return\n").body[:-1]:
        if isinstance(statement, ast.FunctionDef):
            yield statement.name


Change = Callable[[ast.AST], ast.AST | None]
"""Changes a node, and may return another one for its place."""


class _Place(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _changes(
    node: ast.AST, tree: ast.Module, functions: Sequence[str]
) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in OPS:
            yield from _of_operator(node, name)
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            for other in (number - 1, number + 1, *NUMBERS):
                yield f"{other} for {number}", _set("value", other)
        case ast.Name(id=name, ctx=ast.Load()) if name not in OPS:
            is_function = name in functions or name in LIBRARY
            for each in (*functions, *FUNCTIONS) if is_function else _streams(tree):
                yield f"{each} for {name}", _set("id", each)
        case ast.FunctionDef() | ast.List() | ast.Tuple():
            yield from _of_parts(node)


def _of_parts(node: ast.FunctionDef | ast.List | ast.Tuple) -> Iterator[tuple[str, Change]]:
    if not isinstance(node, ast.FunctionDef):
        for place in range(len(node.elts) - 1):
            yield f"parts {place} and {place + 1} swapped", _swap("elts", place)
        return
    for place in range(len(node.body) - 1):
        yield f"statements {place} and {place + 1} swapped", _swap("body", place)
        yield f"statement {place} dropped", _drop("body", place)


def _of_operator(node: ast.Call, name: str) -> Iterator[tuple[str, Change]]:
    yield f"`{name}` dropped", _become_first
    yield f"`{name}` twice", _twice
    for other in INSTEAD.get(name, ()):
        yield f"`{other}` for `{name}`", _rename(other)
    for place in range(len(node.args) - 1):
        yield f"operands {place} and {place + 1} of `{name}` swapped", _swap("args", place)
    for place in range(len(node.args)):
        yield f"operand {place} of `{name}` dropped", _drop("args", place)
    for place, keyword in enumerate(node.keywords):
        yield f"`{keyword.arg}` of `{name}` dropped", _drop("keywords", place)
    if name in ("Accum", "Scan") and all(each.arg != "init" for each in node.keywords):
        for number in (1.0, -1.0):
            yield f"`{name}` begins with {number}", _begin(number)


def _set(attribute: str, value: object) -> Change:
    return lambda node: setattr(node, attribute, value)


def _rename(other: str) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        node.func.id = other

    return change


def _begin(number: float) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        node.keywords.append(ast.keyword(arg="init", value=ast.Constant(number)))

    return change


def _swap(attribute: str, place: int) -> Change:
    def change(node: ast.AST) -> None:
        parts = getattr(node, attribute)
        parts[place], parts[place + 1] = parts[place + 1], parts[place]

    return change


def _drop(attribute: str, place: int) -> Change:
    def change(node: ast.AST) -> None:
        del getattr(node, attribute)[place]

    return change


def _become_first(node: ast.AST) -> ast.AST:
    """Let an operator be the first stream that it reads."""
    assert isinstance(node, ast.Call)
    return node.args[0] if node.args else node


def _twice(node: ast.AST) -> None:
    assert isinstance(node, ast.Call)
    if node.args:
        inner = copy.deepcopy(node)
        node.args[0] = inner


def _streams(tree: ast.Module) -> tuple[str, ...]:
    found = {
        each.id: None
        for each in ast.walk(tree)
        if isinstance(each, ast.Name) and each.id not in OPS and each.id not in LIBRARY
    }
    return tuple(found)


# whether a mutant that passes is right after all

STYLES: tuple[Style, ...] = ("normal", "wide", "negative", "ties")
DEEP: Mapping[str, Callable[[Array], Array]] = {
    "large": lambda array: array * 30,
    "far below zero": lambda array: -100 * np.abs(array),
    "far above zero": lambda array: 100 + np.abs(array),
    "tiny": lambda array: array / 1000,
    "mostly zero": lambda array: np.where(np.abs(array) > 1, array, 0.0),
}
SEEDS = tuple(range(1000, 1006))


@dataclass(slots=True)
class Trial:
    """What became of the mutants of one task."""

    task: Task
    judged: int = 0
    passed: list[Mutant] = field(default_factory=list)
    false: list[Mutant] = field(default_factory=list)


def tried(name: str, every: int = 1) -> Trial:
    """Judge the mutants of a solution; try those that pass on much more than they were judged on.

    Args: every: how many mutants there are to one that is judged.
    """
    task, text = TASKS[name], solution_text(name)
    assert text is not None
    trial = Trial(task)
    judge = Prepared(task, (1, 2))
    for mutant in mutants(task, text)[::every]:
        trial.judged += 1
        if judge_prepared(judge, mutant.text).is_correct:
            trial.passed.append(mutant)
            if not is_right(name, mutant.text):
                trial.false.append(mutant)
    return trial


def is_right(name: str, text: str) -> bool:
    """Whether an answer agrees with the reference wherever the solution does."""
    prepared, cases = _larger(name)
    answer = read_answer(text, prepared, prepared.task.regimes)
    if answer.outcome is not None:
        return False
    tolerance = prepared.task.tolerance
    return all(
        not _wrong(wrong_values(answer.checked[place], case, tolerance)) for place, case in cases
    )


def _wrong(found: object) -> bool:
    return not isinstance(found, tuple) or bool(found)


@cache
def _larger(name: str) -> tuple[Prepared, tuple[tuple[int, Case], ...]]:
    """Return more regimes and seeds than a task is judged on, where its solution is right."""
    task, text = TASKS[name], solution_text(name)
    assert text is not None
    own = list(task.regimes)
    more = [
        Regime(name=f"{style} {each.name}", sizes=each.sizes, style=style, adapt=each.adapt)
        for each in own
        for style in STYLES
    ]
    wider = [
        Regime(name=f"{add} more {each.name}", sizes=_grown(task, each, add), adapt=each.adapt)
        for each in own
        for add in (1, 4)
    ]
    deep = [
        replace(each, name=f"{about} {each.name}", adapt=_after(each.adapt, change))
        for each in own
        for about, change in DEEP.items()
    ]
    kept = [each for each in (*own, *more, *wider, *deep) if _has_header(task, each)]
    other = replace(task, regimes=tuple(kept))
    prepared = Prepared(other, SEEDS)
    answer = read_answer(text, prepared, other.regimes)
    assert answer.outcome is None, answer.diagnostics
    cases: list[tuple[int, Case]] = []
    for place, checked in enumerate(answer.checked):
        for seed in range(len(SEEDS)):
            try:
                # margins of inputs that are beyond what a task draws may overflow
                with np.errstate(all="ignore"):
                    case = prepared.case(place, seed)
            except TaskError:
                continue
            if not _wrong(wrong_values(checked, case, task.tolerance)):
                cases.append((place, case))
    return prepared, tuple(cases)


def _after(adapt: Adapt | None, change: Callable[[Array], Array]) -> Adapt:
    def adapted(values: dict[str, Array], rng: np.random.Generator) -> Values:
        used = dict(values if adapt is None else adapt(values, rng))
        return {
            name: change(each) if each.dtype.kind == "f" else each for name, each in used.items()
        }

    return adapted


def _has_header(task: Task, regime: Regime) -> bool:
    try:
        return bool(Prepared(task, ()).header(regime.sizes))
    except TaskError:
        return False


def _grown(task: Task, regime: Regime, add: int) -> dict[str, int]:
    """Return larger sizes; those of the header that no regime changes stay."""
    free = {name for each in task.regimes for name in each.sizes}
    known = {name: value for name, value, _ in Prepared(task, ()).header(regime.sizes).sizes}
    return {name: known[name] + add for name in free}
