"""From a checked, strictly linear program to the tables of a machine."""

from __future__ import annotations

from collections.abc import Mapping

from aspl.checker import Checked
from aspl.dims import Kind as DimKind
from aspl.ops.sources import Assume, Feedback
from aspl.types import Stream
from compiler.lower.coding import Slots
from compiler.lower.context import At, Lowering, resolved
from compiler.lower.demand import control_streams
from compiler.lower.known import EvaluationNeeded, Known
from compiler.lower.rules import RULES
from compiler.lower.sources import add_input, add_result, is_regular
from compiler.lower.tables import Tables
from compiler.machine import Machine

_LOADS = ("LinearOffChipLoad", "RandomOffChipLoad")
_STORES = ("LinearOffChipStore", "RandomOffChipStore")
_TENSOR_SOURCES = ("MetadataSource", "SelectorSource", "IndexSource")


def lower(checked: Checked, known: Known, depths: Mapping[int, int] | None = None) -> Machine:
    """Return the tables of a program whose every stream is read once.

    Args: depths: how many elements the queues of some streams hold, by stream.
    Errors: EvaluationNeeded where values or extents that a run decides are missing in `known`;
            TooLarge
    """
    aliases = _aliases(checked)
    lowering = Lowering(
        checked=checked,
        known=known,
        tables=Tables(),
        controls=control_streams(checked),
        memory_read=_memory_read(checked, aliases),
        aliases=aliases,
        ports=_ports(checked),
    )
    program = checked.program
    for given in program.inputs:
        if isinstance(given.type, Stream):
            add_input(lowering, given)
    for place, node in enumerate(program.nodes):
        try:
            RULES[node.op.name](node.op, At(lowering, place, node))
        except EvaluationNeeded as needed:
            # the others may need more: all is evaluated at once
            lowering.needed |= needed.streams
    if lowering.needed:
        raise EvaluationNeeded(frozenset(lowering.needed))
    for number, value in enumerate(program.results):
        add_result(lowering, value, number)
    ranks = {value: stream.rank for value, stream in enumerate(checked.types)}
    kept = {lowering.stream(value): depth for value, depth in (depths or {}).items()}
    return lowering.tables.build(kept, ranks)


def given_streams(checked: Checked, extents: Mapping[str, int]) -> frozenset[str]:
    """Return the kernel's streams whose values have to be known: extents or control values."""
    slots, controls = Slots(extents), control_streams(checked)
    return frozenset(
        each.name
        for each in checked.program.inputs
        if each.value is not None
        and (each.value in controls or not is_regular(checked.types[each.value], slots))
    )


def control_tensors(checked: Checked) -> frozenset[str]:
    """Return the tensors whose values have to be known: they become control values."""
    controls = control_streams(checked)
    return frozenset(
        node.op.tensor.name  # type: ignore[attr-defined]
        for node in checked.program.nodes
        if node.op.name in _TENSOR_SOURCES and node.outputs[0] in controls
    )


def static_extents(checked: Checked) -> dict[str, int]:
    """Return the sizes that are fixed before a run."""
    return {size.name: size.value for size in checked.program.sizes if size.kind is DimKind.SIZE}


def _ports(checked: Checked) -> dict[int, int]:
    """Order the users of off-chip memory: loads, then stores, each as in the program."""
    nodes = checked.program.nodes
    users = [
        place
        for names in (_LOADS, _STORES)
        for place, node in enumerate(nodes)
        if node.op.name in names
    ]
    return {place: port for port, place in enumerate(users)}


def _memory_read(checked: Checked, aliases: Mapping[int, int]) -> frozenset[int]:
    """Return the streams that a memory unit reads."""
    return frozenset(
        resolved(node.inputs[0], aliases)
        for node in checked.program.nodes
        if node.op.name in ("Bufferize", *_STORES)
    )


def _aliases(checked: Checked) -> dict[int, int]:
    """Return the streams that are another one by a second name."""
    return {
        node.outputs[0]: node.inputs[0]
        for node in checked.program.nodes
        if isinstance(node.op, Assume | Feedback)
    }
