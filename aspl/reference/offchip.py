"""Meaning of the off-chip memory operators."""

from __future__ import annotations

import numpy as np

from aspl.ops.offchip import (
    LinearOffChipLoad,
    LinearOffChipStore,
    RandomOffChipLoad,
    RandomOffChipStore,
)
from aspl.reference.onchip import affine
from aspl.reference.state import At
from aspl.values.column import Array, Column, Dense, Ints
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue


def tiles_of(tensor: Array, rows: int, cols: int) -> Array:
    """Return the tiles of a tensor in row-major order: (tiles, rows, cols)."""
    lead = tensor.shape[:-2]
    high, wide = tensor.shape[-2] // max(rows, 1), tensor.shape[-1] // max(cols, 1)
    cut = tensor.reshape(*lead, high, rows, wide, cols)
    return np.moveaxis(cut, -2, -3).reshape(-1, rows, cols)


def tensor_of(tiles: Array, shape: tuple[int, ...]) -> Array:
    """Put tiles back together; the inverse of `tiles_of`."""
    rows, cols = tiles.shape[1:]
    high, wide = shape[-2] // max(rows, 1), shape[-1] // max(cols, 1)
    cut = tiles.reshape(*shape[:-2], high, wide, rows, cols)
    return np.moveaxis(cut, -3, -2).reshape(shape)


def linear_load(
    op: LinearOffChipLoad, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Read tiles in an affine order, once for each element of ref."""
    tensor = at.state.tensor(op.tensor)
    rows, cols = map(at.extent, op.tile)
    tiles = tiles_of(tensor, rows, cols)
    if op.stride is None or op.shape is None:
        extents = (*tensor.shape[:-2], tensor.shape[-2] // rows, tensor.shape[-1] // cols)
        read = Dense(tiles)
    else:
        extents = tuple(map(at.extent, op.shape))
        places = affine(tuple(map(at.extent, op.stride)), extents)
        if len(places) and not len(tiles):
            raise at.failure("R003", f"`{op.tensor.name}` has no tiles to read")
        read = Dense(tiles[places % max(len(tiles), 1)])
    outer = inputs[0].nest if inputs else Nest((1,))
    times = outer.size
    data = np.broadcast_to(read.data, (times, *read.data.shape)).reshape(-1, rows, cols)
    return (StreamValue(outer.append(tuple(map(int, extents))), Dense(data)),)


def linear_store(
    op: LinearOffChipStore, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Write the tiles in row-major order."""
    column = inputs[0].column
    assert isinstance(column, Dense)
    tensor = at.state.tensor_to_write(op.tensor)
    tensor[...] = tensor_of(column.data, tensor.shape)
    return ()


def random_load(
    op: RandomOffChipLoad, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Read the tile at every address."""
    tensor = at.state.tensor(op.tensor)
    rows, cols = map(at.extent, op.tile)
    tiles = tiles_of(tensor, rows, cols)
    return (StreamValue(inputs[0].nest, Dense(tiles[addresses(inputs[0].column, len(tiles), at)])),)


def random_store(
    op: RandomOffChipStore, inputs: tuple[StreamValue, ...], at: At
) -> tuple[StreamValue, ...]:
    """Write every tile to its address; of two writes to one address the later stays."""
    x, address = inputs
    assert isinstance(x.column, Dense)
    tensor = at.state.tensor_to_write(op.tensor)
    rows, cols = x.column.data.shape[1:]
    tiles = tiles_of(tensor, rows, cols).copy()
    places = addresses(address.column, len(tiles), at)
    tiles[places] = x.column.data
    tensor[...] = tensor_of(tiles, tensor.shape)
    nest = (address if op.ack == "address" else x).nest
    return (StreamValue(nest, Dense(np.ones(nest.size, dtype=np.bool_))),)


def addresses(column: Column, limit: int, at: At) -> Ints:
    """Return addresses as integers.

    Errors: EvaluationFailed (R003) for one outside `limit` tiles.
    """
    assert isinstance(column, Dense)
    places: Ints = column.data.reshape(len(column)).astype(np.int64)
    wrong = np.flatnonzero((places < 0) | (places >= limit))
    if len(wrong):
        first = int(wrong[0])
        raise at.failure(
            "R003",
            f"address {int(places[first])} (element {first}) is outside the {limit} tiles",
            "addresses count tiles, in row-major order",
        )
    return places
