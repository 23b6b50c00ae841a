"""Laws of the language, held against random programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from growth.choices import Choices
from growth.table import MOVES
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from judging import bytes_of, disagreement, evaluated, meant, shape_contradictions, wrong_shapes
from naive import Meant, Unspecified
from programs import Case, cases, other_sizes, programs
from rewiring import bypassed, reordered
from tokenwise import assert_same_stream, evaluate_as_network

from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.program import Program
from aspl.text.parse import parse
from aspl.text.printer import print_program

_HEALTH = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
]
law = settings(suppress_health_check=_HEALTH)
law_of_a_family = settings(law, max_examples=20)
each_family = pytest.mark.parametrize("family", MOVES)
"""Programs that begin with each family of operators, so that a short run meets them all."""


def specified(case: Case, **options: Any) -> Meant | None:
    """Evaluate a program naively, and leave out those of which the language does not say all."""
    try:
        return meant(case, **options)
    except Unspecified:
        reject()


@law
@given(programs())
def test_a_program_reads_back_from_its_text(program: Program) -> None:
    findings = Findings()
    assert parse(print_program(program), findings) == program
    assert not len(findings), [f"{each.code} {each.message}" for each in findings]


@each_family
@law_of_a_family
@given(data=st.data())
def test_a_checked_program_never_fails(data: st.DataObject, family: str) -> None:
    case = data.draw(cases(begin=family))
    # findings that data decide are let through, everything else is raised
    evaluated(case, "f32")


@each_family
@law_of_a_family
@given(data=st.data())
def test_shapes_inferred_are_shapes_observed(data: st.DataObject, family: str) -> None:
    case = data.draw(cases(begin=family))
    evaluation = evaluated(case)
    assume(evaluation is not None)
    assert evaluation is not None
    assert wrong_shapes(case.checked, evaluation) == []
    assert shape_contradictions(case.checked, evaluation) == []


@each_family
@law_of_a_family
@given(data=st.data())
def test_results_equal_the_naive_interpreter(data: st.DataObject, family: str) -> None:
    case = data.draw(cases(begin=family))
    meaning = specified(case)
    evaluation = evaluated(case)
    assert (evaluation is None) == (meaning is None)
    if evaluation is not None and meaning is not None:
        assert disagreement(case, evaluation, meaning) is None


@law
@given(cases(begin="merge"), st.data())
def test_an_order_of_arrival_is_replayed(case: Case, data: st.DataObject) -> None:
    evaluation = evaluated(case)
    assume(evaluation is not None)
    assert evaluation is not None
    orders = reordered(case.checked, evaluation, Choices(data.draw))
    assume(orders)
    meaning = specified(case, orders=orders)
    replayed = evaluated(case, orders=orders)
    assert (replayed is None) == (meaning is None)
    if replayed is not None and meaning is not None:
        assert disagreement(case, replayed, meaning) is None


@law
@given(cases())
def test_evaluating_twice_gives_the_same_bytes(case: Case) -> None:
    first, second = evaluated(case, "f32"), evaluated(case, "f32")
    assert (first is None) == (second is None)
    if first is None or second is None:
        return
    for value in first.streams:
        assert bytes_of(first.streams[value]) == bytes_of(second.streams[value])
    for name, tensor in first.tensors.items():
        assert tensor.tobytes() == second.tensors[name].tobytes()


@law
@given(cases())
def test_copies_of_a_broadcast_are_equal(case: Case) -> None:
    evaluation = evaluated(case)
    if evaluation is None:
        return
    for node in case.program.nodes:
        if node.op.name == "Broadcast":
            (source,) = node.inputs
            expected = bytes_of(evaluation.streams[source])
            for copy in node.outputs:
                assert case.checked.types[copy] == case.checked.types[source]
                assert bytes_of(evaluation.streams[copy]) == expected


@law
@given(cases(begin="copy"), st.data())
def test_a_second_reader_needs_leave(case: Case, data: st.DataObject) -> None:
    places = [
        place
        for place, node in enumerate(case.program.nodes)
        if node.op.name == "Broadcast" and len(node.outputs) > 1
    ]
    assume(places)
    program = bypassed(case.program, Choices(data.draw).of(places))
    strict, auto = Findings(), Findings()
    assert check(program, strict) is None
    assert {each.code for each in strict} == {"L001"}
    accepted = check(program, auto, linearity="auto")
    assert accepted is not None
    assert not len(auto)
    with_copies = evaluated(case)
    without = evaluated(replace(case, program=program, checked=accepted))
    assert (with_copies is None) == (without is None)
    if with_copies is not None and without is not None:
        pairs = zip(with_copies.outputs, without.outputs, strict=True)
        assert all(bytes_of(left) == bytes_of(right) for left, right in pairs)


@law
@given(programs(), st.data())
def test_other_sizes_change_nothing_that_the_check_did_not_look_at(
    program: Program, data: st.DataObject
) -> None:
    checked = check(program, Findings())
    assert checked is not None
    findings = Findings()
    other = check(other_sizes(Choices(data.draw), checked), findings)
    assert not len(findings), [f"{each.code} {each.message}" for each in findings]
    assert other is not None
    assert other.types == checked.types


@law
@given(cases(most=7))
def test_tokens_give_what_whole_streams_give(case: Case) -> None:
    whole = evaluated(case, "f32")
    assume(whole is not None)
    assert whole is not None
    network = evaluate_as_network(case.checked, case.inputs)
    for value, stream in whole.streams.items():
        assert_same_stream(network.streams[value], stream)
