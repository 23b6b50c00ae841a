"""The off-chip memory units. Each has one tile under way, and waits for the last of its answers."""

from __future__ import annotations

from compiler.machine import P
from simulator.engine.elements import SIDE_MASK, result_value, up
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    ACCESS,
    BEGINS,
    BYTES_READ,
    BYTES_WRITTEN,
    CLOCK,
    ELEMENTS,
    FINISHES,
    FLAGS,
    FOR_MEMORY,
    HEAD,
    HUB_WAITING,
    HUB_WAITING_COUNT,
    IN0,
    IN1,
    LAST_WAIT,
    LOW_SHIFT,
    ON_CHIP,
    OUT0,
    PARAMETER,
    R0,
    R1,
    R2,
    REQUEST_BYTES,
    REQUESTS,
    SIDES,
    STEP,
    STOP_MASK,
    STOPS_MASK,
    VALID_SHIFT,
    WAITS,
)
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
    send,
    take,
    wait_for_room,
    wait_for_token,
)
from simulator.engine.reads import (
    LEFT,
    is_bare,
    is_read,
    next_step,
    read_of,
    start_read,
    step_stops,
    with_outer,
)

_P_ROWS = PARAMETER + int(P.ROWS)
_P_COLS = PARAMETER + int(P.COLS)
_P_BYTES = PARAMETER + int(P.BYTES)
_P_RANK = PARAMETER + int(P.RANK)
_P_MODE = PARAMETER + int(P.MODE)


@kernel
def ask(m: Memory, u: int, rows: int, cols: int) -> bool:
    """Begin the access of one tile; return whether there is anything to wait for.

    A row of a tile is a whole number of requests.
    """
    requests = rows * up(cols * m[u + _P_BYTES], m[REQUEST_BYTES])
    if requests == 0:
        return False
    m[u + REQUESTS] = requests
    m[u + BEGINS] = m[u + CLOCK] + 1
    m[u + FINISHES] = 0
    m[m[HUB_WAITING] + m[HUB_WAITING_COUNT]] = u
    m[HUB_WAITING_COUNT] += 1
    m[u + WAITS] = FOR_MEMORY
    return True


@kernel
def answered(m: Memory, u: int) -> bool:
    """Whether the access is complete; the unit's clock is then that of the last answer."""
    end = m[u + FINISHES]
    if end == 0:
        m[u + WAITS] = FOR_MEMORY
        return False
    note(m, u, m[u + CLOCK], end, ACCESS)
    m[u + CLOCK] = end
    m[u + LAST_WAIT] = end
    return True


@kernel
def _tile_flags(m: Memory, u: int) -> int:
    return ON_CHIP | (m[u + _P_ROWS] << VALID_SHIFT)


@kernel
def _load_tile(m: Memory, u: int, stops: int) -> bool:
    """Load one tile and write it; STEP 1 begins, 2 waits, 3 writes. Return whether it is done."""
    if m[u + STEP] == 1:
        m[u + STEP] = 2 if ask(m, u, m[u + _P_ROWS], m[u + _P_COLS]) else 3
    if m[u + STEP] == 2:
        if not answered(m, u):
            return False
        m[u + STEP] = 3
    out = m[u + OUT0]
    if not has_room(m, out):
        wait_for_room(m, u, out)
        return False
    rows, cols = m[u + _P_ROWS], m[u + _P_COLS]
    m[u + BYTES_READ] += rows * cols * m[u + _P_BYTES]
    flags = stops | _tile_flags(m, u)
    put(m, u, out, m[u + CLOCK], result_value(m, u, 0), (rows << 32) | cols, flags)
    m[u + ELEMENTS] += 1
    m[u + STEP] = 1
    return True


@kernel
def _bare(m: Memory, u: int, stops: int) -> bool:
    """Write a bare stop; return whether there was room."""
    out = m[u + OUT0]
    return send(m, u, out, m[u + CLOCK], 0, 0, stops)


@kernel
def _read_all(m: Memory, u: int, at: int, outer: int) -> bool:
    """Load the tiles of one affine read; return whether all are written."""
    while not is_read(m, at):
        stops = with_outer(step_stops(m, at), outer, m[at + LEFT] == 1)
        done = _bare(m, u, stops) if is_bare(m, at) else _load_tile(m, u, stops)
        if not done:
            return False
        next_step(m, at)
    return True


@kernel
def step_load(m: Memory, u: int) -> None:
    """Read tiles in an affine order, once."""
    at = read_of(m, u)
    if m[u + STEP] == 0:
        start_read(m, u, at, 0)
        m[u + STEP] = 1
    if _read_all(m, u, at, 0):
        finish(m, u)


