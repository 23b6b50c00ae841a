"""The meaning of every operator, by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from aspl.reference import higher, offchip, onchip, routing, shape, sources
from aspl.reference.state import At
from aspl.values.stream import StreamValue

Meaning: TypeAlias = Callable[[Any, tuple[StreamValue, ...], At], tuple[StreamValue, ...]]

MEANING: dict[str, Meaning] = {
    "LinearOffChipLoad": offchip.linear_load,
    "LinearOffChipStore": offchip.linear_store,
    "RandomOffChipLoad": offchip.random_load,
    "RandomOffChipStore": offchip.random_store,
    "Bufferize": onchip.bufferize,
    "Streamify": onchip.streamify,
    "Map": higher.map_,
    "Accum": higher.accum,
    "Scan": higher.scan,
    "FlatMap": higher.flat_map,
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
    "MetadataSource": sources.metadata_source,
    "SelectorSource": sources.selector_source,
    "IndexSource": sources.index_source,
    "Consumer": sources.consumer,
    "Assume": sources.assume,
}
"""`Feedback` has no row: cycles are evaluated token by token in `aspl.reference.cycles`."""
