"""A judge of the reference: stream programs evaluated element by element on nested lists.

Written from the docstrings of the operators and the sheet of their semantics, with none of
`aspl.reference`. It is slow and plain on purpose. Cycles are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aspl.checker import Checked
from aspl.dims import Kind
from aspl.types import Stream
from naive import higher, memory, routing, shape
from naive.extents import Extents
from naive.run import At, Meaning, Run
from naive.values import (
    Array,
    Nested,
    read_stream,
)


@dataclass(frozen=True)
class Meant:
    """What a program means on some inputs."""

    streams: Mapping[int, Nested]
    tensors: Mapping[str, Array]
    """The stored tensors afterwards."""


def interpret(
    checked: Checked,
    inputs: Mapping[str, Any],
    *,
    orders: Mapping[int, Sequence[int]] | None = None,
) -> Meant:
    """Evaluate a program; `inputs` are nested lists of elements for streams, arrays for tensors."""
    program = checked.program
    sizes = {size.name: size.value for size in program.sizes if size.kind is Kind.SIZE}
    run = Run(checked, inputs, orders or {}, Extents(sizes))
    for each in program.inputs:
        if each.value is not None:
            run.keep(each.value, inputs[each.name])
    with np.errstate(all="ignore"):
        for place, node in enumerate(program.nodes):
            made = _MEANINGS[node.op.name](At(run, place, node), node.op)
            for value, nested in zip(node.outputs, made, strict=True):
                run.keep(value, nested)
    return Meant(run.streams, run.stored)


def read_inputs(checked: Checked, values: Mapping[str, Any]) -> dict[str, Any]:
    """Read nested lists of numbers, as in an operator's example, as inputs of a program."""
    return {
        each.name: read_stream(values[each.name], each.type)
        if isinstance(each.type, Stream)
        else np.asarray(values[each.name])
        for each in checked.program.inputs
    }


_MEANINGS: Mapping[str, Meaning] = {
    "Map": higher.map_,
    "FlatMap": higher.flat_map,
    "Accum": higher.accum,
    "Scan": higher.scan,
    "Partition": routing.partition,
    "Reassemble": routing.reassemble,
    "EagerMerge": routing.eager_merge,
    "Parallelize": routing.parallelize,
    "Broadcast": routing.broadcast,
    "Flatten": shape.flatten,
    "Promote": shape.promote,
    "Reshape": shape.reshape,
    "Expand": shape.expand,
    "Repeat": shape.repeat,
    "Zip": shape.zip_,
    "Bufferize": memory.bufferize,
    "Streamify": memory.streamify,
    "LinearOffChipLoad": memory.linear_load,
    "LinearOffChipStore": memory.linear_store,
    "RandomOffChipLoad": memory.random_load,
    "RandomOffChipStore": memory.random_store,
    "MetadataSource": memory.metadata,
    "SelectorSource": memory.selectors,
    "IndexSource": memory.indices,
    "Consumer": memory.consumer,
    "Assume": memory.assume,
}
