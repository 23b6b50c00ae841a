"""Codes of elements of the wrong type: T."""

from __future__ import annotations

from aspl.code import Code

TYPE_CODES: tuple[Code, ...] = (
    Code(
        code="T001",
        title="element types differ",
        why="a stream has one element type, so streams that are merged into one agree in it",
        wrong="""\
P, Q = Dim(3), Dim(1)

def kernel(a: Stream(f32, [P]), b: Stream(i64, [Q])) -> Stream(f32, [P + Q]):
    data, source = EagerMerge([a, b])
    Consumer(source)
    return data
""",
        right="""\
P, Q = Dim(3), Dim(1)

def kernel(a: Stream(f32, [P]), b: Stream(f32, [Q])) -> Stream(f32, [P + Q]):
    data, source = EagerMerge([a, b])
    Consumer(source)
    return data
""",
    ),
    Code(
        code="T002",
        title="elements of the wrong kind",
        why="some operators work on one kind of element: `Streamify` on buffers, stores on tiles, "
        "routing on selectors or indices, random access on addresses",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M, K]):
    return Streamify(x)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M, K]):
    return Streamify(Bufferize(x, rank=1))
""",
    ),
    Code(
        code="T003",
        title="tensor that does not fit",
        why="memory is read and written in whole tiles of the tensor's number type, so a tile "
        "divides the two inner dims of its tensor; sources read tensors of integers or flags",
        wrong="""\
def kernel(w: Tensor(f32, [4, 6])) -> Stream(Tile(f32, [2, 4]), [1, 2, 1]):
    return LinearOffChipLoad(w, tile=[2, 4])
""",
        right="""\
def kernel(w: Tensor(f32, [4, 6])) -> Stream(Tile(f32, [2, 3]), [1, 2, 2]):
    return LinearOffChipLoad(w, tile=[2, 3])
""",
    ),
    Code(
        code="T004",
        title="type beyond a bound",
        why="the dims of a stream, the parts of a tuple and the terms of an extent are bounded, so "
        "that checking any program ends soon",
        wrong="""\
def kernel(x: Stream(f32, [4])) -> Stream(f32, [4]):
    for turn in range(100):
        x = Promote(x, rank=0)
    return Flatten(x, min=0, max=100)
""",
        right="""\
def kernel(x: Stream(f32, [4])) -> Stream(f32, [4]):
    for turn in range(10):
        x = Promote(x, rank=0)
    return Flatten(x, min=0, max=10)
""",
    ),
)
