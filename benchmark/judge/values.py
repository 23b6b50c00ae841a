"""The values of a program held against the reference, case by case."""

from __future__ import annotations

import math
from dataclasses import replace

from aspl.checker import Checked
from aspl.diagnostics import Diagnostic
from aspl.reference.evaluate import evaluate
from aspl.reference.state import EvaluationFailed
from aspl.values.column import Array, Dense, Packed, Record
from aspl.values.stream import StreamValue
from benchmark.judge.cases import Case
from benchmark.judge.compare import compare
from benchmark.judge.verdict import Mismatch
from benchmark.tasks.task import Tolerance
from simulator.prepare import Orders


def wrong_values(
    checked: Checked, case: Case, tolerance: Tolerance, orders: Orders | None = None
) -> Diagnostic | tuple[Mismatch, ...]:
    """Return where the values of one case are wrong, or what kept a program from having any."""
    try:
        found = evaluate(checked, case.supplied, precision="f32", orders=orders)
    except EvaluationFailed as failure:
        facts = (*failure.diagnostic.facts, ("regime", case.regime.name))
        return replace(failure.diagnostic, facts=facts)
    mismatches: list[Mismatch] = []
    for number, (value, wanted) in enumerate(zip(found.outputs, case.wanted.outputs, strict=True)):
        difference = compare(_array(value, wanted.values.shape), wanted, tolerance)
        if difference is not None:
            mismatches.append(
                Mismatch(
                    output=number,
                    regime=case.regime.name,
                    kind=difference.kind,
                    largest_absolute=difference.largest_absolute,
                    largest_relative=difference.largest_relative,
                    wrong=difference.wrong,
                    total=difference.total,
                    first=difference.first,
                    got=difference.got,
                    wanted=difference.wanted,
                )
            )
    return tuple(mismatches)


def _array(value: StreamValue, shape: tuple[int, ...]) -> Array:
    """Return a stream as one array; what is nested unevenly comes flat, which fits no output."""
    nest, column = value.nest, value.column
    match column:
        case Dense(data=data):
            lengths = tuple(length for length in nest.lengths if isinstance(length, int))
            if len(lengths) == len(nest.lengths):
                return data.reshape(*lengths, *data.shape[1:])
        case Packed(flat=data):
            pass
        case Record():
            raise TypeError("a task has no results that are tuples")
    # no element shows the extents of an empty stream
    return data.reshape(shape) if not len(column) and not math.prod(shape) else data.reshape(-1)
