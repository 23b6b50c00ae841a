"""The on-chip memory units, and the arena where buffers of unequal elements lie.

A buffer whose elements are all alike is a number: how many. Any other lies in the arena, its
elements one by one.
"""

from __future__ import annotations

from compiler.machine import P
from simulator.engine.elements import buffered
from simulator.engine.higher import spend
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    ARENA,
    ARENA_ENTRY,
    ARENA_SIZE,
    ARENA_USED,
    CLOCK,
    DATA,
    ELEMENTS,
    FLAGS,
    FULL,
    HEAD,
    IN0,
    IN1,
    LOW_SHIFT,
    OUT0,
    PARAMETER,
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    RECORD,
    RUNNING,
    SIDES,
    STATUS,
    STEP,
    STOP_MASK,
    STOPS_MASK,
    TURN,
    VALUE,
)
from simulator.engine.queues import (
    arrives,
    fail,
    finish,
    has_room,
    has_token,
    is_over,
    put,
    see,
    take,
    wait_for_room,
    wait_for_token,
)
from simulator.engine.reads import (
    COUNTERS,
    LEFT,
    LOOPED,
    is_bare,
    is_read,
    next_step,
    read_of,
    start_read,
    step_stops,
    with_outer,
)

_FIRST_ROOM = 4
_P_RANK = PARAMETER + int(P.RANK)
_P_MODE = PARAMETER + int(P.MODE)
_P_BUFFERS = PARAMETER + int(P.COUNT)
_P_STRIDES = PARAMETER + int(P.TOKENS)
_P_LEVELS = PARAMETER + int(P.LEVELS)


@kernel
def step_bufferize(m: Memory, u: int) -> None:
    """Store groups; R0 counts, R1 to R3 are the first element, R5 the arena's record if any."""
    source, rank = m[u + IN0], m[u + _P_RANK]
    while True:
        if m[u + STEP] == 0:
            if not has_token(m, source):
                if not is_over(m, source):
                    wait_for_token(m, u, source)
                elif m[u + R0] > 0:
                    fail(m, u, source)
                else:
                    finish(m, u)
                return
            see(m, u, source)
            flags = m[m[source + HEAD] + FLAGS]
            level, low = flags & STOP_MASK, (flags >> LOW_SHIFT) & STOP_MASK
            if low == 0:
                _keep(m, u, m[source + HEAD])
            take(m, u, source)
            if low > rank:
                m[u + R4] = (level - rank) | ((low - rank) << LOW_SHIFT)
                m[u + STEP] = 2
            elif level >= rank:
                m[u + R4] = level - rank
                m[u + STEP] = 1
            else:
                if low == 0:
                    spend(m, u, 1)
                continue
        out = m[u + OUT0]
        if not has_room(m, out):
            wait_for_room(m, u, out)
            return
        if m[u + STEP] == 2:
            put(m, u, out, m[u + CLOCK], 0, 0, m[u + R4])
        else:
            value = -m[u + R5] if m[u + R5] != 0 else m[u + R0]
            put(m, u, out, m[u + CLOCK], value, m[u + R2], m[u + R3] | m[u + R4])
            m[u + ELEMENTS] += 1
            m[u + R0] = 0
            m[u + R2] = 0
            m[u + R3] = 0
            m[u + R5] = 0
        m[u + STEP] = 0


@kernel
def _keep(m: Memory, u: int, token: int) -> None:
    """Add an element, or all elements of a buffer, to the buffer under way."""
    value, sides, flags = m[token + VALUE], m[token + SIDES], m[token + FLAGS] & ~STOPS_MASK
    if m[u + _P_BUFFERS] == 0:
        _keep_one(m, u, value, sides, flags)
    elif value >= 0:
        for _ in range(value):
            _keep_one(m, u, 0, sides, flags)
    else:
        inner = m[ARENA] - 1 - value
        for i in range(m[inner]):
            entry = inner + RECORD + i * ARENA_ENTRY
            _keep_one(m, u, m[entry], m[entry + 1], m[entry + 2])


