"""Lowering of the off-chip memory operators."""

from __future__ import annotations

from aspl.dims import Dim
from aspl.ops.offchip import (
    LinearOffChipLoad,
    LinearOffChipStore,
    RandomOffChipLoad,
    RandomOffChipStore,
    tiled_shape,
)
from compiler.lower.context import At
from compiler.machine import Kind, P


def linear_load(op: LinearOffChipLoad, at: At) -> None:
    """Lower an affine read, once or for every element of `ref`."""
    shape = tiled_shape(op.tensor.type, op.tile) if op.shape is None else op.shape
    levels = [len(shape), *(at.known(dim) for dim in shape)]
    parameters = _tile(op.tile, at) | {
        P.LEVELS: at.tables.place(levels),
        P.RANK: len(shape),
        P.BYTES: op.tensor.type.dtype.size_bytes,
        P.VALUES: at.controls(),
    }
    at.add(Kind.LOAD_REF if at.node.inputs else Kind.LOAD, parameters)


def random_load(op: RandomOffChipLoad, at: At) -> None:
    """Lower a read of tiles by their addresses."""
    parameters = _tile(op.tile, at) | {
        P.BYTES: op.tensor.type.dtype.size_bytes,
        P.VALUES: at.controls(),
    }
    at.add(Kind.LOAD_RANDOM, parameters)


def linear_store(op: LinearOffChipStore, at: At) -> None:
    """Lower a write of tiles in order."""
    at.add(Kind.STORE, {P.BYTES: op.tensor.type.dtype.size_bytes})


def random_store(op: RandomOffChipStore, at: At) -> None:
    """Lower a write of tiles to addresses."""
    parameters = {P.BYTES: op.tensor.type.dtype.size_bytes, P.MODE: int(op.ack == "data")}
    at.add(Kind.STORE_RANDOM, parameters)


def _tile(tile: tuple[Dim, ...], at: At) -> dict[P, int]:
    return {P.ROWS: at.known(tile[0]), P.COLS: at.known(tile[1])}
