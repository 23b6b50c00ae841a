"""The manual's chapters about the language around operators and functions, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: what is written, what it means."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A program that checks as it stands."""

    title: str
    text: str


Block: TypeAlias = str | Rows | Whole


@dataclass(frozen=True, slots=True)
class Topic:
    """A chapter, and the words that lead to it."""

    title: str
    words: tuple[str, ...]
    blocks: tuple[Block, ...]


_TYPES = Topic(
    "types of numbers, elements, streams and tensors",
    (
        *("f32", "f16", "bf16", "i32", "i64", "u64", "bool"),
        *("Tile", "Buffer", "Selector", "Index", "Tuple", "Stream", "Tensor", "_"),
        *("type", "dtype", "element", "shape", "extent"),
    ),
    (
        Rows(
            "Numbers",
            (
                ("f32", "fraction, 4 bytes"),
                ("f16", "fraction, 2 bytes"),
                ("bf16", "fraction, 2 bytes"),
                ("i32", "integer, 4 bytes"),
                ("i64", "integer, 8 bytes"),
                ("u64", "integer of 0 or more, 8 bytes"),
                ("bool", "flag, 1 byte"),
            ),
        ),
        Rows(
            "Elements, what one token of a stream carries",
            (
                ("f32", "one number, of any of the types above"),
                ("Tile(f32, [R, C])", "a matrix: number type, rows and columns"),
                (
                    "Buffer(f32, [D])",
                    "elements in on-chip memory, of one dim or more; the element is a number, a "
                    "tile, a selector or an index, not a tuple",
                ),
                ("Selector(E)", "one flag for each of E targets, 1 byte each"),
                ("Index(E)", "the number of one of E targets, from 0; 2 bytes"),
                ("Tuple(f32, Index(E))", "two elements or more that travel as one"),
            ),
        ),
        Rows(
            "Around elements",
            (
                ("Stream(f32, [M, K])", "a sequence of elements, nested; extents outermost first"),
                ("Tensor(f32, [M, K])", "numbers in off-chip memory, for loads and stores"),
            ),
        ),
        "An extent is an integer, a size of the header, or arithmetic on them: `[M, K // 2]`. "
        "`_` is an extent that is not stated. It may stand in the types of results and of "
        "`Feedback`, and not in those of the kernel's parameters. Parameters that count dims "
        "count from the innermost, which is 0.",
        "A type has no name of its own: `B = Buffer(f32, [D])` is out. A list of extents may "
        "have one: `S = [M, K]`.",
        Whole(
            "A program",
            """
D, E, N = Dim(4), Dim(2), Dim(6)

def kernel(
    x: Stream(Tuple(f32, Index(E)), [N]),
    v: Stream(Buffer(f32, [D]), [N, 2]),
    to: Stream(Selector(E), [N]),
) -> (
    Stream(Tuple(f32, Index(E)), [N]),
    Stream(Buffer(f32, [D]), [_, 2]),
    Stream(Selector(E), [_]),
):
    return x, v, to
""",
        ),
    ),
)