@kernel
def _keep_one(m: Memory, u: int, value: int, sides: int, flags: int) -> None:
    if m[u + R0] == 0:
        m[u + R1] = value
        m[u + R2] = sides
        m[u + R3] = flags
        if value != 0:
            _open_record(m, u)
    elif m[u + R5] == 0 and (m[u + R1] != value or m[u + R2] != sides or m[u + R3] != flags):
        _open_record(m, u)
        for _ in range(m[u + R0]):
            _record(m, u, m[u + R1], m[u + R2], m[u + R3])
    if m[u + R5] != 0:
        _record(m, u, value, sides, flags)
    m[u + R0] += 1


@kernel
def _open_record(m: Memory, u: int) -> None:
    """Begin a record in the arena, with room for a few elements."""
    m[u + R5] = _reserve(m, _FIRST_ROOM) + 1
    if m[STATUS] == RUNNING:
        start = m[ARENA] + m[u + R5] - 1
        m[start] = 0
        m[start + 1] = _FIRST_ROOM


@kernel
def _reserve(m: Memory, elements: int) -> int:
    """Return where there is room for a record; a run without any is made again with more."""
    used = m[ARENA_USED]
    m[ARENA_USED] = used + RECORD + elements * ARENA_ENTRY
    if m[ARENA_USED] > m[ARENA_SIZE]:
        m[STATUS] = FULL
    return used


@kernel
def _record(m: Memory, u: int, value: int, sides: int, flags: int) -> None:
    """Add an element to the record, which moves to twice the room when it is full."""
    if m[STATUS] != RUNNING:
        return
    start = m[ARENA] + m[u + R5] - 1
    count = m[start]
    if count == m[start + 1]:
        moved = _reserve(m, 2 * count)
        if m[STATUS] != RUNNING:
            return
        for i in range(RECORD + count * ARENA_ENTRY):
            m[m[ARENA] + moved + i] = m[start + i]
        m[u + R5] = moved + 1
        start = m[ARENA] + moved
        m[start + 1] = 2 * count
    entry = start + RECORD + count * ARENA_ENTRY
    m[entry] = value
    m[entry + 1] = sides
    m[entry + 2] = flags
    m[start] = count + 1


@kernel
def _start(m: Memory, u: int, at: int, stops: int) -> None:
    """Begin to read the buffer at the head; R0 is the stop around the read, R6 the step."""
    m[u + R0] = stops & STOP_MASK
    m[u + R1] = (stops >> LOW_SHIFT) & STOP_MASK
    m[u + R6] = 0
    if m[u + R1] == 0:
        start_read(m, u, at, 0)
        m[u + TURN] += 1


@kernel
def _place(m: Memory, u: int, at: int, index: int, count: int) -> int:
    """Return which element of the buffer a step reads."""
    strides = m[u + _P_STRIDES]
    if strides < 0:
        return index % count
    total = 0
    for i in range(m[at + LOOPED]):
        total += m[at + COUNTERS + i] * m[m[DATA] + strides + i]
    return total


@kernel
def _write_read(m: Memory, u: int, at: int, source: int) -> bool:
    """Write what is left of a read, or the bare stop; return whether all is written."""
    out = m[u + OUT0]
    if m[u + R1] != 0:
        if not has_room(m, out):
            wait_for_room(m, u, out)
            return False
        inside = m[m[DATA] + m[u + _P_LEVELS]]
        stops = (m[u + R0] + inside) | ((m[u + R1] + inside) << LOW_SHIFT)
        put(m, u, out, m[u + CLOCK], 0, 0, stops)
        return True
    token = m[source + HEAD]
    while not is_read(m, at):
        if not has_room(m, out):
            wait_for_room(m, u, out)
            return False
        stops = with_outer(step_stops(m, at), m[u + R0], m[at + LEFT] == 1)
        if is_bare(m, at):
            put(m, u, out, m[u + CLOCK], 0, 0, stops)
        else:
            _put_element(m, u, at, token, stops)
            m[u + ELEMENTS] += 1
            spend(m, u, 1)
        m[u + R6] += 1
        next_step(m, at)
    return True


