"""The shape units: the same elements, nested or repeated otherwise. None of them works."""

from __future__ import annotations

from compiler.machine import AROUND, PADS, P
from compiler.machine import FLAGS as WITH_FLAGS
from simulator.engine.elements import BARE_STOP, ELEMENT, END, consume, meet
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    BUSY,
    CLOCK,
    ELEMENTS,
    FLAGS,
    HEAD,
    IN0,
    IN1,
    LOW_SHIFT,
    OUT0,
    OUT1,
    PARAMETER,
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R8,
    R9,
    SIDES,
    STEP,
    STOP_MASK,
    STOPS_MASK,
    VALID_SHIFT,
    VALUE,
)
from simulator.engine.onchip import advances, drain, look_up
from simulator.engine.queues import (
    arrives,
    fail,
    finish,
    has_room,
    has_token,
    is_over,
    note,
    put,
    see,
    see_end,
    send,
    take,
    wait_for_room,
    wait_for_token,
)

_P_RANK = PARAMETER + int(P.RANK)
_P_COUNT = PARAMETER + int(P.COUNT)
_P_OUTER = PARAMETER + int(P.OUTER)
_P_ROWS = PARAMETER + int(P.ROWS)
_P_COLS = PARAMETER + int(P.COLS)
_P_BYTES = PARAMETER + int(P.BYTES)
_P_BUFFERED = PARAMETER + int(P.BUFFERED)
_FLAGS, _AROUND, _PADS = int(WITH_FLAGS), int(AROUND), int(PADS)


@kernel
def holds(m: Memory, u: int) -> bool:
    """Whether there is a next token of the first input, now taken into R1 to R3."""
    source = m[u + IN0]
    if not arrives(m, u, source):
        return False
    head = m[source + HEAD]
    m[u + R1] = m[head + VALUE]
    m[u + R2] = m[head + SIDES]
    m[u + R3] = m[head + FLAGS]
    take(m, u, source)
    return True


@kernel
def write_held(m: Memory, u: int) -> bool:
    """Write the token in R1 to R3; return whether there was room."""
    out = m[u + OUT0]
    if not send(m, u, out, m[u + CLOCK], m[u + R1], m[u + R2], m[u + R3]):
        return False
    if (m[u + R3] >> LOW_SHIFT) & STOP_MASK == 0:
        m[u + ELEMENTS] += 1
    return True


@kernel
def step_flatten(m: Memory, u: int) -> None:
    """Merge the dims RANK to COUNT; what closes one inside the merged dim closes nothing now."""
    least, most = m[u + _P_RANK], m[u + _P_COUNT]
    while True:
        if m[u + STEP] == 0:
            if not holds(m, u):
                return
            flags = m[u + R3]
            level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
            if level > most:
                level -= most - least
            elif level > least:
                level = least
            if low > most:
                low -= most - least
            elif low > least:
                low = least + 1
                if level <= least:
                    continue
            m[u + R3] = (flags & ~STOPS_MASK) | level | (low << LOW_SHIFT)
            m[u + STEP] = 1
        if not write_held(m, u):
            return
        m[u + STEP] = 0


@kernel
def step_promote(m: Memory, u: int) -> None:
    """Insert a dim of extent 1 with RANK dims inside it."""
    rank = m[u + _P_RANK]
    while True:
        if m[u + STEP] == 0:
            if not holds(m, u):
                return
            flags = m[u + R3]
            level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
            if low > rank:
                low += 1
            if level >= rank:
                level += 1
            m[u + R3] = (flags & ~STOPS_MASK) | level | (low << LOW_SHIFT)
            m[u + STEP] = 1
        if not write_held(m, u):
            return
        m[u + STEP] = 0


