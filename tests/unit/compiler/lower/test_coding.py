"""Extents as values and small programs."""

from __future__ import annotations

import pytest

from aspl.dims import ceil_div, dynamic, ragged, size, some, to_dim
from aspl.types import Buffer, DType, Scalar, Tile
from compiler.lower.coding import NotKnown, Slots
from compiler.machine import STACK, Code, Slot

P, Q, L = dynamic("P"), dynamic("Q"), ragged("L")


def slots(**extents: int) -> Slots:
    found = Slots(extents)
    found.add(0, Tile(DType.F32, P, to_dim(4)))
    found.add(1, Buffer(Scalar(DType.F32), (L, to_dim(3))))
    return found


def run(words: list[int], values: dict[tuple[int, int], int]) -> int:
    """Evaluate a small program as the engine does."""
    stack: list[int] = []
    place = 0
    while words[place] != Code.END:
        match words[place]:
            case Code.CONSTANT:
                stack.append(words[place + 1])
                place += 2
            case Code.SLOT:
                stack.append(values[words[place + 1], words[place + 2]])
                place += 3
            case Code.SOME:
                stack.append(int(stack.pop() > 0))
                place += 1
            case code:
                right, left = stack.pop(), stack.pop()
                stack.append(
                    {
                        Code.ADD: left + right,
                        Code.MULTIPLY: left * right,
                        Code.FLOOR: left // right,
                        Code.CEIL: -(-left // right),
                        Code.MODULO: left % right,
                    }[Code(code)]
                )
                place += 1
    (value,) = stack
    return value


def test_what_is_known_is_a_value() -> None:
    assert slots().words(to_dim(7)) == 7
    assert slots(N=6).words(size("N") * 2 + 1) == 13
    assert slots(P=3).words(P * 4) == 12


@pytest.mark.parametrize(
    ("dim", "value"),
    [
        (P, 5),
        (P * 4 * 2, 40),
        (P * P + 1, 26),
        (P - 7, -2),
        (P // 2, 2),
        (ceil_div(P, 2), 3),
        (P % 3, 2),
        (some(P), 1),
        (L, 2),
        (L * 3, 6),
        (P * L, 10),
    ],
    ids=str,
)
def test_what_elements_tell_is_a_program(dim, value: int) -> None:
    words = slots().words(dim)
    assert isinstance(words, list)
    assert run(words, {(0, Slot.ROWS): 5, (1, Slot.COUNT): 6}) == value


def test_what_nothing_tells_is_not_known() -> None:
    with pytest.raises(NotKnown) as told:
        slots().words(Q + P)
    assert told.value.dim == Q


def test_a_program_fits_the_stack() -> None:
    dim = P
    for power in range(2, 20):
        factor = P
        for _ in range(power):
            factor = factor * P
        dim = dim + factor
    with pytest.raises(NotKnown):
        slots().words(dim)
    words = slots().words(P * P * P)
    assert isinstance(words, list)
    assert len(words) < STACK
