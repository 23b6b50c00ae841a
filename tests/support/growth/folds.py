"""Moves that add a fold, a scan or a flat map."""

from __future__ import annotations

from collections.abc import Sequence

from aspl.dims import Dim, to_dim
from aspl.functions.function import Empty, Fill, Init, Library, Parts
from aspl.ops.higher import Accum, FlatMap, Scan
from aspl.ops.shape import Zip
from aspl.types import (
    DType,
    Index,
    Tile,
    Tuple,
    element_dtype,
)
from growth.bodies import fold_body, map_body
from growth.finding import counted, numbers, ragged, rank_of, same_shape, tiles
from growth.growing import Growth

_NUMBER_INITS: Sequence[Init] = (Fill(0.0), Fill(1.0), Fill(-2.0))


def fold_library(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank > 0 and not ragged(stream.element))
    if x is None:
        return None
    element, rank = g.types[x].element, rank_of(g, x)
    if isinstance(element, Tuple) or g.choose.chance(5):
        return g.one(Accum(fn=Library("signal_all_read"), rank=rank), x)
    if element_dtype(element) is DType.BOOL:
        fn = Library(g.choose.of(["any_of", "all_of"]))
        return g.one(g.choose.of([Accum, Scan])(fn=fn, rank=rank), x)
    name = g.choose.of(["add", "max", "min", "mul"])
    inits: list[Init] = [*_NUMBER_INITS]
    if element_dtype(element) is DType.U64:
        inits = inits[:2]
    if name in ("max", "min"):
        inits.append(Fill(float("-inf") if name == "max" else float("inf")))
    init = g.choose.of(inits)
    return g.one(g.choose.of([Accum, Scan])(fn=Library(name), init=init, rank=rank), x)


def fold_matmul(g: Growth) -> object:
    x = g.of_kind("tile", lambda stream: stream.rank > 0 and tiles(stream) and numbers(stream))
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tile)
    if ragged(element):
        return None
    width = g.choose.of([to_dim(2), element.cols])
    pair = g.partner(x, Tile(element.dtype, width, element.cols))
    if pair is None:
        return None
    fn = Library("matmul", (("transposed", True),))
    zero = Tile(element.dtype, element.rows, width)
    inits: list[Init] = [Fill(0.0), Fill(0.0, zero), Fill(1.0), Empty()]
    init = g.choose.of(inits)
    op = g.choose.of([Accum, Scan])
    return g.one(op(fn=fn, init=init, rank=rank_of(g, x)), *pair)


def fold_retile(g: Growth) -> object:
    x = g.of_kind("tile", lambda stream: stream.rank > 0 and tiles(stream))
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tile)
    names = [] if element.cols.is_ragged else ["retile_row", "retile_row"]
    names += [] if element.rows.is_ragged else ["retile_col"]
    if not names:
        return None
    name = g.choose.of(names)
    init: Init | None = None
    if g.choose.chance(25):
        start = Tile(element.dtype, to_dim(2), element.cols)
        if name == "retile_col":
            start = Tile(element.dtype, element.rows, to_dim(2))
        init = Fill(1.0, start)
    elif g.choose.chance(30):
        init = Empty()
    return g.one(Accum(fn=Library(name), init=init, rank=rank_of(g, x)), x)


def fold_declared(g: Growth) -> object:
    reads = same_shape(g)
    if not reads or g.types[reads[0]].rank == 0:
        return None
    params = [(g.types[each].element, g.is_exact(each)) for each in reads]
    body = fold_body(g.choose, g.given(), params)
    fn = None if body is None else g.function(body.text("@"))
    if fn is None or body is None:
        return None
    init: Init | None = None
    if g.choose.chance(25):
        parts = body.result.count("Tuple(")
        init = Parts((Fill(1.0), Fill(0.0))) if parts == 1 else Fill(1.0)
    op = g.choose.of([Accum, Scan])(fn=fn, init=init, rank=rank_of(g, reads[0]))
    return g.one(op, *reads, exact=body.exact)


def flat_tiles(g: Growth) -> object:
    x = g.of_kind("tile", tiles)
    if x is None:
        return None
    filtered: tuple[tuple[str, bool], ...] = (("filter", True),)
    choices = [Library("split_rows"), Library("split_rows", filtered), Library("split_cols")]
    element = g.types[x].element
    if isinstance(element, Tile) and element.rows.is_static and element.cols.is_static:
        one = to_dim(1)
        choices.append(Library("split_tiles", (("rows", one), ("cols", element.cols))))
        choices.append(Library("split_tiles", (("rows", element.rows), ("cols", one))))
    fn = g.choose.of(choices)
    return g.one(FlatMap(fn=fn), x)


def flat_addresses(g: Growth) -> object:
    x = g.of_kind("index", lambda stream: isinstance(stream.element, Index))
    if x is None:
        return None
    match g.choose.of(["expert", "cache", "filter"]):
        case "expert":
            base: tuple[tuple[str, Dim], ...] = (("base", to_dim(3)),)
            options = (("n", to_dim(2)), *(base if g.choose.chance(50) else ()))
            return g.one(FlatMap(fn=Library("expert_addresses", options)), x)
        case "filter":
            return g.one(FlatMap(fn=Library("last_tile_filter")), x)
    pair = counted(g, x)
    if pair is None:
        return None
    fn = Library("cache_read_addresses", (("row_offset", to_dim(4)),))
    if g.choose.chance(70):
        return g.one(FlatMap(fn=fn), *pair)
    both = g.one(Zip(), *pair)
    return None if both is None else g.one(FlatMap(fn=fn), both)


def flat_declared(g: Growth) -> object:
    reads = same_shape(g)
    if not reads:
        return None
    params = [(g.types[each].element, g.is_exact(each)) for each in reads]
    body = map_body(g.choose, g.given(), params, flat=True)
    fn = None if body is None else g.function(body.text("@"))
    return None if fn is None or body is None else g.one(FlatMap(fn=fn), *reads, exact=body.exact)
