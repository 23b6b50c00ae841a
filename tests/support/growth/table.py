"""The moves of a growing program, by family."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from growth import folds, maps, memory, routes, shapes
from growth.growing import Growth

Move: TypeAlias = Callable[[Growth], object]
"""Adds operators where they fit; something false where they do not."""

MOVES: Mapping[str, Sequence[Move]] = {
    "map": (maps.map_one, maps.map_two, maps.map_declared, maps.map_declared, maps.map_tuples),
    "fold": (folds.fold_library, folds.fold_declared, folds.fold_retile),
    "product": (maps.map_matmul, folds.fold_matmul),
    "flat": (folds.flat_tiles, folds.flat_declared, folds.flat_addresses),
    "valid": (maps.map_valid, maps.map_address, folds.flat_tiles),
    "routing": (
        routes.partition,
        routes.partition,
        routes.eager_merge,
        routes.parallelize,
        routes.reassemble,
    ),
    "shape": (shapes.flatten, shapes.reshape, shapes.promote, shapes.repeat, shapes.expand),
    "zip": (shapes.zip_any, shapes.twins, maps.part_of_tuple),
    "on-chip": (memory.bufferize, memory.streamify, shapes.expand),
    "off-chip": (memory.load, memory.load_random),
    "store": (memory.store,),
    "source": (memory.source,),
    "merge": (routes.eager_merge, routes.eager_merge, routes.reassemble),
    "copy": (routes.broadcast,),
    "other": (routes.broadcast, memory.consumer, memory.assume),
}
"""By family: one is chosen first, so that every operator is met often."""
