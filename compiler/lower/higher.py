"""Lowering of the higher-order operators: work, extents of results, valid rows.

A result goes through on-chip memory, and pays for being written there, where a memory unit reads it
next, or where it is a buffer (assumed). Source: the published simulator, where a flag of each
operator says that its consumer is a memory unit.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from aspl.dims import Dim, ragged
from aspl.dims import Kind as DimKind
from aspl.functions.apply import flat_type, fold_flops, fold_init, map_flops
from aspl.functions.declared import declared_flops
from aspl.functions.function import Declared, Fill, Flat, Function, Library
from aspl.functions.library.table import LIBRARY
from aspl.ops.higher import Accum, FlatMap, Map, Scan
from aspl.types import Buffer, Element, Tile, Tuple, leaves
from aspl.values.column import Column, Dense, Packed, columns_of, valid_rows
from compiler.lower.coding import NotKnown, Slots
from compiler.lower.context import At
from compiler.machine import NO_BUFFER, Kind, Made, P, Slot, Stamp, Valid

ONE_CYCLE = {"set_valid", "append_row", "cache_write_address", "signal_all_read"}
"""Functions of a fixed cost. Source: the published function table."""

_MAP_RULES = {
    "matmul": Valid.FIRST,
    **dict.fromkeys(("add", "sub", "mul", "div", "max", "min"), Valid.MET),
    "transpose": Valid.ALL,
    "outer_product": Valid.ALL,
    "set_valid": Valid.SET,
    "append_row": Valid.APPEND,
}


_PART_RULES = {
    "split_rows": Valid.ROW_OF,
    "split_tiles": Valid.ROW_OF,
    "split_cols": Valid.SAME,
}


def map_(op: Map, at: At) -> None:
    """Lower a function of single elements."""
    elements = _operands(at)
    result = at.result().element
    slots = at.slots()
    rule = _MAP_RULES.get(op.fn.name, Valid.FIRST_WITH_ROWS)
    parameters = _extents(result, slots, at)
    parameters |= _work(map_flops(op.fn, elements, result), op.fn, slots, at)
    parameters |= _written(result, at)
    parameters |= {P.VALID: int(rule), P.TILES: _tiles(elements), P.VALUES: at.controls()}
    at.add(Kind.MAP, parameters | _told_valid(elements, result, at))


def accum(op: Accum, at: At) -> None:
    """Lower a fold of groups."""
    at.add(Kind.FOLD, _fold(op, at))


def scan(op: Scan, at: At) -> None:
    """Lower a fold that writes every state."""
    at.add(Kind.SCAN, _fold(op, at))


def _fold(op: Accum | Scan, at: At) -> dict[P, int]:
    elements = _operands(at)
    state = at.result().element
    slots = at.slots()
    grows = "" if isinstance(op.fn, Declared) else _grows(op.fn)
    kept = isinstance(op.fn, Declared) or op.fn.name == "matmul"
    parameters = _work(fold_flops(op.fn, elements, state), op.fn, slots, at)
    parameters |= _written(state, at)
    if not grows:
        parameters |= _extents(state, slots, at)
    return parameters | {
        P.RANK: op.rank,
        P.VALID: int(Valid.FIRST_WITH_ROWS if kept else Valid.ALL),
        P.TILES: _tiles(elements),
        P.VALUES: at.controls(),
        P.GROWS: {"": 0, "rows": 1, "cols": 2}[grows],
        **_start(op, state, grows, at),
        **(_told_valid(elements, state, at) if kept else {}),
    }


def _grows(fn: Library) -> str:
    role = LIBRARY[fn.name].fold
    return "" if role is None else role.grows


def _start(op: Accum | Scan, state: Element, grows: str, at: At) -> dict[P, int]:
    """Return the extents of a state before its first element."""
    held = state.element if isinstance(state, Buffer) else state
    if not isinstance(held, Tile):
        return {P.START_ROWS: 1, P.START_COLS: 1, P.START_COUNT: _count_known(state, at)}
    init = fold_init(op.fn, op.init)
    begun = init.type if isinstance(init, Fill) and isinstance(init.type, Tile) else held
    slots = Slots(at.lowering.known.extents)
    rows, cols = slots.known(begun.rows) or 0, slots.known(begun.cols) or 0
    found = {P.START_ROWS: rows, P.START_COLS: cols, P.START_COUNT: _count_known(state, at)}
    if isinstance(init, Fill):
        return found
    # nothing is there yet, so nothing is written where it was
    found[P.STORED] = 0
    if grows:
        found[P.START_ROWS if grows == "rows" else P.START_COLS] = 0
    return found


def _count_known(state: Element, at: At) -> int:
    if not isinstance(state, Buffer):
        return 0
    slots, count = Slots(at.lowering.known.extents), 1
    for dim in state.dims:
        count *= slots.known(dim) or 0
    return count


def flat_map(op: FlatMap, at: At) -> None:
    """Lower a function that makes a small stream of every element."""
    elements = _operands(at)
    flat = flat_type(op.fn, elements, _Quiet(at))
    assert flat is not None
    result = at.result().element
    name = op.fn.name if isinstance(op.fn, Library) else ""
    slots = at.slots()
    parameters = _extents(result, slots, at)
    if isinstance(op.fn, Declared):
        parameters |= _work(declared_flops(op.fn, elements), op.fn, slots, at)
    else:
        # a part of a tile stays where the tile lies
        parameters |= {P.WRITES_BACK: -1, P.SIZES: at.sizes()}
    rule = _PART_RULES.get(name, Valid.ALL)
    makes_filter = name == "last_tile_filter"
    parameters |= {
        P.LEVELS: at.tables.place(_levels(op, name, flat, slots, at)),
        P.RANK: len(flat.shape) - 1,
        P.VALID: int(rule),
        P.VALUES: -1 if makes_filter else at.controls(),
        P.MODE: int(Stamp.ONE_A_CYCLE if name == "cache_read_addresses" else Stamp.AT_ONCE),
        P.MADE: int(Made.LAST_TILE if makes_filter else Made.NOTHING),
    }
    at.add(Kind.FLAT_MAP, parameters)


@dataclass(frozen=True, slots=True)
class _Quiet:
    """A site for a typing rule that the checker has applied already."""

    at: At

    @property
    def node(self) -> int:
        return self.at.place

    def same(self, left: Dim, right: Dim) -> bool:
        return True

    def bound(self, dim: Dim) -> int | None:
        return Slots(self.at.lowering.known.extents).known(dim) if dim.is_static else None

    def report(
        self,
        code: str,
        message: str,
        *,
        operand: int | None = None,
        hint: str = "",
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        raise AssertionError(f"a checked function is refused: {code} {message}")

    def fresh(self, kind: DimKind, key: Hashable, stem: str) -> Dim:
        return ragged(f"{_FRESH}{stem}")

    def origin(self, operand: int) -> int:
        return operand

    def absorb(self, dim: Dim) -> Dim:
        return dim


_FRESH = "?"
"""How the name of an extent begins that only the elements tell."""


def _levels(op: FlatMap, name: str, flat: Flat, slots: Slots, at: At) -> list[int]:
    """Return the coded extents of one small stream, their number first."""
    counts = {"split_rows": (0, Slot.KEPT), "cache_read_addresses": (1, Slot.VALUE)}
    counts |= {"last_tile_filter": (0, Slot.VALUE)}
    levels = [len(flat.shape)]
    for dim in flat.shape:
        if name in counts and dim.is_ragged and str(dim).startswith(_FRESH):
            port, slot = counts[name]
            levels.append(_counted(port, slot, dim, at))
        else:
            levels.append(at.coded(dim, slots))
    return levels


def _counted(port: int, slot: Slot, dim: Dim, at: At) -> int:
    """Return the code of a length that an input's element states."""
    if port < len(at.node.inputs) and not _is_tuple(at, port):
        slots = Slots(at.lowering.known.extents)
        slots.note(dim, port, slot)
        return at.coded(dim, slots)
    # the length came inside a tuple
    leaves = [leaf for value in at.node.inputs for leaf in columns_of(at.evaluated(value).column)]
    lengths = leaves[port]
    assert isinstance(lengths, Dense)
    return at.listed(np.maximum(lengths.data.reshape(len(lengths)).astype(np.int64), 0))


