"""The higher-order units: a function along a stream.

An element costs the most of reading its inputs, computing, and writing back (roofline). Maps write
before they free their inputs, folds after; the entry of an input stays taken while it is worked on.
"""

from __future__ import annotations

from compiler.machine import NO_BUFFER, Made, P, Stamp, Valid
from simulator.engine.elements import (
    BARE_STOP,
    ELEMENT,
    END,
    coded,
    cols_at,
    compute_cycles,
    consume,
    load_cycles,
    meet,
    result_valid,
    result_value,
    rows_at,
    store_cycles,
    valid_at,
)
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    BUSY,
    CLOCK,
    ELEMENTS,
    FLAGS,
    HEAD,
    IN0,
    LOW_SHIFT,
    ON_CHIP,
    OUT0,
    PARAMETER,
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    STEP,
    TURN,
    VALID_SHIFT,
)
from simulator.engine.queues import (
    finish,
    has_room,
    note,
    put,
    send,
    wait_for_room,
)
from simulator.engine.reads import (
    COUNTERS,
    is_bare,
    is_read,
    next_step,
    read_of,
    start_read,
    step_stops,
    with_outer,
)
from simulator.engine.reads import LEFT as READ_LEFT

_P_RANK = PARAMETER + int(P.RANK)
_P_ROWS = PARAMETER + int(P.ROWS)
_P_COLS = PARAMETER + int(P.COLS)
_P_BUFFERED = PARAMETER + int(P.BUFFERED)
_P_WRITES_BACK = PARAMETER + int(P.WRITES_BACK)
_P_VALID = PARAMETER + int(P.VALID)
_P_GROWS = PARAMETER + int(P.GROWS)
_P_START_ROWS = PARAMETER + int(P.START_ROWS)
_P_START_COLS = PARAMETER + int(P.START_COLS)
_P_MODE = PARAMETER + int(P.MODE)
_P_MADE = PARAMETER + int(P.MADE)
_P_START_COUNT = PARAMETER + int(P.START_COUNT)
_NO_BUFFER = int(NO_BUFFER)
_ONE_A_CYCLE = int(Stamp.ONE_A_CYCLE)
_LAST_TILE = int(Made.LAST_TILE)
_SUM, _ROW_OF, _SAME = int(Valid.SUM), int(Valid.ROW_OF), int(Valid.SAME)


@kernel
def spend(m: Memory, u: int, cycles: int) -> None:
    """Let the unit work."""
    if cycles > 0:
        clock = m[u + CLOCK]
        note(m, u, clock, clock + cycles, BUSY)
        m[u + CLOCK] = clock + cycles


@kernel
def _held(m: Memory, u: int) -> int:
    """Return how many elements the buffer that is written holds; -1 where it is no buffer."""
    code = m[u + _P_BUFFERED]
    return -1 if code == _NO_BUFFER else coded(m, u, code)


@kernel
def step_map(m: Memory, u: int) -> None:
    """Apply the function to one element of every input."""
    while True:
        if m[u + STEP] == 0:
            met = meet(m, u)
            if met == END:
                finish(m, u)
                return
            if met == ELEMENT:
                _apply(m, u)
            elif met == BARE_STOP:
                m[u + R0] = 0
                m[u + R1] = 0
                m[u + R2] = m[u + R8] | (m[u + R9] << LOW_SHIFT)
            else:
                return
            m[u + STEP] = 1
        out = m[u + OUT0]
        if not send(m, u, out, m[u + CLOCK], m[u + R0], m[u + R1], m[u + R2]):
            return
        if m[u + R9] == 0:
            m[u + ELEMENTS] += 1
            m[u + TURN] += 1
        consume(m, u)
        m[u + STEP] = 0


@kernel
def _apply(m: Memory, u: int) -> None:
    rows, cols = coded(m, u, m[u + _P_ROWS]), coded(m, u, m[u + _P_COLS])
    count = _held(m, u)
    cost = max(load_cycles(m, u), compute_cycles(m, u))
    flags = m[u + R8] | (result_valid(m, u, rows) << VALID_SHIFT)
    if m[u + _P_WRITES_BACK] != 0:
        cost = max(cost, store_cycles(m, u, rows, cols, count))
        flags |= ON_CHIP
    spend(m, u, cost)
    m[u + R0] = result_value(m, u, count)
    m[u + R1] = (rows << 32) | cols
    m[u + R2] = flags


