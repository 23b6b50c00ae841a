"""The equations that the paper states.

Source: STeP (ASPLOS 2026), section 4.2: traffic of an off-chip operator is elements times bytes of
one; its memory is two elements; a buffer is held twice beside one element; folds and `Expand` hold
what they write; a matrix product holds 16 columns of its first operand, its weight tile and, as a
fold, what it writes; nothing else holds anything. Every number counts its own bytes.
"""

from __future__ import annotations

from aspl.dims import Dim, product
from aspl.types import Buffer, leaves, size_bytes
from compiler.metrics.row import Cost, Operation, Table, columns, count, free, is_matmul

_ROWS_IN_FLIGHT = 16
"""Rows of a compute tile; the equation counts elements, not bytes, of the first operand."""


def _load(operation: Operation) -> Cost:
    element = size_bytes(operation.output.element)
    return Cost(off_chip=count(operation.output) * element, on_chip=element * 2)


def _store(operation: Operation) -> Cost:
    """Cost the tiles that are stored: assumed, since a store writes none to a stream."""
    element = size_bytes(operation.input.element)
    return Cost(off_chip=count(operation.input) * element, on_chip=element * 2)


def _bufferize(operation: Operation) -> Cost:
    element = size_bytes(operation.input.element)
    return Cost(on_chip=element + _stored(operation) * element * 2)


def _stored(operation: Operation) -> Dim:
    """Return how many elements of its input a buffer holds."""
    buffer = operation.output.element
    assert isinstance(buffer, Buffer)
    held = operation.input.element
    inner = len(held.dims) if isinstance(held, Buffer) else 0
    return product(buffer.dims[: len(buffer.dims) - inner])


def _map(operation: Operation) -> Cost:
    return Cost(on_chip=_product(operation)) if is_matmul(operation.op) else Cost()


def _fold(operation: Operation) -> Cost:
    state = size_bytes(operation.output.element)
    return Cost(on_chip=_product(operation) + state if is_matmul(operation.op) else state)


def _state(operation: Operation) -> Cost:
    return Cost(on_chip=size_bytes(operation.output.element))


def _product(operation: Operation) -> Dim:
    # two streams, or one of pairs
    factors = [leaf for each in operation.inputs for leaf in leaves(each.element)]
    return columns(factors[0]) * _ROWS_IN_FLIGHT + size_bytes(factors[1])


PAPER: Table = {
    "LinearOffChipLoad": _load,
    "LinearOffChipStore": _store,
    "RandomOffChipLoad": _load,
    "RandomOffChipStore": _store,
    "Bufferize": _bufferize,
    "Streamify": free,
    "Map": _map,
    "Accum": _fold,
    "Scan": _fold,
    "FlatMap": free,
    "Partition": free,
    "Reassemble": free,
    "EagerMerge": free,
    "Parallelize": free,
    "Broadcast": free,
    "Flatten": free,
    "Promote": free,
    "Reshape": free,
    "Expand": _state,
    "Repeat": _state,  # the static form of `Expand`
    "Zip": free,
    "MetadataSource": free,  # assumed; the paper has no operator for sources and sinks
    "SelectorSource": free,  # assumed
    "IndexSource": free,  # assumed
    "Consumer": free,  # assumed
    "Assume": free,  # a statement, no operator of a machine
    "Feedback": free,  # a name for another operator's stream
}
