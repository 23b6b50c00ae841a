"""The units that put streams together: by a control stream, or as elements arrive."""

from __future__ import annotations

from compiler.machine import P
from simulator.engine.elements import load_of
from simulator.engine.higher import spend
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    CLOCK,
    CLOSED,
    ELEMENTS,
    FLAGS,
    FOR_ARRIVAL,
    HEAD,
    INPUT_COUNT,
    INPUTS,
    LOW_SHIFT,
    NO_WAIT,
    NUMBER,
    ON_CHIP,
    ORDER_ENTRY,
    ORDERS,
    ORDERS_SIZE,
    ORDERS_USED,
    OUT0,
    OUT1,
    PARAMETER,
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    READER_WAITS,
    REMAINDERS,
    SIDES,
    STEP,
    STOP_MASK,
    STOPS_MASK,
    SWITCH,
    TIME,
    VALUE,
    WAITS,
)
from simulator.engine.queues import (
    fail,
    finish,
    has_token,
    hear_end,
    is_over,
    must_arrive,
    see,
    send,
    take,
    wait_for_token,
    wake,
)
from simulator.engine.routing import close_outputs, drain_all, targets

_P_RANK = PARAMETER + int(P.RANK)
NEVER = 1 << 62


@kernel
def _record_order(m: Memory, u: int, port: int) -> None:
    used = m[ORDERS_USED]
    if used < m[ORDERS_SIZE]:
        place = m[ORDERS] + used * ORDER_ENTRY
        m[place] = m[u + NUMBER]
        m[place + 1] = port
    m[ORDERS_USED] = used + 1


@kernel
def step_reassemble(m: Memory, u: int) -> None:
    """Collect for each selector a chunk of every target, in order of arrival.

    STEP 0 takes a selector (its stop is R0), 1 waits for all targets, 2 takes an element of chunk
    R3 of R2, 3 writes it, 9 waits for the end of the inputs. R7 is when the chunk arrived.
    """
    own = m[u + REMAINDERS] + 2 * m[u + INPUT_COUNT]
    control = m[m[u + INPUTS] + m[u + INPUT_COUNT] - 1]
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
                _take_selector(m, u, control, own)
        if m[u + STEP] == 9:
            drain_all(m, u, 0, m[u + INPUT_COUNT] - 1)
            return
        if m[u + STEP] == 1 and not _arrive_all(m, u, own):
            return
        if m[u + STEP] == 2 and not _collect(m, u):
            return
        if m[u + STEP] == 3:
            out = m[u + OUT0]
            if not send(m, u, out, m[u + CLOCK], m[u + R4], m[u + R5], m[u + R6]):
                return
            if (m[u + R6] >> LOW_SHIFT) & STOP_MASK == 0:
                m[u + ELEMENTS] += 1
            m[u + STEP] = 0 if m[u + R3] >= m[u + R2] else 2


@kernel
def _take_selector(m: Memory, u: int, control: int, own: int) -> None:
    """Take a selector; one that names nobody, and a bare stop, give a bare stop."""
    see(m, u, control)
    head, rank = m[control + HEAD], m[u + _P_RANK]
    flags, value = m[head + FLAGS], m[head + VALUE]
    level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
    take(m, u, control)
    m[u + R0] = level
    m[u + R3] = 0
    if low == 0:
        targets(m, u, value, own)
        m[u + STEP] = 1
        if m[u + R2] > 0:
            return
    else:
        m[u + R2] = 0
    m[u + R4] = 0
    m[u + R5] = 0
    m[u + R6] = (level + 1 + rank) | ((low + 1 + rank) << LOW_SHIFT)
    m[u + STEP] = 3


@kernel
def _arrive_all(m: Memory, u: int, own: int) -> bool:
    """Wait until every target has its chunk; sort them by arrival, the lower input first."""
    count, base = m[u + R2], m[u + INPUTS]
    for i in range(count):
        c = m[base + m[m[u + R1] + i]]
        if not has_token(m, c):
            if is_over(m, c):
                fail(m, u, c)
            else:
                wait_for_token(m, u, c)
            return False
    for i in range(count):
        target = m[m[u + R1] + i]
        time = m[m[m[base + target] + HEAD] + TIME]
        place = i
        while place > 0 and _is_later(m, base, m[own + place - 1], target, time):
            m[own + place] = m[own + place - 1]
            place -= 1
        m[own + place] = target
    m[u + R1] = own
    for i in range(count):
        see(m, u, m[base + m[own + i]])
    _begin_chunk(m, u)
    return True


@kernel
def _is_later(m: Memory, base: int, other: int, target: int, time: int) -> bool:
    """Whether the chunk of `other` comes after that of `target`."""
    its = m[m[m[base + other] + HEAD] + TIME]
    return its > time or (its == time and other > target)


@kernel
def _begin_chunk(m: Memory, u: int) -> None:
    target = m[m[u + R1] + m[u + R3]]
    m[u + R7] = m[m[m[m[u + INPUTS] + target] + HEAD] + TIME]
    _record_order(m, u, target)
    m[u + STEP] = 2


