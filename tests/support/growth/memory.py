"""Moves that add a memory operator, a source, a sink or a statement."""

from __future__ import annotations

from aspl.dims import Dim, product, size, to_dim
from aspl.ops.offchip import (
    LinearOffChipLoad,
    LinearOffChipStore,
    RandomOffChipLoad,
    RandomOffChipStore,
)
from aspl.ops.onchip import Bufferize, Streamify
from aspl.ops.sources import Assume, Consumer, IndexSource, MetadataSource, SelectorSource
from aspl.types import (
    Buffer,
    DType,
    Index,
    Tile,
    element_dims,
)
from growth.finding import rank_of, tiles
from growth.growing import Growth


def bufferize(g: Growth) -> object:
    x = g.some(lambda stream: stream.rank > 0)
    return None if x is None else g.one(Bufferize(rank=rank_of(g, x)), x)


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
    x = g.of_kind("tile", tiles)
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
