"""What is told of an answer: findings with their places, numbers, and never too much."""

from __future__ import annotations

import re

import pytest

from agent.prompting.feedback import (
    MAX_CHARACTERS,
    MAX_FINDINGS,
    MAX_PROGRAM,
    Feedback,
    feedback_of,
    told,
)
from aspl.diagnostics import Diagnostic, Severity, Span
from benchmark.judge.pipeline import judge_here
from benchmark.judge.verdict import Mismatch, Outcome, Verdict
from benchmark.tasks.table import task_named
from prompts.render import render

NAME = "gemm/sum-of-streamed-products"


def text(program: str, feedback: Feedback) -> str:
    return render(told(program, feedback))


def error(place: int, message: str = "unknown name `f`") -> Diagnostic:
    return Diagnostic(code="N001", message=message, span=Span(place, 0, place, 6))


def mismatch(**changes: object) -> Mismatch:
    fields: dict[str, object] = {
        "output": 0,
        "regime": "primes",
        "largest_absolute": 0.5,
        "largest_relative": 0.25,
        "wrong": 2,
        "total": 9,
        "first": ((0, 1), (2, 0)),
        "got": (1.5, float("nan")),
        "wanted": (1.0, 2.0),
    }
    return Mismatch(**{**fields, **changes})  # type: ignore[arg-type] # fields by name


def test_a_finding_has_its_code_its_line_its_carets_and_its_hint() -> None:
    task = task_named(NAME)
    answer = "products = Map(a, b, fn=tims)\nreturn products\n"
    page = text(answer, feedback_of(judge_here(task, answer, seeds=(1,)), task))
    assert page.startswith(f"# The previous answer\n\n```aspl\n{answer}```\n\nIt is rejected:\n")
    assert "error[N001]: unknown name `tims`\n  --> answer:1:25\n" in page
    assert " 1 | products = Map(a, b, fn=tims)\n   |                         ^^^^\n" in page
    assert " hint: did you mean `times`?" in page


def test_wrong_numbers_are_told_with_sizes_places_and_values() -> None:
    feedback = Feedback(mismatches=(mismatch(),), sizes={"primes": {"M": 11, "N": 3}})
    page = text("return x\n", feedback)
    assert page.endswith(
        "differ from the formula's:\n\n- output 0, inputs `primes` (M=11, N=3): 2 of 9 numbers are "
        "wrong, by up to 0.5; at [0, 1] got 1.5, wanted 1, at [2, 0] got nan, wanted 2"
    )


def test_a_judged_answer_is_told_its_numbers() -> None:
    task = task_named(NAME)
    answer = """\
products = Bufferize(Map(a, b, fn=sub), rank=2)
total = Accum(Promote(products, rank=1), fn=matrix_sum, rank=1)
return Flatten(Streamify(total), min=1, max=2)
"""
    verdict = judge_here(task, answer, seeds=(1,))
    assert verdict.outcome is Outcome.WRONG_VALUES
    page = text(answer, feedback_of(verdict, task))
    assert "output 0, inputs `ones` (M=1, N=1, K=1): 1 of 1 numbers are wrong" in page
    assert re.search(r"at \[0, 0\] got -?\d[^ ]*, wanted -?\d", page)


def test_numbers_that_were_not_recorded_leave_their_places() -> None:
    page = text("return x\n", Feedback(mismatches=(mismatch(got=(), wanted=()),)))
    assert page.endswith("inputs `primes`: 2 of 9 numbers are wrong, by up to 0.5; the first at "
                         "[0, 1], at [2, 0]")  # fmt: skip


@pytest.mark.parametrize(("kind", "words"), [("shape", "extents"), ("type", "another type")])
def test_a_shape_or_a_type_that_differs_is_said_in_words(kind: str, words: str) -> None:
    page = text("return x\n", Feedback(mismatches=(mismatch(kind=kind),)))
    assert words in page.splitlines()[-1]
    assert "wrong" not in page.splitlines()[-1]


def test_errors_go_before_warnings() -> None:
    warning = Diagnostic(
        code="L002", message="never read", span=Span(1, 0, 1, 1), severity=Severity.WARNING
    )
    found = told("return x\n", Feedback(diagnostics=(warning, error(1))))
    assert len(found.findings) == 1
    assert "N001" in found.findings[0]
    assert "L002" in told("return x\n", Feedback(diagnostics=(warning,))).findings[0]


def test_the_reason_of_a_limit_is_told() -> None:
    verdict = Verdict(
        task=NAME, outcome=Outcome.LIMIT, program="return x\n", reason="more than 30 s"
    )
    page = text("return x\n", feedback_of(verdict, task_named(NAME)))
    assert page.endswith("It came to no result: more than 30 s.")


def test_an_answer_without_a_program_shows_none() -> None:
    page = text("", Feedback(reason="it holds no fenced program"))
    assert page == "# The previous answer\n\nIt came to no result: it holds no fenced program."


def test_feedback_has_a_bounded_length() -> None:
    program = "".join(f"x{line} = Map(x, fn=f)\n" for line in range(20_000))
    many = tuple(error(line + 1, "word " * 400) for line in range(300))
    wrong = tuple(mismatch(regime=f"regime {number}") for number in range(40))
    found = told(program, Feedback(diagnostics=many, mismatches=wrong))
    assert found.left_out == 300 + 40 - 2 * MAX_FINDINGS
    assert len(found.program) <= MAX_PROGRAM + 30
    assert program.startswith(found.program.removesuffix("# the rest is left out"))
    assert all(len(each) <= MAX_CHARACTERS + 10 for each in found.findings)
    assert f"And {found.left_out} more like these." in render(found)