@kernel
def step_fold(m: Memory, u: int) -> None:
    """Fold groups; R0 to R3 hold rows, columns, valid rows and flags of the state, R5 its age."""
    while True:
        if m[u + STEP] == 0:
            met = meet(m, u)
            if met == END:
                finish(m, u)
                return
            if met == ELEMENT:
                _fold(m, u)
            elif met != BARE_STOP:
                return
            elif m[u + R9] > m[u + _P_RANK]:
                rank = m[u + _P_RANK]
                m[u + R4] = (m[u + R8] - rank) | ((m[u + R9] - rank) << LOW_SHIFT)
                m[u + STEP] = 2
            level, rank = m[u + R8], m[u + _P_RANK]
            consume(m, u)
            if m[u + STEP] == 0 and level >= rank:
                if m[u + R5] == 0:
                    _begin(m, u)
                m[u + R4] = level - rank
                m[u + STEP] = 1
            if m[u + STEP] == 0:
                continue
        if not _write_state(m, u):
            return
        m[u + STEP] = 0


@kernel
def _begin(m: Memory, u: int) -> None:
    m[u + R0] = coded(m, u, m[u + _P_START_ROWS])
    m[u + R1] = coded(m, u, m[u + _P_START_COLS])
    m[u + R2] = m[u + R0]
    m[u + R3] = ON_CHIP if m[u + _P_WRITES_BACK] != 0 else 0
    m[u + R6] = coded(m, u, m[u + _P_START_COUNT])


@kernel
def _fold(m: Memory, u: int) -> None:
    if m[u + R5] == 0:
        _begin(m, u)
    m[u + R5] += 1
    cost = max(load_cycles(m, u), compute_cycles(m, u))
    if m[u + _P_WRITES_BACK] != 0 and m[u + R8] >= m[u + _P_RANK]:
        start_rows, start_cols = m[u + _P_START_ROWS], m[u + _P_START_COLS]
        held = m[u + R6] if m[u + _P_BUFFERED] != _NO_BUFFER else -1
        cost = max(cost, store_cycles(m, u, max(start_rows, 0), max(start_cols, 0), held))
    spend(m, u, cost)
    _update(m, u)


@kernel
def _update(m: Memory, u: int) -> None:
    """Give the state the extents that it has after this element."""
    grows = m[u + _P_GROWS]
    if grows == 1:
        m[u + R0] += rows_at(m, u, 0)
        m[u + R1] = cols_at(m, u, 0)
        m[u + R2] += valid_at(m, u, 0)
    elif grows == 2:
        m[u + R0] = rows_at(m, u, 0)
        m[u + R1] += cols_at(m, u, 0)
        m[u + R2] = valid_at(m, u, 0)
    else:
        m[u + R0] = coded(m, u, m[u + _P_ROWS])
        m[u + R1] = coded(m, u, m[u + _P_COLS])
        m[u + R2] = result_valid(m, u, m[u + R0])
        if m[u + _P_BUFFERED] != _NO_BUFFER:
            m[u + R6] = _held(m, u)
        return
    # tiles put together lie where the last of them lay
    m[u + R3] = m[m[m[u + IN0] + HEAD] + FLAGS] & ON_CHIP


@kernel
def _write_state(m: Memory, u: int) -> bool:
    """Write the state, or a bare stop; return whether there was room."""
    out = m[u + OUT0]
    if not has_room(m, out):
        wait_for_room(m, u, out)
        return False
    if m[u + STEP] == 2:
        put(m, u, out, m[u + CLOCK], 0, 0, m[u + R4])
        return True
    count = m[u + R6] if m[u + _P_BUFFERED] != _NO_BUFFER else -1
    flags = m[u + R4] | m[u + R3] | (m[u + R2] << VALID_SHIFT)
    value = result_value(m, u, count)
    put(m, u, out, m[u + CLOCK], value, (m[u + R0] << 32) | m[u + R1], flags)
    m[u + ELEMENTS] += 1
    m[u + TURN] += 1
    m[u + R5] = 0
    return True


