"""Laws of the simulator, held against random programs."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from growth.table import MOVES
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from judging import evaluated
from programs import Case, cases
from simulated import assert_agrees, simulated

from aspl.text.printer import print_program
from compiler.compiled import Compiled, compile_program
from simulator.display import report_record, report_text
from simulator.machine import Compute, MachineConfig, OnChip
from simulator.simulate import Simulation, SimulationFailed, simulate

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
    note(print_program(case.program))
    assume(evaluated(case, "f32") is not None)
    compiled = compile_program(case.checked)
    found = attempt(compiled, case, depth)
    assume(found is not None)
    assert found is not None
    return compiled, found


def attempt(compiled: Compiled, case: Case, depth: int) -> Simulation | None:
    """Simulate a program; None where shallow queues stop it."""
    try:
        return simulated(compiled, case.inputs, depth)
    except SimulationFailed as failure:
        stopped = {each.code for each in failure.diagnostics} == {"M001"}
        if depth < DEEP and stopped:
            return None
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


def twice(machine: MachineConfig) -> MachineConfig:
    """Return a machine with twice the compute and on-chip bandwidth."""
    compute = replace(machine.compute, flops_per_cycle=2 * machine.compute.flops_per_cycle)
    on_chip = replace(machine.on_chip, bytes_per_cycle=2 * machine.on_chip.bytes_per_cycle)
    return replace(machine, compute=compute, on_chip=on_chip)


SLOW = MachineConfig(
    name="slow", compute=Compute(flops_per_cycle=1), on_chip=OnChip(bytes_per_cycle=2)
)
ARBITRATES = {"EagerMerge", "Reassemble"}
OFF_CHIP = {
    "LinearOffChipLoad",
    "LinearOffChipStore",
    "RandomOffChipLoad",
    "RandomOffChipStore",
}


@law
@given(cases(), st.sampled_from([1, 2, 8]))
def test_more_bandwidth_is_never_slower_without_arbitration(case: Case, depth: int) -> None:
    names = [node.op.name for node in case.program.nodes]
    # users of off-chip memory take turns, which is arbitration too
    assume(ARBITRATES.isdisjoint(names) and sum(name in OFF_CHIP for name in names) <= 1)
    compiled, _ = ran(case, depth)
    slow = simulate(compiled.checked, SLOW.with_depth(depth), case.inputs).report
    fast = simulate(compiled.checked, twice(SLOW).with_depth(depth), case.inputs).report
    assert fast.cycles <= slow.cycles
    assert all(a.end_cycle <= b.end_cycle for a, b in zip(fast.units, slow.units, strict=True))


@law
@given(cases(), st.sampled_from([1, 2, 8]))
def test_no_run_beats_the_lower_bounds(case: Case, depth: int) -> None:
    compiled, _ = ran(case, depth)
    report = simulate(compiled.checked, SLOW.with_depth(depth), case.inputs).report
    assert report.cycles >= report.compute_bound_cycles
    assert report.cycles >= report.traffic_bound_cycles
    assert report.compute_utilization <= 1
    assert report.bandwidth_utilization <= 1
    for unit in report.units:
        assert min(unit.busy_cycles, unit.starved_cycles, unit.blocked_cycles) >= 0
        assert unit.busy_cycles + unit.starved_cycles + unit.blocked_cycles == unit.end_cycle
        assert unit.end_cycle <= report.cycles


@law
@given(cases(), st.sampled_from([1, 2, 8]))
def test_the_same_input_gives_the_same_report(case: Case, depth: int) -> None:
    compiled, first = ran(case, depth)
    second = simulated(compiled, case.inputs, depth)
    assert report_text(first.report, color=False, width=80) == report_text(
        second.report, color=False, width=80
    )
    assert json.dumps(report_record(first.report)) == json.dumps(report_record(second.report))
    assert first.orders == second.orders


@law
@given(cases(), st.sampled_from([1, 2, 8]))
def test_spans_of_a_unit_make_up_its_time(case: Case, depth: int) -> None:
    compiled, found = ran(case, depth)
    machine = MachineConfig(name="test").with_depth(depth)
    told = simulate(compiled.checked, machine, case.inputs, timeline=True)
    assert told.report == found.report
    line = told.timeline
    assert line is not None
    for number, unit in enumerate(told.report.units):
        spans = sorted(
            (int(start), int(end), int(kind))
            for start, end, kind in zip(
                line.start[line.unit == number],
                line.end[line.unit == number],
                line.kind[line.unit == number],
                strict=True,
            )
        )
        assert all(start < end for start, end, _ in spans)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        lengths = [sum(end - start for start, end, kind in spans if kind == k) for k in range(4)]
        assert lengths[1:3] == [unit.starved_cycles, unit.blocked_cycles]
        assert lengths[0] + lengths[3] == unit.busy_cycles
