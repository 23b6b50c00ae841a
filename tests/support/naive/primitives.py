"""The primitives of declared functions, on the numbers of one element."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from aspl.types import DType
from naive.values import Array, held_as


@dataclass(frozen=True)
class Numbers:
    """An array in a body; a weak one is a literal, which takes the type of what it meets."""

    data: Array
    dtype: DType
    weak: bool = False


def meet(args: list[Numbers]) -> list[Numbers]:
    """Bring numbers to the one type that they have together."""
    strong = {each.dtype for each in args if not each.weak}
    if not strong:
        dtype = DType.F32 if any(each.dtype.is_float for each in args) else DType.I64
    elif len(strong) == 1:
        (dtype,) = strong
    elif all(each.is_float for each in strong):
        dtype = DType.F32
    else:
        dtype = DType.I64
    return [Numbers(each.data.astype(held_as(dtype)), dtype, each.weak) for each in args]


def product(left: Array, right: Array) -> Array:
    """Multiply matrices, vectors and stacks of them, number by number."""
    a = left[None, :] if left.ndim == 1 else left
    b = right[:, None] if right.ndim == 1 else right
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, lead + a.shape[-2:]), np.broadcast_to(b, lead + b.shape[-2:])
    out = np.zeros((*lead, a.shape[-2], b.shape[-1]), dtype=a.dtype)
    for place in np.ndindex(*lead):
        for row, col in np.ndindex(*out.shape[-2:]):
            total = out.dtype.type(0)
            for x, y in zip(a[place][row], b[place][:, col], strict=True):
                total = total + x * y
            out[(*place, row, col)] = total
    if left.ndim == 1:
        out = out[..., 0, :]
    return out[..., 0] if right.ndim == 1 else out


def softmax(x: Array, axis: int) -> Array:
    """Divide the exponentials of x less its largest number by their sum."""
    if x.size == 0:
        return x
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    quotient: Array = powers / powers.sum(axis=axis, keepdims=True)
    return quotient


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x))."""
    return np.asarray(1 / (1 + np.exp(-x)))


def erf(x: Array) -> Array:
    """Return the error function, number by number."""
    found = [math.erf(each) for each in x.reshape(-1).tolist()]
    return np.array(found, dtype=np.float64).reshape(x.shape)


def gelu(x: Array) -> Array:
    """Return x * (1 + erf(x / sqrt(2))) / 2."""
    return np.asarray(x * (1 + erf(x / math.sqrt(2))) / 2)


ELEMENTWISE: Mapping[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sin": np.sin,
    "cos": np.cos,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "erf": erf,
    "gelu": gelu,
    "silu": lambda x: x * sigmoid(x),
    # what is no number stays so
    "relu": lambda x: np.where(x <= 0, np.zeros_like(x), x),
    "abs": np.abs,
    "square": lambda x: x * x,
    "floor": np.floor,
    "neg": np.negative,
}
"""Functions of single numbers, of bodies and of the library."""

SIGNS: Mapping[str, Any] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "//": np.floor_divide,
    "%": np.mod,
    "**": np.power,
    "&": np.logical_and,
    "|": np.logical_or,
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}

Args: TypeAlias = list[Numbers]
Settings: TypeAlias = Mapping[str, Any]


def _single(name: str) -> Any:
    def apply(args: Args, settings: Settings) -> Numbers:
        (x,) = args
        if x.weak and name not in ("relu", "abs", "square"):
            x = Numbers(x.data.astype(np.float64), DType.F32, weak=True)
        return Numbers(np.asarray(ELEMENTWISE[name](x.data)), x.dtype, x.weak)

    return apply


def _axes(settings: Settings) -> Any:
    return settings["axis"]


def _extreme(pick: Any, reduce: Any) -> Any:
    def apply(args: Args, settings: Settings) -> Numbers:
        if len(args) > 1:
            met = meet(args)
            made = met[0].data
            for each in met[1:]:
                made = pick(made, each.data)
            return Numbers(made, met[0].dtype, all(each.weak for each in args))
        (x,) = args
        options = {"axis": _axes(settings), "keepdims": settings["keepdims"]}
        made = reduce(x.data, initial=_end(x.data.dtype, reduce is np.max), **options)
        return Numbers(np.asarray(made), x.dtype, x.weak)

    return apply


def _end(kind: np.dtype[Any], lowest: bool) -> float | int:
    """Return what no number of a kind is below, or above: the largest of none."""
    if kind.kind == "f":
        return -math.inf if lowest else math.inf
    info = np.iinfo(kind)
    return int(info.min if lowest else info.max)


def _sum(args: Args, settings: Settings) -> Numbers:
    (x,) = args
    made = np.sum(x.data, axis=_axes(settings), keepdims=settings["keepdims"], dtype=x.data.dtype)
    return Numbers(np.asarray(made), x.dtype, x.weak)


