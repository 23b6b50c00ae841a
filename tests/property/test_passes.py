"""Laws of the compiler, held against random programs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from growth.choices import Choices
from growth.table import MOVES
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import evaluated, shape_contradictions, wrong_shapes
from naive.values import difference, observed
from programs import Case, cases
from rewiring import bypassed

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.reference.evaluate import Evaluation
from compiler.ir.build import build
from compiler.ir.read import read
from compiler.ir.text import parse_module, print_module
from compiler.pipelines import parse_pipeline, run

_HEALTH = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
]
law = settings(suppress_health_check=_HEALTH)
law_of_a_family = settings(law, max_examples=20)
each_family = pytest.mark.parametrize("family", MOVES)

PIPELINES = [
    "insert-broadcasts,verify",
    "canonicalise,verify",
    "canonicalise,insert-broadcasts,canonicalise,verify",
    "hier-tile{tile=1},verify",
    "hier-tile{tile=2},canonicalise,verify",
    "assign-depths{depth=2},verify",
    "safe",
]


def consumed(case: Case) -> Case:
    """Return the case with a consumer for everything unread, which `verify` asks for."""
    return replace(case, checked=passed(case.checked, "canonicalise"))


def passed(checked: Checked, pipeline: str) -> Checked:
    """Return a program after some passes, each of which leaves a module that verifies."""
    module = build(checked)
    for each in parse_pipeline(pipeline):
        run((each,), module)
        module.verify()
    text = print_module(module)
    assert print_module(parse_module(text)) == text
    findings = Findings()
    found = read(module, findings)
    assert found is not None, [f"{each.code} {each.message}" for each in findings]
    return found


def assert_same_results(case: Case, after: Checked) -> None:
    """Hold types, shapes and values of the results against each other, and what is stored."""
    before = evaluated(case)
    assume(before is not None)
    assert before is not None
    found = evaluated(replace(case, program=after.program, checked=after))
    assert found is not None
    assert wrong_shapes(after, found) == []
    assert shape_contradictions(after, found) == []
    types = [case.checked.types[value] for value in case.checked.program.results]
    for stream, wanted, got in zip(types, before.outputs, found.outputs, strict=True):
        left, right = observed(got, stream), observed(wanted, stream)
        assert difference(left, right, len(stream.shape)) is None
    assert_same_tensors(before, found)


def assert_same_tensors(before: Evaluation, after: Evaluation) -> None:
    assert before.tensors.keys() == after.tensors.keys()
    for name, tensor in before.tensors.items():
        assert tensor.tobytes() == after.tensors[name].tobytes()


@each_family
@law_of_a_family
@given(data=st.data())
def test_every_pass_keeps_results(data: st.DataObject, family: str) -> None:
    case = consumed(data.draw(cases(begin=family)))
    pipeline = data.draw(st.sampled_from(PIPELINES))
    assert_same_results(case, passed(case.checked, pipeline))


@law
@given(cases(begin="copy"), st.data())
def test_copies_are_put_in_for_second_readers(case: Case, data: st.DataObject) -> None:
    places = [
        place
        for place, node in enumerate(case.program.nodes)
        if node.op.name == "Broadcast" and len(node.outputs) > 1
    ]
    assume(places)
    program = bypassed(case.program, Choices(data.draw).of(places))
    checked = check(program, Findings(), linearity="auto")
    assert checked is not None
    changed = replace(case, program=program, checked=checked)
    assert_same_results(changed, passed(checked, "insert-broadcasts"))
    assert_same_results(changed, passed(checked, "default"))


@law
@given(cases())
def test_a_program_comes_back_from_its_module(case: Case) -> None:
    program = case.checked
    module = build(program)
    text = print_module(module)
    parsed = parse_module(text)
    assert print_module(parsed) == text
    for each in (module, parsed):
        findings = Findings()
        found = read(each, findings, linearity="strict")
        assert found == program, [f"{each.code} {each.message}" for each in findings]
        assert found.program.values == program.program.values


@law
@given(cases())
def test_canonical_programs_stay_as_they_are(case: Case) -> None:
    once = passed(case.checked, "default")
    assert passed(once, "default") == once
