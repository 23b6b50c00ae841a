"""The closed library: every function that operators may carry without a declaration.

FLOPs: source is the published function table; where it is silent they are assumed, see
`aspl.functions.costs`. Functions of fixed cost (addresses, valid rows, signals, concatenation)
count none: they take no part of the compute bandwidth there.
"""

from __future__ import annotations

from collections.abc import Mapping

import aspl.functions.library.flattening as flattening
import aspl.functions.library.folding as folding
import aspl.functions.library.mapping as mapping
from aspl.dims import ZERO, Dim
from aspl.functions.costs import ELEMENTWISE_FLOPS, SOFTMAX_FLOPS
from aspl.functions.function import Empty, Fill
from aspl.functions.library.elements import count_of
from aspl.functions.library.entry import (
    Elements,
    Entry,
    FlatRole,
    FoldRole,
    MapRole,
    MapRule,
    Option,
)
from aspl.types import Element


def _none(args: Elements, result: Element) -> Dim:
    return ZERO


def _results(args: Elements, result: Element) -> Dim:
    return count_of(result)


def _inputs(args: Elements, result: Element) -> Dim:
    return count_of(args[0])


def _unary(name: str, doc: str, rule: MapRule = mapping.unary) -> Entry:
    weight = ELEMENTWISE_FLOPS[name]
    role = MapRole(rule=rule, flops=lambda args, result: count_of(result) * weight)
    return Entry(name=name, doc=doc, map=role)


def _arithmetic(
    name: str, doc: str, *, fold: bool = True, rule: MapRule = mapping.elementwise
) -> Entry:
    return Entry(
        name=name,
        doc=doc,
        map=MapRole(rule=rule, low=2, high=2, flops=_results),
        fold=FoldRole(rule=folding.arithmetic, flops=_results) if fold else None,
    )


def _map(name: str, doc: str, role: MapRole, *options: Option) -> Entry:
    return Entry(name=name, doc=doc, options=options, map=role)


def _flags(name: str, doc: str, init: float) -> Entry:
    return Entry(
        name=name, doc=doc, fold=FoldRole(rule=folding.flags, flops=_results, init=Fill(init))
    )


_ROW_OFFSET = Option("row_offset", "dim", "addresses from one row of the cache to the next")

