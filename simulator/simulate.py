"""Simulation of a checked program on a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aspl.checker import Checked
from aspl.diagnostics import Diagnostic
from aspl.reference.inputs import Inputs
from compiler.lower.limits import TooLarge, beyond_limits
from compiler.lower.lower import static_extents
from compiler.machine import Ints, Kind, Machine
from compiler.metrics import Metrics
from compiler.metrics import metrics as measure
from simulator.account import report
from simulator.budget import bandwidths, over_budget, over_capacity, queue_depths
from simulator.engine import layout as at
from simulator.engine.memory import Memory, Room, lay_out
from simulator.engine.run import run
from simulator.machine import MachineConfig
from simulator.prepare import Orders, Prepared, prepare
from simulator.report import SimReport
from simulator.timeline import Timeline
from simulator.waits import deadlock, disagreement

MOST_ROUNDS = 32
"""How often control values are computed anew from the order of arrival that they lead to."""

_ARRIVAL = (Kind.EAGER_MERGE, Kind.REASSEMBLE)
"""Units that take chunks as they arrive."""


class SimulationFailed(Exception):
    """A program does not fit the machine, or does not come to its end on it."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("; ".join(each.message for each in diagnostics))
        self.diagnostics = list(diagnostics)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulation:
    """One run of a program on a machine."""

    report: SimReport
    machine: Machine
    orders: Orders = field(default_factory=dict)
    """The input of every chunk in turn, for each operator that takes them as they arrive."""
    timeline: Timeline | None = None
    log: Ints | None = None
    """Channel, value, sides and flags of every token, when asked for."""


def simulate(
    checked: Checked,
    machine: MachineConfig,
    inputs: Inputs | None = None,
    *,
    depths: Mapping[int, int] | None = None,
    timeline: bool = False,
    log: bool = False,
) -> Simulation:
    """Simulate a strictly linear program whose every stream is read.

    Only the inputs that decide the run are read: lengths, selectors, and what they are computed
    from.

    Args:
        inputs: as for `evaluate`; a mapping may draw a value when it is asked for.
        depths: how many elements the queues of some streams hold, by stream.
        timeline: whether to tell what every unit did when.
        log: whether to keep every token.

    Errors: InputError for a value that is missing or not of its type, EvaluationFailed for data
            that the program cannot work on, SimulationFailed for a program that the machine cannot
            hold (M002 to M004, M007) or that stops before its end (M001, M005, M006)
    """
    given = inputs if inputs is not None else {}
    excess = beyond_limits(checked, static_extents(checked))
    if excess:
        raise SimulationFailed(excess)
    rules = (measure(checked, "published"), measure(checked, "paper"))
    wanted = _Wanted(timeline=timeline, log=log)
    orders: Orders = {}
    for _ in range(MOST_ROUNDS):
        prepared = _prepared(checked, given, depths or {}, orders)
        _require_budget(checked, prepared, machine, rules[0])
        memory = _run(checked, prepared.machine, machine, wanted)
        found = _orders(prepared.machine, memory)
        # values that control the run may follow from the order in which elements arrived
        if not prepared.evaluated or not _merges(prepared.machine) or found == orders:
            return _result(checked, prepared, machine, memory, rules, found, wanted)
        orders = found
    raise SimulationFailed([_unsettled(checked)])


def _prepared(
    checked: Checked, inputs: Inputs, depths: Mapping[int, int], orders: Orders
) -> Prepared:
    try:
        return prepare(checked, inputs, depths, orders)
    except TooLarge as error:
        hint = "use smaller extents"
        span = checked.program.span
        found = Diagnostic(code="M007", message=str(error), span=span, hint=hint)
        raise SimulationFailed([found]) from error


@dataclass(frozen=True, slots=True)
class _Wanted:
    timeline: bool
    log: bool


def _require_budget(
    checked: Checked, prepared: Prepared, machine: MachineConfig, rule: Metrics
) -> None:
    found = over_budget(prepared.machine, machine, checked)
    found += over_capacity(rule, machine, checked, prepared.extents)
    if found:
        raise SimulationFailed(found)


def _run(checked: Checked, tables: Machine, machine: MachineConfig, wanted: _Wanted) -> Memory:
    """Run the engine; where it records more than there was room for, run it again."""
    # one entry turns a record on
    room = Room(arena=1024, orders=1024, log=int(wanted.log), events=int(wanted.timeline))
    shares, depths = bandwidths(tables, machine), queue_depths(tables, machine)
    while True:
        memory = lay_out(tables, machine, shares, depths, room)
        run(memory.m)
        used = memory.wanted()
        full = int(memory.m[at.STATUS]) == at.FULL
        if room.covers(used) and not full:
            break
        room = Room(
            arena=room.arena if used.arena <= room.arena else 4 * used.arena,
            ring=8 * room.ring if full and used.arena <= room.arena else room.ring,
            orders=max(room.orders, used.orders),
            log=max(room.log, used.log),
            events=max(room.events, used.events),
        )
    status = int(memory.m[at.STATUS])
    if status == at.STUCK:
        raise SimulationFailed([deadlock(checked, tables, memory)])
    if status == at.FAULT:
        raise SimulationFailed([disagreement(checked, tables, memory)])
    return memory


def _merges(machine: Machine) -> bool:
    return bool(np.isin(machine.kinds, _ARRIVAL).any())


def _orders(machine: Machine, memory: Memory) -> dict[int, list[int]]:
    """Return the input of every chunk in turn, by node."""
    rows = memory.orders()
    found: dict[int, list[int]] = {}
    for unit in np.flatnonzero(np.isin(machine.kinds, _ARRIVAL)):
        found[int(machine.nodes[unit])] = rows[rows[:, 0] == unit, 1].tolist()
    return found


def _result(  # noqa: PLR0913 - all that a run was made of
    checked: Checked,
    prepared: Prepared,
    machine: MachineConfig,
    memory: Memory,
    rules: Sequence[Metrics],
    orders: Orders,
    wanted: _Wanted,
) -> Simulation:
    told = report(checked, prepared.machine, machine, memory, rules, prepared.extents)
    late = over_capacity(rules[0], machine, checked, told.extents)
    if late:
        raise SimulationFailed(late)
    return Simulation(
        report=told,
        machine=prepared.machine,
        orders=orders,
        timeline=_timeline(memory) if wanted.timeline else None,
        log=memory.log().copy() if wanted.log else None,
    )


def _timeline(memory: Memory) -> Timeline:
    rows = memory.events()
    return Timeline(
        unit=rows[:, 0].copy(),
        start=rows[:, 1].copy(),
        end=rows[:, 2].copy(),
        kind=rows[:, 3].copy(),
    )


def _unsettled(checked: Checked) -> Diagnostic:
    return Diagnostic(
        code="M005",
        message=f"control values follow from an order of arrival that differs in each of "
        f"{MOST_ROUNDS} runs",
        span=checked.program.span,
        hint="route by what the data decide, not by what arrives first",
    )
