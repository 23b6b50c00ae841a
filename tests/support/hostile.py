"""Texts that ask for more than a reader has, each with the code that it must get."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aspl.text.source import MAX_CHARACTERS

MIB = 2**20
FULL = MAX_CHARACTERS - 500
"""About as much as is read; more is turned away at the door."""


@dataclass(frozen=True)
class Hostile:
    """A text, and the code that must be among its findings; "" for a text that is accepted."""

    code: str
    make: Callable[[], str]


def filled(piece: str, length: int = FULL) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def kernel(*lines: str, before: str = "") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{before}def kernel(x: Stream(f32, [4])) -> Stream(f32, [4]):\n{body}"


def loop(times: int, *lines: str, first: str = "pass", last: str = "return x") -> tuple[str, ...]:
    return (first, f"for i in range({times}):", *(f"    {line}" for line in lines), last)


def dims(count: int) -> str:
    return "".join(f"M{place} = Dim(2)\n" for place in range(count))


def function(*lines: str, head: str = "def f(a: f32) -> f32:", before: str = "") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{before}{head}\n{body}{kernel('return Map(x, fn=f)')}"


def many(count: int, pattern: str, between: str = "") -> str:
    return between.join(pattern.replace("#", str(place)) for place in range(count))


def scattered(letters: str, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(letters, k=FULL))


WRITTEN: dict[str, Hostile] = {
    "empty": Hostile("P004", lambda: ""),
    "blanks": Hostile("P004", lambda: filled(" \t")),
    "newlines": Hostile("P004", lambda: filled("\n")),
    "comments": Hostile("P004", lambda: filled("#\n")),
    "a mebibyte": Hostile("P003", lambda: filled("x = 1\n", MIB)),
    "a mebibyte of nul": Hostile("P003", lambda: filled("\0", MIB)),
    "nul": Hostile("P001", lambda: kernel("return x\0")),
    "nul only": Hostile("P001", lambda: filled("\0")),
    "nul in a word": Hostile("", lambda: kernel("'a\\0b'", "return x")),
    "lone surrogate": Hostile("P003", lambda: kernel("'\ud800'", "return x")),
    "surrogates": Hostile("P003", lambda: filled("\udfff")),
    "byte order mark": Hostile("P001", lambda: "\ufeff\ufeff" + kernel("return x")),
    "carriage returns": Hostile("P004", lambda: filled("\r")),
    "form feeds": Hostile("P004", lambda: filled("\f")),
    "backslashes": Hostile("P001", lambda: filled("\\")),
    "continued lines": Hostile("P001", lambda: filled("\\\n")),
    "letters": Hostile("P003", lambda: filled("a")),
    "digits": Hostile("P001", lambda: filled("1")),
    "accents": Hostile("P003", lambda: filled("é")),
    "combining accents": Hostile("P003", lambda: filled("a\u0301")),
    "ideographs": Hostile("P003", lambda: filled("变")),
    "emoji": Hostile("P001", lambda: filled("😀")),
    "right to left": Hostile("P001", lambda: filled("\u202e")),
    "line separators": Hostile("P001", lambda: filled("\u2028")),
    "no-break blanks": Hostile("P001", lambda: filled("\u00a0")),
    "quotes": Hostile("P004", lambda: filled("'")),
    "triple quotes": Hostile("P004", lambda: filled('"""')),
    "open parentheses": Hostile("P001", lambda: filled("(")),
    "open brackets": Hostile("P001", lambda: filled("[")),
    "open braces": Hostile("P003", lambda: filled("{")),
    "closed parentheses": Hostile("P001", lambda: filled(")")),
    "commas": Hostile("P001", lambda: filled(",")),
    "points": Hostile("P001", lambda: filled(".")),
    "semicolons": Hostile("P001", lambda: filled(";")),
    "at signs": Hostile("P001", lambda: filled("@")),
    "minus signs": Hostile("P003", lambda: filled("-")),
    "random ascii": Hostile("P003", lambda: scattered("".join(map(chr, range(32, 127))))),
    "random unicode": Hostile("P001", lambda: scattered("".join(map(chr, range(0x3000))))),
    "declared encoding": Hostile("", lambda: "# -*- coding: utf-16 -*-\n" + kernel("return x")),
    "unicode names": Hostile(
        "", lambda: "def kernel(变: Stream(f32, [4])):\n    \U0001d501 = 变\n    return x"
    ),
    "long name": Hostile("P003", lambda: kernel("y = " + "a" * 400_000, "return x")),
    "long keyword": Hostile("P003", lambda: kernel(f"y = Map(x, {'f' * 400_000}=1)", "return x")),
    "long word": Hostile("A003", lambda: kernel(f"return Map(x, fn='{'f' * 400_000}')")),
    "named characters": Hostile("", lambda: kernel("'" + "\\N{BULLET}" * 900 + "'", "return x")),
    "bad escape": Hostile("P001", lambda: kernel("y = '\\x'", "return x")),
    "formatted string": Hostile("P003", lambda: kernel(f"y = f'{'{1}' * 90_000}'", "return x")),
    "huge integer": Hostile("P011", lambda: kernel("y = " + "9" * 40, "return x")),
    "long integer": Hostile("P003", lambda: kernel("y = " + "9" * 4000, "return x")),
    "longer integer": Hostile("P001", lambda: kernel("y = " + "9" * 400_000, "return x")),
    "long hexadecimal": Hostile("P003", lambda: kernel("y = -0x" + "f" * 400_000, "return x")),
    "huge float": Hostile("", lambda: kernel("y = 1e999 - 1e999", "return x")),
    "complex number": Hostile("P002", lambda: kernel("y = 1j", "return x")),
    "statements": Hostile("", lambda: kernel(*["a=x"] * 20_000, "return x")),
    "one line": Hostile("", lambda: kernel("y=1;" * 20_000 + "return x")),
    "one long line of errors": Hostile("P010", lambda: kernel(many(20_000, "y=z#;") + "return x")),
    "one long line of accents": Hostile("P010", lambda: kernel(many(20_000, "é=z#;") + "return x")),
    "unknown names": Hostile("P010", lambda: kernel(*(f"n{i} = z{i}" for i in range(9000)))),
    "unknown operators": Hostile("P010", lambda: kernel(*(f"Mapp{i}(x)" for i in range(9000)))),
    "decorators": Hostile("P010", lambda: "@f\n" * 30_000 + kernel("return x")),
    "parameters": Hostile(
        "", lambda: f"def kernel({many(4000, 'a#: Stream(f32, [4])', ', ')}):\n    return a0\n"
    ),
    "bare parameters": Hostile(
        "P010", lambda: f"def kernel({many(9000, 'a#', ', ')}):\n    return a0\n"
    ),
    "results": Hostile("L001", lambda: kernel("return " + "x, " * 30_000)),
    "kernels": Hostile("P010", lambda: kernel("return x") * 2000),
    "sizes": Hostile("", lambda: dims(5000) + kernel("return x")),
    "huge size": Hostile("P006", lambda: "M = Dim(4611686018427387904)\n" + kernel("return x")),
    "huge sizes": Hostile(
        "S006",
        lambda: (
            """\
A = Dim(1099511627776)

def kernel(x: Stream(f32, [A, A, A, A, A])) -> Stream(f32, [_, _, _, _, _]):
    return Streamify(Bufferize(x, rank=4), stride=[A, A], shape=[A*A*A, A*A])
"""
        ),
    ),
    "other statements": Hostile(
        "P002",
        lambda: (
            "class A: pass\nasync def b(): pass\nglobal c\ndel d\nraise e\n" + kernel("return x")
        ),
    ),
    "patterns": Hostile(
        "P002",
        lambda: kernel("match x:", f"    case {'[' * 80}a{']' * 80}:", "        pass", "return x"),
    ),
    "recursion": Hostile("N002", lambda: kernel("return kernel(x)")),
    "names of their own": Hostile("N005", lambda: kernel("y = y", "z = [z, z]", "return x")),
    "names of the language": Hostile(
        "P009", lambda: kernel("Map = 1", "range = 2", "x = [x for x in range(3)]", "return x")
    ),
}
"""Garbage, and programs that are too long, or too wrong."""