_ROWS = (
    Entry(
        name="matmul",
        doc="product of two tiles; as a fold, state + a @ b",
        options=(Option("transposed", "flag", "whether the second operand is [N, K]", False),),
        map=MapRole(rule=mapping.matmul, low=2, high=2, flops=mapping.matmul_flops),
        fold=FoldRole(
            rule=folding.matmul, low=2, high=2, flops=mapping.matmul_flops, may_be_empty=True
        ),
    ),
    _arithmetic("add", "a + b; as a fold, the sum"),
    _arithmetic("sub", "a - b", fold=False),
    _arithmetic("mul", "a * b; as a fold, the product"),
    _arithmetic("div", "a / b", fold=False, rule=mapping.quotient),
    _arithmetic("max", "the larger number; as a fold, the largest"),
    _arithmetic("min", "the smaller number; as a fold, the smallest"),
    _unary("exp", "e to the power of each number"),
    _unary("log", "natural logarithm"),
    _unary("sqrt", "square root"),
    _unary("rsqrt", "one over the square root"),
    _unary("sigmoid", "1 / (1 + exp(-x))"),
    _unary("tanh", "hyperbolic tangent"),
    _unary("erf", "error function"),
    _unary("gelu", "x * (1 + erf(x / sqrt(2))) / 2"),
    _unary("silu", "x * sigmoid(x)"),
    _unary("relu", "x where it is above 0, else 0", mapping.signed),
    _unary("abs", "magnitude", mapping.signed),
    _unary("neg", "-x", mapping.signed),
    _unary("square", "x * x", mapping.signed),
    _unary("sin", "sine"),
    _unary("cos", "cosine"),
    _map("row_sum", "sum of each row of a tile", MapRole(rule=mapping.per_row, flops=_inputs)),
    _map(
        "row_max",
        "largest number of each row of a tile",
        MapRole(rule=mapping.per_row, flops=_inputs),
    ),
    _map(
        "softmax",
        "softmax of each row",
        MapRole(rule=mapping.softmax, flops=lambda args, result: count_of(result) * SOFTMAX_FLOPS),
    ),
    _map(
        "transpose",
        "rows and columns changed for each other",
        MapRole(rule=mapping.transpose, flops=_none),
    ),
    _map(
        "outer_product",
        "every number of a times every number of b: buffers [N] and [D] make [N, D]",
        MapRole(rule=mapping.outer_product, low=2, high=2, flops=_results),
    ),
    _map(
        "scale",
        "a scalar times anything",
        MapRole(rule=mapping.scale, low=2, high=2, flops=_results),
    ),
    _map(
        "set_valid",
        "a tile with that many valid rows, the others being padding",
        MapRole(rule=mapping.set_valid, low=2, high=2, flops=_none),
    ),
    _map(
        "append_row",
        "a tile with a row written behind its valid rows; a full tile stays as it is",
        MapRole(rule=mapping.append_row, low=2, high=2, flops=_none),
    ),
    _map(
        "cache_write_address",
        "idx * row_offset + len of two whole numbers",
        MapRole(rule=mapping.cache_write_address, low=2, high=2, flops=_none),
        _ROW_OFFSET,
    ),
    _map(
        "identity",
        "the element as it is",
        MapRole(rule=mapping.identity, flops=_none, keeps_tuples=True),
    ),
    _map(
        "pick",
        "part `index` of a tuple, or of several streams",
        MapRole(rule=mapping.pick, high=None, flops=_none, keeps_tuples=True),
        Option("index", "integer", "which part, from 0"),
    ),
    Entry(
        name="retile_row",
        doc="tiles one below the other",
        fold=FoldRole(
            rule=folding.rows, flops=_none, init=Empty(), grows="rows", may_be_empty=True
        ),
    ),
    Entry(
        name="retile_col",
        doc="tiles side by side",
        fold=FoldRole(
            rule=folding.cols, flops=_none, init=Empty(), grows="cols", may_be_empty=True
        ),
    ),
    Entry(
        name="signal_all_read",
        doc="the number 1 for a group that has been read, whatever it holds",
        fold=FoldRole(rule=folding.signal, flops=_none, init=Fill(0.0), high=None),
    ),
    _flags("any_of", "whether any flag is set, each for itself", 0.0),
    _flags("all_of", "whether all flags are set, each for itself", 1.0),
    Entry(
        name="split_rows",
        doc="the rows of a tile",
        options=(
            Option(
                "filter", "flag", "stop after the valid rows; a tile without any gives all", False
            ),
        ),
        flat=FlatRole(rule=flattening.split_rows),
    ),
    Entry(
        name="split_cols", doc="the columns of a tile", flat=FlatRole(rule=flattening.split_cols)
    ),
    Entry(
        name="split_tiles",
        doc="a tile cut into tiles of rows x cols, row by row of these",
        options=(
            Option("rows", "dim", "rows of one piece; they divide the tile's"),
            Option("cols", "dim", "columns of one piece; they divide the tile's"),
        ),
        flat=FlatRole(rule=flattening.split_tiles),
    ),
    Entry(
        name="expert_addresses",
        doc="addresses base + idx * n + i of the n tiles of the expert that is selected",
        options=(
            Option("n", "dim", "tiles of one expert"),
            Option("base", "dim", "address of the first expert", ZERO),
        ),
        flat=FlatRole(rule=flattening.expert_addresses),
    ),
    Entry(
        name="cache_read_addresses",
        doc="addresses idx * row_offset + i for i below len",
        options=(_ROW_OFFSET,),
        flat=FlatRole(rule=flattening.cache_read_addresses, low=2, high=2),
    ),
    Entry(
        name="last_tile_filter",
        doc="len selectors of two targets: target 1, and target 0 for the last",
        flat=FlatRole(rule=flattening.last_tile_filter),
    ),
)

LIBRARY: Mapping[str, Entry] = {entry.name: entry for entry in _ROWS}
