"""Codes of names that stand for nothing: N."""

from __future__ import annotations

from aspl.code import Code

NAME_CODES: tuple[Code, ...] = (
    Code(
        code="N001",
        title="unknown name",
        why="a kernel sees its parameters, what it has made so far, the names of its header, and "
        "the functions and types of the language",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=expp)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp)
""",
    ),
    Code(
        code="N002",
        title="unknown operator",
        why="the operators are a closed set, which `aspl ops` lists; functions of elements are "
        "carried by them and are not called",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Reduce(x, fn=add, init=zeros, rank=1)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
    ),
    Code(
        code="N004",
        title="unknown parameter",
        why="each operator has the parameters that `aspl ops` shows, and no others",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, axis=1)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
    ),
    Code(
        code="N005",
        title="name used before it is made",
        why="lines are read from top to bottom, and a stream exists from the line that makes it; a "
        "cycle is closed through a `Feedback` that is declared first",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    z = Map(y, fn=exp)
    y = Map(x, fn=abs)
    return Map(z, y, fn=mul)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    y, w = Broadcast(Map(x, fn=abs), n=2)
    z = Map(y, fn=exp)
    return Map(z, w, fn=mul)
""",
    ),
    Code(
        code="N006",
        title="wrong number of parameters for the task",
        why="a task hands its inputs to the kernel in a fixed order, one a parameter",
        wrong="""\
def kernel(x):
    return Map(x, fn=exp)
""",
        right="""\
def kernel(x, y):
    return Map(x, y, fn=mul)
""",
        bare=True,
    ),
)
