"""The inputs of a task in a regime, and what its reference makes of them.

Both depend on their arguments alone. Each input has a generator of its own, so that one input more
changes no other.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np

from benchmark.tasks.header import Port, signature_of
from benchmark.tasks.styles import drawn
from benchmark.tasks.task import Array, Expected, Regime, Task, TaskError, Values, Wanted

P = ParamSpec("P")
T = TypeVar("T")

MARGIN = 1e-4
"""Nearer to a change of choice, inputs are drawn again: float32 could choose otherwise."""
ATTEMPTS = 1000


def draw(task: Task, regime: Regime, seed: int) -> Values:
    """Draw the streams and weights of a task by name; read-only arrays.

    Errors: TaskError when no draw keeps the margin, or a function of the task fails.
    """
    ports = signature_of(task, regime.sizes).inputs
    for attempt in range(ATTEMPTS):
        values = _attempt(task, regime, ports, (seed, attempt))
        if task.margin is None or _own(task, "margin", task.margin, values) >= MARGIN:
            return values
    raise TaskError(
        f"{task.name}: {ATTEMPTS} draws in regime `{regime.name}` were too near to a change of "
        f"choice (margin {MARGIN:g})"
    )


def expected(task: Task, values: Values) -> Expected:
    """Return the outputs of the reference in float64, and its own error in float32.

    Errors: TaskError when the reference fails or does not return a tuple of tensors.
    """
    wanted = _reference(task, values, "float64")
    rough = _reference(task, values, "float32")
    pairs = zip(wanted, rough, strict=True)
    return Expected(tuple(_wanted(exact, near) for exact, near in pairs))


def _attempt(task: Task, regime: Regime, ports: tuple[Port, ...], state: tuple[int, int]) -> Values:
    def generator(name: str) -> np.random.Generator:
        words = (task.name, regime.name, name)
        return np.random.default_rng([*state, *(zlib.crc32(word.encode()) for word in words)])

    made = {port.name: drawn(port, regime, generator(port.name)) for port in ports}
    used = made
    if regime.adapt is not None:
        used = dict(_own(task, f"regime `{regime.name}`", regime.adapt, made, generator("")))
    return {port.name: _settled(port, used[port.name]) for port in ports}


def _own(task: Task, what: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function of a task. Errors: TaskError for whatever it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        # a task is somebody's program, which may fail in any way
        raise TaskError(f"{task.name}: {what}: {type(error).__name__}: {error}") from error


def _settled(port: Port, values: Array) -> Array:
    """Return numbers that f32 holds, as float64; nobody changes them."""
    if port.dtype.is_float:
        values = values.astype(np.float32).astype(np.float64)
    settled = np.ascontiguousarray(values)
    settled.setflags(write=False)
    return settled


def _reference(task: Task, values: Values, precision: str) -> tuple[Array, ...]:
    import torch

    tensors = {
        # a copy: torch takes no read-only arrays
        name: torch.from_numpy(array.astype(precision if array.dtype.kind == "f" else array.dtype))
        for name, array in values.items()
    }
    with torch.no_grad():
        outputs = _own(task, "reference", task.reference, tensors)
    if not isinstance(outputs, tuple):
        raise TaskError(f"{task.name}: the reference returns a tuple, one tensor for each result")
    return tuple(each.detach().numpy() for each in outputs)


def _wanted(exact: Array, rough: Array) -> Wanted:
    values = np.ascontiguousarray(exact)
    if values.dtype.kind != "f":
        values = values.astype(np.bool_ if values.dtype.kind == "b" else np.int64)
        values.setflags(write=False)
        return Wanted(values)
    values = values.astype(np.float64)
    values.setflags(write=False)
    finite = np.isfinite(values)
    # NaN where only float32 overflows: nothing passes then
    apart = np.abs(values[finite] - np.where(np.isfinite(rough), rough, np.nan)[finite])
    return Wanted(
        values,
        error=float(apart.max(initial=0.0)),
        scale=float(np.sqrt(np.mean(np.square(values[finite])))) if finite.any() else 0.0,
        is_finite=bool(finite.all()),
    )
