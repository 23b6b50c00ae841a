"""The moves of a growing program: each adds an operator of one family where one fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bodies import fold_body, map_body
from drafts import Handle, extent_of
from growing import Growth

from aspl.dims import Dim, dynamic, product, size, to_dim
from aspl.functions.function import Empty, Fill, Init, Library, Parts
from aspl.ops.base import Op
from aspl.ops.higher import Accum, FlatMap, Map, Scan
from aspl.ops.offchip import (
    LinearOffChipLoad,
    LinearOffChipStore,
    RandomOffChipLoad,
    RandomOffChipStore,
)
from aspl.ops.onchip import Bufferize, Streamify
from aspl.ops.routing import Broadcast, EagerMerge, Parallelize, Partition, Reassemble
from aspl.ops.shape import Expand, Flatten, Promote, Repeat, Reshape, Zip
from aspl.ops.sources import Assume, Consumer, IndexSource, MetadataSource, SelectorSource
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tile,
    Tuple,
    element_dims,
    element_dtype,
    leaves,
)

Move = Callable[[Growth], object]

_SMOOTH = ("exp", "log", "sqrt", "rsqrt", "sigmoid", "tanh", "erf", "gelu", "silu", "sin", "cos")
_SIGNED = ("relu", "abs", "neg", "square")


def _tiles(stream: Stream) -> bool:
    return isinstance(stream.element, Tile)


def _numbers(stream: Stream) -> bool:
    element = stream.element
    inner = element.element if isinstance(element, Buffer) else element
    is_number = isinstance(inner, Scalar | Tile)
    return is_number and element_dtype(element) is not DType.BOOL


def _floats(stream: Stream) -> bool:
    return _numbers(stream) and element_dtype(stream.element).is_float


# higher-order


def map_one(g: Growth) -> object:
    x = g.of_kind("f32", _numbers)
    if x is None:
        return None
    element = g.types[x].element
    names = [*_SIGNED]
    if element_dtype(element).is_float:
        names += [*_SMOOTH, "softmax"]
    if isinstance(element, Tile):
        names += ["row_sum", "row_sum", "transpose", "transpose", "row_max"]
    if isinstance(element, Buffer) and isinstance(element.element, Scalar):
        names += ["row_sum", "row_max", "transpose"]
    name = g.choose.of(names)
    if name == "row_max" and not _is_filled(g, element_dims(element)[-1]):
        return None
    return g.one(Map(fn=Library(name)), x, exact=name not in (*_SMOOTH, "softmax"))


def _is_filled(g: Growth, dim: Dim) -> bool:
    return dim.is_static and g.draft.value(dim) > 0


_SAME = ("add", "sub", "mul", "max", "min")


def map_two(g: Growth) -> object:
    x = g.of_kind("f32", _numbers)
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
    x = g.of_kind("tile", lambda stream: _tiles(stream) and _numbers(stream))
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
    x = g.of_kind("f32", _numbers)
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
    x = g.of_kind("tile", _tiles)
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tile)
    if g.choose.chance(35):
        row = Tile(element.dtype, to_dim(1), element.cols)
        pair = g.partner(x, row)
        return None if pair is None else g.one(Map(fn=Library("append_row")), *pair)
    pair = _with_counts(g, x)
    return None if pair is None else g.one(Map(fn=Library("set_valid")), *pair)


def _with_counts(g: Growth, x: Handle) -> tuple[Handle, Handle] | None:
    """Return a stream and small whole numbers beside it."""
    element = g.choose.of([Index(to_dim(3)), Scalar(DType.I64)])
    if isinstance(element, Index):
        return g.partner(x, element, lambda copy: g.indices(copy, 3))
    copies = g.copy(x)
    counts = None if copies is None else g.counts(copies[1])
    return None if copies is None or counts is None else (copies[0], counts)


def map_address(g: Growth) -> object:
    x = g.of_kind("index", lambda stream: isinstance(stream.element, Index))
    if x is None:
        return None
    pair = _with_counts(g, x)
    if pair is None:
        return None
    fn = Library("cache_write_address", (("row_offset", to_dim(g.choose.of([2, 5]))),))
    return g.one(Map(fn=fn), *pair)


def map_declared(g: Growth) -> object:
    """Apply a random function to one stream, or to several of one shape."""
    reads = _same_shape(g)
    if not reads:
        return None
    params = [(g.types[each].element, g.is_exact(each)) for each in reads]
    body = map_body(g.choose, g.given(), params)
    fn = None if body is None else g.function(body.text("@"))
    return None if fn is None or body is None else g.one(Map(fn=fn), *reads, exact=body.exact)


def _same_shape(g: Growth) -> list[Handle]:
    """Choose a stream, and maybe others of its shape: of the pool, copies, or inputs."""
    x = g.some()
    if x is None:
        return []
    reads, shape = [x], g.types[x].shape
    for _ in range(g.choose.of([0, 0, 1, 2])):
        others = [each for each in g.pool(lambda each: each.shape == shape) if each not in reads]
        if others and g.choose.chance(60):
            reads.append(g.choose.of(others))
            continue
        pair = g.partner(reads[0], g.types[reads[0]].element)
        if pair is not None and pair[1] not in reads:
            reads[0] = pair[0]
            reads.append(pair[1])
    return reads


def _rank(g: Growth, x: Handle) -> int:
    return g.choose.of(range(1, g.types[x].rank + 1))


_NUMBER_INITS: Sequence[Init] = (Fill(0.0), Fill(1.0), Fill(-2.0))


def fold_library(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank > 0 and not _is_ragged(stream.element))
    if x is None:
        return None
    element, rank = g.types[x].element, _rank(g, x)
    if isinstance(element, Tuple) or g.choose.chance(5):
        return g.one(Accum(fn=Library("signal_all_read"), rank=rank), x)
    if element_dtype(element) is DType.BOOL:
        fn = Library(g.choose.of(["any_of", "all_of"]))
        return g.one(g.choose.of([Accum, Scan])(fn=fn, rank=rank), x)
    name = g.choose.of(["add", "max", "min", "mul"])
    inits = [*_NUMBER_INITS]
    if element_dtype(element) is DType.U64:
        inits = inits[:2]
    if name in ("max", "min"):
        inits.append(Fill(float("-inf") if name == "max" else float("inf")))
    init = g.choose.of(inits)
    return g.one(g.choose.of([Accum, Scan])(fn=Library(name), init=init, rank=rank), x)


def _is_ragged(element: Element) -> bool:
    return any(dim.is_ragged for leaf in leaves(element) for dim in element_dims(leaf))


def fold_matmul(g: Growth) -> object:
    x = g.of_kind("tile", lambda stream: stream.rank > 0 and _tiles(stream) and _numbers(stream))
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tile)
    if _is_ragged(element):
        return None
    width = g.choose.of([to_dim(2), element.cols])
    pair = g.partner(x, Tile(element.dtype, width, element.cols))
    if pair is None:
        return None
    fn = Library("matmul", (("transposed", True),))
    zero = Tile(element.dtype, element.rows, width)
    init: Init = g.choose.of([Fill(0.0), Fill(0.0, zero), Fill(1.0), Empty()])
    op = g.choose.of([Accum, Scan])
    return g.one(op(fn=fn, init=init, rank=_rank(g, x)), *pair)


def fold_retile(g: Growth) -> object:
    x = g.of_kind("tile", lambda stream: stream.rank > 0 and _tiles(stream))
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
    return g.one(Accum(fn=Library(name), init=init, rank=_rank(g, x)), x)


def fold_declared(g: Growth) -> object:
    reads = _same_shape(g)
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
        init = g.choose.of([Fill(0.0), Parts((Fill(1.0), Fill(0.0))) if parts == 1 else Fill(1.0)])
    op = g.choose.of([Accum, Scan])(fn=fn, init=init, rank=_rank(g, reads[0]))
    return g.one(op, *reads, exact=body.exact)


def flat_tiles(g: Growth) -> object:
    x = g.of_kind("tile", _tiles)
    if x is None:
        return None
    filtered: tuple[tuple[str, bool], ...] = (("filter", True),)
    fn = g.choose.of(
        [Library("split_rows"), Library("split_rows", filtered), Library("split_cols")]
    )
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
    pair = _with_counts(g, x)
    if pair is None:
        return None
    fn = Library("cache_read_addresses", (("row_offset", to_dim(4)),))
    if g.choose.chance(70):
        return g.one(FlatMap(fn=fn), *pair)
    both = g.one(Zip(), *pair)
    return None if both is None else g.one(FlatMap(fn=fn), both)


def flat_declared(g: Growth) -> object:
    reads = _same_shape(g)
    if not reads:
        return None
    params = [(g.types[each].element, g.is_exact(each)) for each in reads]
    body = map_body(g.choose, g.given(), params, flat=True)
    fn = None if body is None else g.function(body.text("@"))
    return None if fn is None or body is None else g.one(FlatMap(fn=fn), *reads, exact=body.exact)


# routing


def _control(g: Growth, x: Handle, width: int) -> tuple[Handle, Handle] | None:
    """Return a stream and selectors or indices over its outer dims."""
    stream = g.types[x]
    depth = g.choose.of(range(1, len(stream.shape) + 1))
    kind: Element = g.choose.of([Selector(to_dim(width)), Index(to_dim(width))])
    shape = stream.shape[:depth]
    found = [each for each in g.pool(lambda each: each == Stream(kind, shape)) if each != x]
    if found and g.choose.chance(70):
        return x, g.choose.of(found)
    if g.choose.chance(60):
        made = g.input(Stream(kind, shape))
        if made is not None:
            return x, made
    copies = g.copy(x)
    folded = None if copies is None else _outer_numbers(g, copies[1], stream.rank + 1 - depth)
    if copies is None or folded is None:
        return None
    convert = g.selectors if isinstance(kind, Selector) else g.indices
    control = convert(folded, width)
    return None if control is None else (copies[0], control)


def _outer_numbers(g: Growth, x: Handle, rank: int) -> Handle | None:
    if rank == 0:
        return x
    if not _numbers(g.types[x]) or _is_ragged(g.types[x].element):
        return None
    return g.one(Accum(fn=Library("add"), init=Fill(0.0), rank=rank), x)


def partition(g: Growth) -> object:
    x = g.some()
    width = g.choose.of([2, 3, 1])
    pair = None if x is None else _control(g, x, width)
    if pair is None:
        return None
    mine, control = pair
    match g.choose.of(["apart", "reassemble", "merge", "two"]):
        case "apart":
            return g.add(Partition(n=width), mine, control)
        case "merge":
            parts = g.add(Partition(n=width), mine, control)
            return None if parts is None else g.add(EagerMerge(), *_worked_on(g, parts))
        case "reassemble":
            controls = g.copy(control)
            parts = None if controls is None else g.add(Partition(n=width), mine, controls[0])
            if controls is None or parts is None:
                return None
            return g.one(Reassemble(), *_worked_on(g, parts), controls[1])
    return _partition_two(g, mine, control, width)


def _partition_two(g: Growth, x: Handle, control: Handle, width: int) -> object:
    """Partition two streams alike: their parts have one shape."""
    controls, pair = g.copy(control), g.partner(x, g.types[x].element)
    if controls is None or pair is None:
        return None
    first = g.add(Partition(n=width), pair[0], controls[0])
    second = g.add(Partition(n=width), pair[1], controls[1])
    if first is None or second is None:
        return None
    return [g.one(Zip(), a, b) for a, b in zip(first, second, strict=True)]


def _worked_on(g: Growth, parts: list[Handle]) -> list[Handle]:
    """Apply one function to all parts, or none."""
    stream = g.types[parts[0]]
    if not _numbers(stream) or g.choose.chance(50):
        return parts
    name = g.choose.of(["abs", "square", "neg"])
    made = [g.one(Map(fn=Library(name)), each) for each in parts]
    return [each if new is None else new for each, new in zip(parts, made, strict=True)]


def reassemble(g: Growth) -> object:
    """Collect from streams with chunks enough, as far as one can see."""
    x = g.some()
    if x is None:
        return None
    inputs = _like(g, x)
    width = len(inputs)
    shape = (to_dim(1), g.types[x].shape[0])[g.choose.of([0, 1]) :][:1]
    kind: Element = g.choose.of([Selector(to_dim(width)), Index(to_dim(width))])
    control = g.input(Stream(kind, shape))
    return None if control is None else g.one(Reassemble(), *inputs, control)


def _like(g: Growth, x: Handle) -> list[Handle]:
    """Return a stream and others that may be merged with it."""
    rank, element = g.types[x].rank, g.types[x].element

    def fits(stream: Stream) -> bool:
        return stream.rank == rank and type(stream.element) is type(element)

    found = [each for each in g.pool(fits) if each != x]
    inputs = [x, *[each for each in found if g.choose.chance(50)][:2]]
    if len(inputs) == 1:
        pair = g.partner(x, element)
        return inputs if pair is None else list(pair)
    return inputs


def eager_merge(g: Growth) -> object:
    x = g.some()
    return None if x is None else g.add(EagerMerge(), *_like(g, x))


def parallelize(g: Growth) -> object:
    x = g.some()
    if x is None:
        return None
    n = g.choose.of([2, 3, 1])
    if g.choose.chance(60):
        return g.add(Parallelize(n=n), x)
    pair = g.partner(x, g.types[x].element)
    if pair is None:
        return None
    first, second = g.add(Parallelize(n=n), pair[0]), g.add(Parallelize(n=n), pair[1])
    if first is None or second is None:
        return None
    return [g.one(Zip(), a, b) for a, b in zip(first, second, strict=True)]


def broadcast(g: Growth) -> object:
    x = g.some()
    return None if x is None else g.add(Broadcast(n=g.choose.of([2, 3, 1])), x)


# shape


def flatten(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank > 0)
    if x is None:
        return None
    high = _rank(g, x)
    return g.one(Flatten(min=g.choose.of(range(high)), max=high), x)


def promote(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank < 3)
    return None if x is None else g.one(Promote(rank=g.choose.of(range(g.types[x].rank + 2))), x)


def reshape(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank < 3)
    if x is None:
        return None
    stream = g.types[x]
    rank = g.choose.of(range(stream.rank + 1))
    dim = stream.shape[-1 - rank]
    options = [to_dim(2), to_dim(1), to_dim(3), size("M")]
    chunk = g.choose.of([*options, dim] if _is_filled(g, dim) else options)
    pads = rank == 0 and g.choose.chance(70)
    outer = stream.rank == 0 and g.choose.chance(40)
    op = Reshape(
        chunk=chunk,
        rank=rank,
        pad=g.choose.of([Fill(0.0), Fill(1.0)]) if pads else None,
        flags=g.choose.chance(40),
        outer=outer,
    )
    return g.add(op, x)


def expand(g: Growth) -> object:
    """Repeat elements by a reference: the dims inside the outer ones of some stream."""
    ref = g.some(lambda stream: stream.rank > 0)
    if ref is None:
        return None
    found = _ones(g, ref)
    if found is None:
        return None
    x, ref, rank = found
    if isinstance(g.types[x].element, Buffer) and g.choose.chance(60):
        return g.one(Streamify(rank=rank), x, ref)
    return g.one(Expand(rank=rank), x, ref)


def _ones(g: Growth, ref: Handle) -> tuple[Handle, Handle, int] | None:
    """Return handles whose `rank` inner dims are 1 and whose outer dims are those of `ref`."""
    rank = _rank(g, ref)
    outer = g.types[ref].shape[:-rank]

    def fits(stream: Stream) -> bool:
        return stream.shape == outer or stream.shape == (*outer, *[to_dim(1)] * rank)

    found = [each for each in g.pool(fits) if each != ref]
    x: Handle | None
    if found:
        x = g.choose.of(found)
    else:
        copies = g.copy(ref)
        if copies is None:
            return None
        ref, other = copies
        x = g.one(Bufferize(rank=rank), other)
    while x is not None and g.types[x].rank < g.types[ref].rank:
        x = g.one(Promote(rank=0), x)
    return None if x is None else (x, ref, rank)


def repeat(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank < 3)
    count = g.choose.of([to_dim(2), to_dim(1), size("M"), size("K"), to_dim(3)])
    if g.choose.chance(15) and _shows(g, "P"):
        count = dynamic("P")
    other = g.some(lambda stream: not stream.shape[0].is_ragged)
    if other is not None and g.choose.chance(20):
        # the outermost extent of a stream is seen in every run
        count = extent_of(other, g.types[other].rank)
    return None if x is None else g.one(Repeat(n=count), x)


def _shows(g: Growth, name: str) -> bool:
    """Whether every run shows the extent: it is the outermost of an input."""
    streams = [kind for _, kind in g.draft.inputs if isinstance(kind, Stream)]
    return any(stream.shape[0] == dynamic(name) for stream in streams)


def zip_any(g: Growth) -> object:
    """Put two streams together that the checker holds to be of one shape."""
    x = g.some()
    if x is None:
        return None
    shape = g.types[x].shape
    found = [each for each in g.pool(lambda each: each.shape == shape) if each != x]
    if not found:
        pair = g.partner(x, g.types[x].element)
        return None if pair is None else g.one(Zip(), *pair)
    other = g.choose.of(found)
    a, b = g.types[x].element, g.types[other].element
    if a == b and _numbers(g.types[x]) and g.choose.chance(60):
        return g.one(Map(fn=Library(g.choose.of(["add", "max"]))), x, other)
    return g.one(Zip(), x, other)


def twins(g: Growth) -> object:
    """Do the same with two streams of one shape, and put together what comes out."""
    x = g.some()
    pair = None if x is None else g.partner(x, g.types[x].element)
    if pair is None:
        return None
    left, right = pair
    for _ in range(g.choose.of([1, 2, 3])):
        op = g.choose.of(_SHAPE_OPS)
        first, second = g.add(op, left), g.add(op, right)
        if first is None or second is None:
            break
        place = g.choose.of(range(len(first)))
        left, right = first[place], second[place]
    g.one(Zip(), left, right)
    return True


_SHAPE_OPS: Sequence[Op] = (
    Parallelize(n=2),
    Flatten(),
    Flatten(min=1, max=2),
    Promote(rank=1),
    Promote(),
    Reshape(chunk=to_dim(2), pad=Fill(0.0)),
    Reshape(chunk=to_dim(2), pad=Fill(0.0), outer=True),
    Repeat(n=size("M")),
    Bufferize(),
    Streamify(),
    FlatMap(fn=Library("split_rows")),
    FlatMap(fn=Library("split_rows", (("filter", True),))),
    Parallelize(n=3),
)


def part_of_tuple(g: Growth) -> object:
    x = g.of_kind("tuple", lambda stream: isinstance(stream.element, Tuple))
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Tuple)
    index = g.choose.of(range(len(element.parts)))
    return g.one(Map(fn=Library("pick", (("index", index),))), x)


# memory


def bufferize(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank > 0)
    return None if x is None else g.one(Bufferize(rank=_rank(g, x)), x)


def streamify(g: Growth) -> object:
    x = g.of_kind("buffer", lambda stream: isinstance(stream.element, Buffer))
    if x is None:
        return None
    element = g.types[x].element
    assert isinstance(element, Buffer)
    repeated = g.choose.of([None, None, to_dim(2), size("M"), to_dim(1)])
    stride: tuple[Dim, ...] | None = None
    shape: tuple[Dim, ...] | None = None
    if all(dim.is_static for dim in element.dims) and g.choose.chance(50):
        stride, shape = g.choose.of(
            [
                ((to_dim(1),), (product(element.dims),)),
                ((to_dim(0), to_dim(1)), (to_dim(2), element.dims[-1])),
                ((to_dim(1), to_dim(1)), (to_dim(1), to_dim(2))),
                ((to_dim(2),), (to_dim(2),)),
            ]
        )
    return g.one(Streamify(repeat=repeated, stride=stride, shape=shape), x)


def _tile_dims(g: Growth) -> tuple[Dim, Dim]:
    return g.choose.of([to_dim(2), to_dim(1), size("M")]), g.choose.of([to_dim(2), to_dim(1)])


def load(g: Growth) -> object:
    rows, cols = _tile_dims(g)
    lead = [g.choose.of([to_dim(2), size("M")])] if g.choose.chance(40) else []
    down, across = g.choose.of([to_dim(2), size("K")]), g.choose.of([to_dim(1), to_dim(2)])
    dtype = g.choose.of([DType.F32, DType.BF16, DType.I32])
    tensor = g.part_of_tensor(dtype, (*lead, rows * down, cols * across))
    stride: tuple[Dim, ...] | None = None
    shape: tuple[Dim, ...] | None = None
    if g.choose.chance(50):
        stride, shape = g.choose.of(
            [
                ((to_dim(1),), (to_dim(3),)),
                ((to_dim(3), to_dim(1)), (to_dim(2), size("M"))),
                ((to_dim(0), size("K")), (to_dim(2), to_dim(2))),
            ]
        )
    op = LinearOffChipLoad(tensor=tensor, tile=(rows, cols), stride=stride, shape=shape)
    ref = g.some(lambda stream: stream.rank < 2)
    return g.one(op, ref) if ref is not None and g.choose.chance(60) else g.one(op)


def load_random(g: Growth) -> object:
    x = g.some(lambda stream: isinstance(stream.element, Index))
    if x is None:
        other = g.some()
        x = None if other is None else g.indices(other, 4)
    if x is None:
        return None
    rows, cols = _tile_dims(g)
    tensor = g.part_of_tensor(DType.F32, (rows * 2, cols * 2))
    return g.one(RandomOffChipLoad(tensor=tensor, tile=(rows, cols)), x)


def store(g: Growth) -> object:
    x = g.of_kind("tile", _tiles)
    if x is None:
        return None
    stream, element = g.types[x], g.types[x].element
    assert isinstance(element, Tile)
    if g.choose.chance(50):
        count = product(stream.shape)
        tensor = g.tensor(element.dtype, (count * element.rows, element.cols))
        return g.add(LinearOffChipStore(tensor=tensor), x) is not None
    pair = g.partner(x, Index(to_dim(4)), lambda copy: g.indices(copy, 4))
    if pair is None:
        return None
    tensor = g.tensor(element.dtype, (to_dim(2), element.rows * 2, element.cols))
    ack = g.choose.of(["address", "data"])
    return g.one(RandomOffChipStore(tensor=tensor, ack=ack), *pair)


def source(g: Growth) -> object:
    shape = tuple(g.dim(plain=g.choose.chance(70)) for _ in range(g.choose.of([1, 2])))
    match g.choose.of(["selector", "index", "metadata"]):
        case "selector":
            dtype = g.choose.of([DType.BOOL, DType.I64])
            tensor = g.tensor(dtype, (*shape, g.choose.of([to_dim(2), size("M")])))
            return g.one(SelectorSource(tensor=tensor))
        case "index":
            tensor = g.tensor(g.choose.of([DType.I64, DType.I32]), shape)
            return g.one(IndexSource(tensor=tensor, bound=to_dim(8)))
    return g.one(MetadataSource(tensor=g.tensor(g.choose.of([DType.I64, DType.U64]), shape)))


def consumer(g: Growth) -> object:
    x = g.some()
    return None if x is None else g.add(Consumer(), x) is not None


def assume(g: Growth) -> object:
    """State what is known already."""
    x = g.some()
    if x is None:
        return None
    stream = g.types[x]
    symbols = {atom for dim in stream.shape for atom in dim.atoms()}
    names = {each.name for each in g.draft.sizes}
    if any(str(atom) not in names for atom in symbols):
        return None
    shape = stream.shape
    if shape[-1].symbol is not None and g.choose.chance(25):
        shape = (*shape[:-1], g.choose.of([to_dim(2), size("M"), to_dim(1)]))
    tile = None
    if isinstance(stream.element, Tile) and all(
        dim.is_static for dim in element_dims(stream.element)
    ):
        tile = element_dims(stream.element)
    return g.one(Assume(shape=shape, tile=tile), x)


MOVES: Mapping[str, Sequence[Move]] = {
    "map": (map_one, map_two, map_declared, map_declared, map_tuples),
    "fold": (fold_library, fold_declared, fold_retile),
    "product": (map_matmul, fold_matmul),
    "flat": (flat_tiles, flat_declared, flat_addresses),
    "valid": (map_valid, map_address, flat_tiles),
    "routing": (partition, partition, eager_merge, parallelize, reassemble),
    "shape": (flatten, reshape, promote, repeat, expand),
    "zip": (zip_any, twins, part_of_tuple),
    "on-chip": (bufferize, streamify, expand),
    "off-chip": (load, load_random, store, source),
    "merge": (eager_merge, eager_merge, reassemble),
    "copy": (broadcast,),
    "other": (broadcast, consumer, assume),
}
"""By family: one is chosen first, so that every operator is met often."""
