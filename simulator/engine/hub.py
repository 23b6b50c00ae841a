"""Off-chip memory: a hub that deals requests to channels, cycle by cycle.

In every cycle the hub takes from each unit with an access under way as many requests as the unit
issues in one, loads before stores, each in the order of the program. Request i of a cycle moves the
pointer on by i channels, and the cycle as a whole by the number of its requests. A channel takes a
request every `interval` cycles; its answer comes a fixed time later. Source: the published
simulator of STeP; a request never waits anywhere but before its channel, so that the requests of a
tile need no events of their own.
"""

from __future__ import annotations

from compiler.machine import P
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    BEGINS,
    FINISHES,
    HUB_ACTIVE,
    HUB_ACTIVE_COUNT,
    HUB_BUSY,
    HUB_CHANNELS,
    HUB_INTERVAL,
    HUB_ISSUE,
    HUB_POINTER,
    HUB_REQUESTS,
    HUB_RETURN,
    HUB_TIME,
    HUB_WAITING,
    HUB_WAITING_COUNT,
    PARAMETER,
    REQUESTS,
)
from simulator.engine.queues import wake

_P_PORT = PARAMETER + int(P.PORT)
ACTIVE = 3
"""An entry of the active list: unit, requests left, time of the last answer so far."""
NEVER = 1 << 62


@kernel
def next_cycle(m: Memory) -> int:
    """Return the next cycle in which the hub has something to do; NEVER for none."""
    if m[HUB_ACTIVE_COUNT] > 0:
        return m[HUB_TIME]
    soonest = NEVER
    for i in range(m[HUB_WAITING_COUNT]):
        begins = m[m[m[HUB_WAITING] + i] + BEGINS]
        soonest = begins if begins < soonest else soonest
    return soonest


@kernel
def serve(m: Memory, limit: int) -> None:
    """Serve the cycles before `limit` until an access is complete and its unit may ask again."""
    answered = NEVER
    while True:
        now = next_cycle(m)
        # a unit that was answered asks at that time at the earliest, and is seen a cycle later
        if now >= limit or now > answered:
            return
        m[HUB_TIME] = now
        coming = _admit(m, now)
        until = min(limit, coming, NEVER if answered == NEVER else answered + 1)
        _serve_cycles(m, now, until)
        answered = min(answered, _release(m))


@kernel
def _admit(m: Memory, now: int) -> int:
    """Make the accesses that begin now active; return when the next one begins."""
    coming = NEVER
    waiting = m[HUB_WAITING]
    i = 0
    while i < m[HUB_WAITING_COUNT]:
        u = m[waiting + i]
        if m[u + BEGINS] > now:
            coming = min(coming, m[u + BEGINS])
            i += 1
            continue
        m[HUB_WAITING_COUNT] -= 1
        m[waiting + i] = m[waiting + m[HUB_WAITING_COUNT]]
        _insert(m, u)
    return coming


@kernel
def _insert(m: Memory, u: int) -> None:
    """Put an access in its place in the order of arbitration."""
    active, count = m[HUB_ACTIVE], m[HUB_ACTIVE_COUNT]
    place = count
    while place > 0 and m[m[active + (place - 1) * ACTIVE] + _P_PORT] > m[u + _P_PORT]:
        for field in range(ACTIVE):
            m[active + place * ACTIVE + field] = m[active + (place - 1) * ACTIVE + field]
        place -= 1
    m[active + place * ACTIVE] = u
    m[active + place * ACTIVE + 1] = m[u + REQUESTS]
    m[active + place * ACTIVE + 2] = 0
    m[HUB_ACTIVE_COUNT] = count + 1
    m[HUB_REQUESTS] += m[u + REQUESTS]


@kernel
def _serve_cycles(m: Memory, now: int, until: int) -> None:
    """Serve cycles from `now` to before `until`, or to the first in which an access is complete."""
    active, count, issue = m[HUB_ACTIVE], m[HUB_ACTIVE_COUNT], m[HUB_ISSUE]
    cycles = until - now
    for i in range(count):
        cycles = min(cycles, (m[active + i * ACTIVE + 1] + issue - 1) // issue)
    if issue == 1:
        _serve_single(m, now, cycles)
    else:
        for cycle in range(now, now + cycles):
            _serve_cycle(m, cycle, issue)
    m[HUB_TIME] = now + cycles


@kernel
def _serve_single(m: Memory, now: int, cycles: int) -> None:
    """Serve cycles in which every active unit issues one request."""
    active, count = m[HUB_ACTIVE], m[HUB_ACTIVE_COUNT]
    busy, channels, interval = m[HUB_BUSY], m[HUB_CHANNELS], m[HUB_INTERVAL]
    pointer, returns = m[HUB_POINTER], m[HUB_RETURN]
    for cycle in range(now, now + cycles):
        step = 0
        for i in range(count):
            pointer += step
            if pointer >= channels:
                pointer -= channels
            step += 1
            if step == channels:
                step = 0
            entered = m[busy + pointer]
            if entered <= cycle:
                entered = cycle + 1
            m[busy + pointer] = entered + interval
            answer = active + i * ACTIVE + 2
            if entered + returns > m[answer]:
                m[answer] = entered + returns
        pointer = (pointer + count) % channels
    for i in range(count):
        m[active + i * ACTIVE + 1] -= cycles
    m[HUB_POINTER] = pointer


@kernel
def _serve_cycle(m: Memory, cycle: int, issue: int) -> None:
    """Serve one cycle in which a unit issues up to `issue` requests."""
    active, channels = m[HUB_ACTIVE], m[HUB_CHANNELS]
    busy, interval, returns = m[HUB_BUSY], m[HUB_INTERVAL], m[HUB_RETURN]
    pointer, served = m[HUB_POINTER], 0
    for i in range(m[HUB_ACTIVE_COUNT]):
        entry = active + i * ACTIVE
        taken = min(issue, m[entry + 1])
        for _ in range(taken):
            pointer = (pointer + served) % channels
            served += 1
            entered = max(m[busy + pointer], cycle + 1)
            m[busy + pointer] = entered + interval
            m[entry + 2] = max(m[entry + 2], entered + returns)
        m[entry + 1] -= taken
    m[HUB_POINTER] = (pointer + served) % channels


@kernel
def _release(m: Memory) -> int:
    """Answer the units whose accesses are complete; return the soonest time of an answer."""
    active, count = m[HUB_ACTIVE], m[HUB_ACTIVE_COUNT]
    kept, soonest = 0, NEVER
    for i in range(count):
        entry = active + i * ACTIVE
        if m[entry + 1] > 0:
            if kept != i:
                for field in range(ACTIVE):
                    m[active + kept * ACTIVE + field] = m[entry + field]
            kept += 1
            continue
        u = m[entry]
        m[u + FINISHES] = m[entry + 2]
        soonest = min(soonest, m[entry + 2])
        wake(m, u)
    m[HUB_ACTIVE_COUNT] = kept
    return soonest
