"""What a task is: what its solver may see, and what stays hidden from it.

A task's header is text of the language: sizes, weights, given functions, and the signature of the
kernel, whose body is the answer. The header is all that an answer can name, so a weight is reached
through a given function by its own name and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Values: TypeAlias = Mapping[str, Array]
"""Arrays by name: streams with the dims of their elements last, selectors as flags; and weights.

Floats are float64, whole numbers int64, flags bool.
"""
Reference: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, ...]]
"""Takes torch tensors by name, floats all of one type (float64 for judging, float32 to learn the
reference's own error), and returns the outputs in the order of the kernel's results."""
Style: TypeAlias = Literal["normal", "wide", "ties", "negative", "extreme"]
"""How floats are drawn: standard normals; magnitudes over many orders; from few values, so that
many are equal; below zero; near the ends of what f32 holds without denormals and overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One kind of input that an answer is judged on."""

    name: str
    """`paper`, `ones`, `primes`, `larger`, or what is special about its values."""
    sizes: Mapping[str, int]
    """A value for each size of the header that differs from the header's own."""
    style: Style = "normal"
    adapt: Callable[[dict[str, Array], np.random.Generator], Values] | None = None
    """What to make of values drawn in the style; for regimes that route in a special way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far an output may be from the reference, number by number.

    It passes where |got - wanted| <= max(relative * (|wanted| + scale), own * error): `scale` is the
    root mean square of the wanted output, and `error` the largest error of the reference
    itself when it is computed in float32. Flags, selectors, indices and integers must be equal.
    """

    relative: float = 1e-4
    own: float = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A kernel of an ML library that is asked for."""

    name: str
    """`family/variant`."""
    statement: str
    """One paragraph: what is computed, from what, and what the given functions are for."""
    formula: str
    """One line of mathematics."""
    header: str
    """Text of the language up to the colon of the kernel's signature."""
    reference: Reference
    regimes: tuple[Regime, ...]
    tolerance: Tolerance = field(default_factory=Tolerance)
    margin: Callable[[Mapping[str, Any]], float] | None = None
    """The smallest distance of the inputs from where a choice (a threshold, a top-k) changes;
    inputs too near are drawn again. None for a task without choices of its own."""
    kind: Literal["arithmetic", "shape"] = "arithmetic"
    """Whether a solution needs only arithmetic, or changes shapes too."""
    reads: Literal["once", "reuse"] = "once"
    """Whether a solution reads some stream more than once, through copies."""
    note: str = ""
    """Where the published task differs."""

    @property
    def family(self) -> str:
        """The group that it belongs to."""
        return self.name.split("/", 1)[0]
