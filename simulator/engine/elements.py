"""What units make of the tokens at the heads of their inputs: meeting stops, sizes, work.

Several inputs are read in step. A dim may be closed by the element before it on one stream and by
a token of its own on another (an empty inner tensor was behind it), so what one stream closes more
than the others is kept for the next step.
"""

from __future__ import annotations

from compiler.machine import Code, P, Slot, Valid
from simulator.engine.kernel import Memory, kernel
from simulator.engine.layout import (
    ARENA,
    BANDWIDTH,
    DATA,
    ELEMENTS,
    FLAGS,
    FLOPS_DONE,
    HEAD,
    INPUT_COUNT,
    INPUTS,
    LOW_SHIFT,
    ON_CHIP,
    PAD_BYTES,
    PARAMETER,
    R8,
    R9,
    REMAINDERS,
    SIDES,
    STACK_BASE,
    STOP_MASK,
    TURN,
    VALID_SHIFT,
    VALUE,
)
from simulator.engine.queues import fail, has_token, is_over, see, take, wait_for_token

WAIT = 0
ELEMENT = 1
BARE_STOP = 2
END = 3
WRONG = 4

_CONSTANT, _SLOT, _ADD, _MULTIPLY, _FLOOR, _CEIL, _MODULO, _SOME, _ELEMENT = (
    int(code) for code in Code if code is not Code.END
)
_ROWS, _COLS, _COUNT, _VALUE, _KEPT = map(int, Slot)
_ALL, _FIRST, _MET, _WITH_ROWS, _SET, _APPEND, _TOLD = (
    int(Valid.ALL),
    int(Valid.FIRST),
    int(Valid.MET),
    int(Valid.FIRST_WITH_ROWS),
    int(Valid.SET),
    int(Valid.APPEND),
    int(Valid.TOLD),
)
_P_SIZES = PARAMETER + int(P.SIZES)
_P_FLOPS = PARAMETER + int(P.FLOPS)
_P_FIXED = PARAMETER + int(P.FIXED)
_P_VALID = PARAMETER + int(P.VALID)
_P_TILES = PARAMETER + int(P.TILES)
_P_STORED = PARAMETER + int(P.STORED)
_P_VALUES = PARAMETER + int(P.VALUES)
_P_VALID_ROWS = PARAMETER + int(P.VALID_ROWS)

SIDE_MASK = 0xFFFFFFFF


@kernel
def meet(m: Memory, u: int) -> int:
    """See the next token of every input; leave the stop that all have in R8 and its low in R9."""
    count, base, rest = m[u + INPUT_COUNT], m[u + INPUTS], m[u + REMAINDERS]
    ended = 0
    for i in range(count):
        c = m[base + i]
        if m[rest + 2 * i] == 0 and not has_token(m, c):
            if not is_over(m, c):
                wait_for_token(m, u, c)
                return WAIT
            ended += 1
    if ended == count:
        return END
    low, level = -1, 1 << 30
    for i in range(count):
        c = m[base + i]
        its_low, its_level = m[rest + 2 * i], m[rest + 2 * i + 1]
        if its_low == 0:
            if not has_token(m, c):
                fail(m, u, c)
                return WRONG
            see(m, u, c)
            flags = m[m[c + HEAD] + FLAGS]
            its_level = flags & STOP_MASK
            its_low = (flags >> LOW_SHIFT) & STOP_MASK
        if low >= 0 and its_low != low:
            fail(m, u, c)
            return WRONG
        low = its_low
        level = its_level if its_level < level else level
    m[u + R8] = level
    m[u + R9] = low
    return ELEMENT if low == 0 else BARE_STOP


@kernel
def consume(m: Memory, u: int) -> None:
    """Take what `meet` saw; a stop above the common one stays for the next step."""
    base, rest, level = m[u + INPUTS], m[u + REMAINDERS], m[u + R8]
    for i in range(m[u + INPUT_COUNT]):
        if m[rest + 2 * i] == 0:
            c = m[base + i]
            its_level = m[m[c + HEAD] + FLAGS] & STOP_MASK
            take(m, u, c)
        else:
            its_level = m[rest + 2 * i + 1]
        if its_level > level:
            m[rest + 2 * i] = level + 1
            m[rest + 2 * i + 1] = its_level
        else:
            m[rest + 2 * i] = 0


@kernel
def buffered(m: Memory, value: int) -> int:
    """Return how many elements a buffer holds."""
    return value if value >= 0 else m[m[ARENA] - 1 - value]


@kernel
def rows_at(m: Memory, u: int, port: int) -> int:
    """Return the rows of the element at the head of an input."""
    return m[m[m[m[u + INPUTS] + port] + HEAD] + SIDES] >> 32


@kernel
def cols_at(m: Memory, u: int, port: int) -> int:
    """Return the columns of the element at the head of an input."""
    return m[m[m[m[u + INPUTS] + port] + HEAD] + SIDES] & SIDE_MASK


@kernel
def valid_at(m: Memory, u: int, port: int) -> int:
    """Return the valid rows of the element at the head of an input."""
    return m[m[m[m[u + INPUTS] + port] + HEAD] + FLAGS] >> VALID_SHIFT


