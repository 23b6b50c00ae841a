"""Arrays as users hold them, numpy or torch, to arrays of numpy and back."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from aspl.types import DType
from aspl.values.column import Array


@dataclass(frozen=True, slots=True)
class Home:
    """Where results go: to numpy, or to torch and a device there."""

    device: Any = None
    """A device of torch; None for numpy."""

    def place(self, values: Array) -> Any:  # noqa: ANN401 - an array of numpy or a tensor of torch
        """Return an array there, floats as f32."""
        held = np.ascontiguousarray(values, np.float32 if values.dtype.kind == "f" else None)
        if self.device is None:
            return held
        return sys.modules["torch"].from_numpy(held).to(self.device)


def home_of(values: Iterable[object]) -> Home:
    """Return torch if any of the values is a tensor of it, else numpy."""
    for each in values:
        if _is_tensor(each):
            device: Any = getattr(each, "device", None)
            return Home(device)
    return Home()


def to_numpy(value: Any) -> Array:  # noqa: ANN401 - whatever was given
    """Return what was given as an array.

    Errors: ValueError for what is none.
    """
    if _is_tensor(value):
        plain = value.detach().cpu()
        # numpy has no half of that name
        return np.asarray(plain.float() if plain.is_floating_point() else plain)
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError("expected an array, got lists of different lengths") from error
    if array.dtype.kind not in "fiub":
        raise ValueError(f"expected an array of numbers, got {_kind(value, array)}")
    return array


def require_kind(array: Array, dtype: DType) -> None:
    """Hold the numbers of an array against a type of the language, by kind and not by width.

    Errors: ValueError.
    """
    kind = array.dtype.kind
    if dtype.is_float and kind != "b":
        return
    if dtype is DType.BOOL and (kind == "b" or _is_flags(array)):
        return
    if not dtype.is_float and dtype is not DType.BOOL and kind in "iu":
        return
    wanted = "numbers" if dtype.is_float else "flags" if dtype is DType.BOOL else "integers"
    raise ValueError(f"expected {wanted} for `{dtype}`, got {array.dtype}")


def _is_flags(array: Array) -> bool:
    return array.dtype.kind in "iu" and bool(np.isin(array, (0, 1)).all())


def _is_tensor(value: object) -> bool:
    # who gives a tensor has loaded torch
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _kind(value: object, array: Array) -> str:
    return type(value).__name__ if array.dtype.kind == "O" else f"{array.dtype}"
