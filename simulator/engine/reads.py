"""Reads of several elements in the row-major order of some extents: loads, streamify, flat maps.

The extents of the read under way lie in the unit's scratch with a counter each. Where an extent is
0, what is inside the dims around it is empty, and each of these empty tensors is a bare stop.
"""

from __future__ import annotations

from compiler.machine import P
from simulator.engine.elements import coded
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import DATA, INPUT_COUNT, PARAMETER, REMAINDERS

_P_LEVELS = PARAMETER + int(P.LEVELS)

# in the scratch, behind the remainders of the inputs
LEFT = 0
"""Steps that are left."""
DIMS = 1
LOOPED = 2
"""Outer dims that the steps count: all, or those around the first that is empty."""
SKIP = 3
"""1 where the outermost dim is concatenated, and so not closed by the read."""
EXTENTS = 4
COUNTERS = 20
SCRATCH = 40


@kernel
def read_of(m: Memory, u: int) -> int:
    """Return where the unit keeps its read."""
    return m[u + REMAINDERS] + 2 * m[u + INPUT_COUNT]


@kernel
def start_read(m: Memory, u: int, at: int, skip: int) -> None:
    """Begin a read of the extents that the unit's LEVELS tell."""
    levels = m[DATA] + m[u + _P_LEVELS]
    dims = m[levels]
    looped, steps = dims, 1
    for i in range(dims):
        extent = coded(m, u, m[levels + 1 + i])
        m[at + EXTENTS + i] = extent
        m[at + COUNTERS + i] = 0
        if extent == 0 and looped == dims:
            looped = i
        if looped == dims:
            steps *= extent
    if looped < dims and looped == 0 and skip != 0:
        # nothing is there, and what it is concatenated to stays open
        steps = 0
    m[at + LEFT] = steps
    m[at + DIMS] = dims
    m[at + LOOPED] = looped
    m[at + SKIP] = skip


@kernel
def is_bare(m: Memory, at: int) -> bool:
    """Whether the steps are empty tensors."""
    return m[at + LOOPED] < m[at + DIMS]


@kernel
def is_read(m: Memory, at: int) -> bool:
    """Whether no step is left."""
    return m[at + LEFT] == 0


@kernel
def step_stops(m: Memory, at: int) -> int:
    """Return the stop of this step without what is around the read: level, low in the byte above.

    The last step closes all dims of the read, the outermost only where it is not concatenated.
    """
    dims, looped = m[at + DIMS], m[at + LOOPED]
    low = dims - looped
    level = low
    for i in range(looped - 1, -1, -1):
        if m[at + COUNTERS + i] + 1 < m[at + EXTENTS + i]:
            break
        level += 1
    if m[at + SKIP] != 0 and level == dims:
        level -= 1
    return level | (low << 8)


@kernel
def next_step(m: Memory, at: int) -> None:
    """Go on to the next step."""
    m[at + LEFT] -= 1
    for i in range(m[at + LOOPED] - 1, -1, -1):
        m[at + COUNTERS + i] += 1
        if m[at + COUNTERS + i] < m[at + EXTENTS + i]:
            break
        m[at + COUNTERS + i] = 0


@kernel
def with_outer(stops: int, outer: int, is_last: bool) -> int:
    """Return the stops of a step with those around the read, which the last step closes."""
    return stops + outer if is_last else stops
