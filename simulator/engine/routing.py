"""The routing units: which elements go where, decided by a control stream or by arrival."""

from __future__ import annotations

from compiler.machine import P, Route
from simulator.engine.elements import load_of
from simulator.engine.higher import spend
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    CLOCK,
    ELEMENTS,
    FLAGS,
    HEAD,
    IN0,
    IN1,
    INPUT_COUNT,
    INPUTS,
    LOW_SHIFT,
    ON_CHIP,
    OUTPUT_COUNT,
    OUTPUTS,
    PARAMETER,
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    REMAINDERS,
    SELECTOR_STARTS,
    SELECTOR_TARGETS,
    SIDES,
    STEP,
    STOP_MASK,
    STOPS_MASK,
    SWITCH,
    VALUE,
)
from simulator.engine.queues import (
    close,
    finish,
    has_room,
    has_token,
    hear_end,
    is_over,
    must_arrive,
    put,
    see,
    see_room,
    send,
    take,
    wait_for_room,
    wait_for_token,
)
from simulator.engine.shape import holds

_P_RANK = PARAMETER + int(P.RANK)
_P_MODE = PARAMETER + int(P.MODE)
_INDEX = int(Route.INDEX)


@kernel
def targets(m: Memory, u: int, value: int, own: int) -> None:
    """Leave the targets of a control value in R1 (where they begin) and R2 (how many)."""
    if m[u + _P_MODE] == _INDEX:
        m[own] = value
    elif value < 0:
        m[own] = -1 - value
    else:
        starts = m[SELECTOR_STARTS] + value
        m[u + R1] = m[SELECTOR_TARGETS] + m[starts]
        m[u + R2] = m[starts + 1] - m[starts]
        return
    m[u + R1] = own
    m[u + R2] = 1


@kernel
def drain_all(m: Memory, u: int, first: int, count: int) -> None:
    """Take what is left of some inputs; end the unit when all have ended."""
    for i in range(first, first + count):
        c = m[m[u + INPUTS] + i]
        while has_token(m, c):
            take(m, u, c)
        if not is_over(m, c):
            wait_for_token(m, u, c)
            return
    finish(m, u)


@kernel
def close_outputs(m: Memory, u: int) -> None:
    """End the streams that the unit writes; it may still have to read."""
    for i in range(m[u + OUTPUT_COUNT]):
        close(m, u, m[m[u + OUTPUTS] + i])


@kernel
def step_partition(m: Memory, u: int) -> None:
    """Forward chunks to the targets of their selectors.

    STEP 0 takes a selector, 1 an element of its chunk, 2 writes it to target R3 of R2, 9 waits for
    the end of the data.
    """
    own = m[u + REMAINDERS] + 2 * m[u + INPUT_COUNT]
    control = m[u + IN1]
    while True:
        if m[u + STEP] == 0:
            if not has_token(m, control):
                if not is_over(m, control):
                    wait_for_token(m, u, control)
                    return
                hear_end(m, u, control)
                close_outputs(m, u)
                m[u + STEP] = 9
            else:
                see(m, u, control)
                head = m[control + HEAD]
                bare = (m[head + FLAGS] >> LOW_SHIFT) & STOP_MASK != 0
                value = m[head + VALUE]
                take(m, u, control)
                if bare:
                    continue
                targets(m, u, value, own)
                m[u + R0] = 0
                m[u + STEP] = 1
        if m[u + STEP] == 9:
            drain_all(m, u, 0, 1)
            return
        if m[u + STEP] == 1 and not _take_of_chunk(m, u):
            return
        if m[u + STEP] == 2:
            if not _forward(m, u):
                return
            level = m[u + R7]
            m[u + STEP] = 0 if level >= m[u + _P_RANK] else 1


@kernel
def _take_of_chunk(m: Memory, u: int) -> bool:
    """Take an element of the chunk into R4 to R6, its stop into R7; return whether there is one."""
    data, rank = m[u + IN0], m[u + _P_RANK]
    while True:
        if not must_arrive(m, u, data):
            return False
        head = m[data + HEAD]
        flags = m[head + FLAGS]
        level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
        if low <= rank:
            break
        # it closes dims around the chunks
        take(m, u, data)
    if low == 0:
        spend(m, u, load_of(m, u, 0, head))
    m[u + R4] = m[head + VALUE]
    m[u + R5] = m[head + SIDES]
    kept = flags & ~(STOPS_MASK | ON_CHIP)
    m[u + R6] = kept | min(level, rank) | (low << LOW_SHIFT)
    m[u + R7] = level
    take(m, u, data)
    if low == 0 and m[u + R2] > 0:
        spend(m, u, m[SWITCH])
    m[u + R3] = 0
    m[u + STEP] = 2
    return True


@kernel
def _forward(m: Memory, u: int) -> bool:
    """Write the element to the targets that do not have it; return whether all have it."""
    while m[u + R3] < m[u + R2]:
        target = m[m[u + R1] + m[u + R3]]
        out = m[m[u + OUTPUTS] + target]
        if not send(m, u, out, m[u + CLOCK], m[u + R4], m[u + R5], m[u + R6]):
            return False
        if m[u + R6] & STOPS_MASK <= STOP_MASK:
            m[u + ELEMENTS] += 1
        m[u + R3] += 1
    return True


@kernel
def step_parallelize(m: Memory, u: int) -> None:
    """Deal chunks in turn; R0 is the output whose turn it is."""
    rank = m[u + _P_RANK]
    while True:
        if m[u + STEP] == 0:
            if not holds(m, u):
                return
            m[u + STEP] = 1
        out = m[m[u + OUTPUTS] + m[u + R0]]
        if not send(m, u, out, m[u + CLOCK], m[u + R1], m[u + R2], m[u + R3]):
            return
        if (m[u + R3] >> LOW_SHIFT) & STOP_MASK == 0:
            m[u + ELEMENTS] += 1
        if m[u + R3] & STOP_MASK >= rank:
            m[u + R0] = (m[u + R0] + 1) % m[u + OUTPUT_COUNT]
        m[u + STEP] = 0


@kernel
def step_broadcast(m: Memory, u: int) -> None:
    """Write every element to all outputs at once, when all have room."""
    count, base = m[u + OUTPUT_COUNT], m[u + OUTPUTS]
    while True:
        if m[u + STEP] == 0:
            if not holds(m, u):
                return
            m[u + STEP] = 1
        for i in range(count):
            if not has_room(m, m[base + i]):
                wait_for_room(m, u, m[base + i])
                return
        for i in range(count):
            see_room(m, u, m[base + i])
        for i in range(count):
            put(m, u, m[base + i], m[u + CLOCK], m[u + R1], m[u + R2], m[u + R3])
        if (m[u + R3] >> LOW_SHIFT) & STOP_MASK == 0:
            m[u + ELEMENTS] += 1
        m[u + STEP] = 0