@kernel
def value_at(m: Memory, u: int, port: int) -> int:
    """Return the control value, or the buffer, at the head of an input."""
    return m[m[m[m[u + INPUTS] + port] + HEAD] + VALUE]


@kernel
def _slot(m: Memory, u: int, port: int, slot: int) -> int:
    if slot == _ROWS:
        return rows_at(m, u, port)
    if slot == _COLS:
        return cols_at(m, u, port)
    if slot == _COUNT:
        return buffered(m, value_at(m, u, port))
    if slot == _VALUE:
        value = value_at(m, u, port)
        return value if value > 0 else 0
    valid = valid_at(m, u, port)
    return valid if valid > 0 else rows_at(m, u, port)


@kernel
def coded(m: Memory, u: int, code: int) -> int:
    """Return a coded quantity, at the elements at the heads of the inputs."""
    if code >= 0:
        return code
    return _run(m, u, m[DATA] - 1 - code)


@kernel
def _run(m: Memory, u: int, at: int) -> int:
    top = m[STACK_BASE] - 1
    while m[at] != 0:
        op = m[at]
        if op == _CONSTANT:
            top += 1
            m[top] = m[at + 1]
            at += 2
        elif op == _SLOT:
            top += 1
            m[top] = _slot(m, u, m[at + 1], m[at + 2])
            at += 3
        elif op == _ELEMENT:
            top += 1
            m[top] = m[m[DATA] + m[at + 1] + m[u + TURN]]
            at += 2
        elif op == _SOME:
            m[top] = 1 if m[top] > 0 else 0
            at += 1
        else:
            top -= 1
            m[top] = _combined(op, m[top], m[top + 1])
            at += 1
    return m[top]


@kernel
def _combined(op: int, left: int, right: int) -> int:
    if op == _ADD:
        return left + right
    if op == _MULTIPLY:
        return left * right
    if right == 0:
        return 0
    if op == _FLOOR:
        return left // right
    if op == _CEIL:
        return -(-left // right)
    return left % right


@kernel
def up(amount: int, rate: int) -> int:
    """Divide and round up."""
    return (amount + rate - 1) // rate


@kernel
def size_of(m: Memory, kind: int, unit: int, token: int) -> int:
    """Return the bytes of the element in an entry: of fixed size, of a tile, of a buffer."""
    if kind == 0:
        return unit
    size = unit * (m[token + SIDES] >> 32) * (m[token + SIDES] & SIDE_MASK)
    if kind == 2:
        size *= buffered(m, m[token + VALUE])
    return size


@kernel
def load_of(m: Memory, u: int, port: int, token: int) -> int:
    """Return the cycles that reading the element in an entry of an input takes."""
    if m[token + FLAGS] & ON_CHIP == 0:
        return 0
    size = m[DATA] + m[u + _P_SIZES] + 2 * port
    return up(size_of(m, m[size], m[size + 1], token), m[PAD_BYTES])


@kernel
def load_cycles(m: Memory, u: int) -> int:
    """Return the cycles that reading the elements at all inputs from on-chip memory takes."""
    total = 0
    for port in range(m[u + INPUT_COUNT]):
        total += load_of(m, u, port, m[m[m[u + INPUTS] + port] + HEAD])
    return total


@kernel
def compute_cycles(m: Memory, u: int) -> int:
    """Return the cycles of computing one element, and count its FLOPs."""
    flops = coded(m, u, m[u + _P_FLOPS])
    cycles = m[u + _P_FIXED]
    if flops > 0:
        m[u + FLOPS_DONE] += flops
        cycles += up(flops, m[u + BANDWIDTH])
    return cycles


@kernel
def store_cycles(m: Memory, u: int, rows: int, cols: int, count: int) -> int:
    """Return the cycles of writing an element back to on-chip memory."""
    size = m[u + _P_STORED]
    if size < 0:
        size = -size * rows * cols
        if count >= 0:
            size *= count
    return up(size, m[PAD_BYTES])


@kernel
def result_value(m: Memory, u: int, count: int) -> int:
    """Return what the next element carries: its control value, or how many it holds."""
    values = m[u + _P_VALUES]
    if values >= 0:
        return m[m[DATA] + values + m[u + ELEMENTS]]
    return count if count >= 0 else 0


@kernel
def result_valid(m: Memory, u: int, rows: int) -> int:
    """Return the valid rows of a result by the rule of the unit's function."""
    rule = m[u + _P_VALID]
    if rule == _ALL:
        return rows
    if rule == _SET:
        value = value_at(m, u, 1)
        return min(max(value, 0), rows)
    if rule == _TOLD:
        return coded(m, u, m[u + _P_VALID_ROWS])
    tiles = m[u + _P_TILES]
    found, larger = -1, 0
    for i in range(m[u + INPUT_COUNT]):
        if (tiles >> i) & 1 == 0:
            continue
        valid = valid_at(m, u, i)
        if rule == _FIRST:
            return min(valid, rows)
        if rule == _APPEND:
            return min(valid + 1, rows)
        if rows_at(m, u, i) == rows:
            if rule == _WITH_ROWS:
                return valid
            found = i
            larger = max(larger, valid)
    if rule == _MET and tiles != 0:
        return larger if found >= 0 else 0
    return rows
