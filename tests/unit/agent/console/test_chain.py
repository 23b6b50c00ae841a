"""The whole chain that holds up a program, from a process of its own."""

from __future__ import annotations

import json
from io import BytesIO, StringIO

import pytest

from agent.console import chain
from benchmark.judge import limits

GOOD = """\
outer_of_1 = Map(Zip(Bufferize(a), Bufferize(b)), fn=outer_of)
matrix_sum_1 = Accum(outer_of_1, fn=matrix_sum, rank=1)
return Streamify(matrix_sum_1)
"""


def test_a_correct_program_is_simulated_again() -> None:
    page = chain.chain_text("bmm/outer-products", GOOD, 80)
    assert "851 on reference" in page, "on the draw on which the judge costs it"
    assert page.split("\n")[-1].startswith("  `Sink result0` is busy 66 %")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("return a\n", "the program does not check"),
        (GOOD.replace("rank=1", "rank=2"), "the program does not check"),
    ],
)
def test_what_cannot_be_simulated_is_told(
    program: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "confine", lambda _: None)
    monkeypatch.setattr(limits, "allow_cpu", lambda _: None)
    asked = json.dumps({"task": "bmm/outer-products", "program": program, "width": 80})
    out = StringIO()
    chain.serve(BytesIO(asked.encode()), out)
    assert json.loads(out.getvalue()) == words


def test_a_process_that_breaks_is_told_in_a_line() -> None:
    page = chain.chain_text("no/such", GOOD, 80)
    assert page.startswith("it cannot be simulated: ")
    assert "no/such" in page
