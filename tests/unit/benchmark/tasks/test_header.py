"""Headers as text: what bare kernels can name, and what is no header of a task."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspl import Findings, parse
from aspl.types import DType
from benchmark.solutions import solution_text
from benchmark.tasks.header import header_of, read_header, signature_of
from benchmark.tasks.shown import shown
from benchmark.tasks.table import TASKS
from benchmark.tasks.task import TaskError

HEADER = """\
M, K = Dim(4), Dim(3)
half = 0.5
W = Parameter(f32, [K, 2])

def halved(x: f32) -> f32:
    return half * x

def doubled(x: f32) -> f32:
    return x * 2.0

both = [halved, doubled]

def kernel(
    x: Stream(f32, [M, K]), to: Stream(Index(M), [K]), n: Stream(i32, [M])
) -> (Stream(f32, [M, K]), Stream(Buffer(f32, [K]), [M])):
"""
TASK = replace(TASKS["norm/rms"], header=HEADER)


def test_a_bare_kernel_names_what_the_header_declares() -> None:
    body = """\
a, b = Broadcast(Map(x, fn=both[1]), n=2)
Consumer(to)
Consumer(n)
return Map(a, fn=halved), Bufferize(b, rank=1)
"""
    for sizes in ({}, {"M": 7}):
        findings = Findings()
        program = parse(body, findings, header=header_of(TASK, sizes))
        assert program is not None
        assert not findings.sorted()
        assert program.size_values() == {"M": 4, "K": 3, **sizes}


def test_arrays_have_the_shapes_of_streams_and_of_their_elements() -> None:
    signature = signature_of(TASK, {"M": 7})
    assert [(port.name, port.shape, port.is_weight) for port in signature.inputs] == [
        ("x", (7, 3), False),
        ("to", (3,), False),
        ("n", (7,), False),
        ("W", (3, 2), True),
    ]
    assert [port.shape for port in signature.outputs] == [(7, 3), (7, 3)]
    assert [port.dtype for port in signature.inputs[:3]] == [DType.F32, DType.I64, DType.I32]
    assert signature.inputs[1].targets == 7


def test_headers_are_kept_by_sizes() -> None:
    assert read_header(HEADER, {"M": 7}) is header_of(TASK, {"M": 7})
    assert read_header(HEADER) is not read_header(HEADER, {"M": 7})


KERNEL = "def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):\n"
WRONG = {
    "M = Dim(4)\n": "the header is wrong",
    "M = Dim(4)\n\ndef kernel(x: Stream(f32, [N])) -> Stream(f32, [M]):\n": r"line 3: N001 .*`N`",
    f"M = Dim(4)\nH = M // 2\n\n{KERNEL}": "cannot name `H`",
    f"M = Dim(4)\nfs = [relu]\n\n{KERNEL}": "cannot name `fs`",
    "M = Dim(4)\n\ndef kernel(x: Stream(f32, [M])):\n": "no results",
    "M = DynamicDim(4)\n\n" + KERNEL: "`x` has extents that only a run decides",
    "M = Dim(4)\n\ndef kernel(x: Stream(f32, [M])) -> Stream(Tuple(f32, f32), [M]):\n": (
        "a result carries tuples"
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG.values())
def test_a_wrong_header_is_told(text: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        signature_of(replace(TASK, header=text))


def test_a_size_that_the_header_does_not_have_is_told() -> None:
    with pytest.raises(TaskError, match="no size Z"):
        header_of(TASK, {"Z": 1})


def test_a_page_for_the_solver() -> None:
    assert shown(TASKS["bmm/dot-products"]).text() == PAGE


PAGE = """\
task bmm/dot-products

M pairs of matrices arrive: `a` with N rows and `b` with D rows, all of K numbers. Return for each
pair the product of the first with the transpose of the second, N rows of D numbers, number by
number: `times` multiplies two numbers, `total_of` adds a number to a running sum.

c[m, n, d] = sum over k of a[m, n, k] * b[m, d, k]

M = Dim(5)
N = Dim(7)
K = Dim(9)
D = Dim(16)

def times(left: f32, right: f32) -> f32:
    return left * right

def total_of(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def kernel(a: Stream(f32, [M, N, K]), b: Stream(f32, [M, D, K])) -> Stream(f32, [M, N, D]):

given functions:
  times(left: f32, right: f32) -> f32
  total_of(x: f32, state: f32) -> f32

inputs:
  a: Stream(f32, [M, N, K])
  b: Stream(f32, [M, D, K])

outputs:
  Stream(f32, [M, N, D])
"""


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_nothing_hidden_is_shown(task) -> None:
    one = shown(task)
    text = one.text()
    # what a solver sees does not change with what is hidden
    bare = replace(
        task, reference=lambda given: (), regimes=(), margin=None, note="", kind="arithmetic"
    )
    assert shown(bare) == one
    assert not any(word in text for word in ("torch", "lambda", "<function", "0x"))
    hidden = [regime.name for regime in task.regimes if regime.name not in ("ones", "larger")]
    assert not any(name in text for name in hidden)
    solution = solution_text(task.name)
    assert solution is not None
    shared = [line for line in solution.splitlines() if line.strip() in text]
    assert not shared
    assert {"Zip(", "Map(", "Accum(", "Broadcast(", "Partition("}.isdisjoint(text.split())
