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

from aspl.reference.run import Meaning

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

Adapt: TypeAlias = Callable[[dict[str, Array], np.random.Generator], Values]
"""Takes drawn values and returns those to use; numbers are rounded to f32 behind it."""


class TaskError(ValueError):
    """A task that is not there, or a text or file that is none; the message is for its author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One kind of input that an answer is judged on."""

    name: str
    """`paper`, `ones`, `primes`, `larger`, or what is special about its values."""
    sizes: Mapping[str, int]
    """A value for each size of the header that differs from the header's own."""
    style: Style = "normal"
    """Of the streams; weights are normal, or from few values in the style `ties`."""
    decades: float = 17.0
    """How far from 1 the style `extreme` goes, in powers of ten."""
    adapt: Adapt | None = None
    """What to make of values drawn in the style: positions to count, gates to choose by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far an output may be from the reference, number by number.

    It passes where |got - wanted| <= max(relative * (|wanted| + scale), own * error): `scale` is
    the root mean square of the wanted output, and `error` the largest error of the reference
    itself when it is computed in float32. Flags, selectors, indices and integers must be equal.
    NaN passes only where the reference is NaN, and an infinity only where it is the same one.
    """

    relative: float = 1e-4
    own: float = 16.0


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """One output of the reference."""

    values: Array
    """Float64, int64 or bool."""
    error: float = 0.0
    """The largest error of the reference itself in float32."""
    scale: float = 0.0
    """The root mean square of the finite values; 0 for what must be equal."""
    is_finite: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """The outputs of the reference, in the order of the kernel's results."""

    outputs: tuple[Wanted, ...]


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
    """The smallest distance of the inputs from where a choice (a threshold, a top-k) changes, as a
    share of the numbers that are compared; inputs too near are drawn again. Numbers that tie
    exactly, in any precision, are decided by the rule of the statement and do not count. None for
    a task without choices of its own."""
    kind: Literal["arithmetic", "shape"] = "arithmetic"
    """Whether a solution needs only arithmetic and buffers, or repeats and flattens too."""
    reads: Literal["once", "reuse"] = "once"
    """Whether operators read some stream more than once, through copies. With `kind`, these are
    the four classes of arXiv 2502.02534, table 2."""
    note: str = ""
    """Where the published task differs."""
    given: Mapping[str, Meaning] = field(default_factory=dict)
    """What those functions of the header compute whose body is `...`, by name."""

    @property
    def family(self) -> str:
        """The group that it belongs to."""
        return self.name.split("/", 1)[0]
