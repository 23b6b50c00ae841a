"""Answers as files that stand on their own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from libraries import solutions

from aspl.diagnostics import Findings
from aspl.text.parse import parse
from benchmark.judge.reading import is_whole_file
from benchmark.library.manifest import Entry, Metrics, Provenance
from benchmark.library.source import (
    foreign_line,
    kernel_line,
    told_metrics,
    whole_program,
    with_comment,
    without_comment,
)
from benchmark.tasks.header import header_of
from benchmark.tasks.table import TASKS

TASK = TASKS["bmm/outer-products"]
BODY = """\
columns, rows = Bufferize(a, rank=1), Bufferize(b, rank=1)
products = Map(Zip(columns, rows), fn=outer_of)
return Streamify(Accum(products, fn=matrix_sum, rank=1))
"""
SAME = {
    "a body": BODY,
    "an indented body": "".join(f"  {line}\n" for line in BODY.splitlines()),
    "a body with carriage returns": BODY.replace("\n", "\r\n"),
    "a bare kernel": "def kernel(a, b):\n" + "".join(f"    {x}\n" for x in BODY.splitlines()),
    "a bare kernel with other names": (
        'def mine(left, right):\n    """Say: what."""\n    # say\n'
        "    columns, rows = Bufferize(left, rank=1), Bufferize(right, rank=1)\n"
        "    products = Map(Zip(columns, rows), fn=outer_of)\n"
        "    return Streamify(Accum(products, fn=matrix_sum, rank=1))\n"
    ),
    "a bare kernel with the names turned": (
        "# before\ndef kernel(b, a):\n"
        "\tcolumns, rows = Bufferize(b, rank=1), Bufferize(a, rank=1)\n"
        "\tproducts = Map(Zip(columns, rows), fn=outer_of)\n"
        "\treturn Streamify(Accum(products, fn=matrix_sum, rank=1))\n"
    ),
    "a bare kernel on one line": (
        "def kernel(x, y): return Streamify(Accum(Map(Zip(Bufferize(x, rank=1), "
        "Bufferize(y, rank=1)), fn=outer_of), fn=matrix_sum, rank=1))"
    ),
    "a bare kernel with its types": (
        "def kernel(\n    a: Stream(f32, [M, K, N]),  # a remark: here\n"
        "    b: Stream(f32, [M, K, D]),\n) -> Stream(f32, [M, N, D]):\n"
        + "".join(f"    {x}\n" for x in BODY.splitlines())
    ),
    "a whole file": TASK.header + "".join(f"    {x}\n" for x in BODY.splitlines()),
}


@pytest.mark.parametrize("answer", SAME.values(), ids=SAME.keys())
def test_an_answer_becomes_a_whole_file_that_is_the_same_program(answer: str) -> None:
    whole = whole_program(answer, TASK.header)
    assert whole is not None
    assert is_whole_file(whole, TASK.header)
    findings = Findings()
    alone = parse(whole, findings)
    given = None if is_whole_file(answer, TASK.header) else header_of(TASK)
    below = parse(answer, findings, header=given)
    assert alone is not None
    assert below is not None
    assert alone == replace(below, name=alone.name)
    assert not findings.has_errors


@pytest.mark.parametrize("task", TASKS)
def test_every_solution_becomes_a_whole_file(task: str) -> None:
    (answer,) = solutions([task]).values()
    assert whole_program(answer, TASKS[task].header) is not None


@pytest.mark.parametrize("answer", ["return (", "\0", "import os\n", "def f(\n", "", "# nothing"])
def test_what_is_no_answer_becomes_no_program_of_another_meaning(answer: str) -> None:
    whole = whole_program(answer, TASK.header)
    assert whole is None or is_whole_file(whole, TASK.header)


def test_comments_of_an_answer_stay() -> None:
    whole = whole_program(SAME["a bare kernel with the names turned"], TASK.header)
    assert whole is not None
    assert "# before" in whole


def entry(model: str = "recorded/answers", on_chip: int | None = 8) -> Entry:
    return Entry(
        task=TASK.name,
        file=f"{TASK.name}.aspl",
        sha256="",
        signature="kernel(a, b)",
        metrics=Metrics(cycles=1234, off_chip_bytes=0, on_chip_bytes=on_chip, flops=9, depth=2),
        seeds=(5,),
        task_version="",
        provenance=Provenance(
            run="run-a", model=model, policy="p", sample=3, answer="ab", prompt=None, seeds=()
        ),
    )


def test_the_comment_tells_what_and_whence_and_leaves_the_program_as_it_is() -> None:
    whole = whole_program(BODY, TASK.header)
    assert whole is not None
    text = with_comment(whole, entry(), TASK.formula)
    assert is_whole_file(text, TASK.header)
    assert without_comment(text) == whole
    assert "# run:            run-a, sample 3 of p\n" in text
    assert "# seeds:          none in the run, 5 in the library\n" in text
    told = {name: value for name, (value, _) in told_metrics(text).items()}
    assert told == {"cycles": 1234, "off-chip bytes": 0, "on-chip bytes": 8, "FLOPs": 9}
    _, line = told_metrics(text)["cycles"]
    assert text.split("\n")[line - 1] == "# cycles:         1234"


def test_what_a_model_is_called_does_not_end_the_comment() -> None:
    text = with_comment("x\n", entry("a\nreturn b\x1b[2J"), "f")
    assert text.split("\n")[-3:] == ["", "x", ""]
    assert "a return b" in text
    assert "\x1b" not in text


def test_memory_that_the_data_decide_is_told_and_no_number() -> None:
    text = with_comment("x\n", entry(on_chip=None), "f")
    assert "# on-chip bytes:  decided by the data" in text
    assert "on-chip bytes" not in told_metrics(text)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("K = Dim(9)", "K = Dim(8)", 3),
        ("return state + x", "return state - x", 9),
        ("a: Stream(f32, [M, K, N])", "a: Stream(f32, [M, N, K])", 12),
    ],
)
def test_a_file_that_declares_something_else_is_told_where(old: str, new: str, line: int) -> None:
    whole = whole_program(BODY, TASK.header)
    assert whole is not None
    assert old in whole
    assert foreign_line(whole, TASK.header) is None
    assert foreign_line(whole.replace(old, new), TASK.header) == line


def test_a_file_that_declares_more_or_less_is_told() -> None:
    whole = whole_program(BODY, TASK.header)
    assert whole is not None
    assert foreign_line(f"X = 1\n{whole}", TASK.header) == 1
    last = len(f"{whole}\n\nY = 2".split("\n"))
    assert foreign_line(f"{whole}\n\nY = 2\n", TASK.header) == last
    assert foreign_line(BODY, TASK.header) == 1
    assert foreign_line("return (", TASK.header) is None


def test_the_kernel_is_found() -> None:
    whole = whole_program(BODY, TASK.header)
    assert whole is not None
    assert whole.split("\n")[kernel_line(whole) - 1].startswith("def kernel(")
    assert kernel_line("return (") == 1
