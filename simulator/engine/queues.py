"""Queues and clocks: how tokens are sent and received, and what waiting costs.

A token sent at time T is seen at T + 1; the k-th token into a queue of c waits for the answer to
token k - c, which arrives one cycle after that token was taken. Source: Dataflow Abstract
Machine, as the published simulator of STeP uses it.
"""

from __future__ import annotations

from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    ANSWER,
    BARE,
    BLOCKED,
    CAPACITY,
    CHANNEL_BLOCKED,
    CHANNEL_NUMBER,
    CHANNEL_STARVED,
    CLOCK,
    CLOSE_TIME,
    CLOSED,
    DONE,
    ENTRY,
    EVENT,
    EVENTS,
    EVENTS_ON,
    EVENTS_SIZE,
    EVENTS_USED,
    FAULT,
    FAULT_CHANNEL,
    FAULT_UNIT,
    FLAGS,
    FOR_ELEMENT,
    FOR_ROOM,
    FULL,
    HEAD,
    HELD,
    INPUT_COUNT,
    INPUTS,
    LAST_WAIT,
    LIVE,
    LOG,
    LOG_ENTRY,
    LOG_ON,
    LOG_SIZE,
    LOG_USED,
    LOW_SHIFT,
    NUMBER,
    OUTPUT_COUNT,
    OUTPUTS,
    PUT,
    QUEUED,
    READER,
    READER_WAITS,
    READY_BASE,
    READY_SIZE,
    READY_TAIL,
    RING,
    SIDES,
    SIZE,
    STARVED,
    STATUS,
    STOP_MASK,
    STOPS,
    TAIL,
    TAKEN,
    TIME,
    VALUE,
    WAITING,
    WAITS,
    WAITS_FOR,
    WRITER,
    WRITER_WAITS,
)


@kernel
def wake(m: Memory, u: int) -> None:
    """Put a unit into the queue of those that can go on."""
    if m[u + QUEUED] == 0 and m[u + DONE] == 0:
        m[u + QUEUED] = 1
        m[m[READY_BASE] + m[READY_TAIL]] = u
        tail = m[READY_TAIL] + 1
        m[READY_TAIL] = 0 if tail == m[READY_SIZE] else tail


@kernel
def note(m: Memory, u: int, start: int, end: int, kind: int) -> None:
    """Record a stretch of a unit's time."""
    if m[EVENTS_ON] != 0:
        used = m[EVENTS_USED]
        if used < m[EVENTS_SIZE]:
            place = m[EVENTS] + used * EVENT
            m[place] = m[u + NUMBER]
            m[place + 1] = start
            m[place + 2] = end
            m[place + 3] = kind
        m[EVENTS_USED] = used + 1


@kernel
def has_token(m: Memory, c: int) -> bool:
    """Whether there is a token, of whatever time."""
    return m[c + PUT] > m[c + TAKEN]


@kernel
def is_over(m: Memory, c: int) -> bool:
    """Whether the stream has ended and everything was taken."""
    return m[c + CLOSED] != 0 and m[c + PUT] == m[c + TAKEN]


@kernel
def wait_for_token(m: Memory, u: int, c: int) -> None:
    """Stop the unit until the channel has a token or ends."""
    m[c + READER_WAITS] = 1
    m[u + WAITS] = FOR_ELEMENT
    m[u + WAITS_FOR] = c


@kernel
def _starve_until(m: Memory, u: int, c: int, time: int) -> None:
    """Advance the unit to a time that it waits for at a channel, unless it is later already."""
    clock = m[u + CLOCK]
    if time > clock:
        m[u + STARVED] += time - clock
        m[c + CHANNEL_STARVED] += time - clock
        note(m, u, clock, time, WAITING)
        m[u + CLOCK] = time
        m[u + LAST_WAIT] = time


@kernel
def see(m: Memory, u: int, c: int) -> None:
    """Advance the unit to the time of the token at the head."""
    _starve_until(m, u, c, m[m[c + HEAD] + TIME])


@kernel
def see_end(m: Memory, u: int, c: int) -> None:
    """Advance the unit to the time at which it sees that a stream has ended."""
    _starve_until(m, u, c, m[c + CLOSE_TIME])


@kernel
def take(m: Memory, u: int, c: int) -> None:
    """Free the entry at the head; the writer hears of it one cycle later."""
    head = m[c + HEAD]
    time = m[head + TIME]
    clock = m[u + CLOCK]
    m[head + ANSWER] = (time if time > clock else clock) + 1
    m[c + TAKEN] += 1
    head += ENTRY
    if head == m[c + RING] + m[c + SIZE] * ENTRY:
        head = m[c + RING]
    m[c + HEAD] = head
    if m[c + WRITER_WAITS] != 0:
        m[c + WRITER_WAITS] = 0
        wake(m, m[c + WRITER])


@kernel
def has_room(m: Memory, c: int) -> bool:
    """Whether the reader has freed an entry, at whatever time."""
    return m[c + PUT] - m[c + TAKEN] < m[c + CAPACITY]


@kernel
def wait_for_room(m: Memory, u: int, c: int) -> None:
    """Stop the unit until the reader takes a token."""
    m[c + WRITER_WAITS] = 1
    m[u + WAITS] = FOR_ROOM
    m[u + WAITS_FOR] = c