@kernel
def step_scan(m: Memory, u: int) -> None:
    """Fold, and write the state after every element."""
    while True:
        if m[u + STEP] == 0:
            met = meet(m, u)
            if met == END:
                finish(m, u)
                return
            if met == ELEMENT:
                _scan(m, u)
                m[u + STEP] = 1
            elif met == BARE_STOP:
                m[u + R4] = m[u + R8] | (m[u + R9] << LOW_SHIFT)
                m[u + STEP] = 2
            else:
                return
        age = m[u + R5]
        if not _write_state(m, u):
            return
        m[u + R5] = 0 if m[u + R8] >= m[u + _P_RANK] else age
        consume(m, u)
        m[u + STEP] = 0


@kernel
def _scan(m: Memory, u: int) -> None:
    if m[u + R5] == 0:
        _begin(m, u)
    m[u + R5] += 1
    cost = max(load_cycles(m, u), compute_cycles(m, u))
    _update(m, u)
    if m[u + _P_WRITES_BACK] != 0:
        held = m[u + R6] if m[u + _P_BUFFERED] != _NO_BUFFER else -1
        cost = max(cost, store_cycles(m, u, m[u + R0], m[u + R1], held))
    spend(m, u, cost)
    m[u + R4] = m[u + R8]


@kernel
def step_flat_map(m: Memory, u: int) -> None:
    """Turn every element into a small stream; R4 holds the stop that its end carries on."""
    at = read_of(m, u)
    while True:
        if m[u + STEP] == 0:
            met = meet(m, u)
            if met == END:
                finish(m, u)
                return
            if met == ELEMENT:
                _start_flat(m, u, at)
            elif met == BARE_STOP:
                inside = m[u + _P_RANK]
                m[u + R5] = (m[u + R8] + inside) | ((m[u + R9] + inside) << LOW_SHIFT)
                m[u + STEP] = 2
            else:
                return
            consume(m, u)
        out = m[u + OUT0]
        if m[u + STEP] == 2:
            if not send(m, u, out, m[u + CLOCK], 0, 0, m[u + R5]):
                return
        elif not _write_flat(m, u, at, out):
            return
        m[u + STEP] = 0


@kernel
def _start_flat(m: Memory, u: int, at: int) -> None:
    """Work on one element, and begin to write what it becomes."""
    rule = m[u + _P_VALID]
    rows, cols = coded(m, u, m[u + _P_ROWS]), coded(m, u, m[u + _P_COLS])
    m[u + R0] = (rows << 32) | cols
    m[u + R1] = rows if rule != _ROW_OF and rule != _SAME else valid_at(m, u, 0)
    m[u + R2] = 0
    m[u + R3] = 0
    m[u + R4] = m[u + R8]
    m[u + R7] = _held(m, u)
    if m[u + _P_WRITES_BACK] < 0:
        # parts of a tile stay where the tile lies; who computes with them reads them
        m[u + R2] = m[m[m[u + IN0] + HEAD] + FLAGS] & ON_CHIP
    else:
        spend(m, u, max(load_cycles(m, u), compute_cycles(m, u)))
    m[u + R6] = m[u + CLOCK]
    start_read(m, u, at, 1)
    m[u + TURN] += 1
    m[u + STEP] = 1
    if m[at + READ_LEFT] == 0 and m[u + R4] > 0:
        inside = m[u + _P_RANK]
        m[u + R5] = (m[u + R4] + inside) | ((1 + inside) << LOW_SHIFT)
        m[u + STEP] = 2


@kernel
def _write_flat(m: Memory, u: int, at: int, out: int) -> bool:
    """Write what is left of the small stream; return whether there was room for all."""
    while not is_read(m, at):
        if not has_room(m, out):
            wait_for_room(m, u, out)
            return False
        index, last = m[u + R3], m[at + READ_LEFT] == 1
        stops = with_outer(step_stops(m, at), m[u + R4], last)
        time = m[u + R6] + index if m[u + _P_MODE] == _ONE_A_CYCLE else m[u + CLOCK]
        if is_bare(m, at):
            put(m, u, out, time, 0, 0, stops)
        else:
            valid = m[u + R1]
            if m[u + _P_VALID] == _ROW_OF:
                rows = m[u + R0] >> 32
                valid = min(max(valid - m[at + COUNTERS] * rows, 0), rows)
            value = result_value(m, u, m[u + R7])
            if m[u + _P_MADE] == _LAST_TILE:
                value = -1 if last else -2
            put(m, u, out, time, value, m[u + R0], stops | m[u + R2] | (valid << VALID_SHIFT))
            m[u + ELEMENTS] += 1
        m[u + R3] = index + 1
        next_step(m, at)
    return True
