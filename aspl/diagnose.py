"""Everything that is wrong with a text: read, checked, and run on values, random ones or given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aspl.checker import Checked, check
from aspl.code import Code
from aspl.diagnostics import Findings
from aspl.dims import Kind, size
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import InputError, Inputs, random_inputs
from aspl.reference.state import EvaluationFailed
from aspl.text.header import Header
from aspl.text.parse import parse
from aspl.types import DType, Scalar, Stream

_MATRIX = Stream(Scalar(DType.F32), (size("M"), size("K")))

TASK = Header(
    sizes=(("M", 4, Kind.SIZE), ("K", 3, Kind.SIZE)),
    inputs=(("x", _MATRIX), ("y", _MATRIX)),
    results=(_MATRIX,),
)
"""The task that the bare programs of `aspl.codes` answer."""


def diagnose(
    text: str,
    *,
    seed: int = 0,
    header: Header | None = None,
    inputs: Inputs | None = None,
    orders: Mapping[int, tuple[int, ...]] | None = None,
) -> Findings:
    """Return the findings of all stages; a stage that rejects the program is the last one."""
    read = _read(text, header)
    findings = read.findings
    if read.checked is None:
        return findings
    values = random_inputs(read.checked.program, seed) if inputs is None else inputs
    try:
        evaluate(read.checked, values, orders=orders)
    except EvaluationFailed as failure:
        findings.add(failure.diagnostic)
    except InputError:
        # random values that the program does not take say nothing against it
        pass
    return findings


def diagnose_example(row: Code, text: str) -> Findings:
    """Return the findings of the wrong or the right program of a code.

    What only a simulation finds is not among them.
    """
    header = TASK if row.bare else None
    if row.machine:
        return _read(text, header).findings
    return diagnose(text, header=header, inputs=row.inputs, orders=row.orders)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a text says, as far as it was understood, and what is wrong with it."""

    checked: Checked | None
    findings: Findings


def _read(text: str, header: Header | None) -> _Read:
    findings = Findings()
    program = parse(text, findings, header=header)
    return _Read(None if program is None else check(program, findings), findings)