@kernel
def step_load_ref(m: Memory, u: int) -> None:
    """Read tiles in an affine order once for every element of the input; R0 holds its stop."""
    at = read_of(m, u)
    source = m[u + IN0]
    while True:
        if m[u + STEP] == 0:
            if not arrives(m, u, source):
                return
            flags = m[m[source + HEAD] + FLAGS]
            m[u + R0] = flags & STOP_MASK
            m[u + R1] = (flags >> LOW_SHIFT) & STOP_MASK
            take(m, u, source)
            m[u + STEP] = 1
            if m[u + R1] == 0:
                start_read(m, u, at, 0)
        if m[u + R1] != 0:
            inside = m[u + _P_RANK]
            if not _bare(m, u, (m[u + R0] + inside) | ((m[u + R1] + inside) << LOW_SHIFT)):
                return
        elif not _read_all(m, u, at, m[u + R0]):
            return
        m[u + STEP] = 0


@kernel
def step_load_random(m: Memory, u: int) -> None:
    """Read the tile that each address names; R0 holds its stop, R1 the low of a bare one."""
    source = m[u + IN0]
    while True:
        if m[u + STEP] == 0:
            if not arrives(m, u, source):
                return
            flags = m[m[source + HEAD] + FLAGS]
            m[u + R0] = flags & STOPS_MASK
            m[u + R1] = (flags >> LOW_SHIFT) & STOP_MASK
            take(m, u, source)
            m[u + STEP] = 1
        done = _bare(m, u, m[u + R0]) if m[u + R1] != 0 else _load_tile(m, u, m[u + R0])
        if not done:
            return
        m[u + STEP] = 0


@kernel
def _write_tile(m: Memory, u: int, source: int) -> bool:
    """Write the tile at the head of a channel; return whether it is done."""
    if m[u + STEP] == 0:
        sides = m[m[source + HEAD] + SIDES]
        m[u + STEP] = 1 if ask(m, u, sides >> 32, sides & SIDE_MASK) else 2
    if m[u + STEP] == 1:
        if not answered(m, u):
            return False
        m[u + STEP] = 2
    sides = m[m[source + HEAD] + SIDES]
    m[u + BYTES_WRITTEN] += (sides >> 32) * (sides & SIDE_MASK) * m[u + _P_BYTES]
    return True


@kernel
def step_store(m: Memory, u: int) -> None:
    """Write every tile; its entry stays taken until all answers are there."""
    source = m[u + IN0]
    while True:
        if not has_token(m, source):
            if is_over(m, source):
                finish(m, u)
            else:
                wait_for_token(m, u, source)
            return
        if m[u + STEP] == 0:
            see(m, u, source)
        if (m[m[source + HEAD] + FLAGS] >> LOW_SHIFT) & STOP_MASK == 0:
            if not _write_tile(m, u, source):
                return
            m[u + ELEMENTS] += 1
        take(m, u, source)
        m[u + STEP] = 0


@kernel
def _is_bare_head(m: Memory, c: int) -> bool:
    return has_token(m, c) and (m[m[c + HEAD] + FLAGS] >> LOW_SHIFT) & STOP_MASK != 0


@kernel
def _has_both(m: Memory, u: int, data: int, address: int) -> bool:
    """Whether a tile and its address are there; the unit waits or ends where not."""
    for c in (data, address):
        if not has_token(m, c) and not is_over(m, c):
            wait_for_token(m, u, c)
            return False
    if has_token(m, data) and has_token(m, address):
        return True
    if has_token(m, data):
        fail(m, u, address)
    elif has_token(m, address):
        fail(m, u, data)
    else:
        finish(m, u)
    return False


@kernel
def step_store_random(m: Memory, u: int) -> None:
    """Write every tile to the address beside it, and acknowledge it.

    Stops of the two inputs need not match; those of one of them are the acknowledgements'.
    """
    data, address = m[u + IN0], m[u + IN1]
    kept = data if m[u + _P_MODE] != 0 else address
    other = address if m[u + _P_MODE] != 0 else data
    while True:
        if m[u + STEP] == 0:
            if _is_bare_head(m, other):
                take(m, u, other)
                continue
            if _is_bare_head(m, kept):
                see(m, u, kept)
                m[u + R2] = m[m[kept + HEAD] + FLAGS] & STOPS_MASK
                take(m, u, kept)
                m[u + STEP] = 4
        if m[u + STEP] == 0:
            if not _has_both(m, u, data, address):
                return
            see(m, u, data)
            see(m, u, address)
        if m[u + STEP] < 3:
            if not _write_tile(m, u, data):
                return
            m[u + R2] = m[m[kept + HEAD] + FLAGS] & STOPS_MASK
            take(m, u, data)
            take(m, u, address)
            m[u + STEP] = 3
        if not _acknowledge(m, u):
            return
        m[u + STEP] = 0


@kernel
def _acknowledge(m: Memory, u: int) -> bool:
    out = m[u + OUT0]
    if not has_room(m, out):
        wait_for_room(m, u, out)
        return False
    if m[u + STEP] == 3:
        put(m, u, out, m[u + CLOCK], 0, (1 << 32) | 1, m[u + R2] | (1 << VALID_SHIFT))
        m[u + ELEMENTS] += 1
    else:
        put(m, u, out, m[u + CLOCK], 0, 0, m[u + R2])
    return True
