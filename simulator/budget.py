"""What a machine gives to the units of a program, and whether it has that much."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aspl.checker import Checked
from aspl.diagnostics import Diagnostic
from aspl.dims import Dim
from compiler.machine import Ints, Machine, P
from compiler.metrics import Metrics
from simulator.machine import MachineConfig


def bandwidths(machine: Machine, config: MachineConfig) -> Ints:
    """Return the FLOPs a cycle of each unit; 0 for one that computes nothing."""
    computes = machine.parameters[:, P.COMPUTES] != 0
    compute = config.compute
    if compute.sharing == "each":
        share = compute.flops_per_cycle
    else:
        share = (compute.total_flops_per_cycle or 0) // max(int(computes.sum()), 1)
    return np.where(computes, max(share, 1), 0).astype(np.int64)


def queue_depths(machine: Machine, config: MachineConfig) -> Ints:
    """Return how many elements each channel holds."""
    return np.where(machine.depths > 0, machine.depths, config.streams.depth).astype(np.int64)


def over_budget(machine: Machine, config: MachineConfig, checked: Checked) -> list[Diagnostic]:
    """Return what the machine does not have: compute, queues."""
    found = []
    compute, span = config.compute, checked.program.span
    count = int((machine.parameters[:, P.COMPUTES] != 0).sum())
    total = compute.total_flops_per_cycle
    wanted = count * (compute.flops_per_cycle if compute.sharing == "each" else 1)
    if total is not None and wanted > total:
        each = wanted // max(count, 1)
        found.append(
            Diagnostic(
                code="M002",
                message=f"{count} operators compute, and need {wanted} FLOPs a cycle at {each} "
                f"each; `{config.name}` has {total}",
                span=span,
                hint="put work of several operators into one function",
                facts=(("expected", f"<= {total}"), ("got", str(wanted))),
            )
        )
    limit = config.streams.limit
    if limit is not None and machine.channel_count > limit:
        found.append(
            Diagnostic(
                code="M004",
                message=f"the program has {machine.channel_count} queues; `{config.name}` has "
                f"{limit}",
                span=span,
                hint="put work of several operators into one function",
                facts=(("expected", f"<= {limit}"), ("got", str(machine.channel_count))),
            )
        )
    return found


def over_capacity(
    metrics: Metrics, config: MachineConfig, checked: Checked, extents: Mapping[str, int]
) -> list[Diagnostic]:
    """Return a finding where on-chip memory does not suffice, as far as extents are known."""
    capacity = config.on_chip.capacity_bytes
    if capacity is None:
        return []
    needed = [(_held(each.on_chip, extents), each.node) for each in metrics.operators]
    total = sum(size for size, _ in needed)
    if total <= capacity:
        return []
    largest, node = max(needed)
    spans = checked.program.nodes
    return [
        Diagnostic(
            code="M003",
            message=f"the program needs {total} bytes of on-chip memory, {largest} of them here; "
            f"`{config.name}` has {capacity}",
            span=spans[node].span,
            hint="use smaller tiles, or store fewer dims in one buffer",
            facts=(("expected", f"<= {capacity}"), ("got", str(total))),
        )
    ]


def _held(dim: Dim, extents: Mapping[str, int]) -> int:
    try:
        return dim.value(extents)
    except KeyError:
        return 0