@kernel
def see_room(m: Memory, u: int, c: int) -> None:
    """Advance the unit to the time at which it hears that there is room."""
    if m[c + PUT] >= m[c + SIZE]:
        _see_answer(m, u, c)


@kernel
def _see_answer(m: Memory, u: int, c: int) -> None:
    if m[c + PUT] < m[c + CAPACITY]:
        # the writer has room for this one whatever was taken
        if m[c + PUT] - m[c + TAKEN] == m[c + SIZE]:
            m[STATUS] = FULL
    elif m[c + SIZE] < m[c + CAPACITY]:
        m[STATUS] = FULL
    else:
        answer = m[m[c + TAIL] + ANSWER]
        clock = m[u + CLOCK]
        if answer > clock:
            m[u + BLOCKED] += answer - clock
            m[c + CHANNEL_BLOCKED] += answer - clock
            note(m, u, clock, answer, HELD)
            m[u + CLOCK] = answer
            m[u + LAST_WAIT] = answer


@kernel
def put(m: Memory, u: int, c: int, time: int, value: int, sides: int, flags: int) -> None:
    """Send a token, for which there is room, to be seen at `time` at the earliest."""
    see_room(m, u, c)
    if m[STATUS] == FULL:
        return
    tail = m[c + TAIL]
    soonest = m[u + CLOCK] + 1
    m[tail + TIME] = time if time > soonest else soonest
    m[tail + VALUE] = value
    m[tail + SIDES] = sides
    m[tail + FLAGS] = flags
    m[c + PUT] += 1
    tail += ENTRY
    if tail == m[c + RING] + m[c + SIZE] * ENTRY:
        tail = m[c + RING]
    m[c + TAIL] = tail
    level = flags & STOP_MASK
    low = (flags >> LOW_SHIFT) & STOP_MASK
    m[c + STOPS + level] += 1
    if low != 0:
        m[c + BARE] += 1
        # it closes no dim below `low`
        m[c + STOPS + low - 1] -= 1
    if m[LOG_ON] != 0:
        _log(m, c, value, sides, flags)
    if m[c + READER_WAITS] != 0:
        m[c + READER_WAITS] = 0
        wake(m, m[c + READER])


@kernel
def _log(m: Memory, c: int, value: int, sides: int, flags: int) -> None:
    used = m[LOG_USED]
    if used < m[LOG_SIZE]:
        place = m[LOG] + used * LOG_ENTRY
        m[place] = m[c + CHANNEL_NUMBER]
        m[place + 1] = value
        m[place + 2] = sides
        m[place + 3] = flags
    m[LOG_USED] = used + 1


@kernel
def close(m: Memory, u: int, c: int) -> None:
    """End the stream of a channel; the reader sees it one cycle after the unit last waited."""
    if m[c + CLOSED] == 0:
        m[c + CLOSED] = 1
        m[c + CLOSE_TIME] = m[u + LAST_WAIT] + 1
        if m[c + READER_WAITS] != 0:
            m[c + READER_WAITS] = 0
            wake(m, m[c + READER])


@kernel
def hear_end(m: Memory, u: int, c: int) -> None:
    """Note that the unit waited for the end of a stream, where that is later than its clock.

    Its clock stays: the end asks for no work. Who reads its streams sees the wait.
    """
    time = m[c + CLOSE_TIME]
    if m[c + CLOSED] != 0 and time > m[u + CLOCK] and time > m[u + LAST_WAIT]:
        m[u + LAST_WAIT] = time


@kernel
def finish(m: Memory, u: int) -> None:
    """End the unit and all its streams."""
    for place in range(m[u + INPUT_COUNT]):
        hear_end(m, u, m[m[u + INPUTS] + place])
    for place in range(m[u + OUTPUT_COUNT]):
        close(m, u, m[m[u + OUTPUTS] + place])
    m[u + DONE] = 1
    m[LIVE] -= 1


@kernel
def fail(m: Memory, u: int, c: int) -> None:
    """End the run: what the unit reads from the channel does not fit."""
    m[STATUS] = FAULT
    m[FAULT_UNIT] = u
    m[FAULT_CHANNEL] = c


@kernel
def arrives(m: Memory, u: int, c: int) -> bool:
    """Whether a token is there, and now seen; else the unit waits for it, or ends as the stream."""
    if has_token(m, c):
        see(m, u, c)
        return True
    if is_over(m, c):
        finish(m, u)
    else:
        wait_for_token(m, u, c)
    return False


@kernel
def must_arrive(m: Memory, u: int, c: int) -> bool:
    """Whether a token is there, and now seen; else the unit waits: the stream may not end here."""
    if has_token(m, c):
        see(m, u, c)
        return True
    if is_over(m, c):
        fail(m, u, c)
    else:
        wait_for_token(m, u, c)
    return False


@kernel
def send(m: Memory, u: int, c: int, time: int, value: int, sides: int, flags: int) -> bool:
    """Put a token and return True; where there is no room, the unit waits for it."""
    if not has_room(m, c):
        wait_for_room(m, u, c)
        return False
    put(m, u, c, time, value, sides, flags)
    return True
