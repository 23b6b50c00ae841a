"""The tasks of the suite `core`: solved by their solutions, and by nothing that is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from math import prod

import numpy as np
import pytest

from benchmark.controls import changes, first_wrong
from benchmark.judge.compare import compare
from benchmark.solutions import HERE, solution_text
from benchmark.tasks.draw import draw, expected
from benchmark.tasks.header import header_of, signature_of
from benchmark.tasks.regimes import PAPER
from benchmark.tasks.shown import shown
from benchmark.tasks.table import SUITES, TASKS, suite_named, task_named
from benchmark.tasks.task import Task, TaskError
from benchmark.verify import drawn_cases, verify

CORE = [TASKS[name] for name in SUITES["core"]]
EACH = pytest.mark.parametrize("task", CORE, ids=lambda task: task.name)
SEEDS = (0, 1, 2)
GROUPS = {
    "attention": 3,
    "bmm": 3,
    "gemm": 3,
    "norm": 3,
    "rope": 3,
    "index": 4,
    "expert": 3,
    "mixture": 4,
}
CHANGES_SHAPES = re.compile(r"\b(?:Flatten|Promote|Repeat|Expand|Reshape)\(")


def _solution(task: Task) -> str:
    text = solution_text(task.name)
    assert text is not None
    return text


@EACH
def test_a_task_accepts_its_solution_and_no_control(task: Task) -> None:
    verification = verify(task, seeds=SEEDS)
    assert verification.is_good, verification.text()
    assert verification.cases == len(task.regimes) * len(SEEDS)
    assert verification.changes > 5


@EACH
def test_changed_solutions_are_found_by_their_values_too(task: Task) -> None:
    """Some are not ruled out by types alone, so that the drawn values have to tell."""
    cases = drawn_cases(task, (0,))
    reasons = []
    for change in changes(task, _solution(task)):
        given = task if change.header is None else replace(task, header=change.header)
        wrong = first_wrong(given, cases, change.text)
        assert wrong is not None, change.about
        reasons.append(wrong.reason)
    assert any(reason.startswith("output ") for reason in reasons)


def test_there_are_26_in_8_groups() -> None:
    assert Counter(task.family for task in CORE) == GROUPS
    assert list(TASKS) == list(SUITES["core"])
    assert all(name == task.name for name, task in TASKS.items())
    assert suite_named("core") == tuple(CORE)


def test_the_four_classes_are_those_of_the_paper() -> None:
    split = Counter((task.kind, task.reads) for task in CORE)
    assert split == {
        ("arithmetic", "once"): 7,
        ("arithmetic", "reuse"): 8,
        ("shape", "once"): 7,
        ("shape", "reuse"): 4,
    }


@EACH
def test_the_class_is_that_of_the_solution(task: Task) -> None:
    solution = _solution(task)
    assert (task.kind == "shape") == bool(CHANGES_SHAPES.search(solution))
    is_copied = "Broadcast(" in solution
    # a stream that is read once and returned too is no reuse in the paper
    returned = bool(re.search(r"return .*, (gates|affinities)$", solution.strip()))
    assert (task.reads == "reuse") == (is_copied and not returned)


@EACH
def test_regimes_span_shapes_and_styles(task: Task) -> None:
    sizes = {name for name, _, _ in header_of(task).sizes}
    first, *_ = task.regimes
    assert (first.name, first.style) == ("paper", "normal")
    assert first.sizes == {name: PAPER[name] for name in sizes}
    assert {regime.style for regime in task.regimes} == {
        "normal",
        "negative",
        "ties",
        "wide",
        "extreme",
    }
    assert len({tuple(regime.sizes.items()) for regime in task.regimes}) >= 4
    named = {regime.name: regime for regime in task.regimes}
    assert min(named["ones"].sizes.values()) == 1
    primes = [size for name, size in named["primes"].sizes.items()]
    assert len(set(primes)) == len(primes)
    assert all(size in (2, 3, 11, 13, 26) for size in primes)
    work = {name: prod(named[name].sizes.values()) for name in ("paper", "larger")}
    assert 3 * work["paper"] < work["larger"] < 100_000


@EACH
def test_the_statement_speaks_of_every_given_function(task: Task) -> None:
    words = task.statement
    for each in shown(task).functions:
        assert f"`{each.name}`" in words
    assert "\n" not in words
    assert words[0].isupper()
    assert words.endswith(".")


@EACH
def test_inputs_and_outputs_have_their_declared_shapes(task: Task) -> None:
    for regime in task.regimes:
        signature = signature_of(task, regime.sizes)
        values = draw(task, regime, 3)
        assert list(values) == [port.name for port in signature.inputs]
        for port in signature.inputs:
            assert values[port.name].shape == port.shape
            assert values[port.name].dtype == (np.float64 if port.dtype.is_float else np.bool_)
        outputs = expected(task, values).outputs
        assert [each.values.shape for each in outputs] == [p.shape for p in signature.outputs]


@EACH
def test_an_answer_of_zeros_passes_only_where_zeros_are_wanted(task: Task) -> None:
    for regime in task.regimes:
        for wanted in expected(task, draw(task, regime, 4)).outputs:
            difference = compare(np.zeros_like(wanted.values), wanted, task.tolerance)
            assert (difference is None) == (not wanted.values.any())


def test_the_published_sizes_are_the_defaults_of_headers() -> None:
    for task in CORE:
        assert all(PAPER[name] == value for name, value, _ in header_of(task).sizes)


def test_the_table_does_not_wait_for_torch() -> None:
    script = "import sys, benchmark.tasks.table; print('torch' in sys.modules)"
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, check=True, capture_output=True).stdout == b"False\n"


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    assert task_named("norm/rms") is TASKS["norm/rms"]
    with pytest.raises(TaskError, match="no task `rope/neo`; the nearest are rope/neox, "):
        task_named("rope/neo")
    with pytest.raises(TaskError, match="no suite `cores`; there is core"):
        suite_named("cores")


def test_there_is_a_solution_for_each_task_and_no_other() -> None:
    files = {f"{path.parent.name}/{path.stem}" for path in HERE.rglob("*.aspl")}
    assert files == set(TASKS)
    assert solution_text("no/such") is None
    assert solution_text("../tasks/table") is None
