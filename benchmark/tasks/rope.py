"""Rotary positions: vectors that are rotated by angles which their position decides.

Source: arXiv 2502.02534, group of rotary embeddings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.tasks.regimes import regimes
from benchmark.tasks.task import Array, Regime, Task, Values

if TYPE_CHECKING:
    from torch import Tensor

_SIZES = """\
M = Dim(5)
N = Dim(7)
D = Dim(16)
"""

_POSITION = """\
def position(step: f32, state: f32 = -1.0) -> f32:
    return state + step
"""

_HALVES = """\
def rotate_halves(at: f32, x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    angle = at * 10000.0 ** (-2.0 * cast(iota(D // 2), f32) / D)
    a, b = x[: D // 2], x[D // 2 :]
    return concat(a * cos(angle) - b * sin(angle), b * cos(angle) + a * sin(angle))
"""

_KERNEL = """\
def kernel(
    steps: Stream(f32, [M, N]), x: Stream(Buffer(f32, [D]), [M, N])
) -> Stream(Buffer(f32, [D]), [M, N]):
"""

_EVEN = {"ones": {"D": 2}, "primes": {"D": 26}}
_COUNTED = "The published task has steps of 1 alone, so that positions are 0, 1, 2 and so on."


def _uneven(values: dict[str, Array], rng: np.random.Generator) -> Values:
    """Return whole steps from 0 to 3, so that positions stand still and jump."""
    return values | {"steps": rng.integers(0, 4, size=values["steps"].shape).astype(float)}


def _even(values: dict[str, Array], rng: np.random.Generator) -> Values:
    return values | {"steps": np.ones_like(values["steps"])}


def _regimes() -> tuple[Regime, ...]:
    first, *others = regimes("MND", adapt=_uneven, instead=_EVEN)
    return (replace(first, adapt=_even), *others)


def _angles(positions: Tensor, width: int) -> Tensor:
    import torch

    places = torch.arange(width // 2, dtype=positions.dtype)
    return positions.unsqueeze(-1) * 10000.0 ** (-2.0 * places / width)


def _rotated(positions: Tensor, a: Tensor, b: Tensor) -> list[Tensor]:
    angle = _angles(positions, 2 * a.shape[-1])
    return [a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()]


def _neox(positions: Tensor, x: Tensor) -> Tensor:
    import torch

    return torch.cat(_rotated(positions, *x.chunk(2, dim=-1)), dim=-1)


def _gptj(positions: Tensor, x: Tensor) -> Tensor:
    import torch

    pairs = _rotated(positions, x[..., ::2], x[..., 1::2])
    return torch.stack(pairs, dim=-1).reshape(x.shape)


def _repeated(given: Mapping[str, Any]) -> tuple[Any, ...]:
    steps = given["steps"].unsqueeze(-1).expand(given["x"].shape[:-1])
    return (_neox(steps.cumsum(-1) - 1, given["x"]),)


NEOX = Task(
    name="rope/neox",
    statement=(
        "M sequences of N vectors of D numbers arrive, and a step for each vector. Its position "
        "is the sum of the steps of its sequence up to and with its own, less 1: steps of 1 count "
        "0, 1, 2. Return each vector rotated by its position: number i of its first half and "
        "number i of its second half are a pair, turned by the angle position * 10000**(-2i/D). "
        "`position` adds a step to a state that begins at -1; `rotate_halves` takes a position "
        "and a vector, and rotates it."
    ),
    formula=(
        "y[m, n] = (a cos t - b sin t, b cos t + a sin t), (a, b) the halves of x[m, n], "
        "t[i] = (steps[m, 0] + .. + steps[m, n] - 1) * 10000**(-2i/D)"
    ),
    header=f"{_SIZES}\n{_POSITION}\n{_HALVES}\n{_KERNEL}",
    reference=lambda given: (_neox(given["steps"].cumsum(-1) - 1, given["x"]),),
    regimes=_regimes(),
    note=_COUNTED,
)

GPTJ = Task(
    name="rope/gptj",
    statement=(
        "M sequences of N vectors of D numbers arrive, and a step for each vector. Its position "
        "is the sum of the steps of its sequence up to and with its own, less 1: steps of 1 count "
        "0, 1, 2. Return each vector rotated by its position: numbers 2i and 2i + 1, which are "
        "neighbours, are a pair, turned by the angle position * 10000**(-2i/D). `position` adds a "
        "step to a state that begins at -1; `rotate_neighbours` takes a position and a vector, "
        "and rotates it."
    ),
    formula=(
        "y[m, n][2i] = a cos t - b sin t, y[m, n][2i + 1] = b cos t + a sin t, "
        "(a, b) = x[m, n][2i : 2i + 2], t = (steps[m, 0] + .. + steps[m, n] - 1) * 10000**(-2i/D)"
    ),
    header=f"""\
{_SIZES}
{_POSITION}
def rotate_neighbours(at: f32, x: Buffer(f32, [D])) -> Buffer(f32, [D]):
    angle = at * 10000.0 ** (-2.0 * cast(iota(D // 2), f32) / D)
    a, b = x[::2], x[1::2]
    pairs = stack(a * cos(angle) - b * sin(angle), b * cos(angle) + a * sin(angle))
    return reshape(pairs, [D])

{_KERNEL}""",
    reference=lambda given: (_gptj(given["steps"].cumsum(-1) - 1, given["x"]),),
    regimes=_regimes(),
    note=_COUNTED,
)

REPEATED_POSITIONS = Task(
    name="rope/repeated-positions",
    statement=(
        "M sequences of N vectors of D numbers arrive, and one step for each sequence, which all "
        "its vectors share. The position of vector n is n + 1 times the step, less 1: a step of 1 "
        "counts 0, 1, 2. Return each vector rotated by its position: number i of its first half "
        "and number i of its second half are a pair, turned by the angle position * "
        "10000**(-2i/D). `position` adds a step to a state that begins at -1; `rotate_halves` "
        "takes a position and a vector, and rotates it. Steps have to be repeated to the shape of "
        "the vectors first."
    ),
    formula=(
        "y[m, n] = (a cos t - b sin t, b cos t + a sin t), (a, b) the halves of x[m, n], "
        "t[i] = ((n + 1) * steps[m] - 1) * 10000**(-2i/D)"
    ),
    header=f"""\
{_SIZES}
{_POSITION}
{_HALVES}
def kernel(
    steps: Stream(f32, [M]), x: Stream(Buffer(f32, [D]), [M, N])
) -> Stream(Buffer(f32, [D]), [M, N]):
""",
    reference=_repeated,
    regimes=_regimes(),
    kind="shape",
    reads="reuse",
    note=_COUNTED,
)

ROPE = (NEOX, GPTJ, REPEATED_POSITIONS)