SHALLOW = {"brackets", "calls", "minuses", "sums", "body", "body sums"}
"""What may nest as deep as syntax may."""


def _nested() -> dict[str, Hostile]:
    """Return every construct that nests, at depths that Python reads, and at depths it does not."""
    patterns: dict[str, Callable[[int], str]] = {
        "parentheses": lambda depth: kernel(f"y = {'(' * depth}x{')' * depth}", "return y"),
        "brackets": lambda depth: kernel(f"y = {'[' * depth}1{']' * depth}", "return x"),
        "braces": lambda depth: kernel(f"y = {'{' * depth}1{'}' * depth}", "return x"),
        "calls": lambda depth: kernel(f"return {'Map(' * depth}x{', fn=exp)' * depth}"),
        "minuses": lambda depth: kernel(f"y = {'-' * depth}1", "return x"),
        "nots": lambda depth: kernel(f"y = {'not ' * depth}1", "return x"),
        "sums": lambda depth: kernel("y = " + "+".join("1" * depth), "return x"),
        "powers": lambda depth: kernel("y = " + "**".join("1" * depth), "return x"),
        "attributes": lambda depth: kernel("y = x" + ".a" * depth, "return x"),
        "subscripts": lambda depth: kernel("y = x" + "[0]" * depth, "return x"),
        "calls of calls": lambda depth: kernel("y = x" + "()" * depth, "return x"),
        "applications": lambda depth: kernel(
            "y = step.Map(fn=exp)" + ".apply(x)" * depth, "return y"
        ),
        "comparisons": lambda depth: kernel("y = " + " < ".join("1" * depth), "return x"),
        "lambdas": lambda depth: kernel(f"y = {'lambda: ' * depth}1", "return x"),
        "conditions": lambda depth: kernel(f"y = {'1 if 1 else ' * depth}1", "return x"),
        "assignments": lambda depth: kernel(f"{'y = ' * depth}1", "return x"),
        "targets": lambda depth: kernel(f"{'(' * depth}a{',)' * depth} = 1", "return x"),
        "comprehensions": lambda depth: kernel(
            f"y = {'[' * depth}1{' for i in [1]]' * depth}", "return x"
        ),
        "types": lambda depth: (
            f"def kernel(x: Stream({'Tuple(f32, ' * depth}f32{')' * depth}, [4])):\n    return x\n"
        ),
        "branches": lambda depth: kernel("if 1:", "    y = 1", *["elif 1:", "    y = 1"] * depth),
        "body": lambda depth: function(f"return {'-(' * depth}a{')' * depth}"),
        "body sums": lambda depth: function("return " + "+".join("a" * depth)),
    }
    accepted = {
        50: SHALLOW | {"parentheses", "comprehensions"},
        95: SHALLOW | {"parentheses"},
        190: {"parentheses"},
    }
    rows: dict[str, Hostile] = {}
    for name, pattern in patterns.items():
        for depth in (50, 95, 190, 20_000):
            code = "" if name in accepted.get(depth, ()) else "*"
            rows[f"{name}, {depth} deep"] = Hostile(code, partial(pattern, depth))
    return rows


