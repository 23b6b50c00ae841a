"""Random declared functions, as text: assignments of primitives applied to what there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from choices import Choices

from aspl.dims import ONE, Dim, Kind, Symbol, ceil_div, dynamic, product, to_dim
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Tensor,
    Tile,
    Tuple,
    element_dims,
    element_dtype,
    leaves,
    shape_text,
)


@dataclass(frozen=True)
class Part:
    """An array of a body: how it is written, its type, and whether it is free of rounding."""

    text: str
    dims: tuple[Dim, ...]
    dtype: DType
    exact: bool = True

    @property
    def is_float(self) -> bool:
        return self.dtype.is_float

    @property
    def is_flag(self) -> bool:
        return self.dtype is DType.BOOL


@dataclass(frozen=True)
class Body:
    """A function's text without its name, and whether its results are free of rounding."""

    params: str
    result: str
    lines: tuple[str, ...]
    exact: bool
    flops: str | None = None

    def text(self, name: str) -> str:
        inner = "\n".join(f"    {line}" for line in self.lines)
        flops = "" if self.flops is None else f"@flops({self.flops})\n"
        return f"{flops}def {name}({self.params}) -> {self.result}:\n{inner}\n"


@dataclass(frozen=True)
class Given:
    """What bodies may name besides their parameters."""

    sizes: dict[str, int]
    numbers: tuple[str, ...] = ()
    weights: tuple[tuple[str, Tensor], ...] = ()


@dataclass
class Writer:
    """A body being written; mutable while it is."""

    choose: Choices
    given: Given
    parts: list[Part] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    holes: int = 0

    def parameter(self, name: str, element: Element, exact: bool, default: str = "") -> list[Part]:
        """Add a parameter; extents that only a run decides are written `_`."""
        written = self._opened(element)
        self.params.append(f"{name}: {type_text(written)}{default}")
        if not isinstance(written, Tuple):
            self.parts.append(_part(name, written, exact))
            return self.parts[-1:]
        names = [f"{name}_{place}" for place in range(len(leaves(written)))]
        self.lines.append(f"{_pattern(written, iter(names))} = {name}")
        found = [_part(*each, exact) for each in zip(names, leaves(written), strict=True)]
        self.parts += found
        return found

    def _opened(self, element: Element) -> Element:
        def open_dim(dim: Dim) -> Dim:
            if dim.is_static and not self.choose.chance(10):
                return dim
            self.holes += 1
            return dynamic(f"hole{self.holes}")

        match element:
            case Tile():
                return Tile(element.dtype, open_dim(element.rows), open_dim(element.cols))
            case Buffer():
                inner = self._opened(element.element)
                assert not isinstance(inner, Buffer | Tuple)
                return Buffer(inner, tuple(map(open_dim, element.dims)))
            case Selector():
                return Selector(open_dim(element.width))
            case Index():
                return element
            case Tuple():
                return Tuple(tuple(map(self._opened, element.parts)))
            case _:
                return element

    def grow(self, steps: int) -> None:
        """Write some assignments."""
        for _ in range(steps):
            made = self.choose.of(_STEPS)(self)
            if made is not None and self._is_small(made):
                name = f"v{len(self.lines)}"
                self.lines.append(f"{name} = {made.text}")
                self.parts.append(Part(name, made.dims, made.dtype, made.exact))

    def _is_small(self, part: Part) -> bool:
        count = 1
        for dim in part.dims:
            count *= self.value(dim) if dim.is_static else 3
        return len(part.dims) <= 3 and count <= 60

    def value(self, dim: Dim) -> int:
        return dim.value(self.given.sizes)

    def is_filled(self, dim: Dim) -> bool:
        """Whether a dim holds something in every run."""
        return dim.is_static and self.value(dim) > 0

    def pick(self, test: Callable[[Part], bool] = lambda part: True) -> Part | None:
        found = [part for part in self.parts if test(part)]
        # the newest first, so that bodies are deep
        return self.choose.of(found[::-1]) if found else None

    def pair(self, test: Callable[[Part], bool]) -> tuple[Part, Part] | None:
        """Pick two parts of like numbers that broadcast."""
        left = self.pick(test)
        if left is None:
            return None
        right = self.pick(
            lambda part: (
                part.is_float == left.is_float
                and (part.is_float or part.dtype is left.dtype)
                and met(left, part) is not None
            )
        )
        return None if right is None else (left, right)


def _part(name: str, element: Element, exact: bool) -> Part:
    return Part(name, element_dims(element), element_dtype(element), exact)


def _pattern(element: Tuple, names: Any) -> str:
    inner = [
        f"({_pattern(part, names)})" if isinstance(part, Tuple) else next(names)
        for part in element.parts
    ]
    return ", ".join(inner)


def type_text(element: Element) -> str:
    """Write a type with `_` for every hole."""
    return str(_shown(element))


def _shown(element: Element) -> Element:
    def shown(dim: Dim) -> Dim:
        return dim if dim.is_static else _UNDERSCORE

    match element:
        case Tile():
            return Tile(element.dtype, shown(element.rows), shown(element.cols))
        case Buffer():
            inner = _shown(element.element)
            assert not isinstance(inner, Buffer | Tuple)
            return Buffer(inner, tuple(map(shown, element.dims)))
        case Selector():
            return Selector(shown(element.width))
        case Tuple():
            return Tuple(tuple(map(_shown, element.parts)))
        case _:
            return element


_UNDERSCORE = Dim((((Symbol("_", Kind.DYNAMIC),), 1),))