def _mean(args: Args, settings: Settings) -> Numbers:
    (x,) = args
    total = _sum(args, settings)
    count = np.sum(np.ones_like(x.data), axis=_axes(settings), keepdims=settings["keepdims"])
    made = np.asarray(total.data / count, dtype=np.float64)
    return Numbers(made, DType.F32 if x.weak else x.dtype, x.weak)


def _where(args: Args, settings: Settings) -> Numbers:
    condition, *branches = args
    met = meet(branches)
    made = np.where(condition.data, met[0].data, met[1].data)
    return Numbers(made, met[0].dtype, all(each.weak for each in branches) and not made.ndim)


def _topk(args: Args, settings: Settings) -> Numbers:
    (x,) = args
    flags = np.zeros(x.data.shape, dtype=np.bool_)
    for place in np.ndindex(*x.data.shape[:-1]):
        row = x.data[place].tolist()
        for _ in range(settings["k"]):
            left = [at for at in range(len(row)) if not flags[place][at]]
            if left:
                flags[place][max(left, key=lambda at: (row[at], -at))] = True
    return Numbers(flags, DType.BOOL)


def _one_hot(args: Args, settings: Settings) -> Numbers:
    (x,) = args
    flags = np.zeros((*x.data.shape, settings["n"]), dtype=np.bool_)
    for place in np.ndindex(*x.data.shape):
        at = int(x.data[place])
        if 0 <= at < settings["n"]:
            flags[(*place, at)] = True
    return Numbers(flags, DType.BOOL)


def _position(args: Args, settings: Settings) -> Numbers:
    (x,) = args
    counted = np.cumsum(x.data.astype(np.int64), axis=settings["axis"])
    return Numbers(counted - 1, DType.I64)


def _joined(join: Any) -> Any:
    def apply(args: Args, settings: Settings) -> Numbers:
        met = meet(args)
        made = join([each.data for each in met], axis=settings["axis"])
        return Numbers(made, met[0].dtype)

    return apply


def _outer(args: Args, settings: Settings) -> Numbers:
    a, b = meet(args)
    made = np.zeros(a.data.shape + b.data.shape, dtype=a.data.dtype)
    for place in np.ndindex(*a.data.shape):
        for other in np.ndindex(*b.data.shape):
            made[(*place, *other)] = a.data[place] * b.data[other]
    return Numbers(made, a.dtype, all(each.weak for each in args))


def _cast(args: Args, settings: Settings) -> Numbers:
    dtype = settings["dtype"]
    return Numbers(args[0].data.astype(held_as(dtype)), dtype)


def _power(args: Args, settings: Settings) -> Numbers:
    if all(each.weak for each in args):
        args = [Numbers(each.data, DType.F32, weak=True) for each in args]
    a, b = meet(args)
    return Numbers(np.power(a.data, b.data), a.dtype, all(each.weak for each in args))


def _matmul(args: Args, settings: Settings) -> Numbers:
    a, b = meet(args)
    return Numbers(product(a.data, b.data), a.dtype)


def _full(args: Args, settings: Settings) -> Numbers:
    value = args[0] if args else Numbers(np.array(0.0), DType.F32)
    return Numbers(np.full(settings["dims"], value.data, dtype=value.data.dtype), value.dtype)


def _kept(change: Any) -> Any:
    """Apply what moves numbers and does not change them."""

    def apply(args: Args, settings: Settings) -> Numbers:
        (x,) = args
        return Numbers(change(x.data, settings), x.dtype)

    return apply


PRIMITIVES: Mapping[str, Any] = {
    **{name: _single(name) for name in ELEMENTWISE if name != "neg"},
    "softmax": _kept(lambda x, settings: softmax(x, settings["axis"])),
    "max": _extreme(np.maximum, np.max),
    "min": _extreme(np.minimum, np.min),
    "sum": _sum,
    "mean": _mean,
    "matmul": _matmul,
    "outer": _outer,
    "transpose": _kept(lambda x, settings: np.transpose(x, settings["axes"])),
    "concat": _joined(np.concatenate),
    "stack": _joined(np.stack),
    "reshape": _kept(lambda x, settings: np.reshape(x, settings["dims"])),
    "broadcast_to": _kept(lambda x, settings: np.broadcast_to(x, settings["dims"])),
    "where": _where,
    "topk": _topk,
    "one_hot": _one_hot,
    "iota": lambda args, settings: Numbers(np.arange(settings["n"]), DType.I64),
    "cumsum": _kept(lambda x, settings: np.cumsum(x, axis=settings["axis"], dtype=x.dtype)),
    "cumulative_position": _position,
    "cast": _cast,
    "pow": _power,
    "full": _full,
    "zeros": _full,
}