def _is_tuple(at: At, port: int) -> bool:
    return isinstance(at.operand(port).element, Tuple)


def _told_valid(elements: tuple[Element, ...], result: Element, at: At) -> dict[P, int]:
    """Return the valid rows of results of tuples, which carry those of no tile."""
    inside = any(
        isinstance(leaf, Tile)
        for each in elements
        if isinstance(each, Tuple)
        for leaf in leaves(each)
    )
    if not (inside and isinstance(result, Tile) and at.lowering.has_padding):
        return {} if not inside else {P.VALID: int(Valid.ALL)}
    column = at.evaluated(at.node.outputs[0]).column
    assert isinstance(column, Dense | Packed)
    return {P.VALID: int(Valid.TOLD), P.VALID_ROWS: at.listed(valid_rows(column))}


def _operands(at: At) -> tuple[Element, ...]:
    return tuple(at.operand(port).element for port in range(len(at.node.inputs)))


def _tiles(elements: tuple[Element, ...]) -> int:
    return sum(1 << port for port, each in enumerate(elements) if isinstance(each, Tile))


def _work(flops: Dim, fn: Function, slots: Slots, at: At) -> dict[P, int]:
    """Return what one element costs."""
    fixed = int(isinstance(fn, Library) and fn.name in ONE_CYCLE)
    try:
        code = at.tables.coded(slots.words(flops))
    except NotKnown:
        code = at.listed_by_extents(flops)
    return {P.FLOPS: code, P.FIXED: fixed, P.COMPUTES: int(code != 0), P.SIZES: at.sizes()}