def met(left: Part, right: Part) -> tuple[Dim, ...] | None:
    """Return the shape of two parts that broadcast, None when they do not."""
    longer, shorter = left.dims, right.dims
    if len(longer) < len(shorter):
        longer, shorter = shorter, longer
    lead = len(longer) - len(shorter)
    dims = list(longer[:lead])
    for one, other in zip(longer[lead:], shorter, strict=True):
        if one != other and ONE not in (one, other):
            return None
        dims.append(other if one == ONE else one)
    return tuple(dims)


def _both(left: Part, right: Part) -> DType:
    if left.dtype is right.dtype:
        return left.dtype
    return DType.F32 if left.is_float else DType.I64


# one step each; None where nothing fits

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
    return Part(text, dims, _both(left, right), left.exact and right.exact)


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
    return Part(f"{left.text} {sign} {right.text}", dims, _both(left, right), not left.is_float)


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
    return Part(f"where({flag.text}, {left.text}, {right.text})", whole, _both(left, right), exact)


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
    return Part(text, dims, _both(left, right), left.exact and right.exact)


def _outer(w: Writer) -> Part | None:
    pair = w.pair(lambda part: not part.is_flag)
    if pair is None:
        return None
    a, b = pair
    exact = a.exact and b.exact
    return Part(f"outer({a.text}, {b.text})", a.dims + b.dims, _both(a, b), exact)


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
        dims = (product(x.dims),)
        text = f"reshape({x.text}, {w.choose.of([shape_text(dims), '[-1]'])})"
        # how many numbers -1 stands for is known where none of the extents is 0
        return Part(text, dims, x.dtype, x.exact) if all(map(w.is_filled, x.dims)) else None
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


# whole functions


def _writer(choose: Choices, given: Given, params: Sequence[tuple[Element, bool]]) -> Writer:
    writer = Writer(choose, given)
    for place, (element, exact) in enumerate(params):
        writer.parameter(f"x{place}", element, exact)
    return writer


def element_of(part: Part, w: Writer) -> Element:
    """Return an element type for an array."""
    choose, dims = w.choose, part.dims
    if not dims:
        return Scalar(part.dtype)
    if part.is_flag and len(dims) == 1 and w.is_filled(dims[0]) and choose.chance(70):
        return Selector(dims[0])
    if len(dims) == 2 and choose.chance(60):
        return Tile(part.dtype, dims[0], dims[1])
    if len(dims) == 3 and choose.chance(50):
        return Buffer(Tile(part.dtype, dims[1], dims[2]), dims[:1])
    return Buffer(Scalar(part.dtype), dims)


def map_body(
    choose: Choices, given: Given, params: Sequence[tuple[Element, bool]], *, flat: bool = False
) -> Body | None:
    """Write a function of elements; with `flat` one that makes a buffer."""
    writer = _writer(choose, given, params)
    writer.grow(choose.of(range(1, 5)))
    part = writer.parts[-1]
    if flat and not part.dims:
        part = Part(f"stack({part.text}, {part.text})", (to_dim(2),), part.dtype, part.exact)
    result = element_of(part, writer)
    if flat and not isinstance(result, Buffer):
        result = Buffer(Scalar(part.dtype), part.dims)
    text, shown, exact = part.text, type_text(result), part.exact
    if not flat and choose.chance(15):
        other = choose.of(writer.parts)
        shown = f"Tuple({shown}, {type_text(element_of(other, writer))})"
        text, exact = f"{text}, {other.text}", exact and other.exact
    flops = choose.of(["12", "2*M"]) if choose.chance(10) else None
    lines = (*writer.lines, f"return {text}")
    return Body(", ".join(writer.params), shown, lines, exact, flops)


def fold_body(choose: Choices, given: Given, params: Sequence[tuple[Element, bool]]) -> Body | None:
    """Write a fold; its state has the type of something computed from the elements."""
    writer = _writer(choose, given, params)
    writer.grow(choose.of(range(1, 4)))
    fits = [part for part in writer.parts if all(dim.is_static for dim in part.dims)]
    if not fits:
        return None
    steps = [choose.of(fits[::-1]) for _ in range(choose.of([1, 1, 2]))]
    states = [element_of(part, writer) for part in steps]
    names = [f"s{place}" for place in range(len(steps))]
    values = [_folded(choose, *each) for each in zip(names, steps, strict=True)]
    shown = type_text(states[0])
    lines, value = list(writer.lines), values[0].text
    state = names[0]
    if len(steps) > 1:
        shown = f"Tuple({', '.join(map(type_text, states))})"
        lines.append(f"{', '.join(names)} = state")
        value, state = ", ".join(each.text for each in values), "state"
    init = choose.of(["zeros", "ones"] if any(each.is_flag for each in steps) else _INITS)
    params_text = ", ".join([*writer.params, f"{state}: {shown} = {init}"])
    exact = all(each.exact for each in values)
    return Body(params_text, shown, (*lines, f"return {value}"), exact)


_INITS = ("zeros", "ones", "2", "zeros")


def _folded(choose: Choices, state: str, step: Part) -> Part:
    if step.is_flag:
        return Part(
            f"{state} {choose.of(['&', '|'])} {step.text}", step.dims, step.dtype, step.exact
        )
    forms = ["{} + {}", "max({}, {})", "min({}, {})", "{} - {}"]
    if step.is_float:
        forms.append("{} * 0.5 + {}")
    text = choose.of(forms).format(state, step.text)
    return Part(text, step.dims, step.dtype, step.exact)
