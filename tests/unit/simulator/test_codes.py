"""The rows of the table of codes that only a simulation finds, put through the simulator."""

from __future__ import annotations

import pytest

from aspl.checker import Checked, check
from aspl.code import Code
from aspl.codes import CODES
from aspl.diagnostics import Diagnostic, Findings
from aspl.text.parse import parse
from simulator.drawn import Drawn
from simulator.load import machine_from

SELDOM = ("M005",)
"""Guards against what the engine and the reference rule out: no program is known to show them."""
ROWS = [pytest.param(row, id=row.code) for row in CODES.values() if row.machine]
SHOWN = [each for each in ROWS if each.id not in SELDOM]


def checked(text: str) -> Checked:
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    result = check(program, findings)
    assert result is not None
    return result


def found(row: Code, text: str) -> list[Diagnostic]:
    engine = pytest.importorskip("simulator.simulate")
    compiler = pytest.importorskip("compiler.compiled")
    compiled = compiler.compile_program(checked(text))
    depths = {value: each for value, each in enumerate(compiled.depths) if each is not None}
    values = Drawn(compiled.checked.program, 0) if row.inputs is None else row.inputs
    try:
        engine.simulate(compiled.checked, machine_from(row.machine), values, depths=depths)
    except engine.SimulationFailed as failure:
        return list(failure.diagnostics)
    return []


@pytest.mark.parametrize("row", ROWS)
def test_the_machine_of_a_code_is_one(row: Code) -> None:
    assert machine_from(row.machine).name == "machine"


@pytest.mark.parametrize("row", SHOWN)
def test_the_wrong_program_shows_its_code_and_no_other(row: Code) -> None:
    assert {each.code for each in found(row, row.wrong)} == {row.code}


@pytest.mark.parametrize("row", ROWS)
def test_the_right_program_is_simulated(row: Code) -> None:
    assert [each.message for each in found(row, row.right)] == []