_HEADER = Topic(
    "what stands around a kernel: sizes, numbers, parameters, functions, its signature",
    (
        *("Dim", "DynamicDim", "RaggedDim", "Parameter", "fixed", "None"),
        *("size", "dim sizes", "ragged", "dynamic", "signature", "result", "annotation"),
    ),
    (
        Rows(
            "Declarations",
            (
                (
                    "M = Dim(5)",
                    "a size that is fixed before a run; 5 is its value, until `--dim M=7` gives "
                    "another",
                ),
                ("M, K = Dim(5), Dim(9)", "several at once"),
                (
                    "E = Dim(3, fixed=True)",
                    "a size that the program's structure depends on; a size that is used so, "
                    "as in `range(E)`, need not say it",
                ),
                (
                    "L = DynamicDim(4)",
                    "an extent of one value a run; 4 is what random inputs take, 8 for "
                    "`DynamicDim()`",
                ),
                (
                    "R = RaggedDim(6)",
                    "an extent of several values within one stream; random inputs take 0 to 6, "
                    "to 8 for `RaggedDim()`",
                ),
                ("H = M // 2", "a name for an extent"),
                ("eps, rows = 0.5, 4", "numbers, which functions may read too"),
                ("W = Parameter(f32, [K, E])", "a tensor that functions read: `x @ W`"),
                ("fs = [relu, f]", "a list of functions, one's own or the library's"),
                ("def f(x: f32) -> f32:", "a function; see `aspl ops functions`"),
            ),
        ),
        "Values from outside, `--inputs` of `aspl run`, may have any dynamic and ragged extents; "
        "the numbers in `DynamicDim` and `RaggedDim` are for random ones.",
        Rows(
            "The kernel",
            (
                ("def kernel(x: Stream(f32, [M])):", "every parameter a stream or a tensor"),
                ("-> Stream(f32, [M])", "the type of the result; it may be left out"),
                ("-> (Stream(f32, [M]), Stream(f32, [K]))", "several results"),
                ("-> None", "no result: the kernel stores to tensors"),
                ("-> Stream(f32, [_, 1])", "an extent that is not stated"),
                (
                    "-> Stream(f32, [L, 1])",
                    "the same, with `L` a declared dynamic or ragged extent, where only a run "
                    "decides the extent",
                ),
            ),
        ),
        "Names of operators, types and builtins cannot be declared, and no name can be declared "
        "twice. Expressions of the header are those of the kernel: `aspl ops kernel`.",
        Whole(
            "A program",
            """
N, K = Dim(6), Dim(3)
E = Dim(2, fixed=True)
L = DynamicDim()
W = Parameter(f32, [E, K])
eps = 0.5

def project(x: Buffer(f32, [K])) -> Buffer(f32, [E]):
    return W @ x + eps

def kernel(
    x: Stream(Buffer(f32, [K]), [N]),
    to: Stream(Selector(E), [N]),
) -> Stream(Buffer(f32, [E]), [L, 1]):
    first, second = Partition(Promote(Map(x, fn=project), rank=0), to, n=E)
    Consumer(second)
    return first
""",
        ),
    ),
)

_KERNEL = Topic(
    "the body of a kernel",
    (
        *("range", "zip", "enumerate", "reversed", "len", "min", "max", "for", "append"),
        *(
            "ceil_div",
            "some",
            "dim",
            "Close",
            "return",
            "list",
            "comprehension",
            "loop",
            "statement",
        ),
        *("if", "while", "import", "lambda"),
    ),
    (
        "The body is read once, before any run. Loops are unrolled; a stream is a name for what "
        "an operator makes, and has no elements here.",
        Rows(
            "Statements",
            (
                ("y = Map(x, fn=relu)", "a name; it may be given anew"),
                ("a, b = Broadcast(x, n=2)", "several names, nested ones too: `a, (b, c) = ...`"),
                ("for e in range(E):", "over integers that are fixed before a run"),
                ("for a, f in zip(xs, fs):", "over lists of one length"),
                ("for i, a in enumerate(xs):", "with the place, from 0"),
                ("for a in [x, y]:", "over a list or a tuple"),
                ("ys.append(y)", "one more value in a list"),
                ("Consumer(x)", "an operator whose result nobody needs"),
                ("Close(back, y)", "makes y the writer of `back = Feedback(...)`"),
                ("return y", "at the end, not in a loop: a stream, several, or a list of them"),
                ("pass", "nothing; a text alone in a line is a comment"),
            ),
        ),
        Rows(
            "Expressions",
            (
                ("[Map(a, fn=relu) for a in xs]", "a comprehension, over several lists too"),
                ("xs[0], xs[-1], xs[::2], xs + ys", "parts of lists, lists joined"),
                ("w[e], w[e][f]", "the part of a tensor at a leading index of 0 or more"),
                ("M + 1, M - 1, 2 * M, M // 2, M % 2", "arithmetic on integers and extents"),
                ("ceil_div(M, 4)", "a division that rounds up"),
                ("dim(x, 0)", "the extent of a stream's dim 0, the innermost; no read of x"),
                ("some(M)", "1 where the extent is above 0, else 0"),
                ("len(xs), min(2, n), max(ns), reversed(xs)", "of lists and integers"),
            ),
        ),
        "Out: `if`, `while`, conditions in comprehensions, comparisons, `and` and `or`, `/`, `**`, "
        "`x += 1`, `a = b = c`, `x: f32 = y`, `:=`, `*xs` and `**kw` in calls, dicts, sets, "
        "generators, f-strings, `xs[0] = y`, `lambda`, functions and classes inside the kernel, "
        "imports, attributes other than `.append` and the earlier dialect's `.apply`.",
        Whole(
            "A program",
            """
N, E = Dim(6), Dim(3)

def kernel(x: Stream(f32, [N]), to: Stream(Selector(E), [N])) -> Stream(f32, [N]):
    ahead, back = Broadcast(to, n=2)
    parts = Partition(Promote(x, rank=0), ahead, n=E)
    done = []
    for e, f in zip(range(E), [relu, exp, sigmoid]):
        done.append(Map(parts[e], fn=f))
    return Accum(Reassemble(done, back), fn=add, init=zeros, rank=2)
""",
        ),
    ),
)