def _written(element: Element, at: At) -> dict[P, int]:
    """Return whether a result goes through on-chip memory, and its size there."""
    value = at.node.outputs[0]
    is_kept = value in at.lowering.memory_read or isinstance(element, Buffer)
    kind, size = at.size(element)
    return {P.WRITES_BACK: int(is_kept), P.STORED: size if kind == 0 else -size}


def _extents(element: Element, slots: Slots, at: At) -> dict[P, int]:
    """Return the coded extents of what a unit writes."""
    held = element.element if isinstance(element, Buffer) else element
    found = {P.ROWS: 1, P.COLS: 1, P.BUFFERED: NO_BUFFER}
    try:
        if isinstance(held, Tile):
            found[P.ROWS] = at.tables.coded(slots.words(held.rows))
            found[P.COLS] = at.tables.coded(slots.words(held.cols))
        if isinstance(element, Buffer):
            found[P.BUFFERED] = at.tables.coded(slots.words(_count(element)))
    except NotKnown:
        return _listed_extents(element, at)
    return found


def _count(buffer: Buffer) -> Dim:
    total = buffer.dims[0]
    for dim in buffer.dims[1:]:
        total = total * dim
    return total


def _listed_extents(element: Element, at: At) -> dict[P, int]:
    """Return extents that only an evaluation tells, element by element."""
    column: Column = at.evaluated(at.node.outputs[0]).column
    assert isinstance(column, Dense | Packed)
    dims = len(element.dims) if isinstance(element, Buffer) else 0
    extents = (
        column.extents
        if isinstance(column, Packed)
        else np.broadcast_to(column.data.shape[1:], (len(column), column.data.ndim - 1))
    )
    found = {P.ROWS: 1, P.COLS: 1, P.BUFFERED: NO_BUFFER}
    if isinstance(element, Buffer):
        found[P.BUFFERED] = at.listed(extents[:, :dims].prod(axis=1))
        element = element.element
    if isinstance(element, Tile):
        found[P.ROWS] = at.listed(extents[:, dims])
        found[P.COLS] = at.listed(extents[:, dims + 1])
    return found
