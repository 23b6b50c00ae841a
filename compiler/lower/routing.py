"""Lowering of the routing operators."""

from __future__ import annotations

from aspl.ops.routing import Broadcast, EagerMerge, Parallelize, Partition, Reassemble
from aspl.types import Index
from compiler.lower.context import At
from compiler.machine import Kind, P, Route


def _route(at: At) -> int:
    is_index = isinstance(at.operand(len(at.node.inputs) - 1).element, Index)
    return int(Route.INDEX if is_index else Route.SELECTOR)


def partition(op: Partition, at: At) -> None:
    """Lower the sending of chunks to targets."""
    inner = at.operand(0).rank - at.operand(1).rank
    at.add(Kind.PARTITION, {P.RANK: inner, P.MODE: _route(at), P.SIZES: at.sizes()})


def reassemble(op: Reassemble, at: At) -> None:
    """Lower the collecting of chunks."""
    at.add(
        Kind.REASSEMBLE,
        {P.RANK: at.operand(0).rank, P.MODE: _route(at), P.SIZES: at.sizes()},
    )


def eager_merge(op: EagerMerge, at: At) -> None:
    """Lower the merging by arrival."""
    at.add(Kind.EAGER_MERGE, {P.RANK: at.operand(0).rank})


def parallelize(op: Parallelize, at: At) -> None:
    """Lower the dealing of chunks in turn."""
    at.add(Kind.PARALLELIZE, {P.RANK: at.operand(0).rank})


def broadcast(op: Broadcast, at: At) -> None:
    """Lower the copying of a stream."""
    at.add(Kind.BROADCAST, {})
