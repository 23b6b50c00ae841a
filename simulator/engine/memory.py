"""The engine's memory: laid out from the tables of a program and a machine, and read back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compiler.machine import PARAMETERS, STACK, Kind, Machine, P
from simulator.engine import layout as at
from simulator.engine.hub import ACTIVE
from simulator.engine.reads import SCRATCH
from simulator.machine import MachineConfig

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Places for what a run records; a run that wants more says how much."""

    arena: int = 0
    ring: int = 1024
    """Entries of one channel, where it holds more."""
    orders: int = 0
    log: int = 0
    events: int = 0

    def covers(self, wanted: Room) -> bool:
        """Whether there is as much of everything as was wanted."""
        return (
            self.arena >= wanted.arena
            and self.orders >= wanted.orders
            and self.log >= wanted.log
            and self.events >= wanted.events
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Memory:
    """The one array, which a run changes, and where the records lie in it."""

    m: Ints
    units: int
    """Place of the first unit."""
    unit_count: int
    channels: int
    channel_count: int
    given: int
    """What was in the arena before the run."""

    def unit_fields(self) -> Ints:
        """Return the records of the units: (units, fields)."""
        whole = self.m[self.units : self.units + self.unit_count * at.UNIT]
        return whole.reshape(self.unit_count, at.UNIT)

    def channel_fields(self) -> Ints:
        """Return the records of the channels: (channels, fields)."""
        whole = self.m[self.channels : self.channels + self.channel_count * at.CHANNEL]
        return whole.reshape(self.channel_count, at.CHANNEL)

    def wanted(self) -> Room:
        """Return how much room the run would have filled."""
        m = self.m
        return Room(
            arena=int(m[at.ARENA_USED]) - self.given,
            orders=int(m[at.ORDERS_USED]),
            log=int(m[at.LOG_USED]),
            events=int(m[at.EVENTS_USED]),
        )

    def orders(self) -> Ints:
        """Return the inputs chosen, one after the other: (n, 2), unit and input."""
        return self._records(at.ORDERS, at.ORDERS_USED, at.ORDER_ENTRY)

    def log(self) -> Ints:
        """Return every token sent: (n, 4), channel, value, sides, flags."""
        return self._records(at.LOG, at.LOG_USED, at.LOG_ENTRY)

    def events(self) -> Ints:
        """Return the stretches of time: (n, 4), unit, start, end, kind."""
        return self._records(at.EVENTS, at.EVENTS_USED, at.EVENT)

    def arena(self) -> Ints:
        """Return the arena."""
        base, used = int(self.m[at.ARENA]), int(self.m[at.ARENA_USED])
        return self.m[base : base + used]

    def _records(self, base: int, used: int, width: int) -> Ints:
        start, count = int(self.m[base]), int(self.m[used])
        return self.m[start : start + count * width].reshape(count, width)


def lay_out(
    machine: Machine, config: MachineConfig, bandwidths: Ints, depths: Ints, room: Room
) -> Memory:
    """Lay out a run.

    Args: bandwidths: FLOPs a cycle of each unit. depths: tokens that each channel holds.
    """
    plan = _Plan(machine, config, depths, room)
    m = np.zeros(plan.size, dtype=np.int64)
    memory = Memory(
        m=m,
        units=plan.units,
        unit_count=machine.unit_count,
        channels=plan.channels,
        channel_count=machine.channel_count,
        given=len(machine.arena),
    )
    _fill_header(m, plan)
    _fill_units(memory, plan, bandwidths)
    _fill_channels(memory, plan)
    m[plan.data : plan.data + len(machine.data)] = machine.data
    m[plan.arena : plan.arena + len(machine.arena)] = machine.arena
    ends = plan.starts + len(machine.selector_starts)
    m[plan.starts : ends] = machine.selector_starts
    m[plan.targets : plan.targets + len(machine.selector_targets)] = machine.selector_targets
    return memory


class _Plan:
    """Where everything lies."""

    def __init__(self, machine: Machine, config: MachineConfig, depths: Ints, room: Room) -> None:
        self.machine, self.config, self.depths, self.room = machine, config, depths, room
        self.size = at.HEADER
        units, channels = machine.unit_count, machine.channel_count
        input_counts = np.diff(machine.input_starts)
        self.ports = int((machine.parameters[:, P.PORT] >= 0).sum())
        self.stack = self._take(STACK)
        self.ready = self._take(units + 1)
        self.units = self._take(units * at.UNIT)
        self.scratch_sizes = 2 * input_counts + np.maximum(SCRATCH, input_counts + 1)
        self.scratch = self._take(int(self.scratch_sizes.sum()))
        self.merges = self._take(units)
        self.busy = self._take(config.off_chip.channels)
        self.active = self._take(self.ports * ACTIVE)
        self.waiting = self._take(self.ports)
        self.inputs = self._take(len(machine.inputs))
        self.outputs = self._take(len(machine.outputs))
        self.channels = self._take(channels * at.CHANNEL)
        self.data = self._take(len(machine.data))
        self.starts = self._take(len(machine.selector_starts))
        self.targets = self._take(len(machine.selector_targets))
        self.sizes = np.minimum(depths, room.ring)
        self.rings = self._take(int(self.sizes.sum()) * at.ENTRY)
        self.arena_size = room.arena + len(machine.arena)
        self.arena = self._take(self.arena_size)
        self.orders = self._take(room.orders * at.ORDER_ENTRY)
        self.log = self._take(room.log * at.LOG_ENTRY)
        self.events = self._take(room.events * at.EVENT)

    def _take(self, count: int) -> int:
        place = self.size
        self.size += count
        return place


def _fill_header(m: Ints, plan: _Plan) -> None:
    machine, config, room = plan.machine, plan.config, plan.room
    off_chip = config.off_chip
    values = {
        at.READY_BASE: plan.ready,
        at.READY_SIZE: machine.unit_count + 1,
        at.READY_TAIL: machine.unit_count,
        at.DATA: plan.data,
        at.SELECTOR_STARTS: plan.starts,
        at.SELECTOR_TARGETS: plan.targets,
        at.PAD_BYTES: config.on_chip.bytes_per_cycle,
        at.SWITCH: config.streams.switch_cycles,
        at.LIVE: machine.unit_count,
        at.STACK_BASE: plan.stack,
        at.MERGES: plan.merges,
        at.HUB_BUSY: plan.busy,
        at.HUB_CHANNELS: off_chip.channels,
        at.HUB_INTERVAL: off_chip.interval_cycles,
        at.HUB_RETURN: off_chip.latency_cycles + off_chip.start_up_cycles + 1,
        at.HUB_ISSUE: off_chip.requests_per_cycle,
        at.HUB_ACTIVE: plan.active,
        at.HUB_WAITING: plan.waiting,
        at.REQUEST_BYTES: off_chip.request_bytes,
        at.ARENA: plan.arena,
        at.ARENA_SIZE: plan.arena_size,
        at.ARENA_USED: len(machine.arena),
        at.ORDERS: plan.orders,
        at.ORDERS_SIZE: room.orders,
        at.LOG: plan.log,
        at.LOG_SIZE: room.log,
        at.LOG_ON: int(room.log > 0),
        at.EVENTS: plan.events,
        at.EVENTS_SIZE: room.events,
        at.EVENTS_ON: int(room.events > 0),
    }
    for place, value in values.items():
        m[place] = value
    merges = np.flatnonzero(machine.kinds == Kind.EAGER_MERGE)
    m[plan.merges : plan.merges + len(merges)] = plan.units + merges * at.UNIT
    m[at.MERGE_COUNT] = len(merges)
    ready = np.arange(machine.unit_count) * at.UNIT + plan.units
    m[plan.ready : plan.ready + machine.unit_count] = ready


def _fill_units(memory: Memory, plan: _Plan, bandwidths: Ints) -> None:
    machine, fields = plan.machine, memory.unit_fields()
    count = machine.unit_count
    fields[:, at.KIND] = machine.kinds
    fields[:, at.QUEUED] = 1
    fields[:, at.NUMBER] = np.arange(count)
    fields[:, at.BANDWIDTH] = np.maximum(bandwidths, 1)
    fields[:, at.REMAINDERS] = plan.scratch + np.cumsum(plan.scratch_sizes) - plan.scratch_sizes
    fields[:, at.PARAMETER : at.PARAMETER + PARAMETERS] = machine.parameters
    sides = (
        (machine.input_starts, machine.inputs, plan.inputs, at.INPUTS, at.IN0),
        (machine.output_starts, machine.outputs, plan.outputs, at.OUTPUTS, at.OUT0),
    )
    for starts, members, base, field, first in sides:
        addresses = plan.channels + members * at.CHANNEL
        memory.m[base : base + len(members)] = addresses
        counts = np.diff(starts)
        fields[:, field] = base + starts[:-1]
        fields[:, field + 1] = counts
        for port in range(2):
            has = counts > port
            fields[has, first + port] = addresses[starts[:-1][has] + port]


def _fill_channels(memory: Memory, plan: _Plan) -> None:
    machine, fields = plan.machine, memory.channel_fields()
    starts = plan.rings + (np.cumsum(plan.sizes) - plan.sizes) * at.ENTRY
    fields[:, at.RING] = starts
    fields[:, at.HEAD] = starts
    fields[:, at.TAIL] = starts
    fields[:, at.CAPACITY] = plan.depths
    fields[:, at.SIZE] = plan.sizes
    fields[:, at.WRITER] = plan.units + machine.writers * at.UNIT
    fields[:, at.READER] = plan.units + machine.readers * at.UNIT
    fields[:, at.CHANNEL_NUMBER] = np.arange(machine.channel_count)