_FUNCTIONS = Topic(
    "functions that a program declares for its operators",
    (
        *("def", "function", "flops", "state", "let", "slice", "subscript", "body"),
        *("comparison", "declared functions", "decorator"),
    ),
    (
        "A function stands outside the kernel and is given to an operator as `fn=f`. The types of "
        "its parameters and of its result are those of elements: `aspl ops types`. A fold's state "
        "is the last parameter; its default is the initial value: `aspl ops initial`.",
        Rows(
            "A body",
            (
                ("y = x * 2", "a name for a value; it may be given anew"),
                ("a, b = state", "the parts of a tuple; also `state[0]`"),
                ("half = D // 2", "a name for an extent, for places and slices"),
                ("return y", "once, at the end; `return a, b` for a tuple"),
            ),
        ),
        Rows(
            "Expressions",
            (
                ("+ - * / // % **", "arithmetic; `/` gives fractions, of fractions and sizes"),
                ("a @ b", "the matrix product"),
                ("== != < <= > >=", "comparisons, two values at a time"),
                ("(a > 0) & ~b | c", "flags; `and`, `or` and `not` are out"),
                ("where(a > 0, a, 0)", "a choice, for every number"),
                ("cast(x, i32)", "another number type"),
                ("x[0], x[-1], x[1, 2], W[0]", "a place; known before a run"),
                ("x[1:D], x[:-1], x[::2]", "a slice; start and stop within the dim"),
                ("x[::-1]", "a whole dim reversed; no start or stop with a step below 0"),
                ("x[:, None]", "a new dim of extent 1"),
                ("D, eps, W, inf", "sizes of `Dim`, numbers and parameters of the header"),
                ("sum(x, axis=0)", "a primitive; `aspl ops --functions` lists them"),
            ),
        ),
        "Integers and fractions do not mix: write `cast`. Numbers of several widths do; a result "
        "of integers needs a `cast` to another width, one of fractions does not. An extent `_` in "
        "the result's type is inferred.",
        "`@flops(2 * D)` above `def` states the cost of a call, in place of the counted one.",
        "A body `...` makes a given function: the program has its types, and the task that gives "
        "it what it computes. Its extents are all named.",
        "Out: calls of other declared functions and of the library's, such as `add`; `if`, `for`, "
        "`x += 1`, lists, comprehensions, methods, chains as in `a < b < c`, values computed in a "
        "run as places, dynamic and ragged extents as numbers.",
        Whole(
            "A program",
            """
N, D = Dim(6), Dim(4)

@flops(3 * D)
def turned(x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    half = D // 2
    back = x[::-1]
    return concat(back[:half], where(x[half:] > 0, x[half:], 0.0))

def average(x: Buffer(f32, [D]), state: Tuple(f32, i32) = (0.0, 0)) -> Tuple(f32, i32):
    total, count = state
    return total + sum(x) / cast(D, f32), count + 1

def kernel(x: Stream(Buffer(f32, [D]), [N, 2])) -> Stream(Tuple(f32, i32), [N]):
    return Accum(Map(x, fn=turned), fn=average, rank=1)
""",
        ),
    ),
)

_INITIAL = Topic(
    "initial values of folds",
    ("zeros", "ones", "lowest", "empty", "full", "inf", "init", "initial value", "pad"),
    (
        Rows(
            "Initial values",
            (
                ("zeros, ones", "0 and 1, in every number of the state"),
                ("lowest", "-inf; the least number of an integer type"),
                ("inf, -inf", "the same for a minimum: the ends of the type's range"),
                ("0.5, -1, k", "a number, or one of the header, in every number of the state"),
                ("empty", "no rows yet, for tiles that grow, as with `retile_row`"),
                ("(lowest, 0.0)", "one for each part of a tuple"),
                ("zeros(T), ones(T), lowest(T), empty(T)", "with the state's type, say `f32`"),
                ("full(T, 0.5)", "a number, with the state's type"),
            ),
        ),
        "An initial value is the default of the state, the function's last parameter, or `init=` "
        "at the operator. `init=` goes first where there are both. Functions of the library, such "
        "as `add`, need `init=`.",
        "A default is one of these words, a number or a tuple; `full(T, 0.5)` and `zeros(T)` "
        "stand at operators only. `pad=` of `Reshape` takes such a value too.",
        "In the body of a function `zeros([D])` and `full([D], 0.5)` are arrays.",
        Whole(
            "A program",
            """
N, K = Dim(6), Dim(3)

def running(x: f32, state: Tuple(f32, f32) = (lowest, 0.0)) -> Tuple(f32, f32):
    high, total = state
    return max(high, x), total + x

def kernel(x: Stream(f32, [N, K]), t: Stream(Tile(f32, [1, 4]), [N, K])) -> (
    Stream(Tuple(f32, f32), [N]),
    Stream(f32, [N]),
    Stream(Tile(f32, [K, 4]), [N]),
):
    a, b = Broadcast(x, n=2)
    low = Accum(b, fn=add, init=full(f32, 0.5), rank=1)
    return Accum(a, fn=running, rank=1), low, Accum(t, fn=retile_row, init=empty, rank=1)
""",
        ),
    ),
)

