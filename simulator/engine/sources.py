"""The units at the ends: the kernel's own streams, the tensors of control values, and consumers."""

from __future__ import annotations

from compiler.machine import P
from simulator.engine.elements import result_value
from simulator.engine.higher import spend
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    CLOCK,
    DATA,
    ELEMENTS,
    FLAGS,
    HEAD,
    IN0,
    LOW_SHIFT,
    OUT0,
    PARAMETER,
    R0,
    STEP,
    STOP_MASK,
    VALID_SHIFT,
)
from simulator.engine.queues import (
    arrives,
    finish,
    has_room,
    put,
    take,
    wait_for_room,
)
from simulator.engine.reads import (
    is_bare,
    is_read,
    next_step,
    read_of,
    start_read,
    step_stops,
)

_P_TOKENS = PARAMETER + int(P.TOKENS)
_P_ROWS = PARAMETER + int(P.ROWS)
_P_COLS = PARAMETER + int(P.COLS)
_P_COUNT = PARAMETER + int(P.COUNT)
_P_BUFFERED = PARAMETER + int(P.BUFFERED)
SOURCE_ENTRY = 6


@kernel
def step_source(m: Memory, u: int) -> None:
    """Write one element a cycle."""
    if m[u + _P_TOKENS] >= 0:
        _step_listed(m, u)
        return
    at, out = read_of(m, u), m[u + OUT0]
    if m[u + STEP] == 0:
        start_read(m, u, at, 1)
        m[u + STEP] = 1
    rows, cols = m[u + _P_ROWS], m[u + _P_COLS]
    held = m[u + _P_BUFFERED]
    while not is_read(m, at):
        if not has_room(m, out):
            wait_for_room(m, u, out)
            return
        if is_bare(m, at):
            put(m, u, out, m[u + CLOCK], 0, 0, step_stops(m, at))
        else:
            flags = step_stops(m, at) | (rows << VALID_SHIFT)
            value = result_value(m, u, held if held >= 0 else -1)
            put(m, u, out, m[u + CLOCK], value, (rows << 32) | cols, flags)
            m[u + ELEMENTS] += 1
            spend(m, u, 1)
        next_step(m, at)
    finish(m, u)


@kernel
def _step_listed(m: Memory, u: int) -> None:
    """Write the tokens that a list tells; R0 is the next."""
    out, tokens = m[u + OUT0], m[DATA] + m[u + _P_TOKENS]
    while m[u + R0] < m[u + _P_COUNT]:
        if not has_room(m, out):
            wait_for_room(m, u, out)
            return
        entry = tokens + m[u + R0] * SOURCE_ENTRY
        stops = m[entry + 1] | (m[entry] << LOW_SHIFT)
        if m[entry] != 0:
            put(m, u, out, m[u + CLOCK], 0, 0, stops)
        else:
            sides = (m[entry + 2] << 32) | m[entry + 3]
            value = result_value(m, u, m[entry + 5])
            put(m, u, out, m[u + CLOCK], value, sides, stops | (m[entry + 4] << VALID_SHIFT))
            m[u + ELEMENTS] += 1
            spend(m, u, 1)
        m[u + R0] += 1
    finish(m, u)


@kernel
def step_sink(m: Memory, u: int) -> None:
    """Read one element a cycle, and drop it."""
    source = m[u + IN0]
    while True:
        if not arrives(m, u, source):
            return
        bare = (m[m[source + HEAD] + FLAGS] >> LOW_SHIFT) & STOP_MASK != 0
        take(m, u, source)
        if not bare:
            m[u + ELEMENTS] += 1
            spend(m, u, 1)
