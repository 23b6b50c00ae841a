"""Meaning of the higher-order operators."""

from __future__ import annotations

from aspl.functions.apply import fold_init
from aspl.ops.higher import Accum, FlatMap, Map, Scan
from aspl.reference.functions.apply import flat_values, fold_values, map_values, scan_values
from aspl.reference.state import At
from aspl.values.column import Column
from aspl.values.stream import StreamValue


def map_(op: Map, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Apply the function to all elements at once."""
    return (StreamValue(inputs[0].nest, map_values(op.fn, _columns(inputs), at.result(), at.run)),)


def accum(op: Accum, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Fold every group at once."""
    nest = inputs[0].nest
    init = fold_init(op.fn, op.init)
    assert init is not None
    column = fold_values(op.fn, _columns(inputs), nest.offsets(op.rank), init, at.result(), at.run)
    return (StreamValue(nest.outer(op.rank), column),)


def scan(op: Scan, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Fold every group at once, and keep every state."""
    nest = inputs[0].nest
    init = fold_init(op.fn, op.init)
    assert init is not None
    column = scan_values(op.fn, _columns(inputs), nest.offsets(op.rank), init, at.result(), at.run)
    return (StreamValue(nest, column),)


def flat_map(op: FlatMap, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Make all small streams at once; their outermost dim joins the input's innermost."""
    nest = inputs[0].nest
    column, inner = flat_values(op.fn, _columns(inputs), at.result(), at.run)
    longer = nest.append(inner)
    return (StreamValue(longer.flatten(len(inner) - 1, len(inner)), column),)


def _columns(inputs: tuple[StreamValue, ...]) -> tuple[Column, ...]:
    return tuple(each.column for each in inputs)
