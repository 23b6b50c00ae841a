"""Rotary positions; an input of ones is counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from earlier.task import ONES, PAPER, PRIMES, Task, Values


def _angles(count: int, width: int) -> Any:
    return np.arange(count)[:, None] * 10000.0 ** (-2 * np.arange(width // 2) / width)


def _neox(E0: Any, E1: Any) -> Any:
    angle, half = _angles(E1.shape[1], E1.shape[2]), E1.shape[2] // 2
    a, b = E1[..., :half], E1[..., half:]
    return np.concatenate(
        [a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)], axis=-1
    )


def _gptj(E0: Any, E1: Any) -> Any:
    angle = _angles(E1.shape[1], E1.shape[2])
    a, b = E1[..., ::2], E1[..., 1::2]
    rotated = [a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)]
    return np.stack(rotated, axis=-1).reshape(E1.shape)


def _ones(values: Values) -> Values:
    return values | {"E0": np.ones_like(values["E0"])}


_POSITION = """\
def fn_position(one: f32, state: f32 = -1.0) -> f32:
    return state + one
"""

_NEOX = """\
def fn_neox(n: f32, x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    angle = n * 10000.0 ** (-2.0 * cast(iota(D // 2), f32) / D)
    a, b = x[: D // 2], x[D // 2 :]
    return concat(a * cos(angle) - b * sin(angle), b * cos(angle) + a * sin(angle))
"""

_ROTATE_SHAPES = (PAPER, PRIMES | {"D": 26}, ONES | {"D": 2})

ROPE_NEOX = Task(
    name="rope/neox",
    header=f'''\
"""The halves of x[m, n] rotated by the position n; positions are counted"""
M = Dim(5)
N = Dim(7)
D = Dim(16)

{_POSITION}
{_NEOX}
def kernel(
    E0: Stream(f32, [M, N]), E1: Stream(Buffer(f32, [D]), [M, N])
) -> Stream(Buffer(f32, [D]), [M, N]):
''',
    earlier="""\
E2 = step.Scan(fn=fn_position, b=1).apply(E0)
E3 = step.Zip().apply((E2, E1))
S0 = step.Map(fn=fn_neox).apply(E3)
return S0
""",
    modern="""\
positions = Scan(E0, fn=fn_position, rank=1)
return Map(Zip(positions, E1), fn=fn_neox)
""",
    formula=_neox,
    shapes=_ROTATE_SHAPES,
    inputs={"ones": _ones},
)

ROPE_GPTJ = Task(
    name="rope/gptj",
    header=f'''\
"""The pairs of neighbours in x[m, n] rotated by the position n; positions are counted"""
M = Dim(5)
N = Dim(7)
D = Dim(16)

{_POSITION}
def fn_gptj(n: f32, x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    angle = n * 10000.0 ** (-2.0 * cast(iota(D // 2), f32) / D)
    a, b = x[::2], x[1::2]
    pairs = stack(a * cos(angle) - b * sin(angle), b * cos(angle) + a * sin(angle))
    return reshape(pairs, [D])

def kernel(
    E0: Stream(f32, [M, N]), E1: Stream(Buffer(f32, [D]), [M, N])
) -> Stream(Buffer(f32, [D]), [M, N]):
''',
    earlier="""\
E2 = step.Scan(fn=fn_position, b=1).apply(E0)
E3 = step.Zip().apply((E2, E1))
S0 = step.Map(fn=fn_gptj).apply(E3)
return S0
""",
    modern="""\
positions = Scan(E0, fn=fn_position, rank=1)
return Map(Zip(positions, E1), fn=fn_gptj)
""",
    formula=_gptj,
    shapes=_ROTATE_SHAPES,
    inputs={"ones": _ones},
)

ROPE_REPEATED = Task(
    name="rope/repeated-positions",
    header=f'''\
"""The halves of x[m, n] rotated by the position n, counted from a shorter stream of ones"""
M = Dim(5)
N = Dim(7)
D = Dim(16)

{_POSITION}
{_NEOX}
def kernel(
    E0: Stream(f32, [M]), E1: Stream(Buffer(f32, [D]), [M, N])
) -> Stream(Buffer(f32, [D]), [M, N]):
''',
    earlier="""\
E2, E3 = step.Copy().apply(E1)
E4 = step.RepeatRef().apply((E0, E2))
E5 = step.Scan(fn=fn_position, b=1).apply(E4)
E6 = step.Zip().apply((E5, E3))
S0 = step.Map(fn=fn_neox).apply(E6)
return S0
""",
    modern="""\
ref, x = Broadcast(E1, n=2)
repeated = Expand(Promote(E0, rank=0), ref, rank=1)
return Map(Zip(Scan(repeated, fn=fn_position), x), fn=fn_neox)
""",
    formula=_neox,
    shapes=_ROTATE_SHAPES,
    inputs={"ones": _ones},
)