@kernel
def step_promote_around(m: Memory, u: int) -> None:
    """Put a dim around the whole stream, which its end closes; R0 is whether there was anything."""
    while True:
        if m[u + STEP] == 0:
            if m[u + R0] != 0 and is_over(m, m[u + IN0]):
                see_end(m, u, m[u + IN0])
                m[u + R1] = 0
                m[u + R2] = 0
                m[u + R3] = m[u + _P_RANK] | (m[u + _P_RANK] << LOW_SHIFT)
                m[u + R0] = 0
            elif holds(m, u):
                m[u + R0] = 1
            else:
                return
            m[u + STEP] = 1
        if not write_held(m, u):
            return
        m[u + STEP] = 0


@kernel
def step_repeat(m: Memory, u: int) -> None:
    """Write each element COUNT times; R0 counts the copies."""
    source, out, copies = m[u + IN0], m[u + OUT0], m[u + _P_COUNT]
    while True:
        if not arrives(m, u, source):
            return
        head = m[source + HEAD]
        flags = m[head + FLAGS]
        level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
        while m[u + R0] < copies or (low > 0 or copies == 0):
            if not has_room(m, out):
                wait_for_room(m, u, out)
                return
            if low > 0 or copies == 0:
                put(m, u, out, m[u + CLOCK], 0, 0, (level + 1) | ((low + 1) << LOW_SHIFT))
                break
            stop = level + 1 if m[u + R0] == copies - 1 else 0
            time = m[u + CLOCK] + m[u + R0]
            put(m, u, out, time, m[head + VALUE], m[head + SIDES], (flags & ~STOPS_MASK) | stop)
            m[u + ELEMENTS] += 1
            m[u + R0] += 1
        if low == 0 and copies > 0:
            note(m, u, m[u + CLOCK], m[u + CLOCK] + copies, BUSY)
            m[u + CLOCK] += copies
        m[u + R0] = 0
        take(m, u, source)


@kernel
def step_expand(m: Memory, u: int) -> None:
    """Write the element once for every element of `ref`, with the stops of `ref`."""
    source, ref = m[u + IN0], m[u + IN1]
    while True:
        if m[u + STEP] == 0:
            found = look_up(m, u, source, ref)
            if found == 0:
                return
            if found == 2:
                if drain(m, u, source):
                    finish(m, u)
                return
            stops = m[m[ref + HEAD] + FLAGS] & STOPS_MASK
            m[u + R1] = 0
            m[u + R2] = 0
            m[u + R3] = stops
            if (stops >> LOW_SHIFT) & STOP_MASK == 0:
                head = m[source + HEAD]
                m[u + R1] = m[head + VALUE]
                m[u + R2] = m[head + SIDES]
                m[u + R3] = (m[head + FLAGS] & ~STOPS_MASK) | stops
            take(m, u, ref)
            m[u + STEP] = 1
        if not write_held(m, u):
            return
        if advances(m, u, m[u + R3]):
            take(m, u, source)
        m[u + STEP] = 0


@kernel
def step_zip(m: Memory, u: int) -> None:
    """Put the elements of all inputs together."""
    while True:
        if m[u + STEP] == 0:
            met = meet(m, u)
            if met == END:
                finish(m, u)
            if met != ELEMENT and met != BARE_STOP:
                return
            m[u + R1] = 0
            m[u + R2] = 0
            m[u + R3] = m[u + R8] | (m[u + R9] << LOW_SHIFT)
            consume(m, u)
            m[u + STEP] = 1
        if not write_held(m, u):
            return
        m[u + STEP] = 0


@kernel
def step_reshape(m: Memory, u: int) -> None:
    """Split a dim into chunks.

    R0 counts in the chunk, R4 the padding to write, R5 the stop of its last element. STEP 1 writes
    an element, 2 its flag, 3 looks whether the stream ends behind a whole chunk.
    """
    while True:
        if m[u + STEP] == 0:
            if m[u + R0] != 0 and is_over(m, m[u + IN0]):
                if not _end_chunks(m, u):
                    return
            elif not holds(m, u):
                return
            elif m[u + _P_RANK] == 0:
                _split(m, u)
            else:
                _split_outside(m, u)
            if m[u + STEP] == 0:
                m[u + STEP] = 1
        if m[u + STEP] == 3 and not _look_behind(m, u):
            return
        if m[u + STEP] == 1:
            if not write_held(m, u):
                return
            m[u + STEP] = 2
        if m[u + STEP] == 2:
            if m[u + _P_OUTER] & _FLAGS and not _write_flag(m, u):
                return
            m[u + STEP] = 0
            if m[u + R4] > 0:
                _pad(m, u)
                m[u + STEP] = 1


