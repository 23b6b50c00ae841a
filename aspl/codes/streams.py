"""Codes of the graph as a whole: readers of streams (L), results (O), cycles (C)."""

from __future__ import annotations

from aspl.code import Code

STREAM_CODES: tuple[Code, ...] = (
    Code(
        code="L001",
        title="stream read twice",
        why="a stream is consumed by its first reader, as a queue is; `Broadcast` makes the copies "
        "that further readers need",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, x, fn=mul)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    return Map(a, b, fn=mul)
""",
    ),
    Code(
        code="L002",
        title="stream that is never read",
        why="a stream that nobody reads fills its queue and stops who writes it, and is most often "
        "a slip; `Consumer` drops one on purpose",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    return a
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    Consumer(b)
    return a
""",
    ),
    Code(
        code="O001",
        title="wrong number of results",
        why="a kernel returns as many streams as its signature, or the task, declares",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    return a, b
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> (Stream(f32, [M]), Stream(f32, [M])):
    a, b = Broadcast(x, n=2)
    return a, b
""",
    ),
    Code(
        code="O002",
        title="results of another element type",
        why="a result has the elements that its signature declares; nothing is converted unseen",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Bufferize(x, rank=1)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
    ),
    Code(
        code="O003",
        title="result of another shape",
        why="a result has the extents that its signature declares; `_` declares any extent",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Scan(x, fn=add, init=zeros, rank=1)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M, K]):
    return Scan(x, fn=add, init=zeros, rank=1)
""",
    ),
    Code(
        code="C001",
        title="feedback that is never closed",
        why="a feedback is a promise of a stream, which an operator further down must write",
        wrong="""\
def kernel(first: Stream(f32, [1]), pick: Stream(Index(2), [3])) -> Stream(f32, [3]):
    later = Feedback(Stream(f32, [_]))
    return Flatten(Reassemble([first, later], pick))
""",
        right="""\
def kernel(first: Stream(f32, [1]), pick: Stream(Index(2), [3])) -> Stream(f32, [3]):
    later = Feedback(Stream(f32, [_]))
    value = Flatten(Reassemble([first, later], pick))
    out, again = Broadcast(value, n=2)
    Close(later, Map(again, fn=exp))
    return out
""",
        inputs={"first": [1], "pick": [0, 1, 1]},
    ),
    Code(
        code="C002",
        title="stream that cannot be closed",
        why="`Close` gives a feedback its writer, once; every other stream has one already",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    Close(a, b)
    return Map(a, b, fn=add)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    return Map(a, b, fn=add)
""",
    ),
    Code(
        code="C003",
        title="feedback closed by a stream of another type",
        why="readers of a feedback were typed by what it declares, so its writer has that type",
        wrong="""\
def kernel(first: Stream(f32, [1]), pick: Stream(Index(2), [3])) -> Stream(f32, [3]):
    later = Feedback(Stream(f32, [_, 1]))
    value = Flatten(Reassemble([first, Flatten(later)], pick))
    out, again = Broadcast(value, n=2)
    Close(later, Map(again, fn=exp))
    return out
""",
        right="""\
def kernel(first: Stream(f32, [1]), pick: Stream(Index(2), [3])) -> Stream(f32, [3]):
    later = Feedback(Stream(f32, [_]))
    value = Flatten(Reassemble([first, later], pick))
    out, again = Broadcast(value, n=2)
    Close(later, Map(again, fn=exp))
    return out
""",
        inputs={"first": [1], "pick": [0, 1, 1]},
    ),
)
