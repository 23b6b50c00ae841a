"""Typing rules of the library's flat-map functions: the small stream that one element becomes."""

from __future__ import annotations

from aspl.dims import ONE, Dim, Kind, to_dim
from aspl.functions.function import Flat
from aspl.functions.library.elements import number_address, tile, unfit
from aspl.functions.library.entry import Asked, Elements
from aspl.types import DType, Index, Scalar, Selector, Tile

_ADDRESS = Scalar(DType.U64)


def split_rows(args: Elements, asked: Asked) -> Flat:
    """Type the rows of a tile; with `filter` the valid ones only."""
    x = tile(args[0], asked.name)
    rows = _ragged(asked, "rows") if asked.options["filter"] else x.rows
    return Flat(Tile(x.dtype, ONE, x.cols), (rows,))


def split_cols(args: Elements, asked: Asked) -> Flat:
    """Type the columns of a tile."""
    x = tile(args[0], asked.name)
    return Flat(Tile(x.dtype, x.rows, ONE), (x.cols,))


def split_tiles(args: Elements, asked: Asked) -> Flat:
    """Type the pieces of a tile, which are a whole number in both directions.

    Source: RetileStreamify of the published frontend, with pieces of any extents.
    """
    x = tile(args[0], asked.name)
    rows, cols = asked.dim("rows"), asked.dim("cols")
    for words, whole, piece in (("rows", x.rows, rows), ("columns", x.cols, cols)):
        extent, step = asked.site.bound(whole), asked.site.bound(piece)
        if extent is None or not step or extent % step:
            raise unfit(asked.name, f"a tile whose {words} are a multiple of {piece}", x)
    return Flat(Tile(x.dtype, rows, cols), (x.rows // rows, x.cols // cols))


def expert_addresses(args: Elements, asked: Asked) -> Flat:
    """Type the n addresses of the tiles of one expert."""
    if not isinstance(args[0], Selector | Index):
        raise unfit(asked.name, "a one-hot selector or an index", args[0])
    return Flat(_ADDRESS, (ONE, asked.dim("n"), ONE))


def cache_read_addresses(args: Elements, asked: Asked) -> Flat:
    """Type as many addresses as a cache line is long."""
    for place, each in enumerate(args):
        number_address(each, asked.name, place)
    return Flat(_ADDRESS, (ONE, _counted(asked, 1)))


def last_tile_filter(args: Elements, asked: Asked) -> Flat:
    """Type selectors of two targets, the last of which picks the other target."""
    number_address(args[0], asked.name)
    return Flat(Selector(to_dim(2)), (ONE, _counted(asked, 0)))


def _counted(asked: Asked, operand: int) -> Dim:
    """Return the extent that a stream of lengths states: one symbol for all its copies."""
    return asked.site.fresh(Kind.RAGGED, ("counted", asked.site.origin(operand)), "length")


def _ragged(asked: Asked, stem: str) -> Dim:
    return asked.site.fresh(Kind.RAGGED, (asked.site.node, asked.name), stem)