@kernel
def _put_element(m: Memory, u: int, at: int, token: int, stops: int) -> None:
    held = m[token + VALUE]
    value, sides, flags = 0, m[token + SIDES], m[token + FLAGS] & ~STOPS_MASK
    if held < 0:
        place = _place(m, u, at, m[u + R6], buffered(m, held))
        entry = m[ARENA] - 1 - held + RECORD + place * ARENA_ENTRY
        value, sides, flags = m[entry], m[entry + 1], m[entry + 2]
    put(m, u, m[u + OUT0], m[u + CLOCK], value, sides, flags | stops)


@kernel
def step_streamify(m: Memory, u: int) -> None:
    """Read every buffer, which stays until its last element is written."""
    at, source = read_of(m, u), m[u + IN0]
    while True:
        if m[u + STEP] == 0:
            if not arrives(m, u, source):
                return
            _start(m, u, at, m[m[source + HEAD] + FLAGS])
            m[u + STEP] = 1
        if not _write_read(m, u, at, source):
            return
        take(m, u, source)
        m[u + STEP] = 0


@kernel
def look_up(m: Memory, u: int, source: int, ref: int) -> int:
    """Wait for the next token of `ref` and, where it needs one, for the element that it repeats.

    Returns 0 where the unit has to wait, 1 with both at hand, 2 at the end of `ref`. Bare stops of
    `source` say nothing that `ref` does not say.
    """
    while has_token(m, source) and (m[m[source + HEAD] + FLAGS] >> LOW_SHIFT) & STOP_MASK != 0:
        take(m, u, source)
    if not has_token(m, ref):
        if not is_over(m, ref):
            wait_for_token(m, u, ref)
            return 0
        return 2
    flags = m[m[ref + HEAD] + FLAGS]
    low = (flags >> LOW_SHIFT) & STOP_MASK
    if low == 0 or (low <= m[u + _P_RANK] and flags & STOP_MASK >= m[u + _P_RANK]):
        if not has_token(m, source):
            if is_over(m, source):
                fail(m, u, source)
            else:
                wait_for_token(m, u, source)
            return 0
        see(m, u, source)
    see(m, u, ref)
    return 1


@kernel
def advances(m: Memory, u: int, stops: int) -> bool:
    """Whether a token of `ref` ends what one element is repeated for."""
    low = (stops >> LOW_SHIFT) & STOP_MASK
    return stops & STOP_MASK >= m[u + _P_RANK] and low <= m[u + _P_RANK]


@kernel
def drain(m: Memory, u: int, source: int) -> bool:
    """Take what is left of a stream; return whether it has ended."""
    while has_token(m, source):
        take(m, u, source)
    if is_over(m, source):
        return True
    wait_for_token(m, u, source)
    return False


@kernel
def step_streamify_ref(m: Memory, u: int) -> None:
    """Read the buffer once for every element of `ref`; R3 is the stop of that element."""
    at, source, ref = read_of(m, u), m[u + IN0], m[u + IN1]
    while True:
        if m[u + STEP] == 0:
            found = look_up(m, u, source, ref)
            if found == 0:
                return
            if found == 2:
                if drain(m, u, source):
                    finish(m, u)
                return
            m[u + R3] = m[m[ref + HEAD] + FLAGS] & STOPS_MASK
            take(m, u, ref)
            _start(m, u, at, m[u + R3])
            m[u + STEP] = 1
        if not _write_read(m, u, at, source):
            return
        if advances(m, u, m[u + R3]):
            take(m, u, source)
        m[u + STEP] = 0
