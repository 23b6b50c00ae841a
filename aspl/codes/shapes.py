"""Codes of shapes that an operator cannot work on: S."""

from __future__ import annotations

from aspl.code import Code

SHAPE_CODES: tuple[Code, ...] = (
    Code(
        code="S001",
        title="shapes differ",
        why="streams that are read in step have the same extents; a size is equal to itself alone, "
        "whatever its value",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K]), y: Stream(f32, [M])) -> Stream(f32, [M, K]):
    return Map(x, y, fn=mul)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, K]), y: Stream(f32, [M])) -> Stream(f32, [M, K]):
    return Map(x, Repeat(y, n=K), fn=mul)
""",
    ),
    Code(
        code="S002",
        title="too few dims",
        why="an operator that works on `rank` inner dims leaves at least one outside them, since a "
        "stream has no fewer than one",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [1]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [1]):
    return Accum(Promote(x, rank=1), fn=add, init=zeros, rank=1)
""",
    ),
    Code(
        code="S003",
        title="dim that does not divide evenly",
        why="a dim is cut into whole chunks; only the innermost can be filled up, with padding",
        wrong="""\
def kernel(x: Stream(f32, [5])) -> Stream(f32, [3, 2]):
    return Reshape(x, chunk=2)
""",
        right="""\
def kernel(x: Stream(f32, [5])) -> Stream(f32, [3, 2]):
    return Reshape(x, chunk=2, pad=zeros)
""",
    ),
    Code(
        code="S004",
        title="extents known only in a run",
        why="on-chip memory holds regular arrays: of the dims of a buffer only the outermost may "
        "be ragged, and padding has a known size",
        wrong="""\
M, L = Dim(4), RaggedDim(3)

def kernel(x: Stream(f32, [M, 2, L])) -> Stream(Buffer(f32, [2, L]), [M]):
    return Bufferize(x, rank=2)
""",
        right="""\
M, L = Dim(4), RaggedDim(3)

def kernel(x: Stream(f32, [M, 2, L])) -> Stream(Buffer(f32, [L]), [M, 2]):
    return Bufferize(x, rank=1)
""",
    ),
    Code(
        code="S005",
        title="dim that must be of extent 1",
        why="what `ref` repeats stands once for each of its groups, so the dims that it fills are "
        "of extent 1",
        wrong="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, 2]), ref: Stream(f32, [M, K])) -> Stream(f32, [M, K]):
    return Expand(x, ref, rank=1)
""",
        right="""\
M, K = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M, 1]), ref: Stream(f32, [M, K])) -> Stream(f32, [M, K]):
    return Expand(x, ref, rank=1)
""",
    ),
    Code(
        code="S006",
        title="affine read that does not fit",
        why="an affine read has one stride for each extent and stays inside its buffer, whose "
        "shape is known before the run",
        wrong="""\
def kernel(x: Stream(Buffer(f32, [6]), [4])) -> Stream(f32, [4, 3, 2]):
    return Streamify(x, stride=[3, 1], shape=[3, 2])
""",
        right="""\
def kernel(x: Stream(Buffer(f32, [6]), [4])) -> Stream(f32, [4, 3, 2]):
    return Streamify(x, stride=[2, 1], shape=[3, 2])
""",
    ),
    Code(
        code="S007",
        title="selectors over another number of targets",
        why="a selector has one flag for each stream that it chooses among",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M]), s: Stream(Selector(3), [M])) -> Stream(f32, [_]):
    a, b = Partition(x, s, n=2)
    Consumer(b)
    return a
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M]), s: Stream(Selector(2), [M])) -> Stream(f32, [_]):
    a, b = Partition(x, s, n=2)
    Consumer(b)
    return a
""",
    ),
    Code(
        code="S008",
        title="wrong number of tiles",
        why="a store writes a tile for each place: as many as the tensor has, or as there are "
        "addresses",
        wrong="""\
def kernel(x: Stream(Tile(f32, [2, 2]), [3]), out: Tensor(f32, [2, 4])) -> None:
    LinearOffChipStore(x, out)
""",
        right="""\
def kernel(x: Stream(Tile(f32, [2, 2]), [3]), out: Tensor(f32, [2, 6])) -> None:
    LinearOffChipStore(x, out)
""",
    ),
    Code(
        code="S009",
        title="assumption that contradicts what is known",
        why="`Assume` states extents that the rules cannot derive; it does not change a stream",
        wrong="""\
P = DynamicDim(3)

def kernel(x: Stream(f32, [P, 2])) -> Stream(f32, [3, 4]):
    return Assume(x, shape=[3, 4])
""",
        right="""\
P = DynamicDim(3)

def kernel(x: Stream(f32, [P, 2])) -> Stream(f32, [3, 2]):
    return Assume(x, shape=[3, 2])
""",
    ),
    Code(
        code="S010",
        title="extent below zero",
        why="an extent counts entries, so an expression over sizes must not fall below 0",
        wrong="""\
M = Dim(2)

def kernel(x: Stream(f32, [4])) -> Stream(f32, [4, _]):
    return Repeat(x, n=M - 3)
""",
        right="""\
M = Dim(5)

def kernel(x: Stream(f32, [4])) -> Stream(f32, [4, _]):
    return Repeat(x, n=M - 3)
""",
    ),
    Code(
        code="S011",
        title="ragged size under different dims",
        why="a ragged size is one extent for each entry of the dims around it, which are therefore "
        "the same everywhere",
        wrong="""\
M, B, L = Dim(2), Dim(3), RaggedDim(4)

def kernel(
    x: Stream(f32, [M, L]), y: Stream(f32, [M, B, L])
) -> (Stream(f32, [M, L]), Stream(f32, [M, B, L])):
    return x, y
""",
        right="""\
M, B, L, K = Dim(2), Dim(3), RaggedDim(4), RaggedDim(4)

def kernel(
    x: Stream(f32, [M, L]), y: Stream(f32, [M, B, K])
) -> (Stream(f32, [M, L]), Stream(f32, [M, B, K])):
    return x, y
""",
    ),
)
