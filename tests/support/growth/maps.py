"""Moves that add a map."""

from __future__ import annotations

from collections.abc import Callable

from aspl.dims import to_dim
from aspl.functions.function import Library
from aspl.ops.higher import Accum, Map
from aspl.ops.routing import Broadcast
from aspl.ops.shape import Zip
from aspl.types import (
    Buffer,
    Element,
    Index,
    Scalar,
    Tile,
    Tuple,
    element_dims,
    element_dtype,
)
from growth.bodies import map_body
from growth.draft import Handle
from growth.finding import counted, filled, numbers, same_shape, tiles
from growth.growing import Growth

_SMOOTH = ("exp", "log", "sqrt", "rsqrt", "sigmoid", "tanh", "erf", "gelu", "silu", "sin", "cos")
_SIGNED = ("relu", "abs", "neg", "square")
_SAME = ("add", "sub", "mul", "max", "min")


def map_one(g: Growth) -> object:
    x = g.of_kind("f32", numbers)
    if x is None:
        return None
    element = g.types[x].element
    names = [*_SIGNED, "identity"]
    if element_dtype(element).is_float:
        names += [*_SMOOTH, "softmax"]
    if isinstance(element, Tile):
        names += ["row_sum", "row_sum", "transpose", "transpose", "row_max"]
    if isinstance(element, Buffer) and isinstance(element.element, Scalar):
        names += ["row_sum", "row_max", "transpose"]
    name = g.choose.of(names)
    if name == "row_max" and not filled(g, element_dims(element)[-1]):
        return None
    return g.one(Map(fn=Library(name)), x, exact=name not in (*_SMOOTH, "softmax"))


def map_two(g: Growth) -> object:
    x = g.of_kind(g.choose.of(["f32", "f32", "ragged"]), numbers)
    if x is None:
        return None
    element = g.types[x].element
    dtype = element_dtype(element)
    other: Element = element
    if g.choose.chance(25):
        other = Scalar(dtype)
    elif isinstance(element, Tile) and g.choose.chance(30):
        other = Tile(dtype, g.choose.of([element.rows, to_dim(1)]), to_dim(1))
    pair = g.partner(x, other)
    if pair is None:
        return None
    names = [*_SAME, "outer_product"]
    if isinstance(other, Scalar):
        names.append("scale")
    if dtype.is_float:
        names.append("div")
    name = g.choose.of(names)
    first, second = pair if name != "scale" else pair[::-1]
    return g.one(Map(fn=Library(name)), first, second, exact=name != "div")


def map_matmul(g: Growth) -> object:
    x = g.of_kind("tile", lambda stream: tiles(stream) and numbers(stream))
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tile)
    transposed = g.choose.chance(50)
    options: tuple[tuple[str, bool], ...] = (("transposed", True),) if transposed else ()
    width = g.choose.of([element.rows, to_dim(2)])
    other = Tile(element.dtype, element.cols, width)
    if transposed:
        other = Tile(element.dtype, width, element.cols)
    pair = g.partner(x, other, None if other == element else _transposed(g, other))
    if pair is None:
        return None
    return g.one(Map(fn=Library("matmul", options)), *pair)


def map_tuples(g: Growth) -> object:
    """Give a function its arguments as the parts of one stream of tuples."""
    x = g.of_kind("f32", numbers)
    pair = None if x is None else g.partner(x, g.types[x].element)
    both = None if pair is None else g.one(Zip(), *pair)
    if both is None:
        return None
    if g.choose.chance(30):
        count = g.choose.of([2, 3])
        copies = g.add(Broadcast(n=count), both)
        if copies is None:
            return None
        both = copies[0]
    if g.types[both].rank and g.choose.chance(40):
        return g.one(Accum(fn=Library("signal_all_read")), both)
    return g.one(Map(fn=Library(g.choose.of([*_SAME, "outer_product"]))), both)


def _transposed(g: Growth, other: Tile) -> Callable[[Handle], Handle | None]:
    def convert(x: Handle) -> Handle | None:
        made = g.one(Map(fn=Library("transpose")), x)
        return made if made is not None and g.types[made].element == other else None

    return convert


def map_valid(g: Growth) -> object:
    """Set, keep and use the valid rows of tiles."""
    x = g.of_kind("tile", tiles)
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tile)
    if g.choose.chance(35):
        row = Tile(element.dtype, to_dim(1), element.cols)
        pair = g.partner(x, row)
        return None if pair is None else g.one(Map(fn=Library("append_row")), *pair)
    pair = counted(g, x)
    return None if pair is None else g.one(Map(fn=Library("set_valid")), *pair)


def map_address(g: Growth) -> object:
    x = g.of_kind("index", lambda stream: isinstance(stream.element, Index))
    if x is None:
        return None
    pair = counted(g, x)
    if pair is None:
        return None
    fn = Library("cache_write_address", (("row_offset", to_dim(g.choose.of([2, 5]))),))
    return g.one(Map(fn=fn), *pair)


def map_declared(g: Growth) -> object:
    """Apply a random function to one stream, or to several of one shape."""
    reads = same_shape(g)
    if not reads:
        return None
    params = [(g.types[each].element, g.is_exact(each)) for each in reads]
    body = map_body(g.choose, g.given(), params)
    fn = None if body is None else g.function(body.text("@"))
    return None if fn is None or body is None else g.one(Map(fn=fn), *reads, exact=body.exact)


def part_of_tuple(g: Growth) -> object:
    x = g.of_kind("tuple", lambda stream: isinstance(stream.element, Tuple))
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tuple)
    index = g.choose.of(range(len(element.parts)))
    return g.one(Map(fn=Library("pick", (("index", index),))), x)
