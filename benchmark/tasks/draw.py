"""The inputs of a task in a regime, and what its reference makes of them.

Both depend on their arguments alone. Each input has a generator of its own, so that one input more
changes no other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from benchmark.tasks.authored import authored
from benchmark.tasks.header import Port, signature_of
from benchmark.tasks.styles import drawn
from benchmark.tasks.task import Array, Expected, Regime, Task, TaskError, Values, Wanted

if TYPE_CHECKING:
    from torch import Tensor

MARGIN = 1e-4
"""Nearer to a change of choice, inputs are drawn again: float32 could choose otherwise."""
ATTEMPTS = 1000
_NUMBERS = "biuf"
"""Kinds of arrays that hold flags, whole numbers and floats."""


def draw(task: Task, regime: Regime, seed: int) -> Values:
    """Draw the streams and weights of a task by name; read-only arrays.

    Errors: TaskError when no draw keeps the margin, or a function of the task fails.
    """
    ports = signature_of(task, regime.sizes).inputs
    for attempt in range(ATTEMPTS):
        values = _attempt(task, regime, ports, (seed, attempt))
        if keeps_margin(task, values):
            return values
    raise TaskError(
        f"{task.name}: {ATTEMPTS} draws in regime `{regime.name}` were too near to a change of "
        f"choice (margin {MARGIN:g})"
    )


def keeps_margin(task: Task, values: Values) -> bool:
    """Whether inputs are far enough from a change of choice. Errors: TaskError."""
    if task.margin is None:
        return True
    margin = authored(task, "margin", task.margin, values)
    try:
        # a comparison with NaN is not true
        return float(margin) >= MARGIN
    except (TypeError, ValueError) as error:
        raise TaskError(f"{task.name}: margin: returns {_kind(margin)}, not a number") from error


def expected(task: Task, values: Values) -> Expected:
    """Return the outputs of the reference in float64, and its own error in float32.

    Errors: TaskError when the reference fails or does not return a tuple of tensors.
    """
    wanted = _reference(task, values, "float64")
    rough = _reference(task, values, "float32")
    if [each.shape for each in wanted] != [each.shape for each in rough]:
        raise TaskError(
            f"{task.name}: the reference returns other shapes in float32 than in float64"
        )
    pairs = zip(wanted, rough, strict=True)
    return Expected(tuple(_wanted(exact, near) for exact, near in pairs))


def misfits(task: Task, regime: Regime, found: Expected) -> Iterator[str]:
    """Say where the outputs of the reference are not what the header declares."""
    ports, outputs = signature_of(task, regime.sizes).outputs, found.outputs
    if len(outputs) != len(ports):
        yield f"the reference returns {len(outputs)} outputs, not {len(ports)}"
        return
    for number, (port, wanted) in enumerate(zip(ports, outputs, strict=True)):
        told = f"output {number} of the reference has"
        if wanted.values.shape != port.shape:
            yield f"{told} shape {wanted.values.shape}, declared is {port.shape}"
        letter = "f" if port.dtype.is_float else "i" if port.dtype.is_integer else "b"
        if wanted.values.dtype.kind != letter:
            yield f"{told} numbers of type {wanted.values.dtype}, declared is {port.dtype}"


def _attempt(task: Task, regime: Regime, ports: tuple[Port, ...], state: tuple[int, int]) -> Values:
    def generator(name: str) -> np.random.Generator:
        words = (task.name, regime.name, name)
        return np.random.default_rng([*state, *(zlib.crc32(word.encode()) for word in words)])

    made = {port.name: drawn(port, regime, generator(port.name)) for port in ports}
    if regime.adapt is None:
        return {port.name: _settled(port, made[port.name]) for port in ports}
    what = f"regime `{regime.name}`"
    used = authored(task, what, regime.adapt, dict(made), generator(""))
    for port in ports:
        problem = _adapted_problem(port, used)
        if problem is not None:
            raise TaskError(f"{task.name}: {what}: {problem}")
    return {port.name: _settled(port, used[port.name]) for port in ports}


def _adapted_problem(port: Port, used: object) -> str | None:
    if not isinstance(used, Mapping):
        return f"returns {_kind(used)}, not a mapping of arrays by name"
    array = used.get(port.name)
    if not isinstance(array, np.ndarray):
        return f"returns {_kind(array)} for `{port.name}`, not an array"
    if array.shape != port.shape:
        return f"`{port.name}` has shape {array.shape}, declared is {port.shape}"
    kinds = _NUMBERS if port.dtype.is_float else "iu" if port.dtype.is_integer else "b"
    if array.dtype.kind not in kinds:
        return f"`{port.name}` has numbers of type {array.dtype}, declared is {port.dtype}"
    return None


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a `{type(value).__name__}`"


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
        outputs: object = authored(task, "reference", task.reference, tensors)
    if not isinstance(outputs, tuple) or not all(
        isinstance(each, torch.Tensor) for each in outputs
    ):
        raise TaskError(f"{task.name}: the reference returns a tuple, one tensor for each result")
    return tuple(_array(task, each) for each in outputs)


def _array(task: Task, output: Tensor) -> Array:
    try:
        array: Array = output.detach().numpy()
    except (TypeError, RuntimeError) as error:
        # such as bfloat16, which numpy does not have
        raise TaskError(f"{task.name}: the reference returns {output.dtype}: {error}") from error
    if array.dtype.kind not in _NUMBERS:
        raise TaskError(f"{task.name}: the reference returns numbers of type {array.dtype}")
    return array


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
