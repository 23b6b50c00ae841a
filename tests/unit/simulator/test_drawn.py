"""Values that are drawn when they are read: the same as those that are drawn at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_equal

from aspl.diagnostics import Findings
from aspl.reference.inputs import random_inputs
from aspl.text.parse import parse
from aspl.values.literal import to_nested
from aspl.values.stream import StreamValue
from simulator.drawn import Drawn

TEXT = """\
M, R = Dim(3), RaggedDim(4)
W = Parameter(f32, [M, 2])

def kernel(
    x: Stream(f32, [M, R]), y: Stream(Selector(3), [M, R]), w: Tensor(f32, [M, 4])
) -> (Stream(f32, [M, R]), Stream(Selector(3), [M, R])):
    return x, y
"""


def plain(value: object) -> object:
    return to_nested(value) if isinstance(value, StreamValue) else np.asarray(value)


@pytest.fixture
def drawn() -> Drawn:
    findings = Findings()
    program = parse(TEXT, findings)
    assert program is not None
    assert not findings.has_errors, list(findings)
    return Drawn(program, 7)


def test_each_value_is_that_of_a_whole_draw(drawn: Drawn) -> None:
    whole = random_inputs(drawn.program, 7)
    assert list(drawn) == list(whole)
    assert len(drawn) == len(whole)
    for name in reversed(list(whole)):
        assert_equal(plain(drawn[name]), plain(whole[name]))


def test_a_value_is_drawn_once(drawn: Drawn) -> None:
    assert drawn["w"] is drawn["w"]


def test_other_names_have_no_value(drawn: Drawn) -> None:
    assert "x" in drawn
    assert "W" in drawn
    assert "z" not in drawn
    with pytest.raises(KeyError):
        drawn["z"]


def test_what_nobody_reads_is_not_drawn() -> None:
    text = "HUGE = Dim(1048576)\n\ndef kernel(x: Stream(f32, [2]), w: Tensor(f32, [HUGE, HUGE])):\n"
    findings = Findings()
    program = parse(text + "    return x\n", findings)
    assert program is not None, list(findings)
    drawn = Drawn(program, 0)
    assert "w" in drawn
    assert plain(drawn["x"]) == plain(drawn["x"])
