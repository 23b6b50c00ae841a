"""The diagnostic codes of functions: what each says, why, a wrong and a right program."""

from __future__ import annotations

from aspl.code import Code

_KERNEL = """
def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
"""


def _program(function: str, kernel: str) -> str:
    return f"M, K = Dim(5), Dim(9)\n\n{function.strip()}\n\n{kernel.strip()}\n"


def _mapped(function: str) -> str:
    """Return a program that applies the function `f` to every number and sums the rows."""
    return _program(
        function,
        """
def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    y = Map(x, fn=f)
    return Accum(y, fn=add, init=zeros, rank=1)
""",
    )


def _buffered(function: str) -> str:
    """Return a program that applies the function `f` to every row, held in a buffer."""
    return _program(
        function,
        """
def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    rows = Bufferize(x, rank=1)
    return Map(rows, fn=f)
""",
    )


def _folded(function: str) -> str:
    """Return a program that folds every row with the function `f`."""
    return _program(
        function,
        """
def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=f, rank=1)
""",
    )


def _plain(kernel: str) -> str:
    """Return a program without declared functions."""
    return f"M, K = Dim(5), Dim(9)\n\n{kernel.strip()}\n"


FUNCTION_CODES: tuple[Code, ...] = (
    Code(
        code="F001",
        title="outside the expression language",
        why="the body of a function is read and not run: it holds assignments and one `return`, of "
        "arithmetic, comparisons, subscripts and calls of primitives",
        wrong=_mapped("def f(x: f32) -> f32:\n    return x if x > 0 else 0.0"),
        right=_mapped("def f(x: f32) -> f32:\n    return where(x > 0, x, 0.0)"),
    ),
    Code(
        code="F002",
        title="unknown name in a function",
        why="a body sees its parameters, its earlier assignments, the sizes, numbers and "
        "parameters of the header, and the primitives; no streams, no other functions",
        wrong=_mapped("def f(x: f32) -> f32:\n    return sqroot(x)"),
        right=_mapped("def f(x: f32) -> f32:\n    return sqrt(x)"),
    ),
    Code(
        code="F003",
        title="wrong arguments of a primitive",
        why="every primitive takes a fixed number of arrays and settings, and an axis is one that "
        "the array has",
        wrong=_buffered("def f(x: Buffer(f32, [K])) -> f32:\n    return sum(x, axis=1)"),
        right=_buffered("def f(x: Buffer(f32, [K])) -> f32:\n    return sum(x, axis=0)"),
    ),
    Code(
        code="F004",
        title="extents do not fit",
        why="arrays meet number by number, aligned at their last dims: extents are equal, or one "
        "of them is 1; a slice lies within its dim, a reshape keeps the number of numbers",
        wrong=_buffered("def f(x: Buffer(f32, [K])) -> f32:\n    return sum(x * x[1:K])"),
        right=_buffered("def f(x: Buffer(f32, [K])) -> f32:\n    return sum(x[0:K - 1] * x[1:K])"),
    ),
    Code(
        code="F005",
        title="number types do not fit",
        why="whole numbers, fractions and flags do not mix: a `cast` says what is meant",
        wrong=_buffered("def f(x: Buffer(f32, [K])) -> f32:\n    return sum(x * iota(K))"),
        right=_buffered(
            "def f(x: Buffer(f32, [K])) -> f32:\n    return sum(x * cast(iota(K), f32))"
        ),
    ),
    Code(
        code="F006",
        title="result is not of the declared type",
        why="operators type streams by the declared result, so the body must compute one: its "
        "extents equal, its numbers of that kind",
        wrong=_buffered("def f(x: Buffer(f32, [K])) -> f32:\n    return exp(x)"),
        right=_buffered("def f(x: Buffer(f32, [K])) -> f32:\n    return sum(exp(x))"),
    ),
    Code(
        code="F007",
        title="function does not end with a return",
        why="the value of a function is that of the one `return` at its end",
        wrong=_mapped("def f(x: f32) -> f32:\n    y = x * x"),
        right=_mapped("def f(x: f32) -> f32:\n    y = x * x\n    return y"),
    ),
    Code(
        code="F008",
        title="parameter or result without a type",
        why="every parameter and the result have an element type; only the last parameter, the "
        "state of a fold, has a default, its initial value",
        wrong=_mapped("def f(x) -> f32:\n    return x * x"),
        right=_mapped("def f(x: f32) -> f32:\n    return x * x"),
    ),
    Code(
        code="F009",
        title="arguments do not fit the function",
        why="a function takes as many elements as the operator has inputs, of the types of its "
        "parameters; tuples may be opened for it",
        wrong=_mapped("def f(x: f32, y: f32) -> f32:\n    return x * y"),
        right=_mapped("def f(x: f32) -> f32:\n    return x * x"),
    ),
    Code(
        code="F010",
        title="state of a fold does not fit",
        why="a fold turns inputs and a state into a state of the same type, and begins with an "
        "initial value of that type, given by the operator or by the state's default",
        wrong=_folded("def f(x: f32, state: f32) -> f32:\n    return state + x * x"),
        right=_folded("def f(x: f32, state: f32 = zeros) -> f32:\n    return state + x * x"),
    ),
    Code(
        code="F011",
        title="function cannot be used here",
        why="`Map` applies functions of single elements, `Accum` and `Scan` apply folds, `FlatMap` "
        "applies functions that make a stream or a buffer",
        wrong=_plain(
            """
def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=exp, init=zeros, rank=1)
"""
        ),
        right=_plain(_KERNEL),
    ),
    Code(
        code="F012",
        title="wrong option of a library function",
        why="library functions have the options that `aspl ops` lists, with values of their kinds",
        wrong=_plain(
            """
def kernel(x: Stream(Tile(f32, [4, 8]), [M])) -> Stream(Tile(f32, [1, 8]), [4*M]):
    return FlatMap(x, fn=split_rows(filter=2))
"""
        ),
        right=_plain(
            """
def kernel(x: Stream(Tile(f32, [4, 8]), [M])) -> Stream(Tile(f32, [1, 8]), [4*M]):
    return FlatMap(x, fn=split_rows(filter=False))
"""
        ),
    ),
)
