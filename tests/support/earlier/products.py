"""Products of matrices."""

from __future__ import annotations

import numpy as np

from earlier.task import Task

BMM_OUTER = Task(
    name="bmm/outer-products",
    header='''\
"""c[m, n, d] = sum over k of a[m, k, n] * b[m, k, d]"""
M = Dim(5)
N = Dim(7)
K = Dim(9)
D = Dim(16)

def fn_outer(a: Buffer(f32, [N]), b: Buffer(f32, [D])) -> Buffer(f32, [N, D]):
    return outer(a, b)

def fn_add(x: Buffer(f32, [N, D]), state: Buffer(f32, [N, D]) = 0.0) -> Buffer(f32, [N, D]):
    return state + x

def kernel(E0: Stream(f32, [M, K, N]), E1: Stream(f32, [M, K, D])) -> Stream(f32, [M, N, D]):
''',
    earlier="""\
E2 = step.Bufferize(a=1).apply(E0)
E3 = step.Bufferize(a=1).apply(E1)
E4 = step.Zip().apply((E2, E3))
E5 = step.Map(fn=fn_outer).apply(E4)
E6 = step.Accum(fn=fn_add, b=1).apply(E5)
S0 = step.Streamify().apply(E6)
return S0
""",
    modern="""\
a, b = Bufferize(E0), Bufferize(E1)
products = Map(Zip(a, b), fn=fn_outer)
return Streamify(Accum(products, fn=fn_add))
""",
    formula=lambda E0, E1: np.einsum("mkn,mkd->mnd", E0, E1),
)

BMM_SCALED = Task(
    name="bmm/scaled-rows",
    header='''\
"""c[m, n, d] = sum over k of a[m, n, k] * b[m, k, d]"""
M = Dim(5)
N = Dim(7)
K = Dim(9)
D = Dim(16)

def fn_mul(a: f32, b: Buffer(f32, [D])) -> Buffer(f32, [D]):
    return a * b

def fn_add(x: Buffer(f32, [D]), state: Buffer(f32, [D]) = 0.0) -> Buffer(f32, [D]):
    return state + x

def kernel(E0: Stream(f32, [M, N, K]), E1: Stream(f32, [M, K, D])) -> Stream(f32, [M, N, D]):
''',
    earlier="""\
E2 = step.Bufferize(a=2).apply(E1)
E3 = step.Repeat(n=N).apply(E2)
E4 = step.Streamify().apply(E3)
E5 = step.Bufferize(a=1).apply(E4)
E6 = step.Zip().apply((E0, E5))
E7 = step.Map(fn=fn_mul).apply(E6)
E8 = step.Accum(fn=fn_add, b=1).apply(E7)
S0 = step.Streamify().apply(E8)
return S0
""",
    modern="""\
whole = Repeat(Bufferize(E1, rank=2), n=N)
rows = Bufferize(Streamify(whole), rank=1)
scaled = Map(Zip(E0, rows), fn=fn_mul)
return Streamify(Accum(scaled, fn=fn_add, rank=1))
""",
    formula=lambda E0, E1: np.einsum("mnk,mkd->mnd", E0, E1),
)

_SCALAR_MUL_ADD = """\
def fn_mul(a: f32, b: f32) -> f32:
    return a * b

def fn_add(x: f32, state: f32 = 0.0) -> f32:
    return state + x
"""

BMM_DOT = Task(
    name="bmm/dot-products",
    header=f'''\
"""c[m, n, d] = sum over k of a[m, n, k] * b[m, d, k]"""
M = Dim(5)
N = Dim(7)
K = Dim(9)
D = Dim(16)

{_SCALAR_MUL_ADD}
def kernel(E0: Stream(f32, [M, N, K]), E1: Stream(f32, [M, D, K])) -> Stream(f32, [M, N, D]):
''',
    earlier="""\
E2 = step.Bufferize(a=1).apply(E0)
E3 = step.Repeat(n=D).apply(E2)
E4 = step.Streamify().apply(E3)
E5 = step.Bufferize(a=2).apply(E1)
E6 = step.Repeat(n=N).apply(E5)
E7 = step.Streamify().apply(E6)
E8 = step.Zip().apply((E4, E7))
E9 = step.Map(fn=fn_mul).apply(E8)
S0 = step.Accum(fn=fn_add, b=1).apply(E9)
return S0
""",
    modern="""\
left = Streamify(Repeat(Bufferize(E0, rank=1), n=D))
right = Streamify(Repeat(Bufferize(E1, rank=2), n=N))
return Accum(Map(Zip(left, right), fn=fn_mul), fn=fn_add, rank=1)
""",
    formula=lambda E0, E1: np.einsum("mnk,mdk->mnd", E0, E1),
)

