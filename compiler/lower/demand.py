"""Which streams decide how a run goes: their elements are control values."""

from __future__ import annotations

from aspl.checker import Checked
from aspl.functions.function import Library
from aspl.ops.higher import FlatMap, Map
from aspl.program import Node

PASSED_ON = {
    "Partition",
    "Parallelize",
    "Broadcast",
    "Flatten",
    "Promote",
    "Reshape",
    "Repeat",
    "Expand",
    "Assume",
    "Feedback",
    "Bufferize",
    "Streamify",
}
"""Operators that hand on the elements of their first input."""
_COUNTED = {"cache_read_addresses": 1, "last_tile_filter": 0}
"""Flat maps that make as many elements as one of their inputs says."""


def control_streams(checked: Checked) -> frozenset[int]:
    """Return the streams whose elements decide routes, lengths or valid rows."""
    nodes = checked.program.nodes
    writers = {value: node for node in nodes for value in node.outputs}
    found: set[int] = set()
    waiting = [value for node in nodes for value in _decides(node)]
    while waiting:
        value = waiting.pop()
        if value in found:
            continue
        found.add(value)
        if value in writers:
            waiting += _handed_on(writers[value], value)
    return frozenset(found)


def _decides(node: Node) -> tuple[int, ...]:
    match node.op.name:
        case "Partition" | "Reassemble":
            return (node.inputs[-1],)
        case "FlatMap":
            assert isinstance(node.op, FlatMap)
            fn = node.op.fn
            port = _COUNTED.get(fn.name) if isinstance(fn, Library) else None
            return () if port is None else (node.inputs[min(port, len(node.inputs) - 1)],)
        case "Map":
            assert isinstance(node.op, Map)
            is_set = isinstance(node.op.fn, Library) and node.op.fn.name == "set_valid"
            return (node.inputs[-1],) if is_set else ()
        case _:
            return ()


def _handed_on(node: Node, value: int) -> tuple[int, ...]:
    name = node.op.name
    if name in PASSED_ON:
        # the padding stream of a `Reshape` is made there
        return node.inputs[:1] if value == node.outputs[0] or name != "Reshape" else ()
    if name == "Reassemble":
        return node.inputs[:-1]
    if name == "EagerMerge":
        return node.inputs if value == node.outputs[0] else ()
    return ()
