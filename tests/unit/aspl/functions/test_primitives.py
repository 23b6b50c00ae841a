"""Every primitive computes what numpy computes element by element."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from columns import assert_same, run_of
from functions import declared

from aspl.functions.primitives import OPERATORS, PRIMITIVES, SIGNS
from aspl.reference.functions.apply import map_values
from aspl.types import element_dims, element_dtype
from aspl.values.column import Dense


@dataclass(frozen=True)
class Case:
    """A function of `a` and `b`, and the same in numpy for one element."""

    params: str
    result: str
    body: str
    meaning: Callable[..., Any]

    @property
    def text(self) -> str:
        return f"def f({self.params}) -> {self.result}:\n    return {self.body}\n"


V, W2, S = "a: Buffer(f32, [N])", "a: Buffer(f32, [M, N])", "a: f32"
WHOLE, F = "a: i64", "a: Selector(N)"
VV = "a: Buffer(f32, [N]), b: Buffer(f32, [N])"
BV, BS, BM = "Buffer(f32, [N])", "f32", "Buffer(f32, [M, N])"


def _softmax(x: Any, axis: int = -1) -> Any:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _topk(x: Any, k: int) -> Any:
    flags = np.zeros(x.shape, dtype=bool)
    for place in np.ndindex(*x.shape[:-1]):
        order = sorted(range(x.shape[-1]), key=lambda j: (-x[place][j], j))
        flags[place][order[:k]] = True
    return flags


_erf = np.vectorize(math.erf)

CASES: dict[str, list[Case]] = {
    "exp": [Case(V, BV, "exp(a)", np.exp), Case(S, BS, "a * exp(1)", lambda a: a * math.e)],
    "log": [Case(V, BV, "log(square(a) + 1)", lambda a: np.log(a * a + 1))],
    "sqrt": [Case(V, BV, "sqrt(abs(a))", lambda a: np.sqrt(abs(a)))],
    "rsqrt": [Case(V, BV, "rsqrt(abs(a) + 1e-5)", lambda a: 1 / np.sqrt(abs(a) + 1e-5))],
    "sin": [Case(V, BV, "sin(a)", np.sin)],
    "cos": [Case(V, BV, "cos(a)", np.cos)],
    "sigmoid": [Case(V, BV, "sigmoid(a)", lambda a: 1 / (1 + np.exp(-a)))],
    "tanh": [Case(V, BV, "tanh(a)", np.tanh)],
    "erf": [Case(V, BV, "erf(a)", _erf)],
    "gelu": [Case(V, BV, "gelu(a)", lambda a: a * (1 + _erf(a / math.sqrt(2))) / 2)],
    "silu": [Case(V, BV, "silu(a)", lambda a: a / (1 + np.exp(-a)))],
    "relu": [
        Case(V, BV, "relu(a)", lambda a: np.maximum(a, 0)),
        Case(WHOLE, "i64", "relu(a)", lambda a: max(a, 0)),
    ],
    "abs": [Case(V, BV, "abs(a)", abs)],
    "square": [Case(V, BV, "square(a)", lambda a: a * a)],
    "floor": [Case(V, BV, "floor(a)", np.floor)],
    "softmax": [
        Case(V, BV, "softmax(a)", _softmax),
        Case(W2, BM, "softmax(a, axis=0)", lambda a: _softmax(a, 0)),
    ],
    "max": [
        Case(VV, BV, "max(a, b, 0)", lambda a, b: np.maximum(np.maximum(a, b), 0)),
        Case(W2, BS, "max(a)", np.max),
        Case(
            W2,
            "Buffer(f32, [M, 1])",
            "max(a, axis=-1, keepdims=True)",
            lambda a: a.max(axis=-1, keepdims=True),
        ),
        Case(WHOLE, "i64", "max(a, 2)", lambda a: max(a, 2)),
    ],
    "min": [
        Case(VV, BV, "min(a, b)", np.minimum),
        Case(W2, "Buffer(f32, [N])", "min(a, axis=0)", lambda a: a.min(axis=0)),
    ],
    "sum": [
        Case(W2, BS, "sum(a)", np.sum),
        Case(W2, "Buffer(f32, [M])", "sum(a, axis=1)", lambda a: a.sum(axis=1)),
        Case(
            W2,
            "Buffer(f32, [1, 1])",
            "sum(a, axis=[0, 1], keepdims=True)",
            lambda a: a.sum(keepdims=True),
        ),
        Case(S, BS, "sum(a)", lambda a: a),
    ],
    "mean": [
        Case(W2, "Buffer(f32, [N])", "mean(a, axis=0)", lambda a: a.mean(axis=0)),
        Case(V, BV, "a - mean(a)", lambda a: a - a.mean()),
    ],
    "matmul": [
        Case(W2 + ", b: Buffer(f32, [N, D])", "Buffer(f32, [M, D])", "matmul(a, b)", np.matmul),
        Case(VV, BS, "a @ b", np.dot),
        Case(V + ", b: Buffer(f32, [N, D])", "Buffer(f32, [D])", "a @ b", np.matmul),
        Case(W2 + ", b: Buffer(f32, [N])", "Buffer(f32, [M])", "a @ b", np.matmul),
        Case(
            "a: Buffer(f32, [E, M, N]), b: Buffer(f32, [N, D])",
            "Buffer(f32, [E, M, D])",
            "a @ b",
            np.matmul,
        ),
        Case(
            "a: Buffer(f32, [E, M, N]), b: Buffer(f32, [N])",
            "Buffer(f32, [E, M])",
            "a @ b",
            np.matmul,
        ),
        Case(
            "a: Buffer(f32, [N]), b: Buffer(f32, [E, N, D])",
            "Buffer(f32, [E, D])",
            "a @ b",
            np.matmul,
        ),
        Case(V, "Buffer(f32, [M])", "a @ full([N, M], 0.5)", lambda a: np.full(5, a.sum() / 2)),
        Case(V, "Buffer(f32, [M])", "full([M, N], 0.5) @ a", lambda a: np.full(5, a.sum() / 2)),
    ],
    "outer": [
        Case(V + ", b: Buffer(f32, [D])", "Buffer(f32, [N, D])", "outer(a, b)", np.outer),
        Case(V, BV, "outer(2, a)", lambda a: 2 * a),
    ],
    "transpose": [
        Case(W2, "Buffer(f32, [N, M])", "transpose(a)", np.transpose),
        Case(
            "a: Buffer(f32, [E, M, N])",
            "Buffer(f32, [M, E, N])",
            "transpose(a, [1, 0, -1])",
            lambda a: a.transpose(1, 0, 2),
        ),
        Case(
            "a: Buffer(f32, [E, M, N])",
            "Buffer(f32, [M, E, N])",
            "transpose(a, axes=[1, 0, 2])",
            lambda a: a.transpose(1, 0, 2),
        ),
    ],
    "concat": [
        Case(
            VV,
            "Buffer(f32, [2 * N + 1])",
            "concat(a, b, a[0:1])",
            lambda a, b: np.concatenate([a, b, a[:1]]),
        ),
        Case(
            W2, "Buffer(f32, [2 * M, N])", "concat(a, a, axis=0)", lambda a: np.concatenate([a, a])
        ),
        Case(
            V,
            "Buffer(f32, [N + D])",
            "concat(a, zeros([D]))",
            lambda a: np.concatenate([a, np.zeros(16)]),
        ),
    ],
    "stack": [
        Case(VV, "Buffer(f32, [N, 2])", "stack(a, b)", lambda a, b: np.stack([a, b], -1)),
        Case(VV, "Buffer(f32, [2, N])", "stack(a, b, axis=0)", lambda a, b: np.stack([a, b])),
        Case(S, "Buffer(f32, [2])", "stack(1, a)", lambda a: np.stack([1, a])),
    ],
    "reshape": [
        Case(W2, "Buffer(f32, [M * N])", "reshape(a, [M * N])", np.ravel),
        Case(W2, "Buffer(f32, [N, M])", "reshape(a, [N, -1])", lambda a: a.reshape(7, 5)),
    ],
    "broadcast_to": [
        Case(V, BM, "broadcast_to(a, [M, N])", lambda a: np.broadcast_to(a, (5, 7))),
        Case(S, BV, "broadcast_to(a, [N])", lambda a: np.broadcast_to(a, (7,))),
    ],
    "where": [
        Case(VV, BV, "where(a > b, a, b)", np.maximum),
        Case(V, BV, "where(a > 0, 1.0, 0.0)", lambda a: np.where(a > 0, 1.0, 0.0)),
        Case(W2, BM, "where(iota(N) < 2, a, 0)", lambda a: np.where(np.arange(7) < 2, a, 0)),
    ],
    "topk": [
        Case(V, "Selector(N)", "topk(a, 3)", lambda a: _topk(a, 3)),
        Case(V, "Selector(N)", "topk(floor(a), k=E)", lambda a: _topk(np.floor(a), 3)),
        Case(W2, "Buffer(bool, [M, N])", "topk(a, 0)", lambda a: np.zeros((5, 7), bool)),
    ],
    "one_hot": [
        Case(WHOLE, "Selector(N)", "one_hot(a, N)", lambda a: np.arange(7) == a),
        Case(S, "Selector(N)", "one_hot(2, N)", lambda a: np.arange(7) == 2),
    ],
    "iota": [Case(S, "Buffer(i64, [N])", "iota(N)", lambda a: np.arange(7))],
    "cumsum": [
        Case(V, BV, "cumsum(a)", np.cumsum),
        Case(W2, BM, "cumsum(a, axis=0)", lambda a: a.cumsum(axis=0)),
    ],
    "cumulative_position": [
        Case(F, "Buffer(i64, [N])", "cumulative_position(a)", lambda a: np.cumsum(a) - 1),
    ],
    "cast": [
        Case(V, "Buffer(i32, [N])", "cast(a, i32)", lambda a: a.astype(int)),
        Case(F, BV, "cast(a, f32) * 2", lambda a: a * 2.0),
        Case(WHOLE, "bool", "cast(a, bool)", lambda a: a != 0),
        Case(S, "i64", "cast(2.75, i64)", lambda a: 2),
    ],
    "pow": [Case(V, BV, "pow(abs(a), 0.5)", lambda a: abs(a) ** 0.5)],
    "full": [
        Case(S, BV, "full([N], a)", lambda a: np.full(7, a)),
        Case(S, BV, "full([N], 0.5)", lambda a: np.full(7, 0.5)),
        Case(S, "Buffer(i64, [N])", "full([N], 2)", lambda a: np.full(7, 2)),
    ],
    "zeros": [Case(S, BM, "zeros([M, N])", lambda a: np.zeros((5, 7)))],
}

SIGN_CASES: dict[str, list[Case]] = {
    "+": [
        Case(V, BV, "1 + a", lambda a: 1 + a),
        Case(W2 + ", b: Buffer(f32, [N])", BM, "a + b", np.add),
    ],
    "-": [Case(VV, BV, "-a - b", lambda a, b: -a - b)],
    "*": [Case(S + ", b: Buffer(f32, [N])", BV, "a * b", np.multiply)],
    "/": [Case(V, BV, "a / (2 * D)", lambda a: a / 32)],
    "//": [
        Case(WHOLE, "i64", "a // 2", lambda a: a // 2),
        Case(WHOLE, "i64", "a // 0", lambda a: 0),
    ],
    "%": [Case(WHOLE, "i64", "a % 3", lambda a: a % 3)],
    "**": [Case(V, BV, "a ** 2", lambda a: a**2), Case(S, BS, "a * 2 ** -1", lambda a: a / 2)],
    "@": [Case(VV, BS, "a @ b", np.dot)],
    "&": [Case(V, "Selector(N)", "(a > 0) & (a < 1)", lambda a: (a > 0) & (a < 1))],
    "|": [Case(V, "Selector(N)", "(a > 1) | (a < 0)", lambda a: (a > 1) | (a < 0))],
    "~": [
        Case(V, "Selector(N)", "~(a > 0)", lambda a: a <= 0),
        Case(S, "bool", "~True", lambda a: False),
    ],
    "==": [Case(F, "Selector(N)", "a == True", lambda a: a)],
    "!=": [Case(WHOLE, "bool", "a != 1", lambda a: a != 1)],
    "<": [Case(V, "Selector(N)", "a < 0", lambda a: a < 0)],
    "<=": [Case(V, "Selector(N)", "a <= 0", lambda a: a <= 0)],
    ">": [Case(V, "Selector(N)", "a > 0", lambda a: a > 0)],
    ">=": [Case(V, "Selector(N)", "0 >= a", lambda a: a <= 0)],
}


def test_every_primitive_has_a_case() -> None:
    assert set(CASES) == set(PRIMITIVES)
    assert set(SIGN_CASES) == {*OPERATORS, *SIGNS}


def _arrays(case: Case, count: int) -> list[Any]:
    fn = declared(case.text)
    random = np.random.default_rng(len(case.body))
    arrays: list[Any] = []
    for param in fn.params:
        shape = (
            count,
            *(
                dim.value({"M": 5, "K": 9, "N": 7, "D": 16, "E": 3})
                for dim in element_dims(param.type)
            ),
        )
        dtype = element_dtype(param.type)
        if dtype.is_float:
            arrays.append(random.standard_normal(shape))
        elif dtype.is_integer:
            arrays.append(random.integers(-2, 9, shape))
        else:
            arrays.append(random.random(shape) < 0.5)
    return arrays


ALL = [
    (name, case) for table in (CASES, SIGN_CASES) for name, cases in table.items() for case in cases
]


@pytest.mark.parametrize(
    ("name", "case"), ALL, ids=lambda value: value.body if isinstance(value, Case) else None
)
@pytest.mark.parametrize("count", [1, 4])
def test_primitive_equals_numpy(name: str, case: Case, count: int) -> None:
    fn = declared(case.text)
    arrays = _arrays(case, count)
    got = map_values(fn, tuple(Dense(each) for each in arrays), fn.result, run_of())
    assert_same(got, [np.asarray(case.meaning(*each)) for each in zip(*arrays, strict=True)])


@pytest.mark.parametrize(
    ("name", "case"), ALL, ids=lambda value: value.body if isinstance(value, Case) else None
)
def test_primitive_keeps_working_precision(name: str, case: Case) -> None:
    fn = declared(case.text)
    run = run_of("f32")
    arrays = [
        each.astype(np.float32) if each.dtype.kind == "f" else each for each in _arrays(case, 3)
    ]
    got = map_values(fn, tuple(Dense(each) for each in arrays), fn.result, run)
    assert isinstance(got, Dense)
    assert got.data.dtype == run.working(element_dtype(fn.result))
    empty = map_values(fn, tuple(Dense(each[:0]) for each in arrays), fn.result, run)
    assert len(empty) == 0


def test_weights_are_read_by_name() -> None:
    from functions import Scope

    from aspl.dims import size
    from aspl.types import DType, Tensor

    scope = Scope(parameters={"W": Tensor(DType.F32, (size("K"), size("E")))}, numbers={"eps": 0.5})
    fn = declared(
        "def f(x: Buffer(f32, [K])) -> Buffer(f32, [E]):\n    return softmax(x @ W) + eps", scope
    )
    random = np.random.default_rng(0)
    x, w = random.standard_normal((4, 9)), random.standard_normal((9, 3))
    got = map_values(fn, (Dense(x),), fn.result, run_of(W=w))
    assert_same(got, list(_softmax(x @ w) + 0.5))


def test_extreme_numbers_are_numbers() -> None:
    fn = declared("def f(x: Buffer(f32, [3])) -> Buffer(f32, [3]):\n    return 1 / x + log(x)")
    with np.errstate(all="ignore"):
        x = np.array([[0.0, -1.0, np.nan]])
        wanted = 1 / x + np.log(x)
    assert_same(map_values(fn, (Dense(x),), fn.result, run_of()), list(wanted))


def test_maximum_keeps_nan() -> None:
    fn = declared("def f(x: f32) -> f32:\n    return max(x, 0.0)")
    got = map_values(fn, (Dense(np.array([np.nan, -1.0])),), fn.result, run_of())
    assert_same(got, [np.nan, 0.0])


def test_unsigned_numbers_wrap() -> None:
    fn = declared("def f(x: u64) -> u64:\n    return x - 1")
    got = map_values(fn, (Dense(np.array([0, 3], dtype=np.uint64)),), fn.result, run_of())
    assert isinstance(got, Dense)
    assert got.data.tolist() == [2**64 - 1, 2]
