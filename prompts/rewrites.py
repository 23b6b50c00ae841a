"""Worked rewrites that bring a program to read every stream once; a test checks both sides."""

from __future__ import annotations

from prompts.contexts import Rewrite

_HEADER = """\
R, C = Dim(2), Dim(3)

def total(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def times(a: f32, b: f32) -> f32:
    return a * b

def kernel(x: Stream(f32, [R, C])) -> (Stream(f32, [R, C]), Stream(f32, [R])):
"""

REWRITES = (
    Rewrite(
        title="Two readers",
        header=_HEADER,
        before="""\
whole = Repeat(Accum(x, fn=total, rank=1), n=C)
scaled = Map(Zip(x, whole), fn=times)
squares = Map(scaled, scaled, fn=times)
return scaled, Accum(squares, fn=total, rank=1)
""",
        after="""\
for_total, numbers = Broadcast(x, n=2)
whole = Repeat(Accum(for_total, fn=total, rank=1), n=C)
scaled = Map(Zip(numbers, whole), fn=times)
left, right, result = Broadcast(scaled, n=3)
squares = Map(left, right, fn=times)
return result, Accum(squares, fn=total, rank=1)
""",
        why="`x` is read by `Accum` and by `Zip`. `scaled` is read three times: twice by `Map`, "
        "and by `return`, which reads too. `whole` and `squares` are read once and stay.",
    ),
    Rewrite(
        title="A reader in a loop",
        header=_HEADER,
        before="""\
sums = Accum(x, fn=total, rank=1)
powers = [Map(sums, fn=square) for _ in range(2)]
return Repeat(powers[0], n=C), powers[1]
""",
        after="""\
sums = Broadcast(Accum(x, fn=total, rank=1), n=2)
powers = [Map(each, fn=square) for each in sums]
return Repeat(powers[0], n=C), powers[1]
""",
        why="The loop reads `sums` once for each turn. `Broadcast` gives a list of as many "
        "copies, and each turn takes its own. The elements of a list are streams of their own.",
    ),
    Rewrite(
        title="Nothing to do",
        header=_HEADER,
        before="""\
numbers, for_total = Broadcast(x, n=2)
numbers = Map(numbers, fn=square)
return numbers, Accum(for_total, fn=total, rank=1)
""",
        after="""\
numbers, for_total = Broadcast(x, n=2)
numbers = Map(numbers, fn=square)
return numbers, Accum(for_total, fn=total, rank=1)
""",
        why="Every stream is read once: the name `numbers` is given to a second stream after the "
        "first one was read. The program is answered as it is.",
    ),
)
