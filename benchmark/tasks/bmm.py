"""Products of batches of matrices: three orders of the sum.

Source: arXiv 2502.02534, group of batched products.
"""

from __future__ import annotations

from benchmark.tasks.regimes import regimes
from benchmark.tasks.task import Task

_SIZES = """\
M = Dim(5)
N = Dim(7)
K = Dim(9)
D = Dim(16)
"""

OUTER_PRODUCTS = Task(
    name="bmm/outer-products",
    statement=(
        "M pairs of matrices arrive: `a` with K rows of N numbers, `b` with K rows of D numbers. "
        "Return for each pair the product of the transpose of the first with the second, N rows "
        "of D numbers, as a sum of K outer products. `outer_of` multiplies every number of one "
        "row with every number of another; `matrix_sum` adds a matrix to a running sum."
    ),
    formula="c[m, n, d] = sum over k of a[m, k, n] * b[m, k, d]",
    header=f"""\
{_SIZES}
def outer_of(left: Buffer(f32, [N]), right: Buffer(f32, [D])) -> Buffer(f32, [N, D]):
    return outer(left, right)

def matrix_sum(x: Buffer(f32, [N, D]), state: Buffer(f32, [N, D]) = 0.0) -> Buffer(f32, [N, D]):
    return state + x

def kernel(a: Stream(f32, [M, K, N]), b: Stream(f32, [M, K, D])) -> Stream(f32, [M, N, D]):
""",
    reference=lambda given: (given["a"].transpose(1, 2) @ given["b"],),
    regimes=regimes("MNKD"),
)

SCALED_ROWS = Task(
    name="bmm/scaled-rows",
    statement=(
        "M pairs of matrices arrive: `a` with N rows of K numbers, `b` with K rows of D numbers. "
        "Return for each pair their product, N rows of D numbers; each row is a sum of the K rows "
        "of `b`, scaled. `scaled_row` multiplies a row with a number; `row_total` adds a row to a "
        "running sum."
    ),
    formula="c[m, n, d] = sum over k of a[m, n, k] * b[m, k, d]",
    header=f"""\
{_SIZES}
def scaled_row(factor: f32, row: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return factor * row

def row_total(x: Buffer(f32, [D]), state: Buffer(f32, [D]) = 0.0) -> Buffer(f32, [D]):
    return state + x

def kernel(a: Stream(f32, [M, N, K]), b: Stream(f32, [M, K, D])) -> Stream(f32, [M, N, D]):
""",
    reference=lambda given: (given["a"] @ given["b"],),
    regimes=regimes("MNKD"),
    kind="shape",
)

DOT_PRODUCTS = Task(
    name="bmm/dot-products",
    statement=(
        "M pairs of matrices arrive: `a` with N rows and `b` with D rows, all of K numbers. "
        "Return for each pair the product of the first with the transpose of the second, N rows "
        "of D numbers, number by number: `times` multiplies two numbers, `total_of` adds a number "
        "to a running sum."
    ),
    formula="c[m, n, d] = sum over k of a[m, n, k] * b[m, d, k]",
    header=f"""\
{_SIZES}
def times(left: f32, right: f32) -> f32:
    return left * right

def total_of(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def kernel(a: Stream(f32, [M, N, K]), b: Stream(f32, [M, D, K])) -> Stream(f32, [M, N, D]):
""",
    reference=lambda given: (given["a"] @ given["b"].transpose(1, 2),),
    regimes=regimes("MNKD"),
    kind="shape",
)

BMM = (OUTER_PRODUCTS, SCALED_ROWS, DOT_PRODUCTS)
