"""Codes of reading a program's text: P."""

from __future__ import annotations

from aspl.code import Code

_DEPTH = 101

TEXT_CODES: tuple[Code, ...] = (
    Code(
        code="P001",
        title="not Python syntax",
        why="a program is written in a subset of Python, so that every editor and every model can "
        "read it; what Python cannot parse has no meaning here either",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp)
""",
    ),
    Code(
        code="P002",
        title="construct outside the language",
        why="a program is a graph of operators, drawn by assignments, calls, lists and loops that "
        "are unrolled; what would need a running Python, such as `if` or `while`, is left out",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    y = x
    y |= x
    return Map(y, fn=exp)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    y = x
    return Map(y, fn=exp)
""",
    ),
    Code(
        code="P003",
        title="text that cannot be read",
        why="a text is UTF-8 of bounded length, with names of bounded length and syntax of bounded "
        "depth, so that reading any text ends soon",
        wrong=f"""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    count = {"-" * _DEPTH}1
    return Map(x, fn=exp)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    count = -1
    return Map(x, fn=exp)
""",
    ),
    Code(
        code="P004",
        title="no kernel",
        why="the kernel is the program: a function called `kernel`, or one whose parameters are "
        "streams or tensors",
        wrong="""\
M = Dim(4)

def double(x: f32) -> f32:
    return x * 2
""",
        right="""\
M = Dim(4)

def double(x: f32) -> f32:
    return x * 2

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=double)
""",
    ),
    Code(
        code="P005",
        title="second kernel",
        why="a file holds one program; kernels do not call each other",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp)

def other(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=log)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp)
""",
    ),
    Code(
        code="P006",
        title="declaration out of place",
        why="sizes, numbers, parameters and functions are declared before the kernel, or by the "
        "task, and nothing else stands there: the graph is made in the kernel",
        wrong="""\
def kernel(x: Stream(f32, [4])) -> Stream(f32, [4, 2]):
    N = Dim(2)
    return Repeat(x, n=N)
""",
        right="""\
N = Dim(2)

def kernel(x: Stream(f32, [4])) -> Stream(f32, [4, N]):
    return Repeat(x, n=N)
""",
    ),
    Code(
        code="P007",
        title="wrong type annotation",
        why="parameters and results of a kernel are streams and tensors; a stream is of elements "
        "and has a shape of at least one extent, outermost first",
        wrong="""\
M = Dim(4)

def kernel(x: f32) -> Stream(f32, [M]):
    return Map(x, fn=exp)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp)
""",
    ),
    Code(
        code="P008",
        title="kernel does not end with a return",
        why="what a kernel returns are the results of the program; one that only stores to tensors "
        "says so with `-> None`",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    y = Map(x, fn=exp)
    Consumer(y)
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    y = Map(x, fn=exp)
    return y
""",
    ),
    Code(
        code="P009",
        title="name that is taken",
        why="the names of operators, types and built-ins belong to the language, and a header "
        "declares each name once, so that a name means one thing",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    Map = x
    return x
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    y = x
    return y
""",
    ),
    Code(
        code="P010",
        title="program beyond a bound",
        why="loops are unrolled before anything runs, so the number of operators, streams, steps "
        "and findings is bounded; repetition over data belongs in the dims of streams",
        wrong="""\
def kernel(x: Stream(f32, [4])) -> Stream(f32, [4]):
    for turn in range(1000000000):
        x = Map(x, fn=exp)
    return x
""",
        right="""\
def kernel(x: Stream(f32, [4])) -> Stream(f32, [4]):
    for turn in range(3):
        x = Map(x, fn=exp)
    return x
""",
    ),
    Code(
        code="P011",
        title="build-time expression without a value",
        why="numbers, extents and lists are computed while the program is read, so divisions by "
        "zero, subscripts outside a list and integers beyond 64 bits are found there",
        wrong="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    functions = [exp, log]
    return Map(x, fn=functions[2])
""",
        right="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    functions = [exp, log]
    return Map(x, fn=functions[1])
""",
    ),
    Code(
        code="P012",
        title="wrong number of names to unpack to",
        why="an operator with several outputs gives one stream for each name on the left",
        wrong="""\
P, Q = Dim(3), Dim(1)

def kernel(a: Stream(f32, [P]), b: Stream(f32, [Q])) -> Stream(f32, [P + Q]):
    data, source, order = EagerMerge([a, b])
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
        code="P013",
        title="annotation that is not the task's",
        why="a task gives the types of its inputs; a kernel may repeat them, and may not change "
        "them",
        wrong="""\
def kernel(x: Stream(f32, [M]), y):
    return Map(x, y, fn=mul)
""",
        right="""\
def kernel(x: Stream(f32, [M, K]), y):
    return Map(x, y, fn=mul)
""",
        bare=True,
    ),
)
