"""Meaning of the higher-order operators."""

from __future__ import annotations

from aspl.functions.apply import fold_init
from aspl.functions.function import Declared, Function
from aspl.ops.higher import Accum, FlatMap, Map, Scan
from aspl.reference.functions.apply import flat_values, fold_values, map_values, scan_values
from aspl.reference.state import At
from aspl.types import Buffer, Index, leaves
from aspl.values.column import Column, Dense, columns_of
from aspl.values.stream import StreamValue


def map_(op: Map, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Apply the function to all elements at once."""
    column = map_values(op.fn, _columns(inputs), at.result(), at.run)
    return (StreamValue(inputs[0].nest, _in_bounds(op.fn, column, at)),)


def accum(op: Accum, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Fold every group at once."""
    nest = inputs[0].nest
    init = fold_init(op.fn, op.init)
    assert init is not None
    column = fold_values(op.fn, _columns(inputs), nest.offsets(op.rank), init, at.result(), at.run)
    return (StreamValue(nest.outer(op.rank), _in_bounds(op.fn, column, at)),)


def scan(op: Scan, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Fold every group at once, and keep every state."""
    nest = inputs[0].nest
    init = fold_init(op.fn, op.init)
    assert init is not None
    column = scan_values(op.fn, _columns(inputs), nest.offsets(op.rank), init, at.result(), at.run)
    return (StreamValue(nest, _in_bounds(op.fn, column, at)),)


def flat_map(op: FlatMap, inputs: tuple[StreamValue, ...], at: At) -> tuple[StreamValue, ...]:
    """Make all small streams at once; their outermost dim joins the input's innermost."""
    nest = inputs[0].nest
    column, inner = flat_values(op.fn, _columns(inputs), at.result(), at.run)
    longer = nest.append(inner)
    whole = _in_bounds(op.fn, column, at)
    return (StreamValue(longer.flatten(len(inner) - 1, len(inner)), whole),)


def _in_bounds(fn: Function, column: Column, at: At) -> Column:
    """Return what a function made, whose indices are numbers of targets.

    Errors: EvaluationFailed (R003) for an index outside its targets.
    """
    if not isinstance(fn, Declared):
        return column
    for element, leaf in zip(leaves(at.result()), columns_of(column), strict=True):
        held = element.element if isinstance(element, Buffer) else element
        if not isinstance(held, Index):
            continue
        bound = at.extent(held.bound)
        numbers = leaf.data if isinstance(leaf, Dense) else leaf.flat
        if numbers.size and not 0 <= int(numbers.min()) <= int(numbers.max()) < bound:
            raise at.failure("R003", f"`{fn}` made an index outside {bound} targets")
    return column


def _columns(inputs: tuple[StreamValue, ...]) -> tuple[Column, ...]:
    return tuple(each.column for each in inputs)