_ARCHIVES = Topic(
    "values in .npz archives, for `aspl run --inputs` and `--output`",
    ("npz", "archive", "inputs", "output", "length0", "data", "flat", "extents"),
    (
        "An archive of numpy holds arrays by name: one or several for every parameter of the "
        "kernel and one for every `Parameter`. It holds nothing else. A tensor that the program "
        "only stores to may be left out, and begins as zeros.",
        Rows(
            "A value x",
            (
                (
                    "x",
                    "a stream that is regular: one array, of its dims and then of the extents of "
                    "its elements. `Stream(Tile(f32, [4, 8]), [M, K])` is an array (M, K, 4, 8); a "
                    "selector of E targets is E flags, an index a number",
                ),
                ("x", "a tensor or a `Parameter`: one array of its shape"),
                ("x.length0", "of any other stream: the extent of its outermost dim, a number"),
                (
                    "x.length1 ...",
                    "of every further dim: an extent for each entry of the dims around it, or one "
                    "number where all are alike",
                ),
                ("x.data", "the elements one after another: an array (n, *extents)"),
                (
                    "x.flat, x.extents",
                    "in place of `x.data` where elements differ in size: all numbers in a row, "
                    "and an array (n, dims) of the extents of each",
                ),
                (
                    "x.0.data, x.1.data ...",
                    "parts of tuples, which have `x.length0` ... even where they are regular",
                ),
            ),
        ),
        "A `Stream(f32, [2, R])` of [[1, 2, 3], [4]] is `x.length0` 2, `x.length1` [3, 1] and "
        "`x.data` [1, 2, 3, 4].",
        "Sizes of `Dim` do not follow from the arrays: give `--dim M=7` where they differ from "
        "the program's. Dynamic and ragged extents are as in the arrays.",
        "Results are written the same way, with the stored tensors, each under its name. A "
        "result's name is that of the returned variable; without one, as in "
        "`return Map(x, fn=relu)`, it is `result0`, `result1` ... by its place. Where a tensor or "
        "another result has the name, `_` is added.",
    ),
)

_JSON = Topic(
    "the records of `aspl check --json` and `aspl run --json`",
    ("records", "schema", "diagnostic", "span", "nan"),
    (
        "One object a line; `schema` says what it is.",
        Rows(
            "Records",
            (
                (
                    "aspl.diagnostic/1",
                    "a finding: code, severity (error or warning), message, span, labels, note, "
                    "hint, facts, file",
                ),
                (
                    "aspl.result/1",
                    "a result: name, type, extents (of each dim, lists where they differ), values",
                ),
                ("aspl.tensor/1", "a stored tensor: name, type, extents, values"),
                ("aspl.extents/1", "extents that the run decided, by name; the last record"),
            ),
        ),
        "A span is line, column, end_line and end_column. Lines count from 1, columns from 0, and "
        "the end column is the first behind. Values are nested lists, tuples too; what JSON "
        'has no numbers for is a word: "nan", "inf", "-inf".',
        "`check` writes findings to standard output. `run` writes results to standard output and "
        "findings to standard error. Lines for people, which are no JSON, go to standard error "
        "in both.",
        "Exit codes: 0, 1 for a program with errors, 2 for a wrong call.",
    ),
)

TOPICS = {
    "types": _TYPES,
    "header": _HEADER,
    "kernel": _KERNEL,
    "functions": _FUNCTIONS,
    "initial": _INITIAL,
    "archives": _ARCHIVES,
    "json": _JSON,
}
