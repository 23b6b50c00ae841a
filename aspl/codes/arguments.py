"""Codes of arguments that an operator cannot take: A."""

from __future__ import annotations

from aspl.code import Code

ARGUMENT_CODES: tuple[Code, ...] = (
    Code(
        code="A001",
        title="missing argument",
        why="an operator needs the streams that it reads, and every parameter without a default",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp)
""",
    ),
    Code(
        code="A002",
        title="surplus argument",
        why="an argument that nothing takes, or a parameter given twice, would be lost in silence",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, add, zeros, 1, 1)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, add, zeros, 1)
""",
    ),
    Code(
        code="A003",
        title="argument of the wrong kind",
        why="streams, functions, extents and lists are different things: a parameter takes one "
        "kind, and streams are combined by operators alone",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank="inner")
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
    ),
    Code(
        code="A004",
        title="argument out of range",
        why="a parameter takes the numbers or words that its operator has a meaning for, and some "
        "parameters exclude each other",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=0)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
    ),
)
