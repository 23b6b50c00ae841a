"""The operators of the language, by name."""

from __future__ import annotations

from aspl.ops.base import Op
from aspl.ops.higher import Accum, FlatMap, Map, Scan
from aspl.ops.offchip import (
    LinearOffChipLoad,
    LinearOffChipStore,
    RandomOffChipLoad,
    RandomOffChipStore,
)
from aspl.ops.onchip import Bufferize, Streamify
from aspl.ops.routing import Broadcast, EagerMerge, Parallelize, Partition, Reassemble
from aspl.ops.shape import Expand, Flatten, Promote, Repeat, Reshape, Zip
from aspl.ops.sources import (
    Assume,
    Consumer,
    Feedback,
    IndexSource,
    MetadataSource,
    SelectorSource,
)

OPS: dict[str, type[Op]] = {
    op.name: op
    for op in (
        LinearOffChipLoad,
        LinearOffChipStore,
        RandomOffChipLoad,
        RandomOffChipStore,
        Bufferize,
        Streamify,
        Map,
        Accum,
        Scan,
        FlatMap,
        Partition,
        Reassemble,
        EagerMerge,
        Parallelize,
        Broadcast,
        Flatten,
        Promote,
        Reshape,
        Expand,
        Repeat,
        Zip,
        MetadataSource,
        SelectorSource,
        IndexSource,
        Consumer,
        Assume,
        Feedback,
    )
}
