"""The equations behind the published figures of STeP.

Source: the public frontend of STeP, memory equations of mode 1 without queues, with its mimicked
bf16: loads and random stores count such a number as 2 bytes; the streams that loads write are typed
as f32, so every other equation counts 4.
"""

from __future__ import annotations

from aspl.dims import Dim
from aspl.types import Buffer, DType, Element, Scalar, Tile, Tuple, size_bytes
from compiler.metrics.row import Cost, Operation, Table, count, free


def _wide_bytes(element: Element) -> Dim:
    """Return the bytes of an element where bf16 counts as f32."""
    return size_bytes(_widened(element))


def _widened(element: Element) -> Element:
    match element:
        case Scalar(DType.BF16):
            return Scalar(DType.F32)
        case Tile(DType.BF16, rows, cols):
            return Tile(DType.F32, rows, cols)
        case Buffer(Scalar(DType.BF16), dims):
            return Buffer(Scalar(DType.F32), dims)
        case Buffer(Tile(DType.BF16, rows, cols), dims):
            return Buffer(Tile(DType.F32, rows, cols), dims)
        case Tuple(parts):
            return Tuple(tuple(map(_widened, parts)))
        case _:
            return element


def _load(operation: Operation) -> Cost:
    tile = size_bytes(operation.output.element)
    return Cost(off_chip=count(operation.output) * tile, on_chip=tile)


def _linear_store(operation: Operation) -> Cost:
    tile = _wide_bytes(operation.input.element)
    return Cost(off_chip=count(operation.input) * tile, on_chip=tile)


def _random_store(operation: Operation) -> Cost:
    """Cost a tile for each acknowledgement, and one tile of buffer.

    The frontend multiplies the memory by a depth of the buffer, which the language does not have:
    1, its default.
    """
    tile = size_bytes(operation.input.element)
    return Cost(off_chip=count(operation.output) * tile, on_chip=tile)


def _bufferize(operation: Operation) -> Cost:
    buffer = _wide_bytes(operation.output.element)
    return Cost(on_chip=buffer * 2 + _wide_bytes(operation.input.element))


def _streamify(operation: Operation) -> Cost:
    buffer = _wide_bytes(operation.input.element)
    return Cost(on_chip=buffer + _wide_bytes(operation.output.element))


def _state(operation: Operation) -> Cost:
    return Cost(on_chip=_wide_bytes(operation.output.element))


PUBLISHED: Table = {
    "LinearOffChipLoad": _load,
    "LinearOffChipStore": _linear_store,
    "RandomOffChipLoad": _load,
    "RandomOffChipStore": _random_store,
    "Bufferize": _bufferize,
    "Streamify": _streamify,  # assumed for an affine read, which the frontend lacks
    "Map": free,
    "Accum": _state,
    "Scan": _state,  # assumed as `Accum`; the frontend lacks it
    "FlatMap": free,
    "Partition": free,
    "Reassemble": free,  # none of the published ones writes back to on-chip memory
    "EagerMerge": free,
    "Parallelize": free,
    "Broadcast": free,
    "Flatten": free,
    "Promote": free,
    "Reshape": free,
    "Expand": _state,
    "Repeat": _state,
    "Zip": free,  # assumed; the frontend lacks it
    "MetadataSource": free,
    "SelectorSource": free,
    "IndexSource": free,  # assumed as `SelectorSource`
    "Consumer": free,
    "Assume": free,  # a statement, no operator of a machine
    "Feedback": free,  # a name for another operator's stream
}
