"""The lowering rule of every operator, by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from compiler.lower import higher, offchip, onchip, routing, shape, sources
from compiler.lower.context import At

Rule: TypeAlias = Callable[[Any, At], None]

RULES: dict[str, Rule] = {
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
    "Assume": sources.nothing,
    "Feedback": sources.nothing,
}
