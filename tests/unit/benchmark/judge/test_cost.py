from __future__ import annotations

import numpy as np
import pytest

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.text.parse import parse
from benchmark.judge.cases import Prepared
from benchmark.judge.cost import (
    Costed,
    Refusal,
    compile_safely,
    is_settled,
    over_budget,
    reference_machine,
    simulated,
)
from benchmark.judge.reading import read_answer
from benchmark.judge.verdict import Outcome
from benchmark.solutions import solution_text
from benchmark.tasks.table import TASKS
from compiler.compiled import compile_program
from compiler.pipelines import SAFE


def checked_of(name: str) -> Checked:
    task, text = TASKS[name], solution_text(name)
    assert text is not None
    prepared = Prepared(task, (1,))
    answer = read_answer(text, prepared, task.regimes)
    assert answer.outcome is None, answer.diagnostics
    return answer.checked[prepared.paper]


@pytest.mark.parametrize("name", TASKS)
def test_leaving_out_passes_that_change_nothing_changes_nothing(name: str) -> None:
    checked = checked_of(name)
    if not is_settled(checked):
        return
    ours, safe = compile_safely(checked), compile_program(checked, SAFE)
    assert ours.checked.program == safe.checked.program
    assert ours.checked.types == safe.checked.types
    assert ours.depths == safe.depths


def test_most_solutions_need_no_pass() -> None:
    assert sum(is_settled(checked_of(name)) for name in TASKS) >= 20


HEAD = "M, K = Dim(4), Dim(8)\n\ndef kernel(x: Stream(f32, [M, K])):\n"


def program(*lines: str) -> Checked:
    findings = Findings()
    parsed = parse(HEAD + "".join(f"    {line}\n" for line in lines), findings)
    assert parsed is not None
    found = check(parsed, findings, linearity="auto")
    assert found is not None, list(findings)
    return found


@pytest.mark.parametrize(
    "lines",
    [
        ("return Map(x, x, fn=mul)",),
        ("a, b = Broadcast(x, n=2)", "return a"),
        ("a = Broadcast(x, n=1)[0]", "return a"),
        ("a, b = Broadcast(x, n=2)", "c, d = Broadcast(b, n=2)", "return a, c, d"),
        ("return Flatten(Promote(x, rank=0))",),
        ("return Assume(x, shape=[M, K])",),
    ],
)
def test_what_passes_would_change_goes_through_them(lines: tuple[str, ...]) -> None:
    assert not is_settled(program(*lines))


def test_a_deadlock_at_the_machines_depth_is_none_where_deeper_queues_run() -> None:
    # the depths pass follows no dynamic extent, so that this one waits at the machine's depth
    text = """\
M, P = Dim(2), DynamicDim(40)

def kernel(x: Stream(f32, [M, P])) -> Stream(f32, [M, P]):
    kept, counted, summed = Broadcast(x, n=3)
    total = Promote(Accum(summed, fn=add, init=zeros, rank=1), rank=0)
    return Map(kept, Expand(total, counted, rank=1), fn=div)
"""
    findings = Findings()
    parsed = parse(text, findings)
    assert parsed is not None
    checked = check(parsed, findings)
    assert checked is not None
    found = simulated(checked, {"x": [[1.0] * 40] * 2})
    assert isinstance(found, Costed)
    assert found.cost.depth in (32, 64)


def test_a_program_larger_than_the_chip_is_over_budget() -> None:
    checked = program(
        "whole = Bufferize(Repeat(Bufferize(Promote(x, rank=1), rank=2), n=9000000), rank=1)",
        "return whole",
    )
    refusal = over_budget(checked, dict)
    assert isinstance(refusal, Refusal)
    assert refusal.outcome is Outcome.OVER_BUDGET


def test_more_operators_than_the_machine_computes_with_are_over_budget() -> None:
    checked = program("for i in range(5000):", "    x = Map(x, fn=neg)", "return x")
    refusal = over_budget(checked, dict)
    assert isinstance(refusal, Refusal)
    assert refusal.outcome is Outcome.OVER_BUDGET
    assert {each.code for each in refusal.diagnostics} == {"M002"}


@pytest.mark.parametrize("name", TASKS)
def test_a_bottleneck_is_a_unit_that_works_or_units_that_take_turns(name: str) -> None:
    found = simulated(checked_of(name), Prepared(TASKS[name], (1,)).simulated.supplied)
    assert isinstance(found, Costed)
    last, ring = found.report.bottleneck[-1], found.report.ring()
    assert (last.reason == "busy") != bool(ring)
    words = found.cost.bottleneck
    if not ring:
        unit = found.report.units[last.unit]
        assert f"`{unit.label}`, busy for {unit.busy_cycles} of {found.report.cycles}" in words
        return
    most = max(each.busy_cycles for each in found.report.units)
    assert words.endswith(f"`, for {most} of {found.report.cycles} cycles")
    assert "wait for each other; busiest is " in words
    assert all(each.reason != "busy" for each in ring)


def test_a_norm_names_the_units_that_wait_for_each_other() -> None:
    found = simulated(checked_of("norm/rms"), Prepared(TASKS["norm/rms"], (1,)).simulated.supplied)
    assert isinstance(found, Costed)
    assert found.cost.bottleneck == (
        "`Repeat 6` and `Zip 7` wait for each other; busiest is Source `x`, for 112 of 468 cycles"
    )


def costed(checked: Checked, **inputs: object) -> Costed:
    found = simulated(checked, inputs)
    assert isinstance(found, Costed)
    return found


def test_queues_that_were_lengthened_are_counted_in_bytes() -> None:
    # 8 numbers of a row wait until their sum is there
    two = program(
        "a, b = Broadcast(x, n=2)",
        "s = Repeat(Accum(a, fn=add, init=zeros, rank=1), n=K)",
        "return Map(b, s, fn=mul)",
    )
    cost = costed(two, x=np.ones((4, 8))).cost
    depths = {value: each for value, each in enumerate(compile_safely(two).depths) if each}
    (depth,) = depths.values()
    assert depth >= 8
    assert (cost.lengthened_queues, cost.deepest_queue) == (1, depth)
    assert cost.queue_bytes == 4 * depth
    assert cost.depth == reference_machine().streams.depth


def test_queues_that_are_as_the_machine_has_them_take_nothing_more() -> None:
    cost = costed(program("return Accum(x, fn=add, init=zeros, rank=1)"), x=np.ones((4, 8))).cost
    assert (cost.queues, cost.lengthened_queues, cost.queue_bytes) == (2, 0, 0)
    assert cost.deepest_queue == cost.depth == reference_machine().streams.depth
