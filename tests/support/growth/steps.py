"""Single steps of a function's body: a primitive applied to what there is.

A step returns None where nothing fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from aspl.dims import ONE, Dim, ceil_div, product, to_dim
from aspl.types import (
    DType,
    shape_text,
)
from growth.writer import Part, Writer, both, met


def grow(writer: Writer, count: int) -> None:
    """Write some assignments."""
    for _ in range(count):
        made = writer.choose.of(_STEPS)(writer)
        if made is not None and writer.is_small(made):
            name = f"v{len(writer.lines)}"
            writer.lines.append(f"{name} = {made.text}")
            writer.parts.append(Part(name, made.dims, made.dtype, made.exact))


Step: TypeAlias = "Callable[[Writer], Part | None]"


def _arithmetic(w: Writer) -> Part | None:
    pair = w.pair(lambda part: not part.is_flag)
    if pair is None:
        return None
    left, right = pair
    sign = w.choose.of(["+", "-", "*", "max", "min", "max3"])
    if sign == "max3":
        text = f"max({left.text}, {right.text}, 1)"
    elif sign in ("max", "min"):
        text = f"{sign}({left.text}, {right.text})"
    else:
        text = f"{left.text} {sign} {right.text}"
    dims = met(left, right)
    assert dims is not None
    return Part(text, dims, both(left, right), left.exact and right.exact)


def _literal(w: Writer) -> Part | None:
    x = w.pick(lambda part: not part.is_flag)
    if x is None:
        return None
    words = ["2", "3", *[name for name, value in w.given.sizes.items() if value]]
    if x.is_float:
        words += ["0.5", "-1.5", *w.given.numbers]
    sign = w.choose.of(["+", "*", "-", "r-"])
    word = w.choose.of(words)
    if sign == "r-":
        return Part(f"{word} - {x.text}", x.dims, x.dtype, x.exact)
    return Part(f"{x.text} {sign} {word}", x.dims, x.dtype, x.exact)


def _quotient(w: Writer) -> Part | None:
    x = w.pick(lambda part: not part.is_flag)
    if x is None:
        return None
    if x.is_float and w.choose.chance(60):
        return Part(f"{x.text} / {w.choose.of(['2', '3.0', '4'])}", x.dims, x.dtype, False)
    if not x.exact:
        return None
    return Part(f"{x.text} {w.choose.of(['//', '%'])} {w.choose.of(['2', '3'])}", x.dims, x.dtype)


def _divided(w: Writer) -> Part | None:
    pair = w.pair(lambda part: not part.is_flag)
    if pair is None or not (pair[0].exact and pair[1].exact):
        return None
    left, right = pair
    sign = "/" if left.is_float else w.choose.of(["//", "%"])
    dims = met(left, right)
    assert dims is not None
    return Part(f"{left.text} {sign} {right.text}", dims, both(left, right), not left.is_float)


_SMOOTH = ("sigmoid", "tanh", "erf", "gelu", "silu", "sin", "cos")


def _smooth(w: Writer) -> Part | None:
    x = w.pick(lambda part: part.is_float)
    if x is None:
        return None
    name = w.choose.of([*_SMOOTH, "exp", "log", "sqrt", "rsqrt", "pow"])
    text = {
        "exp": f"exp(min({x.text}, 4))",
        "log": f"log(abs({x.text}) + 1)",
        "sqrt": f"sqrt(abs({x.text}))",
        "rsqrt": f"rsqrt(square({x.text}) + 0.25)",
        "pow": f"pow(abs({x.text}), 1.5)",
    }.get(name, f"{name}({x.text})")
    return Part(text, x.dims, x.dtype, False)


def _plain(w: Writer) -> Part | None:
    x = w.pick(lambda part: not part.is_flag)
    if x is None:
        return None
    names = ["relu", "abs", "square", "neg"]
    if x.is_float and x.exact:
        names += ["floor", "power"]
    name = w.choose.of(names)
    text = {"neg": f"-{x.text}", "power": f"{x.text} ** 2"}.get(name, f"{name}({x.text})")
    return Part(text, x.dims, x.dtype, x.exact)


def _comparison(w: Writer) -> Part | None:
    pair = w.pair(lambda part: part.exact and not part.is_flag)
    if pair is None or not pair[1].exact:
        return None
    left, right = pair
    sign = w.choose.of(["<", "<=", ">", ">=", "==", "!="])
    if w.choose.chance(50):
        return Part(f"{left.text} {sign} {w.choose.of(['0', '1', '2'])}", left.dims, DType.BOOL)
    dims = met(left, right)
    assert dims is not None
    return Part(f"{left.text} {sign} {right.text}", dims, DType.BOOL)


def _logic(w: Writer) -> Part | None:
    left = w.pick(lambda part: part.is_flag)
    if left is None:
        return None
    right = w.pick(lambda part: part.is_flag and met(left, part) is not None)
    assert right is not None
    sign = w.choose.of(["&", "|", "~"])
    if sign == "~":
        return Part(f"~{left.text}", left.dims, DType.BOOL, left.exact)
    dims = met(left, right)
    assert dims is not None
    return Part(f"{left.text} {sign} {right.text}", dims, DType.BOOL, left.exact and right.exact)


def _where(w: Writer) -> Part | None:
    flag = w.pick(lambda part: part.is_flag)
    pair = w.pair(lambda part: not part.is_flag)
    if flag is None or pair is None:
        return None
    left, right = pair
    dims = met(left, right)
    assert dims is not None
    whole = met(Part("", dims, left.dtype), flag)
    if whole is None:
        return None
    exact = flag.exact and left.exact and right.exact
    return Part(f"where({flag.text}, {left.text}, {right.text})", whole, both(left, right), exact)


def _reduction(w: Writer) -> Part | None:
    x = w.pick(lambda part: bool(part.dims) and not part.is_flag)
    if x is None:
        return None
    places = list(range(len(x.dims)))
    axes = w.choose.of([None, *[(place,) for place in places], tuple(places[:2])])
    folded = places if axes is None else list(axes)
    names = ["sum", "sum"] + (["mean"] if x.is_float else [])
    if all(w.is_filled(x.dims[place]) or not x.dims[place].is_static for place in folded):
        names += ["max", "min"]
    name, kept = w.choose.of(names), w.choose.chance(40)
    options = "" if axes is None else f", axis={list(axes) if len(axes) > 1 else axes[0]}"
    options += ", keepdims=True" if kept else ""
    dims = tuple(
        ONE if place in folded else dim
        for place, dim in enumerate(x.dims)
        if kept or place not in folded
    )
    return Part(f"{name}({x.text}{options})", dims, x.dtype, x.exact and name != "mean")


def _along(w: Writer) -> Part | None:
    x = w.pick(lambda part: bool(part.dims))
    if x is None:
        return None
    axis = w.choose.of(range(-len(x.dims), len(x.dims)))
    if x.is_flag:
        text = f"cumulative_position({x.text}, axis={axis})"
        return Part(text, x.dims, DType.I64, x.exact)
    if x.is_float and w.choose.chance(50):
        return Part(f"softmax({x.text}, axis={axis})", x.dims, x.dtype, False)
    return Part(f"cumsum({x.text}, axis={axis})", x.dims, x.dtype, x.exact)


def _product(w: Writer) -> Part | None:
    left = w.pick(lambda part: bool(part.dims) and not part.is_flag)
    if left is None:
        return None

    def conforms(part: Part) -> bool:
        like = part.is_float if left.is_float else part.dtype is left.dtype
        inner = part.dims[-2:-1] or part.dims
        return like and not part.is_flag and inner == left.dims[-1:] and len(part.dims) <= 2

    right = w.pick(conforms)
    if right is None or len(left.dims) > 2:
        if len(left.dims) != 2:
            return None
        right = Part(f"transpose({left.text})", left.dims[::-1], left.dtype, left.exact)
    dims = left.dims[:-1] + (right.dims[-1:] if len(right.dims) > 1 else ())
    text = w.choose.of(["{} @ {}", "matmul({}, {})"]).format(left.text, right.text)
    return Part(text, dims, both(left, right), left.exact and right.exact)


def _outer(w: Writer) -> Part | None:
    pair = w.pair(lambda part: not part.is_flag)
    if pair is None:
        return None
    a, b = pair
    exact = a.exact and b.exact
    return Part(f"outer({a.text}, {b.text})", a.dims + b.dims, both(a, b), exact)


def _transpose(w: Writer) -> Part | None:
    x = w.pick(lambda part: len(part.dims) > 1)
    if x is None:
        return None
    if len(x.dims) == 3 and w.choose.chance(60):
        dims = (x.dims[1], x.dims[0], x.dims[2])
        return Part(f"transpose({x.text}, [1, 0, -1])", dims, x.dtype, x.exact)
    return Part(f"transpose({x.text})", x.dims[::-1], x.dtype, x.exact)


def _subscript(w: Writer) -> Part | None:
    x = w.pick(lambda part: bool(part.dims))
    if x is None:
        return None
    first, rest = x.dims[0], x.dims[1:]
    forms: list[tuple[str, tuple[Dim, ...]]] = [
        ("None", (ONE, *x.dims)),
        (":, None", (first, ONE, *rest)),
        ("::-1", x.dims),
        ("::2", (ceil_div(first, 2), *rest)),
    ]
    if w.is_filled(first):
        forms += [("0", rest), ("-1", rest), ("0:1", (ONE, *rest)), ("1:", (first - 1, *rest))]
        forms += [("-1:", (ONE, *rest)), (":-1", (first - 1, *rest))]
    items, dims = w.choose.of(forms)
    return Part(f"{x.text}[{items}]", dims, x.dtype, x.exact)


def _joined(w: Writer) -> Part | None:
    x = w.pick()
    if x is None:
        return None
    other = w.pick(lambda part: part.dims == x.dims and part.dtype is x.dtype)
    assert other is not None
    exact = x.exact and other.exact
    axis = w.choose.of(range(len(x.dims) + 1))
    if axis == len(x.dims) or w.choose.chance(40):
        dims = (*x.dims[:axis], to_dim(2), *x.dims[axis:])
        return Part(f"stack({x.text}, {other.text}, axis={axis})", dims, x.dtype, exact)
    dims = (*x.dims[:axis], x.dims[axis] * 2, *x.dims[axis + 1 :])
    return Part(f"concat({x.text}, {other.text}, axis={axis})", dims, x.dtype, exact)


def _shaped(w: Writer) -> Part | None:
    x = w.pick(lambda part: all(dim.is_static for dim in part.dims))
    if x is None:
        return None
    if x.dims and w.choose.chance(50):
        flat = (product(x.dims),)
        text = f"reshape({x.text}, {w.choose.of([shape_text(flat), '[-1]'])})"
        # how many numbers -1 stands for is known where none of the extents is 0
        return Part(text, flat, x.dtype, x.exact) if all(map(w.is_filled, x.dims)) else None
    dims = (to_dim(2), *x.dims)
    return Part(f"broadcast_to({x.text}, {shape_text(dims)})", dims, x.dtype, x.exact)


def _flags(w: Writer) -> Part | None:
    x = w.pick(lambda part: part.exact and not part.is_flag)
    if x is None:
        return None
    if x.dims and not x.dims[-1].is_static:
        return Part(f"topk({x.text}, {w.choose.of([1, 2, 0])})", x.dims, DType.BOOL)
    if x.dims and w.is_filled(x.dims[-1]) and w.choose.chance(60):
        k = w.choose.of(range(w.value(x.dims[-1]) + 1))
        return Part(f"topk({x.text}, {k})", x.dims, DType.BOOL)
    if x.is_float:
        dtype = w.choose.of([DType.I64, DType.I32])
        return Part(f"cast({x.text}, {dtype})", x.dims, dtype)
    return Part(f"one_hot({x.text} % 3, 3)", (*x.dims, to_dim(3)), DType.BOOL)


def _cast(w: Writer) -> Part | None:
    x = w.pick()
    if x is None or (x.is_float and not x.exact):
        return None
    dtype = w.choose.of([DType.F32, DType.I64, DType.I32])
    return Part(f"cast({x.text}, {dtype})", x.dims, dtype, x.exact)


def _fresh(w: Writer) -> Part | None:
    form = w.choose.of(["iota", "zeros", "full", "weight", "filled"])
    if form == "iota":
        return Part("iota(3)", (to_dim(3),), DType.I64)
    if form == "zeros":
        return Part("zeros([2, 2])", (to_dim(2), to_dim(2)), DType.F32)
    if form == "full":
        return Part("full([3], 0.5)", (to_dim(3),), DType.F32)
    if form == "weight" and w.given.weights:
        name, tensor = w.choose.of(w.given.weights)
        return Part(name, tensor.shape, tensor.dtype)
    x = w.pick(lambda part: not part.dims)
    if x is None:
        return None
    return Part(f"full([2], {x.text})", (to_dim(2),), x.dtype, x.exact)


_STEPS: Sequence[Step] = (
    _arithmetic,
    _arithmetic,
    _literal,
    _quotient,
    _divided,
    _smooth,
    _plain,
    _comparison,
    _logic,
    _where,
    _reduction,
    _reduction,
    _along,
    _product,
    _outer,
    _transpose,
    _subscript,
    _joined,
    _shaped,
    _flags,
    _cast,
    _fresh,
)
