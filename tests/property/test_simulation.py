"""Laws of the simulator, held against random programs."""

from __future__ import annotations

from typing import Any

import pytest
from growth.table import MOVES
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import evaluated
from programs import Case, cases
from simulated import assert_agrees, simulated

from compiler.compiled import Compiled, compile_program
from simulator.simulate import Simulation, SimulationFailed

_HEALTH = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
]
law = settings(suppress_health_check=_HEALTH)
law_of_a_family = settings(law, max_examples=20)
each_family = pytest.mark.parametrize("family", MOVES)

DEEP = 4096
"""More than any of the programs sends through one queue."""


def ran(case: Case, depth: int) -> tuple[Compiled, Simulation]:
    """Simulate a program, leaving out those that shallow queues stop."""
    assume(evaluated(case, "f32") is not None)
    compiled = compile_program(case.checked)
    try:
        return compiled, simulated(compiled, case.inputs, depth)
    except SimulationFailed as failure:
        codes = {each.code for each in failure.diagnostics}
        assert codes == {"M001"}, failure
        assert depth < DEEP, failure
        assume(False)
        raise


@each_family
@law_of_a_family
@given(data=st.data())
def test_tokens_are_those_of_the_reference(data: st.DataObject, family: str) -> None:
    case = data.draw(cases(begin=family))
    compiled, found = ran(case, DEEP)
    assert_agrees(compiled.checked, case.inputs, found)


@law
@given(cases(), st.sampled_from([1, 2, 3, 8]))
def test_depth_changes_no_token(case: Case, depth: int) -> None:
    compiled, found = ran(case, depth)
    assert_agrees(compiled.checked, case.inputs, found)