@kernel
def _write_flag(m: Memory, u: int) -> bool:
    out = m[u + OUT1]
    if not has_room(m, out):
        wait_for_room(m, u, out)
        return False
    stops = m[u + R3] & STOPS_MASK
    if stops >> LOW_SHIFT == 0:
        put(m, u, out, m[u + CLOCK], 0, (1 << 32) | 1, stops | (1 << VALID_SHIFT))
    else:
        put(m, u, out, m[u + CLOCK], 0, 0, stops)
    return True


@kernel
def _pad(m: Memory, u: int) -> None:
    """Make the next token one of padding, which has no valid rows."""
    m[u + R4] -= 1
    m[u + R1] = m[u + _P_BUFFERED] if m[u + _P_BUFFERED] >= 0 else m[u + _P_BYTES]
    m[u + R2] = (m[u + _P_ROWS] << 32) | m[u + _P_COLS]
    m[u + R3] = m[u + R5] if m[u + R4] == 0 else 0


@kernel
def _split(m: Memory, u: int) -> None:
    """Count an element of the innermost dim, or close the dim, with padding where it is short."""
    flags = m[u + R3]
    level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
    chunk = m[u + _P_COUNT]
    if low == 1 and m[u + R0] > 0:
        # the dim ends within a chunk, behind the element that did not say so
        m[u + R4] = chunk - m[u + R0]
        m[u + R5] = level + 1
        m[u + R0] = 0
        _pad(m, u)
        return
    if low > 0:
        m[u + R3] = (level + 1) | ((low + 1) << LOW_SHIFT)
        return
    m[u + R0] += 1
    whole = m[u + R0] == chunk
    if whole:
        level += 1
    if level > 0 and not whole:
        m[u + R4] = chunk - m[u + R0]
        m[u + R5] = level + 1
        level = 0
        m[u + R0] = 0
        if m[u + _P_OUTER] & _PADS == 0:
            fail(m, u, m[u + IN0])
    if whole:
        m[u + R0] = 0
        if m[u + _P_OUTER] & _AROUND:
            m[u + STEP] = 3
    m[u + R3] = (flags & ~STOPS_MASK) | level


@kernel
def _split_outside(m: Memory, u: int) -> None:
    """Count the entries of a dim that is not the innermost."""
    rank, flags = m[u + _P_RANK], m[u + R3]
    level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
    if low > rank:
        m[u + R0] = 0
        level += 1
        low += 1
    elif level >= rank:
        m[u + R0] += 1
        if m[u + R0] == m[u + _P_COUNT]:
            m[u + R0] = 0
            level += 1
    m[u + R3] = (flags & ~STOPS_MASK) | level | (low << LOW_SHIFT)


@kernel
def _look_behind(m: Memory, u: int) -> bool:
    """See whether anything is behind a whole chunk: its stop depends on that."""
    source = m[u + IN0]
    if has_token(m, source):
        see(m, u, source)
    elif is_over(m, source):
        see_end(m, u, source)
        m[u + R3] += 1
    else:
        wait_for_token(m, u, source)
        return False
    m[u + STEP] = 1
    return True


@kernel
def _end_chunks(m: Memory, u: int) -> bool:
    """Pad the last chunk of a stream of rank 0; return whether it may be padded."""
    if m[u + _P_OUTER] & _PADS == 0:
        fail(m, u, m[u + IN0])
        return False
    see_end(m, u, m[u + IN0])
    m[u + R4] = m[u + _P_COUNT] - m[u + R0]
    m[u + R5] = 2 if m[u + _P_OUTER] & _AROUND else 1
    m[u + R0] = 0
    _pad(m, u)
    return True