@kernel
def _collect(m: Memory, u: int) -> bool:
    """Take an element of the chunk into R4 to R6; return whether there is one.

    Only the arrival of the chunk's first element pays for switching.
    """
    rank = m[u + _P_RANK]
    port = m[m[u + R1] + m[u + R3]]
    c = m[m[u + INPUTS] + port]
    if not must_arrive(m, u, c):
        return False
    head = m[c + HEAD]
    flags = m[head + FLAGS]
    level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
    if low == 0:
        ready = m[u + R7] + m[SWITCH] + load_of(m, u, port, head)
        spend(m, u, ready - m[u + CLOCK])
    m[u + R4] = m[head + VALUE]
    m[u + R5] = m[head + SIDES]
    take(m, u, c)
    if level >= rank:
        level = rank
        m[u + R3] += 1
        if m[u + R3] == m[u + R2]:
            level += 1 + m[u + R0]
    m[u + R6] = (flags & ~(STOPS_MASK | ON_CHIP)) | level | (low << LOW_SHIFT)
    m[u + STEP] = 3
    if m[u + R3] < m[u + R2] and level >= rank:
        _open_next(m, u)
    return True


@kernel
def _open_next(m: Memory, u: int) -> None:
    """Note when the next chunk arrived, before its first element is taken."""
    target = m[m[u + R1] + m[u + R3]]
    m[u + R7] = m[m[m[m[u + INPUTS] + target] + HEAD] + TIME]
    _record_order(m, u, target)


@kernel
def step_eager_merge(m: Memory, u: int) -> None:
    """Pass chunks on as they arrive.

    STEP 0 decides, 1 writes the selector, 2 takes an element of the chunk of input R0, 3 writes it.
    """
    while True:
        if m[u + STEP] == 0:
            chosen = choice(m, u)
            if chosen < 0:
                return
            decide(m, u, chosen)
        if m[u + STEP] == 1:
            out = m[u + OUT1]
            if not send(m, u, out, m[u + CLOCK], -1 - m[u + R0], 0, 0):
                return
            m[u + STEP] = 2
        if m[u + STEP] == 2 and not _take_merged(m, u):
            return
        if m[u + STEP] == 3:
            out = m[u + OUT0]
            if not send(m, u, out, m[u + CLOCK], m[u + R1], m[u + R2], m[u + R3]):
                return
            if (m[u + R3] >> LOW_SHIFT) & STOP_MASK == 0:
                m[u + ELEMENTS] += 1
            m[u + STEP] = 0
            if m[u + R3] & STOP_MASK < m[u + _P_RANK]:
                spend(m, u, 1)
                m[u + STEP] = 2


@kernel
def choice(m: Memory, u: int) -> int:
    """Return the input whose chunk comes first, -1 while another may be earlier."""
    count, base = m[u + INPUT_COUNT], m[u + INPUTS]
    ended, missing, first, soonest = 0, 0, -1, NEVER
    for i in range(count):
        c = m[base + i]
        if has_token(m, c):
            time = m[m[c + HEAD] + TIME]
            if time < soonest:
                first, soonest = i, time
        elif m[c + CLOSED] != 0:
            ended += 1
        else:
            missing += 1
            m[c + READER_WAITS] = 1
            m[u + WAITS] = FOR_ARRIVAL
    if ended == count:
        finish(m, u)
        return -1
    return first if missing == 0 else -1


@kernel
def decision_time(m: Memory, u: int) -> int:
    """Return when a merge that waits decides for the first of the chunks that it has; or NEVER."""
    if m[u + STEP] != 0 or m[u + WAITS] != FOR_ARRIVAL:
        return NEVER
    soonest = NEVER
    for i in range(m[u + INPUT_COUNT]):
        c = m[m[u + INPUTS] + i]
        if has_token(m, c):
            soonest = min(soonest, m[m[c + HEAD] + TIME])
    return soonest if soonest == NEVER else max(soonest, m[u + CLOCK])


@kernel
def decide_now(m: Memory, u: int) -> None:
    """Decide for the first chunk that is there: nothing earlier can come any more."""
    first, soonest = -1, NEVER
    for i in range(m[u + INPUT_COUNT]):
        c = m[m[u + INPUTS] + i]
        if has_token(m, c) and m[m[c + HEAD] + TIME] < soonest:
            first, soonest = i, m[m[c + HEAD] + TIME]
    decide(m, u, first)
    wake(m, u)


@kernel
def decide(m: Memory, u: int, chosen: int) -> None:
    """Choose an input; the unit has waited until its chunk arrived."""
    c = m[m[u + INPUTS] + chosen]
    m[u + WAITS] = NO_WAIT
    see(m, u, c)
    m[u + R0] = chosen
    _record_order(m, u, chosen)
    m[u + STEP] = 1


@kernel
def _take_merged(m: Memory, u: int) -> bool:
    c = m[m[u + INPUTS] + m[u + R0]]
    if not must_arrive(m, u, c):
        return False
    head = m[c + HEAD]
    m[u + R1] = m[head + VALUE]
    m[u + R2] = m[head + SIDES]
    m[u + R3] = m[head + FLAGS]
    take(m, u, c)
    m[u + STEP] = 3
    return True
