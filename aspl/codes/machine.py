"""Codes of programs that a machine cannot hold, or that stop in a simulation on it: M."""

from __future__ import annotations

from aspl.code import Code

MACHINE_CODES: tuple[Code, ...] = (
    Code(
        code="M001",
        title="ring of units that wait for each other",
        why="a queue holds a few elements; where two streams of one origin meet again, the shorter "
        "way has to hold what the longer one waits for, so a copy that waits for a whole group is "
        "kept in a buffer",
        wrong="""\
M, P = Dim(2), DynamicDim(8)

def kernel(x: Stream(f32, [M, P])) -> Stream(f32, [M, P]):
    kept, counted, summed = Broadcast(x, n=3)
    total = Promote(Accum(summed, fn=add, init=zeros, rank=1), rank=0)
    return Map(kept, Expand(total, counted, rank=1), fn=div)
""",
        right="""\
M, P = Dim(2), DynamicDim(8)

def kernel(x: Stream(f32, [M, P])) -> Stream(f32, [M, P]):
    read, summed = Broadcast(x, n=2)
    kept, counted = Broadcast(Streamify(Bufferize(read, rank=1)), n=2)
    total = Promote(Accum(summed, fn=add, init=zeros, rank=1), rank=0)
    return Map(kept, Expand(total, counted, rank=1), fn=div)
""",
        machine="[streams]\ndepth = 2\n",
    ),
    Code(
        code="M002",
        title="more compute than the machine has",
        why="every operator that computes takes a whole part of the machine's FLOPs a cycle, one "
        "or more",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    once = Map(x, fn=exp)
    return Map(once, fn=exp)
""",
        right="""\
M = Dim(4)

def twice(x: f32) -> f32:
    return exp(exp(x))

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=twice)
""",
        machine='[compute]\nsharing = "even"\ntotal_flops_per_cycle = 1\n',
    ),
    Code(
        code="M003",
        title="more on-chip memory than the machine has",
        why="buffers, and the tiles that operators hold, live in on-chip memory at the same time; "
        "a smaller tile, or a buffer of fewer dims, needs less",
        wrong="""\
M, K = Dim(64), Dim(16)

def kernel(x: Stream(f32, [1, M, K])) -> Stream(f32, [1, M, K]):
    return Streamify(Bufferize(x, rank=2))
""",
        right="""\
M, K = Dim(64), Dim(16)

def kernel(x: Stream(f32, [1, M, K])) -> Stream(f32, [1, M, K]):
    return Streamify(Bufferize(x, rank=1))
""",
        machine="[on_chip]\ncapacity_bytes = 1024\n",
    ),
    Code(
        code="M004",
        title="more queues than the machine has",
        why="every stream from one operator to another is a queue of the machine; operators put "
        "into one function need none between them",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    for i in range(6):
        x = Map(x, fn=tanh)
    return x
""",
        right="""\
M = Dim(4)

def often(x: f32) -> f32:
    return tanh(tanh(tanh(tanh(tanh(tanh(x))))))

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=often)
""",
        machine="[streams]\nlimit = 4\n",
    ),
    Code(
        code="M005",
        title="order of arrival that does not settle",
        why="elements are routed by what was computed from the order in which they arrived, and "
        "each routing holds some of them up, which changes the order again; a routing that the "
        "data decide, not the time, always settles",
        wrong="""\
P, Q = DynamicDim(64), DynamicDim(64)

def kernel(
    a: Stream(f32, [P]), b: Stream(f32, [Q])
) -> (Stream(f32, [_]), Stream(f32, [_])):
    data, source = EagerMerge([Map(a, fn=exp), Map(b, fn=exp)])
    first, second = Partition(Promote(data, rank=0), source, n=2)
    return Flatten(first), Flatten(second)
""",
        right="""\
P, Q = DynamicDim(64), DynamicDim(64)

def kernel(
    a: Stream(f32, [P]), b: Stream(f32, [Q])
) -> (Stream(f32, [_]), Stream(f32, [_])):
    first, second = Map(a, fn=exp), Map(b, fn=exp)
    return first, second
""",
        machine="[streams]\ndepth = 2\n",
    ),
    Code(
        code="M006",
        title="stream that ended before its partner",
        why="an operator of several streams reads them side by side, so they end together; the "
        "checker makes sure of that, except for what `Assume` states and no run bears out",
        wrong="""\
P, Q = DynamicDim(2), DynamicDim(3)

def kernel(x: Stream(f32, [P]), y: Stream(f32, [Q])) -> Stream(f32, [Q]):
    return Map(Assume(x, shape=[Q]), y, fn=add)
""",
        right="""\
Q = DynamicDim(3)

def kernel(x: Stream(f32, [Q]), y: Stream(f32, [Q])) -> Stream(f32, [Q]):
    return Map(x, y, fn=add)
""",
        machine="[streams]\ndepth = 2\n",
    ),
    Code(
        code="M007",
        title="more than the tables of a machine hold",
        why="a token keeps its stop level in a few bits and the sides of its tile in 31 each; "
        "streams have 16 dims at most, and no number of the tables is beyond 2**63",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])):
    for i in range(17):
        x = Promote(x, rank=0)
    return x
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])):
    for i in range(9):
        x = Promote(x, rank=0)
    return x
""",
        machine="[streams]\ndepth = 2\n",
    ),
)
