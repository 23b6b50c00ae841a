from __future__ import annotations

from pathlib import Path

import pytest
from hostile import HOSTILE

from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.text.parse import parse
from benchmark.judge.cases import Prepared
from benchmark.judge.find import find_task
from benchmark.judge.reading import Answer, is_whole_file, read_answer
from benchmark.judge.verdict import Outcome
from benchmark.solutions import solution_text
from benchmark.tasks.header import header_of
from benchmark.tasks.table import TASKS
from benchmark.tasks.task import Regime

SQUARES = find_task(str(Path(__file__).parents[3] / "support" / "tasks_of_tests" / "squares.py"))
GOOD = "return Accum(Map(x, fn=square), fn=add, init=zeros, rank=1)"


def read(text: str, regimes: tuple[Regime, ...] = SQUARES.regimes) -> Answer:
    return read_answer(text, Prepared(SQUARES, ()), regimes)


def outcome(text: str) -> Outcome | None:
    return read(text).outcome


WHOLE = SQUARES.header + f"    {GOOD}\n"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"    {GOOD}",
        f"def kernel(x):\n    {GOOD}",
        f"def answer(y):\n    {GOOD.replace('(x', '(y')}",
        f"def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):\n    {GOOD}",
        WHOLE,
        f"# my answer\n{WHOLE}",
    ],
)
def test_a_body_a_kernel_and_a_whole_file_are_answers(text: str) -> None:
    answer = read(text)
    assert answer.outcome is None, answer.diagnostics
    assert [each.program.size_values() for each in answer.checked] == [
        {"M": 5, "K": 9},
        {"M": 7, "K": 3},
        {"M": 1, "K": 1},
    ]


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("a * a", "a + a"),
        ("Dim(5)", "Dim(4)"),
        ("-> Stream(f32, [M])", "-> Stream(f32, [M, K])"),
        ("def kernel", "Q = Dim(3)\n\ndef kernel"),
        ("M, K = Dim(5), Dim(9)", "K, M = Dim(9), Dim(5)"),
        ("x: Stream(f32, [M, K])", "x: Stream(f32, [M, K]), y: Stream(f32, [M])"),
        ("def kernel", "def other(a: f32) -> f32:\n    return a\n\ndef kernel"),
    ],
)
def test_a_whole_file_with_another_header_is_no_answer(change: str, to: str) -> None:
    assert change in WHOLE
    assert outcome(WHOLE.replace(change, to)) is Outcome.UNPARSEABLE


def test_nothing_behind_the_kernel_of_a_whole_file_goes_unseen() -> None:
    assert not is_whole_file(WHOLE + "\nx = 1\n", SQUARES.header)
    assert outcome(WHOLE + "\nimport os\n") is Outcome.UNPARSEABLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Outcome.UNPARSEABLE),
        ("return (", Outcome.UNPARSEABLE),
        ("import torch\nreturn x", Outcome.UNPARSEABLE),
        ("return Accum(Map(x, fn=cube), fn=add, init=zeros, rank=1)", Outcome.ILL_TYPED),
        ("return Accum(Map(x, fn=square), fn=add, init=zeros, rank=7)", Outcome.ILL_TYPED),
        ("return Accum(Map(x, x, fn=mul), fn=add, init=zeros, rank=1)", Outcome.NOT_LINEAR),
        ("return x", Outcome.WRONG_SHAPE),
        ("return Map(x, x, fn=mul)", Outcome.NOT_LINEAR),
        ("a, b = Broadcast(x, n=2)\nreturn a, b", Outcome.WRONG_SHAPE),
    ],
)
def test_the_first_stage_that_an_answer_does_not_pass_is_its_outcome(
    text: str, expected: Outcome
) -> None:
    assert outcome(text) is expected


def test_all_that_is_wrong_is_said() -> None:
    answer = read("y = Map(x, fn=cube)\nz = Map(x, fn=cubed)\nreturn z, Nothing(x)")
    assert len(answer.diagnostics) > 3


def test_what_is_wrong_at_the_sizes_of_one_regime_names_it() -> None:
    halves = "return Accum(Reshape(Map(x, fn=square), rank=0, chunk=3), fn=add, init=zeros, rank=2)"
    assert read(halves, SQUARES.regimes[:2]).outcome is None
    fixed = "parts = [x for i in range(K // 9)]\nreturn Accum(parts[0], fn=add, init=zeros, rank=1)"
    answer = read(fixed)
    assert answer.outcome is not None
    assert all(("regime", "primes") in each.facts for each in answer.diagnostics[:1])


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if "recursion" in name or "long" in name]
)
def test_hostile_texts_are_rejected_in_words(name: str) -> None:
    answer = read(HOSTILE[name].make())
    assert answer.outcome is not None
    assert answer.diagnostics


@pytest.mark.parametrize("name", TASKS)
def test_a_program_that_is_resized_is_the_one_that_is_read_anew(name: str) -> None:
    task, text = TASKS[name], solution_text(name)
    assert text is not None
    answer = read_answer(text, Prepared(task, ()), task.regimes)
    for regime, ours in zip(task.regimes, answer.checked, strict=True):
        findings = Findings()
        program = parse(text, findings, header=header_of(task, regime.sizes))
        assert program is not None
        anew = check(program, findings)
        assert anew is not None
        assert (ours.program, ours.types, ours.symbols) == (anew.program, anew.types, anew.symbols)
