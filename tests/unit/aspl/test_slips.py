"""Slips of newcomers, and extents that no run can have: what is said of each, and nothing else."""

from __future__ import annotations

import pytest

from aspl import Findings, check, parse

STREAMS = "M = Dim(4)\ndef kernel(x: Stream(f32, [M]), y: Stream(f32, [M])):\n    return {}\n"


def found(body: str) -> list[tuple[str, str]]:
    findings = Findings()
    program = parse(STREAMS.format(body), findings)
    assert program is not None
    check(program, findings)
    return [(each.code, each.hint) for each in findings]


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("x + y", "write `Map(x, y, fn=add)`"),
        ("x * y", "write `Map(x, y, fn=mul)`"),
        ("x @ y", "write `Map(x, y, fn=matmul)`"),
        ("-x, y", "write `Map(x, fn=neg)`"),
    ],
)
def test_arithmetic_of_streams_says_which_operator_does_it(body: str, hint: str) -> None:
    assert ("A003", hint) in found(body)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("x + y", {"A003"}),
        ("x * 2.0, y", {"A003"}),
        ("x[0], y", {"A003"}),
        ("Broadcast(foo, n=2), x, y", {"N001"}),
        ("np.exp(x), y", {"P002"}),
        ("Map(x, foo=1, bar=2, fn=exp), y", {"N004"}),
        ("Map(x, y, nf=add)", {"N004"}),
    ],
)
def test_a_mistake_makes_no_other_finding(body: str, codes: set[str]) -> None:
    assert {code for code, _ in found(body)} == codes


def test_a_loop_over_something_wrong_makes_poison() -> None:
    text = """\
M, E = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M]), s: Stream(Selector(E), [M])) -> Stream(f32, [M]):
    s0, s1 = Broadcast(s, n=2)
    outs = []
    for part in Partition(x, s0):
        outs.append(Map(part, fn=exp))
    return Merge(outs, s1, fn=add, init=zeros)
"""
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    check(program, findings)
    assert [each.code for each in findings] == ["A001"]


def test_every_unknown_parameter_is_named() -> None:
    assert [code for code, _ in found("Map(x, foo=1, bar=2, fn=exp), y")] == ["N004", "N004"]


def test_a_nameless_number_is_no_initial_value() -> None:
    text = "M = Dim(4)\ndef kernel(x: Stream(f32, [1, M])):\n    return Accum(x, add, {})\n"
    findings = Findings()
    program = parse(text.format("zeros, 1"), findings)
    assert program is not None
    named = parse(text.format("init=zeros, rank=1"), findings)
    assert program == named
    program = parse(text.format("1"), findings)
    assert program is not None
    assert check(program, findings) is None
    assert [each.code for each in findings] == ["F010"]


EXTENTS = {
    "_ in Assume keeps what is known": (
        "P = DynamicDim(2)\n"
        "def kernel(x: Stream(f32, [P]), y: Stream(f32, [3])):\n"
        "    return Map(Assume(x, shape=[_]), y, fn=add)\n",
        {"S001"},
    ),
    "an extent below zero": (
        "M = Dim(2)\ndef kernel(x: Stream(f32, [4])):\n    return Repeat(x, n=M - 3)\n",
        {"S010"},
    ),
    "a ragged extent counts nothing": (
        "M, L = Dim(2), RaggedDim(3)\n"
        "def kernel(x: Stream(f32, [M]), y: Stream(f32, [M, L])):\n"
        "    return Repeat(x, n=dim(y, 0)), y\n",
        {"A004"},
    ),
    "a ragged size stands under one shape": (
        "M, B, L = Dim(2), Dim(3), RaggedDim(4)\n"
        "def kernel(x: Stream(f32, [M, L]), y: Stream(f32, [M, B, L])):\n    return x, y\n",
        {"S011"},
    ),
    "a place in a ragged dim": (
        "M, L = Dim(3), RaggedDim(4)\n"
        "def f(x: Buffer(f32, [L])) -> f32:\n    return x[0]\n"
        "def kernel(x: Stream(f32, [M, L])):\n    return Map(Bufferize(x), fn=f)\n",
        {"F004"},
    ),
    "a result may name an extent that the rules find": (
        "A, L = Dim(2), RaggedDim()\n"
        "D = RaggedDim()\n"
        "def kernel(x: Stream(f32, [A, 2, L])) -> Stream(f32, [A, D]):\n    return Flatten(x)\n",
        set(),
    ),
    "two results that name one extent have the same": (
        "M, P = Dim(4), DynamicDim()\n"
        "def kernel(x: Stream(f32, [M]), s: Stream(Selector(2), [M])) -> "
        "(Stream(f32, [P]), Stream(f32, [P])):\n    return Partition(x, s, n=2)\n",
        {"O003"},
    ),
    "a kernel that only stores": (
        "def kernel(x: Stream(Tile(f32, [2, 2]), [1]), w: Tensor(f32, [2, 2])):\n"
        "    LinearOffChipStore(x, w)\n",
        set(),
    ),
}


@pytest.mark.parametrize("name", EXTENTS)
def test_extents(name: str) -> None:
    text, codes = EXTENTS[name]
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    check(program, findings)
    assert {each.code for each in findings} == codes, [each.message for each in findings]
