"""How every operator works token by token, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aspl.reference.ports import Ports
from aspl.reference.processes import higher, offchip, onchip, routing, shape, sources, steps
from aspl.reference.queues import Steps

PROCESSES: Mapping[str, Callable[[Ports], Steps]] = {
    "LinearOffChipLoad": offchip.linear_load,
    "LinearOffChipStore": steps.drained,
    "RandomOffChipLoad": offchip.random_load,
    "RandomOffChipStore": offchip.random_store,
    "Bufferize": higher.grouped,
    "Streamify": onchip.streamify,
    "Map": steps.elementwise,
    "Accum": higher.grouped,
    "Scan": higher.scan,
    "FlatMap": steps.elementwise,
    "Partition": routing.partition,
    "Reassemble": routing.reassemble,
    "EagerMerge": routing.eager_merge,
    "Parallelize": routing.parallelize,
    "Broadcast": steps.copied,
    "Flatten": shape.flatten,
    "Promote": shape.promote,
    "Reshape": shape.reshape,
    "Expand": onchip.expanded,
    "Repeat": steps.elementwise,
    "Zip": steps.elementwise,
    "MetadataSource": sources.source,
    "SelectorSource": sources.source,
    "IndexSource": sources.source,
    "Consumer": steps.drained,
    "Assume": sources.assumed,
    "Feedback": steps.copied,
}
