"""Tasks that should not be: each is rejected, with the reason."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.solutions import solution_text
from benchmark.tasks.table import TASKS
from benchmark.tasks.task import Adapt, Reference, Regime, Task, Tolerance
from benchmark.verify import verify

RMS = TASKS["norm/rms"]
PAPER = (RMS.regimes[0],)


def _flipping() -> Reference:
    signs = iter([1.0, 1.0] + [-1.0, 1.0] * 100)
    return lambda given: (given["x"] * next(signs),)


def _growing() -> Reference:
    """Return a reference that gives one output more at its fifth call."""
    calls = iter([1] * 4 + [2] * 100)
    return lambda given: (given["x"],) * next(calls)


def _adapting(adapt: Adapt) -> Task:
    return replace(RMS, regimes=(replace(RMS.regimes[0], adapt=adapt),))


def _nothing(given: Any) -> Any:
    return None


def _listed(values: Any, rng: Any) -> Any:
    return [1]


def _zero(values, rng):
    return {name: np.zeros_like(value) for name, value in values.items()}


BAD: dict[str, tuple[Task, str]] = {
    "loose": (replace(RMS, tolerance=Tolerance(relative=3.0)), "output 0: zero passes"),
    "blind to eps": (replace(RMS, regimes=PAPER), "a changed solution passes: .*eps"),
    "not finite": (
        replace(RMS, reference=lambda given: (given["x"].log(),)),
        "output 0 of the reference is not finite",
    ),
    "not finite in f32": (
        replace(RMS, reference=lambda given: (given["x"] * 1e300 * 1e-300,)),
        "is not finite in float32",
    ),
    "badly conditioned": (
        replace(RMS, reference=lambda given: (given["x"] + 1e9 - 1e9,)),
        "is off by .* in float32",
    ),
    "another shape": (
        replace(RMS, reference=lambda given: (given["x"].T,)),
        r"has shape \(16, 7\), declared is \(7, 16\)",
    ),
    "another type": (
        replace(RMS, reference=lambda given: (given["x"] > 0,)),
        "has numbers of type bool, declared is f32",
    ),
    "another number of outputs in f32": (
        replace(RMS, reference=lambda given: (given["x"],) * given["x"].element_size()),
        "returns other shapes in float32 than in float64",
    ),
    "no tensors": (replace(RMS, reference=lambda given: (1.0,)), "one tensor for each result"),
    "complex": (
        replace(RMS, reference=lambda given: (given["x"] * 1j,)),
        "returns numbers of type complex128",
    ),
    "other outputs every time": (
        replace(RMS, reference=_growing()),
        "drawn again, inputs or outputs differ",
    ),
    "a margin that is none": (
        replace(RMS, margin=_nothing),
        "norm/rms: margin: returns nothing, not a number",
    ),
    "a margin that fails": (
        replace(RMS, margin=lambda given: given["x"][99, 99]),
        r"\d+: norm/rms: margin: in `<lambda>`: IndexError: ",
    ),
    "a reference that exits": (
        replace(RMS, reference=lambda given: sys.exit("enough")),
        "in `<lambda>`: SystemExit: enough",
    ),
    "a reference without memory": (
        replace(RMS, reference=lambda given: (bytearray(2**62),)),
        "in `<lambda>`: MemoryError",
    ),
    "an input left out": (_adapting(lambda values, rng: {}), "returns nothing for `x`"),
    "inputs that are none": (_adapting(_listed), "returns a `list`, not a mapping"),
    "an input of another shape": (
        _adapting(lambda values, rng: {**values, "x": values["x"].T}),
        r"regime `paper`: `x` has shape \(16, 7\), declared is \(7, 16\)",
    ),
    "an input of words": (
        _adapting(lambda values, rng: {**values, "x": values["x"].astype(str)}),
        "`x` has numbers of type <U32, declared is f32",
    ),
    "another number of outputs": (
        replace(RMS, reference=lambda given: (given["x"], given["x"])),
        "returns 2 outputs, not 1",
    ),
    "another formula": (
        replace(RMS, reference=lambda given: (given["x"] / 2,)),
        "the solution is rejected: output 0: .* numbers are wrong",
    ),
    "not deterministic": (replace(RMS, reference=_flipping()), "drawn again"),
    "degenerate": (
        replace(RMS, regimes=(Regime(name="none", sizes={}, adapt=_zero),)),
        "zero passes for an answer",
    ),
    "two lines": (replace(RMS, formula="a\nb"), "the formula is not one paragraph"),
    "no words": (replace(RMS, statement=" "), "the statement is not one paragraph"),
    "a bad name": (replace(RMS, name="Norm"), "is not `family/variant`"),
    "no regimes": (replace(RMS, regimes=()), "there are no regimes"),
    "one name": (replace(RMS, regimes=PAPER * 2), "two regimes have one name"),
    "a reference that fails": (
        replace(RMS, reference=lambda given: (given["y"],)),
        rf"^{re.escape(__file__)}:\d+: norm/rms: reference: in `<lambda>`: KeyError: 'y'$",
    ),
    "no header": (replace(RMS, header="M = Dim(1)"), "the header is wrong"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_task_is_rejected(case: str) -> None:
    task, message = BAD[case]
    found = verify(task, solution=solution_text("norm/rms"), seeds=(0,))
    assert not found.is_good
    assert found.text().startswith(f"{task.name}: rejected\n  ")
    assert any(re.search(message, each) for each in found.problems), found.problems


def test_a_good_task_is_told_in_a_line() -> None:
    assert verify(RMS, seeds=(0,)).text() == (
        "norm/rms: good in 6 draws; solution accepted, control answers and 47 changes rejected"
    )
