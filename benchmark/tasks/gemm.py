"""Sums of products of matrices and vectors.

Source: arXiv 2502.02534, group of matrix products.
"""

from __future__ import annotations

from benchmark.tasks.regimes import regimes
from benchmark.tasks.task import Task

_SIZES = """\
M = Dim(5)
N = Dim(7)
K = Dim(9)
"""

_MATRIX_SUM = """\
def matrix_sum(x: Buffer(f32, [M, N]), state: Buffer(f32, [M, N]) = 0.0) -> Buffer(f32, [M, N]):
    return state + x
"""

_NUMBERS = """\
def times(left: f32, right: f32) -> f32:
    return left * right
"""

STREAMED = Task(
    name="gemm/sum-of-streamed-products",
    statement=(
        "K pairs of matrices, M rows of N numbers each, arrive number by number. Multiply the two "
        "of each pair number by number, and return the sum of the K products, M rows of N "
        "numbers. `times` multiplies two numbers; `matrix_sum` adds a whole matrix to a running "
        "sum, so the sum goes over the outermost dim."
    ),
    formula="c[m, n] = sum over k of a[k, m, n] * b[k, m, n]",
    header=f"""\
{_SIZES}
{_NUMBERS}
{_MATRIX_SUM}
def kernel(a: Stream(f32, [K, M, N]), b: Stream(f32, [K, M, N])) -> Stream(f32, [M, N]):
""",
    reference=lambda given: ((given["a"] * given["b"]).sum(0),),
    regimes=regimes("MNK"),
    kind="shape",
)

BUFFERED = Task(
    name="gemm/sum-of-buffered-products",
    statement=(
        "K pairs of matrices, M rows of N numbers each, arrive matrix by matrix. Multiply the two "
        "of each pair number by number, and return the sum of the K products as a stream of M "
        "rows of N numbers. `matrix_times` multiplies two matrices number by number; `matrix_sum` "
        "adds a matrix to a running sum."
    ),
    formula="c[m, n] = sum over k of a[k][m, n] * b[k][m, n]",
    header=f"""\
{_SIZES}
def matrix_times(left: Buffer(f32, [M, N]), right: Buffer(f32, [M, N])) -> Buffer(f32, [M, N]):
    return left * right

{_MATRIX_SUM}
def kernel(
    a: Stream(Buffer(f32, [M, N]), [K]), b: Stream(Buffer(f32, [M, N]), [K])
) -> Stream(f32, [M, N]):
""",
    reference=lambda given: ((given["a"] * given["b"]).sum(0),),
    regimes=regimes("MNK"),
    kind="shape",
)

VECTORS = Task(
    name="gemm/matrix-times-vectors",
    statement=(
        "N matrices, M rows of K numbers each, and N vectors of K numbers arrive. Return the "
        "product of each matrix with its vector, N rows of M numbers, number by number: `times` "
        "multiplies two numbers, `total_of` adds a number to a running sum."
    ),
    formula="y[n, m] = sum over k of a[n, m, k] * x[n, k]",
    header=f"""\
{_SIZES}
{_NUMBERS}
def total_of(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def kernel(a: Stream(f32, [N, M, K]), x: Stream(f32, [N, K])) -> Stream(f32, [N, M]):
""",
    reference=lambda given: ((given["a"] @ given["x"].unsqueeze(-1)).squeeze(-1),),
    regimes=regimes("MNK"),
    kind="shape",
)

GEMM = (STREAMED, BUFFERED, VECTORS)