NESTED = _nested()


def _doubled(use: str) -> str:
    """Return a program that uses a list of two lists of two lists, 60 levels deep."""
    return kernel(*loop(60, "y = [y, y]", first="y = [x]", last=use), "return x")


UNROLLED: dict[str, Hostile] = {
    "operators": Hostile("", lambda: kernel(*loop(5000, "x = Map(x, fn=exp)"))),
    "written operators": Hostile("", lambda: kernel(*["x = Map(x, fn=exp)"] * 2000, "return x")),
    "too many operators": Hostile("P010", lambda: kernel(*loop(20_001, "x = Map(x, fn=exp)"))),
    "unread operators": Hostile("L001", lambda: kernel(*loop(3000, "y = Map(x, fn=exp)"))),
    "huge range": Hostile("P010", lambda: kernel(*loop(10**18, "pass"))),
    "huge ranges": Hostile("P010", lambda: kernel(f"y = range(-{2**62}, {2**62}, 3)")),
    "range of sizes": Hostile(
        "P011", lambda: kernel(*loop(1, "range(M*M*M)"), before="M = Dim(999999999)\n")
    ),
    "nested loops": Hostile(
        "P010",
        lambda: kernel(
            "for i in range(1000):", "    for j in range(1000):", "        pass", "return x"
        ),
    ),
    "deep loops": Hostile(
        "P010",
        lambda: kernel(
            *("    " * depth + f"for a{depth} in [1, 2]:" for depth in range(19)),
            "    " * 19 + "pass",
        ),
    ),
    "wide comprehension": Hostile("P010", lambda: kernel(f"y = [1{' for i in range(10)' * 19}]")),
    "long comprehension": Hostile("P010", lambda: kernel("y = [x for i in range(999999)]")),
    "comprehensions among many names": Hostile(
        "",
        lambda: kernel(*loop(5000, "y = [i for j in [1]]"), before=dims(3000)),
    ),
    "doubled list": Hostile("P010", lambda: kernel(*loop(99, "y = y + y", first="y = [1]"))),
    "nested list": Hostile("", lambda: kernel(*loop(99, "y = [y, y]", first="y = [x]"))),
    **{
        f"nested list as {name}": Hostile(code, partial(_doubled, use))
        for name, code, use in (
            ("streams", "A003", "z = Map(y, y, fn=add)"),
            ("inputs", "A003", "z = Reassemble(y, y)"),
            ("an option", "F012", "z = Map(x, fn=pick(index=y))"),
            ("a state", "A003", "z = Accum(x, fn=add, init=y)"),
            ("a shape", "A003", "z = Assume(x, shape=y)"),
            ("a count", "A003", "z = Repeat(x, n=y)"),
            ("a type", "P007", "z = Feedback(Stream(y, [4]))"),
            ("a number", "A003", "z = -y + y"),
            ("a call", "A003", "z = y()"),
            ("an argument of no operator", "N002", "z = Nothing(y, y)"),
            ("earlier inputs", "A003", "z = step.Merge(fn=add).apply(y, x, y)"),
            ("earlier streams", "A003", "z = step.Zip().apply((y, y))"),
        )
    },
    "list in itself": Hostile(
        "", lambda: kernel("y = [1]", "y.append(y)", "y.append(y)", "return x")
    ),
    "appended": Hostile("", lambda: kernel(*loop(20_000, "y.append(i)", first="y = []"))),
    "appended copies": Hostile(
        "P010", lambda: kernel(*loop(20_000, "y.append(i)", "z = [y, z]", first="y = []"))
    ),
    "slices": Hostile("P010", lambda: kernel(*loop(5000, "z = y[::1]", first="y = range(999)"))),
    "far slice": Hostile("", lambda: kernel(f"z = [1, 2][{2**62}:-{2**62}:-1]", "return x")),
    "repeated list": Hostile("A003", lambda: kernel("y = [1] * 1000000000", "return x")),
    "unpacked list": Hostile(
        "P012", lambda: kernel(*loop(3000, "a, b = y", first="y = range(90000)"))
    ),
    "unknown name in a loop": Hostile("N001", lambda: kernel(*loop(30_000, "y = zz"))),
    "subscripts outside": Hostile("P010", lambda: kernel(*loop(9000, "y = [1][i + 1]"))),
    "copies": Hostile(
        "P010", lambda: kernel("y = Broadcast(x, n=9223372036854775807)", "return x")
    ),
    "many copies": Hostile("P010", lambda: kernel(*loop(9000, "y = Broadcast(x, n=100)"))),
    "shares": Hostile("P010", lambda: kernel("y = Parallelize(x, n=4000000)", "return x")),
    "parts": Hostile(
        "P010",
        lambda: (
            """\
def kernel(x: Stream(f32, [4]), s: Stream(Index(9223372036854775807), [4])):
    y = Partition(x, s, n=9223372036854775807)
    return x
"""
        ),
    ),
    "unpacked copies": Hostile(
        "L001", lambda: kernel(many(9000, "a#", ", ") + " = Broadcast(x)", "return x")
    ),
    "arguments": Hostile("F009", lambda: kernel(f"y = Map({'x, ' * 30_000}fn=add)", "return x")),
    "zipped": Hostile("T004", lambda: kernel(f"y = Zip({'x, ' * 30_000})", "return x")),
    "feedbacks": Hostile("C001", lambda: kernel(*loop(3000, "y = Feedback(Stream(f32, [_]))"))),
    "closed feedbacks": Hostile(
        "C001",
        lambda: kernel(
            "y = [Feedback(Stream(f32, [_])) for i in range(3000)]",
            *loop(2999, "Close(y[i], y[i + 1])"),
        ),
    ),
}
"""Short programs that are long when unrolled."""