_PRODUCT_SUM = """\
def fn_add(x: Buffer(f32, [M, N]), state: Buffer(f32, [M, N]) = zeros) -> Buffer(f32, [M, N]):
    return state + x
"""

GEMM_STREAMED = Task(
    name="gemm/sum-of-streamed-products",
    header=f'''\
"""c[m, n] = sum over k of a[k, m, n] * b[k, m, n]"""
M = Dim(5)
N = Dim(7)
K = Dim(9)

def fn_mul(a: f32, b: f32) -> f32:
    return a * b

{_PRODUCT_SUM}
def kernel(E0: Stream(f32, [K, M, N]), E1: Stream(f32, [K, M, N])) -> Stream(f32, [M, N]):
''',
    earlier="""\
E2 = step.Zip().apply((E0, E1))
E3 = step.Map(fn=fn_mul).apply(E2)
E4 = step.Bufferize(a=2).apply(E3)
E5 = step.Promote(b=1).apply(E4)
E6 = step.Accum(fn=fn_add, b=1).apply(E5)
E7 = step.Streamify().apply(E6)
S0 = step.Flatten(L=[1, 2]).apply(E7)
return S0
""",
    modern="""\
products = Bufferize(Map(Zip(E0, E1), fn=fn_mul), rank=2)
total = Accum(Promote(products, rank=1), fn=fn_add, rank=1)
return Flatten(Streamify(total), min=1, max=2)
""",
    formula=lambda E0, E1: (E0 * E1).sum(axis=0),
)

GEMM_BUFFERED = Task(
    name="gemm/sum-of-buffered-products",
    header=f'''\
"""c[m, n] = sum over k of a[k][m, n] * b[k][m, n]"""
M = Dim(5)
N = Dim(7)
K = Dim(9)

def fn_mul(a: Buffer(f32, [M, N]), b: Buffer(f32, [M, N])) -> Buffer(f32, [M, N]):
    return a * b

{_PRODUCT_SUM}
def kernel(
    E0: Stream(Buffer(f32, [M, N]), [K]), E1: Stream(Buffer(f32, [M, N]), [K])
) -> Stream(f32, [M, N]):
''',
    earlier="""\
E2 = step.Zip().apply((E0, E1))
E3 = step.Map(fn=fn_mul).apply(E2)
E4 = step.Promote(b=1).apply(E3)
E5 = step.Accum(fn=fn_add, b=1).apply(E4)
E6 = step.Streamify().apply(E5)
S0 = step.Flatten(L=[1, 2]).apply(E6)
return S0
""",
    modern="""\
products = Promote(Map(Zip(E0, E1), fn=fn_mul), rank=1)
total = Accum(products, fn=fn_add, rank=1)
return Flatten(Streamify(total), min=1, max=2)
""",
    formula=lambda E0, E1: (E0 * E1).sum(axis=0),
)

GEMM_ROWS = Task(
    name="gemm/matrix-times-vectors",
    header=f'''\
"""y[n, m] = sum over k of a[n, m, k] * x[n, k]"""
M = Dim(5)
N = Dim(7)
K = Dim(9)

{_SCALAR_MUL_ADD}
def kernel(E0: Stream(f32, [N, M, K]), E1: Stream(f32, [N, K])) -> Stream(f32, [N, M]):
''',
    earlier="""\
E2 = step.Bufferize(a=1).apply(E1)
E3 = step.Repeat(n=M).apply(E2)
E4 = step.Streamify().apply(E3)
E5 = step.Zip().apply((E0, E4))
E6 = step.Map(fn=fn_mul).apply(E5)
S0 = step.Accum(fn=fn_add, b=1).apply(E6)
return S0
""",
    modern="""\
vectors = Streamify(Repeat(Bufferize(E1, rank=1), n=M))
return Accum(Map(Zip(E0, vectors), fn=fn_mul), fn=fn_add, rank=1)
""",
    formula=lambda E0, E1: np.einsum("nmk,nk->nm", E0, E1),
)
