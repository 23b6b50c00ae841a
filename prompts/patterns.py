"""Idioms of the language: small programs that are run by a test with the values that stand here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A way to put operators together, with a program that does it."""

    title: str
    about: str
    program: str
    inputs: Mapping[str, Any]
    """Nested lists by kernel parameter."""
    outputs: tuple[Any, ...]
    """Nested lists, one for each result."""


PATTERNS = (
    Pattern(
        title="A whole row as one element",
        about="A function of a `Buffer` needs elements that are buffers: `Bufferize` the inner "
        "dims, `Map`, and `Streamify` if numbers are wanted again. The order of dims, too, is "
        "changed by a function on a buffer of them, and in no other way.",
        program="""\
R, C = Dim(2), Dim(3)

def turned(x: Buffer(f32, [C])) -> Buffer(f32, [C]):
    return x[::-1]

def kernel(x: Stream(f32, [R, C])) -> Stream(f32, [R, C]):
    rows = Map(Bufferize(x, rank=1), fn=turned)  # Buffer(f32, [C]), [R]
    return Streamify(rows)  # f32, [R, C]
""",
        inputs={"x": [[1, 2, 3], [4, 5, 6]]},
        outputs=([[3, 2, 1], [6, 5, 4]],),
    ),
    Pattern(
        title="Something of a row, put back on each of its numbers",
        about="One copy is folded and repeated along the dim that it lost; then both have one "
        "shape. The copies are made before, by `Broadcast`.",
        program="""\
R, C = Dim(2), Dim(3)

def highest(x: f32, state: f32 = lowest) -> f32:
    return max(state, x)

def below(x: f32, top: f32) -> f32:
    return top - x

def kernel(x: Stream(f32, [R, C])) -> Stream(f32, [R, C]):
    for_top, numbers = Broadcast(x, n=2)
    top = Accum(for_top, fn=highest, rank=1)  # f32, [R]
    return Map(numbers, Repeat(top, n=C), fn=below)  # f32, [R, C]
""",
        inputs={"x": [[1, 5, 2], [7, 4, 6]]},
        outputs=([[4, 0, 3], [0, 3, 1]],),
    ),
    Pattern(
        title="Repeating along an inner and along an outer dim",
        about="`Repeat` adds an innermost dim. To repeat a row as a whole, stash it in a buffer, "
        "repeat the buffer, and stream it: the new dim then stands outside the row's. A matrix "
        "is repeated in the same way, from `Bufferize(.., rank=2)`. `Streamify(y, repeat=n)` is "
        "short for `Streamify(Repeat(y, n=n))`.",
        program="""\
B, I, J = Dim(1), Dim(2), Dim(3)

def apart(a: f32, b: f32) -> f32:
    return abs(a - b)

def kernel(x: Stream(f32, [B, I]), y: Stream(f32, [B, J])) -> Stream(f32, [B, I, J]):
    each = Repeat(x, n=J)  # f32, [B, I, J]: x[b, i] again for every j
    rows = Streamify(Repeat(Bufferize(y, rank=1), n=I))  # f32, [B, I, J]: y[b, j] for every i
    return Map(each, rows, fn=apart)
""",
        inputs={"x": [[10, 20]], "y": [[1, 2, 3]]},
        outputs=([[[9, 8, 7], [19, 18, 17]]],),
    ),
    Pattern(
        title="A fold over a dim that is not the innermost",
        about="A fold takes the innermost dims. Stash what lies inside the dim to be folded in "
        "buffers; the fold then works on buffers, number by number.",
        program="""\
G, R, C = Dim(2), Dim(2), Dim(3)

def larger(x: Buffer(f32, [C]), state: Buffer(f32, [C]) = lowest) -> Buffer(f32, [C]):
    return max(state, x)

def kernel(x: Stream(f32, [G, R, C])) -> Stream(f32, [G, C]):
    rows = Bufferize(x, rank=1)  # Buffer(f32, [C]), [G, R]
    largest = Accum(rows, fn=larger, rank=1)  # Buffer(f32, [C]), [G]
    return Streamify(largest)  # f32, [G, C]
""",
        inputs={"x": [[[1, 9, 2], [4, 3, 5]], [[0, 0, 7], [6, -1, 8]]]},
        outputs=([[4, 9, 5], [6, 0, 8]],),
    ),
    Pattern(
        title="A fold over all dims of a stream",
        about="A stream keeps at least one dim. Before a fold over its outermost dim, put a dim "
        "of extent 1 around all, by `Promote` with the number of dims as `rank`; the 1 that "
        "is left is merged into its neighbour by `Flatten`, once there is one: of `[1, R, C]` the "
        "dims 1 and 2, by `Flatten(y, min=1, max=2)`.",
        program="""\
R, C = Dim(3), Dim(2)

def larger(x: Buffer(f32, [C]), state: Buffer(f32, [C]) = lowest) -> Buffer(f32, [C]):
    return max(state, x)

def kernel(x: Stream(Buffer(f32, [C]), [R])) -> Stream(f32, [C]):
    around = Promote(x, rank=1)  # Buffer(f32, [C]), [1, R]
    largest = Accum(around, fn=larger, rank=1)  # Buffer(f32, [C]), [1]
    return Flatten(Streamify(largest), min=0, max=1)  # f32, [1, C] and then [C]
""",
        inputs={"x": [[1, 8], [5, 2], [3, 4]]},
        outputs=([5, 8],),
    ),
    Pattern(
        title="A function of all elements of a stream at once",
        about="A choice among all tokens, such as the largest ones, needs all of them in one "
        "buffer: a dim of extent 1 around, buffer, `Map`, stream, and `Flatten` the 1 away.",
        program="""\
T = Dim(4)

def share(a: Buffer(f32, [T])) -> Buffer(f32, [T]):
    return a / sum(a)

def kernel(a: Stream(f32, [T])) -> Stream(f32, [T]):
    whole = Bufferize(Promote(a, rank=1), rank=1)  # Buffer(f32, [T]), [1]
    shares = Streamify(Map(whole, fn=share))  # f32, [1, T]
    return Flatten(shares, min=0, max=1)  # f32, [T]
""",
        inputs={"a": [1, 2, 4, 1]},
        outputs=([0.125, 0.25, 0.5, 0.125],),
    ),
    Pattern(
        title="Running state, and streams of tuples",
        about="`Scan` gives the state after every element. `Zip` makes one stream of tuples of "
        "several; a function of several parameters opens tuples, nested ones too, in their "
        "order, and a fold takes the state behind them.",
        program="""\
G, T = Dim(2), Dim(3)

def since(x: f32, state: Tuple(f32, f32) = (0.0, 0.0)) -> Tuple(f32, f32):
    total, count = state
    return total + x, count + 1

def weighed(total: f32, count: f32, w: f32, state: f32 = 0.0) -> f32:
    return state + w * total / count

def kernel(x: Stream(f32, [G, T]), w: Stream(f32, [G, T])) -> Stream(f32, [G]):
    running = Scan(x, fn=since, rank=1)  # Tuple(f32, f32), [G, T]
    pairs = Zip(running, w)  # Tuple(Tuple(f32, f32), f32), [G, T]
    return Accum(pairs, fn=weighed, rank=1)  # f32, [G]
""",
        inputs={"x": [[2, 4, 6], [8, 0, 4]], "w": [[1, 1, 1], [1, 0, 2]]},
        outputs=([9, 16],),
    ),
    Pattern(
        title="Elements sent different ways, and put together again",
        about="The selector is read twice, once to send and once to collect. What a way needs "
        "beside the element is zipped to it before. A part has one dim in place of all dims of "
        "the selector; `Reassemble` brings these back, and adds one inside for what the named "
        "ways give. `Accum` folds it, also where an element took several ways (their sum here) "
        "or none (the initial state). The ways come in the order of the flags.",
        program="""\
T = Dim(4)

def times(x: f32, gain: f32) -> f32:
    return x * gain

def plus(x: f32, gain: f32) -> f32:
    return x + gain

def total(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def kernel(
    x: Stream(f32, [T]), gain: Stream(f32, [T]), way: Stream(Selector(2), [T])
) -> Stream(f32, [T]):
    ahead, back = Broadcast(way, n=2)
    parts = Partition(Zip(x, gain), ahead, n=2)  # a list of 2: Tuple(f32, f32), [_]
    done = [Map(part, fn=f) for part, f in zip(parts, [times, plus])]
    return Accum(Reassemble(done, back), fn=total, rank=1)  # f32, [T, _] and then [T]
""",
        inputs={
            "x": [1, 2, 3, 4],
            "gain": [10, 20, 30, 40],
            "way": [[1, 0], [0, 1], [1, 1], [0, 0]],
        },
        outputs=([10, 22, 123, 0],),
    ),
)