TYPED: dict[str, Hostile] = {
    "doubled type": Hostile("P007", lambda: kernel(*loop(60, "t = Tuple(t, t)", first="t = f32"))),
    "deep type": Hostile("P007", lambda: kernel(*loop(999, "t = Tuple(t, f32)", first="t = f32"))),
    "deep buffer": Hostile(
        "P007", lambda: kernel(*loop(99, "t = Buffer(t, [2])", first="t = f32"))
    ),
    "doubled tuple": Hostile(
        "T004", lambda: kernel(*loop(40, "y, z = Broadcast(x)", "x = Zip(y, z)"))
    ),
    "deep tuple": Hostile("T004", lambda: kernel(*loop(999, "y = Zip(y, x)", first="y = x"))),
    "dims of a stream": Hostile("T004", lambda: kernel(*loop(5000, "x = Repeat(x, n=2)"))),
    "written dims": Hostile(
        "P007", lambda: f"def kernel(x: Stream(f32, [{'2, ' * 30_000}])):\n    return x\n"
    ),
    "read dims": Hostile(
        "T004",
        lambda: (
            f"""\
def kernel(x: Stream(Buffer(f32, [4]), [4])):
    return Streamify(x, stride=[{"0, " * 9000}], shape=[{"1, " * 9000}])
"""
        ),
    ),
    "huge ranks": Hostile(
        "S002",
        lambda: kernel(
            f"y = Promote(x, rank={2**62})",
            f"y = Bufferize(x, rank={2**62})",
            f"y = Expand(x, x, rank={2**62})",
            f"y = Flatten(x, min=0, max={2**62})",
            f"y = Accum(x, fn=add, init=zeros, rank={2**62})",
            "return x",
        ),
    ),
    "powers of extents": Hostile(
        "P011", lambda: kernel(*loop(99, "y = y * y", first="y = M0 + M1"), before=dims(2))
    ),
    "factors of extents": Hostile(
        "P011",
        lambda: kernel(*loop(9999, "y = y * 9223372036854775807", first="y = M0"), before=dims(1)),
    ),
    "sums of extents": Hostile(
        "P011",
        lambda: kernel("y = " + many(50, "M#", " + "), "z = y * y", "return x", before=dims(50)),
    ),
    "divisions of extents": Hostile(
        "P011", lambda: kernel(*loop(999, "y = (y + 1) // 2", first="y = M0"), before=dims(1))
    ),
    "doubled divisions of extents": Hostile(
        "P011", lambda: kernel(*loop(99, "y = (y + 1) % (y + 2)", first="y = M0"), before=dims(1))
    ),
    "extents and fractions": Hostile(
        "A003", lambda: kernel("y = M0 * 2.5", "y = M0 + (inf - inf)", "return x", before=dims(1))
    ),
    "flattened sums": Hostile(
        "T004",
        lambda: (
            f"""\
{dims(60)}
def kernel(x: Stream(f32, [{", ".join(f"M{2 * i} + M{2 * i + 1}" for i in range(30))}])):
    return Flatten(x, min=0, max=29)
"""
        ),
    ),
    "products of a stream's own extents": Hostile(
        "T004",
        lambda: (
            f"""\
{dims(2)}
def kernel(x: Stream(f32, [M0 + M1])):
    for i in range(99):
        x = Flatten(Repeat(x, n=dim(x, 0)))
    return x
"""
        ),
    ),
    "divisions of a stream's own extents": Hostile(
        "T004",
        lambda: (
            """\
P = DynamicDim(2)

def kernel(x: Stream(f32, [P])):
    for i in range(999):
        x = Assume(x, shape=[(dim(x, 0) + 1) // 2])
    return x
"""
        ),
    ),
    "shares of shares": Hostile(
        "T004",
        lambda: (
            """\
P = DynamicDim(2)

def kernel(x: Stream(f32, [P])):
    for i in range(999):
        x, y = Parallelize(x)
        Consumer(y)
    return x
"""
        ),
    ),
    "shares put together": Hostile(
        "T004",
        lambda: (
            """\
P = DynamicDim(2)

def kernel(x: Stream(f32, [P])):
    for i in range(999):
        y, z = Parallelize(x)
        x, s = EagerMerge([y, z])
        Consumer(s)
    return x
"""
        ),
    ),
    "growing sums": Hostile(
        "T004",
        lambda: (
            """\
P = DynamicDim(2)

def kernel(x: Stream(f32, [P]), s: Stream(Selector(2), [P])):
    xs, ss = Broadcast(x, n=1101), Broadcast(s, n=1100)
    t = xs[1100]
    for i in range(1100):
        a, b = Partition(xs[i], Map(ss[i], fn=identity))
        Consumer(b)
        t, c = EagerMerge([a, t])
        Consumer(c)
    return t
"""
        ),
    ),
    "distant dim": Hostile("S002", lambda: kernel(f"return Repeat(x, n=dim(x, {2**62}))")),
    "body of many lines": Hostile("", lambda: function(*["a = a + 1"] * 5000, "return a")),
    "body of many errors": Hostile("P010", lambda: function(*(f"a = b{i}" for i in range(9000)))),
    "functions": Hostile(
        "", lambda: many(3000, "def f#x(a: f32) -> f32:\n    return a\n") + kernel("return x")
    ),
    "functions among many names": Hostile(
        "P010",
        lambda: (
            dims(3000) + many(3000, "def f#x(a: f32) -> f32:\n    return b\n") + kernel("return x")
        ),
    ),
    "long body used often": Hostile(
        "T004",
        lambda: (
            f"""\
def f(a: Buffer(f32, [_])) -> Buffer(f32, [_]):
{many(3000, "    a = a + 1", chr(10))}
    return a

def kernel(x: Stream(Buffer(f32, [4]), [4])):
    for i in range(999):
        x = Map(x, fn=f)
    return x
"""
        ),
    ),
    "parameters of a function": Hostile(
        "F009",
        lambda: function("return a0", head=f"def f({many(9000, 'a#: f32', ', ')}) -> f32:"),
    ),
    "function that calls itself": Hostile("F002", lambda: function("return f(a)")),
    "functions that call each other": Hostile(
        "F002", lambda: "def g(a: f32) -> f32:\n    return f(a)\n" + function("return g(a)")
    ),
    "tower of powers": Hostile("", lambda: function("return a ** 10 ** 10 ** 10 ** 10 ** 10")),
    "doubled groups": Hostile("F006", lambda: function(*["a = (a, a)"] * 60, "return a")),
    "new axes": Hostile("F006", lambda: function(*["a = a[None]"] * 3000, "return a")),
    "concatenations": Hostile(
        "F004",
        lambda: function(
            *["a = concat(a, a)"] * 999, "return sum(a)", head="def f(a: Buffer(f32, [4])) -> f32:"
        ),
    ),
    "slices of slices": Hostile(
        "P011",
        lambda: function(
            *["a = a[::2]"] * 999,
            "return sum(a)",
            head="def f(a: Buffer(f32, [M0])) -> f32:",
            before=dims(1),
        ),
    ),
    "long products in a body": Hostile(
        "",
        lambda: function(
            f"return a * ({many(30, '(M# + M3#)', ' * ')})",
            before=dims(30) + many(30, "M3# = Dim(2)\n"),
        ),
    ),
}
"""Programs whose types or functions grow."""

HOSTILE = {**WRITTEN, **NESTED, **UNROLLED, **TYPED}
