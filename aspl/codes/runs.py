"""Codes of data that a checked program cannot work on: R."""

from __future__ import annotations

from aspl.code import Code

RUN_CODES: tuple[Code, ...] = (
    Code(
        code="R001",
        title="extent that the run does not decide",
        why="a dynamic extent gets its value from a stream that has it, before an operator is told "
        "to count by it",
        wrong="""\
P = DynamicDim(3)

def kernel(x: Stream(f32, [4])) -> Stream(f32, [4, P]):
    return Repeat(x, n=P)
""",
        right="""\
P = Dim(3)

def kernel(x: Stream(f32, [4])) -> Stream(f32, [4, P]):
    return Repeat(x, n=P)
""",
        inputs={"x": [1, 2, 3, 4]},
    ),
    Code(
        code="R002",
        title="statement that does not hold",
        why="what `Assume` and `Feedback` state is taken for true by the checker, so every run "
        "holds it against the data",
        wrong="""\
M, P = Dim(4), DynamicDim(3)

def kernel(x: Stream(f32, [P])) -> Stream(f32, [M]):
    return Assume(x, shape=[M])
""",
        right="""\
M, P = Dim(4), DynamicDim(3)

def kernel(x: Stream(f32, [P])) -> Stream(f32, [P]):
    return x
""",
        inputs={"x": [1, 2, 3]},
    ),
    Code(
        code="R003",
        title="address or index outside its targets",
        why="an address names one of the tiles of its tensor and an index one of its targets, both "
        "from 0",
        wrong="""\
def kernel(a: Stream(i64, [3]), w: Tensor(f32, [2, 2])) -> Stream(Tile(f32, [1, 2]), [3]):
    return RandomOffChipLoad(a, w, tile=[1, 2])
""",
        right="""\
def clipped(a: i64) -> i64:
    return min(max(a, 0), 1)

def kernel(a: Stream(i64, [3]), w: Tensor(f32, [2, 2])) -> Stream(Tile(f32, [1, 2]), [3]):
    return RandomOffChipLoad(Map(a, fn=clipped), w, tile=[1, 2])
""",
        inputs={"a": [0, 1, 2], "w": [[1, 2], [3, 4]]},
    ),
    Code(
        code="R004",
        title="cycle that waits for itself",
        why="an operator of a cycle works on what the cycle has made before, so its first elements "
        "come from outside",
        wrong="""\
def kernel(first: Stream(f32, [1]), pick: Stream(Index(2), [3])) -> Stream(f32, [3]):
    later = Feedback(Stream(f32, [_]))
    value = Flatten(Reassemble([first, later], pick))
    out, again = Broadcast(value, n=2)
    Close(later, Map(again, fn=exp))
    return out
""",
        right="""\
def kernel(first: Stream(f32, [1]), pick: Stream(Index(2), [3])) -> Stream(f32, [3]):
    later = Feedback(Stream(f32, [_]))
    value = Flatten(Reassemble([later, first], pick))
    out, again = Broadcast(value, n=2)
    Close(later, Map(again, fn=exp))
    return out
""",
        inputs={"first": [1], "pick": [1, 0, 0]},
    ),
    Code(
        code="R005",
        title="selector that asks for a chunk too many",
        why="`Reassemble` takes the next chunk of every input that a selector names, so an input "
        "has as many chunks as selectors name it",
        wrong="""\
M, P, Q = Dim(3), DynamicDim(2), DynamicDim(2)

def kernel(
    a: Stream(f32, [P]), b: Stream(f32, [Q]), s: Stream(Selector(2), [M])
) -> Stream(f32, [M, _]):
    return Reassemble([a, b], s)
""",
        right="""\
M, P, Q = Dim(3), DynamicDim(2), DynamicDim(2)

def kernel(
    a: Stream(f32, [P]), b: Stream(f32, [Q]), s: Stream(Selector(2), [M])
) -> Stream(f32, [M, _]):
    return Reassemble([b, a], s)
""",
        inputs={"a": [1, 2], "b": [7, 8, 9], "s": [[1, 1], [1, 0], [1, 1]]},
    ),
    Code(
        code="R006",
        title="order of arrival that does not fit",
        why="a run may replay the order in which chunks arrived elsewhere; the order takes every "
        "chunk of an input once, or just those that the selectors name",
        wrong="""\
P, Q = Dim(2), Dim(1)

def kernel(a: Stream(f32, [P]), b: Stream(f32, [Q])) -> Stream(f32, [P + Q]):
    data, source = EagerMerge([b, a])
    Consumer(source)
    return data
""",
        right="""\
P, Q = Dim(2), Dim(1)

def kernel(a: Stream(f32, [P]), b: Stream(f32, [Q])) -> Stream(f32, [P + Q]):
    data, source = EagerMerge([a, b])
    Consumer(source)
    return data
""",
        inputs={"a": [1, 2], "b": [7]},
        orders={0: (0, 1, 0)},
    ),
    Code(
        code="R007",
        title="extents that differ within a group",
        why="a function of several elements works on extents that agree; where a ragged extent "
        "takes another value, the types have one symbol for both and only the run tells",
        wrong="""\
M, T = Dim(2), RaggedDim(3)

def kernel(x: Stream(Tile(f32, [T, 1]), [1, M])) -> Stream(Tile(f32, [_, 1]), [1]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
        right="""\
M, T = Dim(2), RaggedDim(3)

def kernel(x: Stream(Tile(f32, [T, 1]), [1, M])) -> Stream(Tile(f32, [_, 1]), [1]):
    return Accum(x, fn=retile_row, rank=1)
""",
        inputs={"x": [[[[1.0]], [[1.0], [2.0]]]]},
    ),
)
